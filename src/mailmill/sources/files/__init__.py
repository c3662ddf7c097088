"""Mail files as a source: mbox, Google Takeout, Maildir, .eml and folders of these."""

from mailmill.sources.files.source import FilesSource
from mailmill.sources.files.spans import read_span

__all__ = ["FilesSource", "open_files", "read_span"]


def open_files(location: str) -> FilesSource:
    """The source that reads this path; nothing is opened yet."""
    return FilesSource(location)

"""Reads the bytes of a mail that lies in a plain file."""

import os
import stat

from mailmill.domain.errors import SourceUnavailable
from mailmill.domain.message import FileSpan
from mailmill.sources.files.names import shown


def read_span(span: FileSpan) -> bytes:
    """The bytes of this span.

    Raises SourceUnavailable where the file is away, can't be read, or is shorter than it was: reading the account
    again from its last position then tells what is there now.
    """
    try:
        with open(span.path, "rb", buffering=0, opener=open_quickly) as file:
            content = _pread(file.fileno(), span)
    except OSError as error:
        raise SourceUnavailable(f"{shown(span.path)} can't be read: {error.strerror}.") from error
    if len(content) < span.length:
        raise SourceUnavailable(
            f"{shown(span.path)} ended at byte {span.offset + len(content)} while a mail in it reached to byte "
            f"{span.offset + span.length}: it became shorter meanwhile."
        )
    return content


def open_quickly(path: str, flags: int) -> int:
    """Open without ever waiting for the other end of a pipe that took the file's place."""
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "it is not a plain file")
    return descriptor


def _pread(descriptor: int, span: FileSpan) -> bytes:
    content = os.pread(descriptor, span.length, span.offset)
    while len(content) < span.length:
        rest = os.pread(descriptor, span.length - len(content), span.offset + len(content))
        if not rest:
            break
        content += rest
    return content

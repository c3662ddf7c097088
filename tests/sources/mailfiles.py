"""Mail files made for tests: mails that tell each other apart, in every kind of container."""

import asyncio
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from mailmill.domain.account import Range
from mailmill.domain.message import FileSpan, RawMessage
from mailmill.sources.base import Batch, Source
from mailmill.sources.files import open_files, read_span

FROM_LINE = b"From shop@example.com Tue Mar 04 03:33:20 2003"
TAKEOUT_LINE = b"From 1828754568043628583@xxx Mon Apr 07 14:31:02 +0000 2025"


def mail(number: int, body: bytes | None = None, headers: bytes = b"") -> bytes:
    """One mail that no other equals; its body is some lines long."""
    text = b"Line of mail %d.\n" % number * (3 + number % 7) if body is None else body
    start = b"Subject: number %d\nFrom: A <a@example.com>\nMessage-ID: <%d@example.com>\n" % (number, number)
    return start + headers + b"\n" + text


def mails(count: int, first: int = 0) -> list[bytes]:
    """So many mails, each its own."""
    return [mail(number) for number in range(first, first + count)]


def mbox_bytes(contents: Iterable[bytes], from_line: bytes = FROM_LINE, end: bytes = b"\n") -> bytes:
    """An mbox of these contents, quoted already where they must be."""
    return b"".join(from_line + end + content + end for content in contents)


def mboxcl2_bytes(contents: Iterable[bytes]) -> bytes:
    """An mbox in which Content-Length, and nothing else, tells where a mail ends."""
    return mbox_bytes(with_length(content) for content in contents)


def with_length(content: bytes) -> bytes:
    """The mail with a Content-Length header."""
    header, _, body = content.partition(b"\n\n")
    return header + b"\nContent-Length: %d\n\n" % len(body) + body


def write(path: Path, content: bytes) -> Path:
    """A file with this content, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zip_of(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip archive of these entries."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, entries: dict[str, bytes], mode: str = "w:gz") -> Path:
    """A tar archive of these entries."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue()) if mode == "w:gz" else packed.getvalue())
    return path


def maildir_of(path: Path, contents: Sequence[bytes], flags: str = "") -> Path:
    """A Maildir with these mails added, in ``cur`` where they have flags."""
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    part, suffix = ("cur", f":2,{flags}") if flags else ("new", "")
    start = len(list((path / "cur").iterdir())) + len(list((path / "new").iterdir()))
    for number, content in enumerate(contents, start):
        write(path / part / f"{1_700_000_000 + number}.M{number:06}P1Q{number}.host{suffix}", content)
    return path


def content_of(message: RawMessage) -> bytes:
    """The bytes of a mail, wherever they lie."""
    return read_span(message.content) if isinstance(message.content, FileSpan) else message.content


async def nothing_known(folder: str, ids: Sequence[str]) -> frozenset[str]:
    """An archive that is empty."""
    return frozenset()


async def batches_of(source: Source, position: str | None = None, wanted: Range | None = None) -> list[Batch]:
    """All batches of one read; the source is closed after it."""
    found = [batch async for batch in source.read(position, wanted or Range(), nothing_known)]
    await source.close()
    return found


def read_all(path: Path, position: str | None = None, wanted: Range | None = None) -> list[Batch]:
    """All batches of these files."""
    return asyncio.run(batches_of(open_files(os.fspath(path)), position, wanted))


def messages_of(path: Path, position: str | None = None, wanted: Range | None = None) -> list[RawMessage]:
    """All mails of these files."""
    return [message for batch in read_all(path, position, wanted) for message in batch.messages]


def contents_of(path: Path) -> list[bytes]:
    """The bytes of all mails of these files."""
    return [content_of(message) for message in messages_of(path)]


def warnings_of(path: Path) -> str:
    """What the read found odd."""
    return "\n".join(warning for batch in read_all(path) for warning in batch.warnings)


def open_descriptors(folder: Path) -> list[str]:
    """The files below ``folder`` that this process holds open."""
    held = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith(os.fspath(folder)):
            held.append(target)
    return held

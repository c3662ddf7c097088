"""Entries of a tar archive or of one gzip file, read as a stream, never to the disk.

The headers are read here and not by ``tarfile.open``, which keeps every entry and reads extended headers of any length
into memory.
"""

import gzip
import tarfile
import threading
from collections.abc import Callable, Iterator
from typing import IO

from mailmill.domain.errors import SourceBroken
from mailmill.sources.files.limits import ARCHIVE_ENTRIES, TAR_HEADER_BYTES
from mailmill.sources.files.names import shown
from mailmill.sources.files.sniff import Kind, kind_of
from mailmill.sources.files.unpack import Guard, Packed, damaged
from mailmill.sources.files.window import Read, Window

_BLOCK = 512
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)


def gzip_entries(file: IO[bytes], name: str, inner: str, stop: threading.Event) -> Iterator[Packed]:
    """The entries of a .tgz, or the one mail file that was packed by gzip alone (called ``inner``)."""
    file.seek(0)
    stream = gzip.GzipFile(fileobj=file)
    guard = Guard(stream.read1, file.tell, name, stop)
    window = Window(guard.read)
    window.reach(_BLOCK)
    if kind_of(window.cut(0, _BLOCK), inner) is Kind.TAR:
        yield from tar_entries(_reader(window), file.tell, name)
    else:
        yield Packed(0, inner, _reader(window), file.tell)


def plain_tar_entries(file: IO[bytes], name: str, stop: threading.Event) -> Iterator[Packed]:
    """The entries of a tar that is not packed."""
    file.seek(0)
    return tar_entries(Guard(file.read, file.tell, name, stop).read, file.tell, name)


def tar_entries(read: Read, consumed: Callable[[], int], name: str) -> Iterator[Packed]:
    """The plain files of the tar that ``read`` gives."""
    long_name: str | None = None
    long_size: int | None = None
    for number in range(ARCHIVE_ENTRIES):
        header = _exactly(read, _BLOCK)
        if len(header) < _BLOCK:
            raise damaged(name, consumed(), EOFError("the archive ends without its end mark"))
        if not header.strip(b"\0"):
            return
        info = _parsed(header, name, consumed())
        if info.type in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK):
            content = _extension(read, info, name, consumed())
            if info.type == tarfile.XHDTYPE:
                long_name, long_size = _pax(content)
            elif info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = content.rstrip(b"\0").decode("utf-8", "surrogateescape")
            continue
        inner = shown(long_name or info.name)
        part = _Part(read, info.size if long_size is None else long_size, f"{name}/{inner}")
        if info.type in _PLAIN:
            yield Packed(number, inner, part.read, consumed)
        part.skip()
        long_name = long_size = None
    raise SourceBroken(f"{name} holds more than {ARCHIVE_ENTRIES} entries. Unpack it yourself and give the folder.")


class _Part:
    """The content of one entry, and the padding after it."""

    def __init__(self, read: Read, size: int, name: str) -> None:
        """``size`` is the content's length in bytes."""
        self._read = read
        self._size = self._left = size
        self._name = name
        self._padding = -size % _BLOCK

    def read(self, count: int) -> bytes:
        """The next bytes of the entry."""
        part = self._read(min(count, self._left)) if self._left else b""
        if self._left and not part:
            raise damaged(self._name, self._size - self._left, EOFError("the archive ends here"))
        self._left -= len(part)
        return part

    def skip(self) -> None:
        """Go to the next header."""
        while self.read(2**20):
            pass
        _exactly(self._read, self._padding)


def _parsed(header: bytes, name: str, offset: int) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise damaged(name, offset, error) from error


def _extension(read: Read, info: tarfile.TarInfo, name: str, offset: int) -> bytes:
    """An extended header: the long name of the entry that follows."""
    if info.size > TAR_HEADER_BYTES:
        raise damaged(name, offset, ValueError(f"an entry's name is {info.size} bytes long"))
    return _exactly(read, info.size + -info.size % _BLOCK)[: info.size]


def _pax(content: bytes) -> tuple[str | None, int | None]:
    """Path and size of a pax header (records ``length key=value``, POSIX.1-2001)."""
    path, size = None, None
    while content:
        length, _, rest = content.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(content):
            break
        key, _, value = rest[: int(length) - len(length) - 2].partition(b"=")
        if key == b"path":
            path = value.decode("utf-8", "surrogateescape")
        elif key == b"size" and value.isdigit():
            size = int(value)
        content = content[int(length) :]
    return path, size


def _exactly(read: Read, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        part = read(count - len(parts))
        if not part:
            break
        parts += part
    return parts


def _reader(window: Window) -> Read:
    """Reads on from a window's beginning, what it holds already first."""

    def read(count: int) -> bytes:
        if window.end == window.base and not window.more():
            return b""
        part = window.cut(window.base, min(window.base + count, window.end))
        window.drop(window.base + len(part))
        return part

    return read

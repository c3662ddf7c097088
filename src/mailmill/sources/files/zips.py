"""Entries of a zip archive, unpacked as a stream, never to the disk."""

import io
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from mailmill.domain.errors import SourceBroken
from mailmill.sources.files.limits import ARCHIVE_DIRECTORY_BYTES, ARCHIVE_ENTRIES, ARCHIVE_RATIO
from mailmill.sources.files.unpack import Guard, Packed, damaged

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1
_STREAMED = 0x8


def zip_entries(file: IO[bytes], size: int, name: str, stop: threading.Event, first: int) -> Iterator[Packed]:
    """The entries from number ``first`` on, in the order of the archive's directory.

    An archive without a directory (a download that broke off) is read from its front as far as it goes; it ends with
    SourceBroken.
    """
    _check_directory(file, size, name)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        yield from _without_directory(file, name, stop, first)
        raise damaged(name, size, error) from error
    with archive:
        entries = archive.infolist()
        _check_entries(entries, size, name)
        behind = 0
        for number, info in enumerate(entries):
            if number >= first and not info.is_dir():
                yield _entry(archive, number, info, behind, name, stop)
            behind += info.compress_size


def _entry(
    archive: zipfile.ZipFile, number: int, info: zipfile.ZipInfo, behind: int, name: str, stop: threading.Event
) -> Packed:
    shown = f"{name}/{info.filename}"
    if info.flag_bits & _ENCRYPTED:
        raise SourceBroken(f"{shown} is encrypted. Unpack it with its password and give the folder.")
    try:
        stream = archive.open(info)
        assert isinstance(stream, zipfile.ZipExtFile)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise damaged(shown, 0, error) from error
    guard = Guard(stream.read1, lambda: info.compress_size, shown, stop)

    def consumed() -> int:
        share = guard.offset / info.file_size if info.file_size else 1.0
        return behind + int(info.compress_size * min(share, 1.0))

    return Packed(number, info.filename, guard.read, consumed)


def _check_entries(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    """Refuse before unpacking what can only be a trap; entries that share bytes are one."""
    if len(entries) > ARCHIVE_ENTRIES:
        raise _too_many(name)
    if sum(info.file_size for info in entries) > ARCHIVE_RATIO * max(size, 2**20):
        raise SourceBroken(
            f"{name} says that it unpacks to more than {ARCHIVE_RATIO} times its size: this looks like a trap for "
            "programs that unpack. If it is mail, unpack it yourself and give the folder."
        )


def _check_directory(file: IO[bytes], size: int, name: str) -> None:
    """Look at the directory's size before zipfile holds it in memory."""
    start = max(size - 2**16 - _END.size, 0)
    file.seek(start)
    tail = file.read(size - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return
    length = _END.unpack_from(tail, at)[5]
    locator = tail[at - _END64_LOCATOR.size : at] if at >= _END64_LOCATOR.size else b""
    if locator.startswith(b"PK\x06\x07"):
        file.seek(_END64_LOCATOR.unpack(locator)[2] + 40)
        length = int.from_bytes(file.read(8), "little")
    if length > ARCHIVE_DIRECTORY_BYTES:
        raise _too_many(name)


def _too_many(name: str) -> SourceBroken:
    return SourceBroken(
        f"{name} holds more than {ARCHIVE_ENTRIES} entries. Unpack it yourself and give the folder: that has no limit."
    )


def _without_directory(file: IO[bytes], name: str, stop: threading.Event, first: int) -> Iterator[Packed]:
    """Entries by their local headers, one after the other, while they are whole (APPNOTE.TXT, 4.3.7)."""
    file.seek(0)
    for number in range(ARCHIVE_ENTRIES):
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_MAGIC):
            return
        _, _, flags, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack(header)
        raw = file.read(name_length)
        inner = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        packed = _long_size(file.read(extra_length), packed)
        if flags & _ENCRYPTED or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return
        if method == zipfile.ZIP_STORED and flags & _STREAMED:
            return
        inflate = _Inflate(file, packed if method == zipfile.ZIP_STORED else None)
        guard = Guard(inflate.read, inflate.packed, f"{name}/{inner}", stop)
        if number >= first and not inner.endswith("/"):
            yield Packed(number, inner, guard.read, file.tell)
        while guard.read(2**16):
            pass
        inflate.finish(streamed=bool(flags & _STREAMED))


def _long_size(extra: bytes, packed: int) -> int:
    """The packed size from a zip64 extra field where the header has no room for it (APPNOTE.TXT, 4.5.3)."""
    while packed == 0xFFFFFFFF and len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1 and length >= 16:
            return int.from_bytes(extra[12:20], "little")
        extra = extra[4 + length :]
    return packed


class _Inflate:
    """Unpacks one entry whose packed length need not be known: deflated data tells its own end."""

    def __init__(self, file: IO[bytes], stored: int | None) -> None:
        """``stored`` is the length of an entry that is not packed."""
        self._file = file
        self._stored = stored
        self._start = file.tell()
        self._object = zlib.decompressobj(-15)

    def packed(self) -> int:
        """Packed bytes read so far."""
        return self._file.tell() - self._start

    def read(self, count: int) -> bytes:
        """The next unpacked bytes; EOFError where the file ends first."""
        if self._stored is not None:
            part = self._file.read(min(count, self._stored))
            self._stored -= len(part)
            if not part and self._stored:
                raise EOFError("the file ends here")
            return part
        while not self._object.eof:
            packed = self._object.unconsumed_tail or self._file.read(4096)
            if not packed:
                raise EOFError("the file ends here")
            part = self._object.decompress(packed, count)
            if part:
                return part
        return b""

    def finish(self, *, streamed: bool) -> None:
        """Go to the next entry: give back what was read too much, pass the sizes that follow the data."""
        if self._stored is None:
            self._file.seek(-len(self._object.unused_data), io.SEEK_CUR)
        if streamed:
            peek = self._file.read(24)
            length = next((n for n in (16, 12, 24, 20) if peek[n : n + 2] == b"PK"), 16)
            self._file.seek(length - len(peek), io.SEEK_CUR)

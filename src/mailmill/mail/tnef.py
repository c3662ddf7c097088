"""The files in a winmail.dat (MS-OXTNEF), read in one pass whose cost is bound by the length of the data.

The usual library believes every count that the data names (four thousand million properties, for one) and logs each
step, so only the few attributes that name a file are read here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mailmill.mail.charsets import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_RENDERING, _TITLE, _DATA, _PROPERTIES, _CODE_PAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9007
_LONG_NAME, _SHORT_NAME, _MIME_TYPE, _DATA_OBJECT = 0x3707, 0x3704, 0x370E, 0x3701
_UNICODE = 0x1F
_MANY, _NAMED = 0x1000, 0x8000
_SIZES = {
    0x00: 0,
    0x01: 0,
    0x02: 4,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 4,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
_VARIABLE = (0x0D, 0x1E, 0x1F, 0x102)


@dataclass(slots=True)
class Packed:
    """One file: its name, MIME type and size in bytes."""

    name: str = ""
    content_type: str = "application/octet-stream"
    size: int = 0


def packed_files(data: bytes) -> list[Packed] | None:
    """The files of a winmail.dat as far as it can be read, None where it is none."""
    if not data.startswith(_SIGNATURE):
        return None
    files: list[Packed] = []
    charset = "cp1252"
    for name, start, end in _attributes(data):
        if name == _CODE_PAGE and end - start >= 4:
            charset = f"cp{struct.unpack_from('<I', data, start)[0]}"
        elif name == _RENDERING:
            files.append(Packed())
        elif files and name == _TITLE:
            files[-1].name = files[-1].name or _text(data[start:end], charset)
        elif files and name == _DATA:
            files[-1].size = end - start
        elif files and name == _PROPERTIES:
            _describe(files[-1], data[start:end], charset)
    return files


def _attributes(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Name, start and end of each attribute, up to the first that does not fit."""
    at = 6
    while at + 9 <= len(data):
        level, name, length = struct.unpack_from("<BH2xI", data, at)
        start, end = at + 9, at + 9 + length
        if level not in (1, 2) or end > len(data):
            return
        yield name, start, end
        at = end + 2


def _describe(file: Packed, properties: bytes, charset: str) -> None:
    for name, kind, value in _properties(properties):
        text = _text(value, "utf-16-le" if kind == _UNICODE else charset)
        if name == _LONG_NAME or (name == _SHORT_NAME and not file.name):
            file.name = text or file.name
        elif name == _MIME_TYPE and "/" in text:
            file.content_type = text.lower()
        elif name == _DATA_OBJECT:
            file.size = file.size or max(len(value) - 16, 0)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Identifier, type and first value of each MAPI property; stops where the data does not fit."""
    at = 4
    try:
        while at + 4 <= len(data):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _behind_name(data, at + 4) if name >= _NAMED else at + 4
            many, kind = bool(kind & _MANY), kind & ~_MANY
            count = 1
            if many or kind in _VARIABLE:
                count = struct.unpack_from("<I", data, at)[0]
                at += 4
            if kind in _SIZES:
                at += _SIZES[kind] * count
                continue
            if kind not in _VARIABLE:
                return
            for number in range(count):
                length = struct.unpack_from("<I", data, at)[0]
                if number == 0:
                    yield name, kind, data[at + 4 : at + 4 + length]
                at += 4 + length + -length % 4
    except struct.error:
        return


def _behind_name(data: bytes, at: int) -> int:
    """Past the GUID and the number or text that name a property."""
    kind, number = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (number + -number % 4 if kind else 0)


def _text(data: bytes, charset: str) -> str:
    """A text that ends with NUL; names are short."""
    return " ".join(decode(data[:2_000], charset).split())

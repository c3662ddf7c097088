"""Transfer decoding (RFC 2045 section 6) that gets out of damaged bodies what can be got out."""

import binascii
import re

import pybase64

from mailmill.mail.headers import OUTSIDE_BASE64, base64_digits, lenient_base64
from mailmill.mail.notes import Place

_STRAY = re.compile(rb"[^A-Za-z0-9+/=\s]")
_PADDING = re.compile(rb"=[=\s]*")
_MOST_BEHIND_PADDING = 1024 * 1024
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def transfer_decoded(data: bytes, start: int, end: int, encoding: str, place: Place) -> bytes:
    """The content of data[start:end]; an unknown encoding is none."""
    if encoding == "base64":
        return _base64(data, start, end, place)
    body = data[start:end]
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(body)
    return body


def _base64(data: bytes, start: int, end: int, place: Place) -> bytes:
    padding = data.find(b"=", start, end)
    if padding < 0 or _PADDING.fullmatch(data, padding, end):
        try:
            decoded = pybase64.b64decode(memoryview(data)[start:end])
        except binascii.Error:
            return _mended_base64(data, start, end, place)
        # The decoder passes over stray characters in silence; line ends are one or two in 76 characters.
        length = end - start
        if len(decoded) * 4 >= (length - length // 30 - 8) * 3 and not (
            length < 100 and _STRAY.search(data, start, end)
        ):
            return decoded
    return _mended_base64(data, start, end, place)


def _mended_base64(data: bytes, start: int, end: int, place: Place) -> bytes:
    """Several base64 texts one after the other are joined; text behind the padding is dropped."""
    padding = data.find(b"=", start, end)
    first = data[start : padding if padding >= 0 else end]
    clean = first.translate(None, OUTSIDE_BASE64)
    strays = len(first) - len(clean) - first.count(b"\n") - first.count(b"\r")
    if strays * 20 > len(first):
        place.defect("it is called base64 and is not; read as it stands")
        return data[start:end]
    if strays:
        place.defect("characters that are not base64 were dropped")
    del first
    decoded = base64_digits(clean)
    if padding < 0:
        return decoded
    return decoded + _behind_padding(data[padding : min(end, padding + _MOST_BEHIND_PADDING)], place)


def _behind_padding(data: bytes, place: Place) -> bytes:
    """What follows the first padding, where it is base64 again."""
    decoded: list[bytes] = []
    pieces = _PADDING.split(data)[1:]
    for number, piece in enumerate(pieces, 1):
        whole = number < len(pieces) or len(b"".join(piece.split())) % 4 == 0
        if _STRAY.search(piece) or not whole:
            place.defect("text behind the end of the base64 was dropped")
            break
        decoded.append(lenient_base64(piece))
    return b"".join(decoded)


def _uudecoded(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    lines: list[bytes] = []
    for line in body[begin.end() if begin else 0 :].splitlines():
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some writers pad lines wrongly: the length is in the first character.
            count = ((((line[0] - 32) & 63) * 4 + 5) // 3) + 1
            try:
                lines.append(binascii.a2b_uu(line[:count]))
            except binascii.Error:
                break
    return b"".join(lines)

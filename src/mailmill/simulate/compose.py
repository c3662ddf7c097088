"""Writes mail by hand (RFC 5322, 2045, 2047), fast, and with the freedoms that real senders take."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import NamedTuple
from urllib.parse import quote

from mailmill.simulate.text import token

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Header = tuple[str, str]


class Part(NamedTuple):
    """One MIME entity: its header lines without the final line end, and its encoded body (line ends LF)."""

    head: bytes
    body: bytes


def text_part(text: str, subtype: str, charset: str = "utf-8", encoding: str = "quoted-printable") -> Part:
    """A text part; ``encoding`` is quoted-printable, base64, 8bit or 7bit."""
    data = text.encode(charset, "replace")
    if encoding == "quoted-printable":
        data = binascii.b2a_qp(data, istext=True)
    elif encoding == "base64":
        data = base64.encodebytes(data)
    if not data.endswith(b"\n"):
        data += b"=\n" if encoding == "quoted-printable" else b"\n"
    head = f"Content-Type: text/{subtype}; charset={_quoted(charset)}\nContent-Transfer-Encoding: {encoding}"
    return Part(head.encode("ascii"), data)


def undeclared_part(text: str, subtype: str, charset: str = "utf-8") -> Part:
    """A text part in 8-bit characters that does not say in which charset."""
    return Part(f"Content-Type: text/{subtype}".encode("ascii"), text.encode(charset) + b"\n")


def file_part(content: bytes, media_type: str, name: str, *, disposition: str = "attachment", cid: str = "") -> Part:
    """An attachment in base64; names beyond ASCII are written by RFC 2231."""
    return encoded_file_part(base64.encodebytes(content), media_type, name, disposition=disposition, cid=cid)


def encoded_file_part(
    body: bytes, media_type: str, name: str, *, disposition: str = "attachment", cid: str = ""
) -> Part:
    """An attachment whose base64 lines exist already."""
    plain = name.isascii()
    named = f'name="{name}"' if plain else f"name*=UTF-8''{quote(name)}"
    filed = f'filename="{name}"' if plain else f"filename*=UTF-8''{quote(name)}"
    lines = [f"Content-Type: {media_type};\n\t{named}", f"Content-Disposition: {disposition};\n\t{filed}"]
    if cid:
        lines.append(f"Content-ID: <{cid}>")
    lines.append("Content-Transfer-Encoding: base64")
    return Part("\n".join(lines).encode("ascii"), body)


def multipart(rng: Random, subtype: str, parts: Sequence[Part]) -> Part:
    """Several parts behind a boundary of one of the usual styles."""
    mark = _boundary(rng)
    extra = '; type="text/html"' if subtype == "related" else ""
    head = f'Content-Type: multipart/{subtype}{extra};\n\tboundary="{mark}"'.encode("ascii")
    opening = b"--" + mark.encode("ascii") + b"\n"
    pieces = [b"This is a multi-part message in MIME format.\n" if rng.random() < 0.1 else b""]
    for part in parts:
        pieces += (opening, part.head, b"\n\n", part.body, b"" if part.body.endswith(b"\n") else b"\n")
    pieces += (b"--", mark.encode("ascii"), b"--\n")
    return Part(head, b"".join(pieces))


def assemble(headers: Iterable[Header], part: Part) -> bytes:
    """A whole mail with LF line ends. Header values are raw text: UTF-8 where somebody forgot to encode."""
    lines = [f"{name}: {value}" for name, value in headers]
    lines.append("MIME-Version: 1.0")
    return b"".join(("\n".join(lines).encode("utf-8"), b"\n", part.head, b"\n\n", part.body))


def encoded(text: str, charset: str = "utf-8", how: str = "B") -> str:
    """The text as encoded words (RFC 2047), at most 75 characters each and split between characters; ASCII stays."""
    if text.isascii():
        return text
    return "\n ".join(_word(chunk, charset, how) for chunk in _chunks(text, charset, how))


def split_inside_character(text: str, charset: str = "utf-8") -> str:
    """Encoded words that cut a multibyte character in two: forbidden by RFC 2047 section 5, and seen every day."""
    data = text.encode(charset, "replace")
    middle = next((i for i, byte in enumerate(data) if byte >= 0x80), len(data) // 2) + 1
    halves = (base64.b64encode(half).decode("ascii") for half in (data[:middle], data[middle:]))
    return "\n ".join(f"=?{charset}?B?{half}?=" for half in halves)


def mailbox(name: str, email: str, charset: str = "utf-8", how: str = "Q") -> str:
    """An address with a display name, quoted or encoded as needed."""
    if not name:
        return email
    if not name.isascii():
        return f"{encoded(name, charset, how)} <{email}>"
    shown = name if name.replace(" ", "").isalnum() else '"' + name.replace('"', '\\"') + '"'
    return f"{shown} <{email}>"


def date_header(when: datetime, offset_minutes: int) -> str:
    """The date as RFC 5322 section 3.3 wants it, in that zone."""
    local = when.astimezone(timezone(timedelta(minutes=offset_minutes)))
    sign = "-" if offset_minutes < 0 else "+"
    zone = f"{sign}{abs(offset_minutes) // 60:02d}{abs(offset_minutes) % 60:02d}"
    day = f"{_DAYS[local.weekday()]}, {local.day:02d} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day} {local:%H:%M:%S} {zone}"


def asctime(when: datetime) -> str:
    """The date as mbox From_ lines carry it, in UTC and always in English."""
    utc = when.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]} {_MONTHS[utc.month - 1]} {utc.day:2d} {utc:%H:%M:%S} {utc.year}"


def asctime_with_zone(when: datetime) -> str:
    """The date as the From_ lines of Google Takeout carry it, with a zone before the year."""
    utc = when.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]} {_MONTHS[utc.month - 1]} {utc.day:02d} {utc:%H:%M:%S} +0000 {utc.year}"


def _quoted(charset: str) -> str:
    return f'"{charset}"' if len(charset) % 2 else charset


def _boundary(rng: Random) -> str:
    style = int(rng.random() * 4)
    mark = token(rng, 22)
    return (
        f"000000000000{mark[:16]}",
        f"----=_Part_{mark[:7]}_{mark[7:16]}.{mark[16:]}",
        f"_=={mark}==_",
        f"b1_{mark}",
    )[style]


def _chunks(text: str, charset: str, how: str) -> Iterable[str]:
    room = 75 - len(f"=?{charset}?{how}??=")
    chunk, used = "", 0.0
    for sign in text:
        size = len(sign.encode(charset, "replace"))
        cost = size * 4 / 3 if how == "B" else size * (1 if sign.isascii() and sign.isalnum() else 3)
        if used + cost > room - 4:
            yield chunk
            chunk, used = "", 0
        chunk, used = chunk + sign, used + cost
    yield chunk


def _word(text: str, charset: str, how: str) -> str:
    data = text.encode(charset, "replace")
    if how == "B":
        return f"=?{charset}?B?{base64.b64encode(data).decode('ascii')}?="
    shown = "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else "_" if byte == 0x20 else f"={byte:02X}"
        for byte in data
    )
    return f"=?{charset}?Q?{shown}?="

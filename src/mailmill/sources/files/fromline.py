"""The From_ line that separates mails in an mbox, in the shapes that programs really write."""

import calendar
import re
from enum import StrEnum
from functools import lru_cache

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = rb"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
_ZONE = rb"(?:\s+(?:[A-Z]{1,5}|(?P<zone%d>[+-]\d{4})))"
_ASCTIME = re.compile(
    rb"From (?P<sender>.*?)\s*\b" + _DAY + rb"\s+" + _MONTH + rb"\s+(?P<day>\d{1,2})\s+" + _CLOCK
    + (_ZONE % 1) + rb"{0,2}\s+(?P<year>\d{4})" + (_ZONE % 2) + rb"{0,2}(?:\s+remote from .*)?\s*"
)  # fmt: skip
_RFC822 = re.compile(
    rb"From (?P<sender>.*?)\s*\b" + _DAY + rb",?\s+(?P<day>\d{1,2})[ -]" + _MONTH + rb"[ -](?P<year>\d{4})\s+" + _CLOCK
    + (_ZONE % 1) + rb"?(?P<zone2>)\s*"
)  # fmt: skip
_TAKEOUT = re.compile(rb"From (?P<number>\d{1,20})@\S+\s")
_UNDATED = re.compile(rb"From (?:-|[^\s]+)\s*")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_MAX_ID = 2**64


class Style(StrEnum):
    """How the From_ lines of one file look; told from its first line, so that bodies are not split by chance.

    ``takeout``: a number, ``@xxx`` and a date, nothing else counts (its bodies may hold bare ``From `` lines).
    ``dated``: a sender and a date; ``From -`` counts where a header line follows. ``undated``: one word, where a
    header line follows.
    """

    TAKEOUT = "takeout"
    DATED = "dated"
    UNDATED = "undated"


def style_of(line: bytes, following: bytes) -> Style | None:
    """The style that this first line of a file stands for, None where it is no From_ line."""
    if not line.startswith(b"From "):
        return None
    if _dated(line):
        return Style.TAKEOUT if _TAKEOUT.match(line) else Style.DATED
    return Style.UNDATED if _UNDATED.fullmatch(line.rstrip()) and _HEADER.match(following) else None


def separates(style: Style, line: bytes, following: bytes) -> bool:
    """Whether this line (without its end), after a blank line, begins a new mail; ``following`` is the next line."""
    if style is Style.TAKEOUT:
        return _TAKEOUT.match(line) is not None and _dated(line) is not None
    if style is Style.DATED:
        return _dated(line) is not None or (line.rstrip() == b"From -" and _HEADER.match(following) is not None)
    return _UNDATED.fullmatch(line.rstrip()) is not None and _HEADER.match(following) is not None


def gmail_number(line: bytes) -> str | None:
    """The number of a Takeout From_ line as 16 hex digits: a candidate for Gmail's message id, not more."""
    found = _TAKEOUT.match(line)
    return hex_id(found["number"]) if found else None


def hex_id(decimal: bytes) -> str | None:
    """Gmail's decimal number as the API writes it (hex, lower case); None where it is no number of 64 bits."""
    digits = decimal.strip()
    if not digits.isdigit() or len(digits) > 20 or int(digits) >= _MAX_ID:
        return None
    return f"{int(digits):x}"


def arrival(line: bytes) -> int | None:
    """The date of a From_ line in seconds since the epoch; UTC where it names no zone (RFC 4155)."""
    found = _dated(line)
    if not found:
        return None
    clock = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    seconds = calendar.timegm((int(found["year"]), _MONTHS.index(found["month"]) + 1, int(found["day"]), *clock))
    return seconds - _offset(found["zone1"] or found["zone2"])


@lru_cache(maxsize=8)  # a line is looked at twice: whether it separates, then when its mail arrived
def _dated(line: bytes) -> re.Match[bytes] | None:
    return _ASCTIME.fullmatch(line) or _RFC822.fullmatch(line)


def _offset(zone: bytes | None) -> int:
    if not zone:
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
    return -seconds if zone.startswith(b"-") else seconds

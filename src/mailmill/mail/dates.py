"""The Date header (RFC 5322 section 3.3) and the shapes that real senders write instead."""

import re
from datetime import datetime
from email.utils import parsedate_tz

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 60, "IST": 330, "WEST": 60, "CET": 60, "MET": 60, "MEZ": 60,
    "CEST": 120, "MEST": 120, "MESZ": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180, "SGT": 480, "HKT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EST": -300,
    "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540,
    "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180,
}  # fmt: skip

_USUAL = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s,-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?"
    r"(?:[.,]\d+)?\s*(?:([+-]\s?\d{1,2}:?\d{2})|\(?([A-Za-z]{1,5})\b)?(?:\s*([+-]\d{4}))?"
)
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_ASCTIME = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(?:(\d{4})\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s*(AM|PM)?\s*([A-Z]{2,5}|[+-]\d{4})?\s*(\d{4})?\s*([+-]\d{4})?",
    re.IGNORECASE,
)

Moment = tuple[int | None, int | None]
_UNKNOWN: Moment = (None, None)
_LAST_SECOND = 253_402_300_799


def parse_date(value: str) -> Moment:
    """Seconds since the epoch (UTC) and the author's zone in minutes east, or (None, None).

    Years of two digits follow RFC 5322 section 4.3. A date without a zone is read as UTC; ``-0000`` is UTC.
    """
    value = value[:200].strip()
    return _usual(value) or _iso(value) or _asctime(value) or _library(value) or _UNKNOWN


def _usual(value: str) -> Moment | None:
    found = _USUAL.match(value)
    if found is None:
        return None
    day, month, year, hour, minute, second, digits, name, after = found.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    offset = _offset(digits) if digits else _named_offset(name, after)
    return _moment(_full_year(year), number, int(day), (int(hour), int(minute), int(second or 0)), offset)


def _iso(value: str) -> Moment | None:
    found = _ISO.match(value)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    offset = _offset(zone) if zone and zone[0] in "+-" else 0
    return _moment(int(year), int(month), int(day), (int(hour or 0), int(minute or 0), int(second or 0)), offset)


def _asctime(value: str) -> Moment | None:
    """``Mon Jan  2 15:04:05 [MST] 2006``, ``Jan 2, 2006 3:04 PM``."""
    found = _ASCTIME.match(value)
    if found is None:
        return None
    month, day, early_year, hour, minute, second, half, zone, late_year, late_zone = found.groups()
    number = _MONTHS.get(month.lower())
    year = early_year or late_year
    if number is None or year is None:
        return None
    hours = int(hour) % 12 + 12 * (half.upper() == "PM") if half else int(hour)
    sign = late_zone or (zone if zone and zone[0] in "+-" else None)
    offset = _offset(sign) if sign else _named_offset(zone, None)
    return _moment(int(year), number, int(day), (hours, int(minute), int(second or 0)), offset)


def _library(value: str) -> Moment | None:
    """The standard library's guess, for whatever none of our patterns knows."""
    try:
        found = parsedate_tz(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if found is None:
        return None
    offset = int((found[9] or 0) / 60)
    return _moment(found[0], found[1], found[2], (found[3], found[4], found[5]), offset)


def _offset(digits: str) -> int:
    """Minutes of ``+0530``, ``+5:30``, ``- 0800``; a day or more is no zone and read as UTC."""
    plain = digits.replace(":", "").replace(" ", "")
    minutes = int(plain[1:-2]) * 60 + int(plain[-2:])
    if minutes >= 24 * 60:
        return 0
    return -minutes if plain[0] == "-" else minutes


def _named_offset(name: str | None, after: str | None) -> int:
    """A zone by name; ``GMT+0200`` names its distance behind it."""
    if after:
        return _offset(after)
    return _ZONES.get(name.upper(), 0) if name else 0


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _moment(year: int, month: int, day: int, clock: tuple[int, int, int], offset: int) -> Moment | None:
    hour, minute, second = clock
    try:
        days = datetime(year, month, day).toordinal() - 719_163  # noqa: DTZ001 - only the calendar is used
    except (ValueError, OverflowError):
        return None
    if hour > 24 or minute > 59 or second > 60:
        return None
    seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
    return (seconds, offset) if -_LAST_SECOND < seconds <= _LAST_SECOND else None

"""What a start may ask for, checked and resolved once, so that a resumed job reads the same range as it began with."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailmill.domain.account import Range
from mailmill.domain.errors import InvalidInput
from mailmill.domain.job import JobKind

MODES = ("incremental", "full_backfill")
EXTRACTORS = ("receipts",)
RANGE_FIELDS = ("days", "hours_back", "months_back", "from_date", "to_date")
_KNOWN = frozenset(
    {
        "mode",
        *RANGE_FIELDS,
        "max_messages",
        "senders",
        "folders",
        "run_to_completion",
        "max_seconds_per_run",
        "extract",
        "problems",
        "then",
    }
)

Given = Mapping[str, Any]  # JSON as a client sent it


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a start says nothing; ``months_back`` or ``days`` is the default range of the kind."""

    run_to_completion: bool = True
    max_seconds_per_run: float | None = None
    months_back: int | None = None
    days: int | None = None


def checked(given: Given, defaults: Defaults, time_zone: str, now: int) -> dict[str, Any]:
    """The parameters to store (JSON): every one checked, the range resolved to ``since`` and ``until``.

    ``now`` is in milliseconds since the epoch. Raises InvalidInput naming the field.
    """
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise InvalidInput(f"There is no parameter “{unknown[0]}”.", field=unknown[0])
    since, until, from_date, to_date = _range(given, defaults, _zone(time_zone), now)
    through = _boolean(given, "run_to_completion", defaults.run_to_completion)
    seconds = _number(given, "max_seconds_per_run", 1, 86_400)
    return {
        "mode": _one_of(given, "mode", MODES, "incremental"),
        "since": since,
        "until": until,
        "from_date": from_date,
        "to_date": to_date,
        "months_back": given.get("months_back"),
        "max_messages": _number(given, "max_messages", 1, 10_000_000),
        "senders": _texts(given, "senders"),
        "folders": _texts(given, "folders"),
        "run_to_completion": through,
        "max_seconds_per_run": None if through else seconds or defaults.max_seconds_per_run,
        "extract": _extractors(given),
        "problems": _numbers(given, "problems"),
        "then": _chain(given),
    }


def range_of(parameters: Given) -> Range:
    """The range that ``checked`` resolved."""
    return Range(
        since=parameters.get("since"),
        until=parameters.get("until"),
        max_messages=parameters.get("max_messages"),
        senders=tuple(s.lower() for s in parameters.get("senders") or ()),
        folders=tuple(parameters.get("folders") or ()),
    )


def _range(
    given: Given, defaults: Defaults, zone: ZoneInfo, now: int
) -> tuple[int | None, int | None, str | None, str | None]:
    moment = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone)
    first, last = _date(given, "from_date"), _date(given, "to_date")
    back = [name for name in ("days", "hours_back", "months_back") if given.get(name) is not None]
    if len(back) + (first is not None or last is not None) > 1:
        raise InvalidInput("Give one range: days, hours_back, months_back, or from_date and to_date.", field=back[0])
    if first is not None and last is not None and first > last:
        raise InvalidInput("from_date is after to_date.", field="from_date")
    if (hours := _number(given, "hours_back", 1, 876_000)) is not None:
        return int(moment.timestamp()) - int(hours) * 3600, None, moment.date().isoformat(), None
    if first is None and last is None:
        first = _default_first(given, defaults, moment.date())
    since = _midnight(first, zone) if first else None
    until = _midnight(last + timedelta(days=1), zone) if last else None
    return since, until, first.isoformat() if first else None, last.isoformat() if last else None


def _default_first(given: Given, defaults: Defaults, today: date) -> date | None:
    months: float | None = _number(given, "months_back", 1, 1200)
    days: float | None = _number(given, "days", 1, 3650)
    if months is None and days is None:
        months, days = defaults.months_back, defaults.days
    if months is not None:
        return _months_before(today, int(months))
    return today - timedelta(days=int(days)) if days is not None else None


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = max(index // 12, 1), index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"There is no time zone “{name}”.", field="time_zone") from error


def _date(given: Given, name: str) -> date | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be a date such as 2026-03-31.", field=name) from None


def _number(given: Given, name: str, least: int, most: int) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidInput(f"{name} must be a number from {least} to {most}.", field=name)
    return value


def _boolean(given: Given, name: str, default: bool) -> bool:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} must be true or false.", field=name)
    return value


def _one_of(given: Given, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in allowed:
        raise InvalidInput(f"{name} must be one of: {', '.join(allowed)}.", field=name)
    return str(value)


def _texts(given: Given, name: str) -> list[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise InvalidInput(f"{name} must be a list of texts.", field=name)
    return value


def _numbers(given: Given, name: str) -> list[int] | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(number, int) for number in value):
        raise InvalidInput(f"{name} must be a list of numbers.", field=name)
    return value


def _extractors(given: Given) -> list[str]:
    names = list(EXTRACTORS) if given.get("extract") is None else _texts(given, "extract")
    for name in names:
        if name not in EXTRACTORS:
            raise InvalidInput(f"There is no extractor “{name}”; there is: {', '.join(EXTRACTORS)}.", field="extract")
    return names


def _chain(given: Given) -> list[dict[str, Any]]:
    steps = given.get("then") or []
    if not isinstance(steps, list):
        raise InvalidInput("then must be a list of jobs.", field="then")
    for step in steps:
        if not isinstance(step, dict) or step.get("kind") not in set(JobKind):
            raise InvalidInput(f"Each job in then needs a kind: {', '.join(JobKind)}.", field="then")
    return steps

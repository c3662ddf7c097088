"""How numbers, times and jobs are put into words; the pages speak the same way."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency

from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import JobView
from mailmill.store.admission import Place

_REMEDIES = {
    Waiting.RETRY: "tries again by itself",
    Waiting.QUOTA: "continues by itself when the provider allows",
    Waiting.COOLDOWN: "starts by itself after the cooldown",
    Waiting.SCHEDULE: "starts by itself in its hours",
    Waiting.BUDGET: "continues by itself in a moment",
    Waiting.USER: "paused by you",
    Waiting.LOGIN: "sign in again to continue",
    Waiting.WORKER: "waits for a worker",
    Waiting.ACCOUNT: "waits for the job that reads this account",
    Waiting.SLOT: "waits for your other jobs",
}


def count(number: int, one: str, many: str | None = None) -> str:
    """“1 mail”, “1,204 mails”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """“4 s”, “3 min 20 s”, “2 h 5 min”."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def eta(low: int, high: int) -> str:
    """“3 to 5 min left”."""
    if high < 60:
        return f"{low} to {high} s left" if low < high else f"{high} s left"
    first, last = -(-low // 60), -(-high // 60)
    return f"{first} to {last} min left" if first < last else f"{last} min left"


def size(number: float) -> str:
    """“12.4 MB”."""
    for unit in ("B", "KB", "MB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.2f} GB"


def money(micros: int, currency: str | None) -> str:
    """“€1,204.18”; the currency's code where it has no sign, only the number where it is unknown."""
    amount = Decimal(micros) / 1_000_000
    return format_currency(amount, currency, locale="en_US") if currency else f"{amount:,.2f}"


def amount_done(view: JobView) -> str:
    """“1,204 mails, 12.0 of 88.1 MB” or “120 of about 340 mails”."""
    about = "about " if view.estimated else ""
    if view.unit == "bytes":
        mails = count(view.counters.get("listed", 0), "mail")
        total = f" of {about}{size(view.total)}" if view.total is not None else ""
        return f"{mails}, {size(view.done)}{total}"
    total = f" of {about}{view.total:,}" if view.total is not None else ""
    return f"{view.done:,}{total} {'mail' if view.done == 1 and not total else 'mails'}"


def standing(view: JobView, place: Place | None = None) -> str:
    """Where a job stands, in one phrase."""
    if view.state is State.QUEUED and place is not None:
        return _waiting(place.waiting_for, place)
    if view.waiting_for is not None:
        reason = f"{view.reason.rstrip('.')}; " if view.reason else ""
        return f"{view.state}: {reason}{_REMEDIES[view.waiting_for]}"
    if view.state is State.FAILED:
        return f"failed: {view.error_message}"
    return str(view.state)


def _waiting(waiting_for: Waiting, place: Place) -> str:
    behind = f" (job {place.behind})" if place.behind is not None else ""
    number = f"number {place.position} in line, " if place.position is not None else ""
    return f"queued: {number}{_REMEDIES[waiting_for]}{behind}"


def sums(totals: Mapping[str, Any]) -> str:
    """The equation of a report: “3,100 listed = 2,871 new + 204 already here + …”."""
    return (
        f"{totals['listed']:,} listed = {totals['new']:,} new + {totals['had']:,} already here + "
        f"{totals['filtered']:,} filtered + {count(totals['problem'], 'problem')} + {totals['gone']:,} gone"
    )

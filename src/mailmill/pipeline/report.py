"""The report of a sync: it is checked before a job may call itself succeeded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import reduce
from operator import add
from typing import Any

from mailmill.domain.account import Account
from mailmill.domain.errors import CountsDisagree
from mailmill.domain.job import Job, Tally, Waiting
from mailmill.domain.progress import Event, EventType
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import JobContext
from mailmill.store import accounts, figures, problems
from mailmill.store import jobs as store
from mailmill.store.db import Connection

Report = Mapping[str, Any]  # JSON, see docs/events.md


async def close_books(job: JobContext, account: Account) -> Report:
    """The report of what was read. Raises CountsDisagree naming folder and counts when something is missing."""
    now = now_ms()

    def work(conn: Connection) -> Report:
        tallies = store.tally(conn, job.job)
        check(tallies)
        _compare_with_rows(conn, job.job)
        accounts.note_synced(conn, account.id, now)
        totals = reduce(add, tallies.values(), Tally())
        past = store.events_after(conn, job.job.id, 0, limit=10_000_000)
        active = max(job.view.elapsed_ms(now), 1) / 1000
        return {
            "totals": asdict(totals),
            "folders": {folder: asdict(t) for folder, t in tallies.items()},
            "with_receipts": job.view.counters.get("with_receipts", 0),
            "receipts": job.view.counters.get("receipts", 0),
            "open_problems": problems.count_open(conn, account.id),
            "messages_per_second": round(totals.listed / active, 1),
            "waited_seconds": waited(past),
            "attempts": job.job.attempt,
            "money": figures.sums_of_job(conn, job.job.id),
        }

    return await job.database.write(work)


def check(tallies: Mapping[str, Tally]) -> None:
    """Every listed mail has exactly one outcome, in every folder. Raises CountsDisagree."""
    for folder, t in tallies.items():
        if t.missing:
            parts = f"{t.new} new + {t.had} already here + {t.filtered} filtered + {t.problem} problems + {t.gone} gone"
            what = f"{t.missing} missing" if t.missing > 0 else f"{-t.missing} too many"
            raise CountsDisagree(f"Folder “{folder}”: {t.listed} listed, but {parts}: {what}.", missing=t.missing)


def waited(past: Sequence[Event]) -> dict[str, float]:
    """Seconds of waiting by reason: away from a worker, and for a short limit while running."""
    seconds: dict[str, float] = {}
    since: tuple[int, str] | None = None
    for event in past:
        if since is not None:
            seconds[since[1]] = round(seconds.get(since[1], 0) + (event.at - since[0]) / 1000, 3)
            since = None
        if event.type in (EventType.QUEUED, EventType.PAUSED):
            since = (event.at, str(event.data["waiting_for"]))
        elif event.type is EventType.WAITING:
            since = (event.at, str(Waiting.QUOTA))
    return seconds


def _compare_with_rows(conn: Connection, job: Job) -> None:
    """The counters must equal the rows that this job has written."""
    counted = store.counted_in_all_rounds(conn, job.id)
    rows = figures.count_of_job(conn, job.id)
    if rows != counted.new:
        raise CountsDisagree(f"{counted.new} mails were counted as new, but {rows} are in the archive.", rows=rows)
    kept = problems.count_of_job(conn, job.id)
    if kept > counted.problem:
        raise CountsDisagree(f"{counted.problem} problems were counted, but {kept} are kept.", rows=kept)

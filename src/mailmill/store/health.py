"""What ``doctor`` asks of the database."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from mailmill.domain.job import State, Waiting
from mailmill.store.tables.archive import messages
from mailmill.store.tables.work import jobs

GRACE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Health:
    """Figures; ``failed`` and ``overdue`` are job numbers, ``damage`` what the file's own check found."""

    damage: str | None
    messages: int
    queued: int
    running: int
    failed: tuple[int, ...]
    overdue: tuple[int, ...]


def look(conn: Connection, now: int, since: int) -> Health:
    """The state of the instance; failures count from ``since`` on (both milliseconds since the epoch)."""
    found = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    failed = (jobs.c.state == State.FAILED) & (jobs.c.finished_at >= since)
    by_itself = (jobs.c.state == State.PAUSED) & (jobs.c.waiting_for == Waiting.BUDGET)
    return Health(
        damage=None if found == "ok" else str(found),
        messages=conn.execute(select(func.count()).select_from(messages)).scalar_one(),
        queued=_count(conn, jobs.c.state == State.QUEUED),
        running=_count(conn, jobs.c.state == State.RUNNING),
        failed=_numbers(conn, failed),
        overdue=_numbers(conn, by_itself & (jobs.c.run_after < now - GRACE_MS)),
    )


def _count(conn: Connection, which: ColumnElement[bool]) -> int:
    return conn.execute(select(func.count()).select_from(jobs).where(which)).scalar_one()


def _numbers(conn: Connection, which: ColumnElement[bool]) -> tuple[int, ...]:
    return tuple(conn.execute(select(jobs.c.number).where(which).order_by(jobs.c.number).limit(20)).scalars())

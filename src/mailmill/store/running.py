"""What is being worked on, and what waits for a time to pass: the questions of dispatcher and upkeep."""

from sqlalchemy import Connection, delete, func, select

from mailmill.domain.job import FINISHED, Job, State, Waiting
from mailmill.store import jobs as store
from mailmill.store.tables.work import jobs


def busy_jobs(conn: Connection) -> list[Job]:
    """The jobs that an attempt works on, also those that were stopped meanwhile."""
    return [stored.job for stored in store.find(conn, store.selection().where(jobs.c.busy))]


def abandoned(conn: Connection) -> list[store.Stored]:
    """Busy jobs, and jobs that hold a slot which no worker will free, as seen when a new runner begins."""
    return store.find(conn, store.selection().where(jobs.c.busy | (jobs.c.slot & (jobs.c.state != State.QUEUED))))


def due_budgets(conn: Connection, now: int) -> list[store.Stored]:
    """Jobs that paused for their time budget and may go on."""
    due = (jobs.c.state == State.PAUSED) & (jobs.c.waiting_for == Waiting.BUDGET) & (jobs.c.run_after <= now)
    return store.find(conn, store.selection().where(due).order_by(jobs.c.id))


def stale_logins(conn: Connection, before: int) -> list[store.Stored]:
    """Jobs that have waited for a login since before that time."""
    stale = (jobs.c.state == State.PAUSED) & (jobs.c.waiting_for == Waiting.LOGIN) & (jobs.c.paused_at < before)
    return store.find(conn, store.selection().where(stale).order_by(jobs.c.id))


def oldest_login(conn: Connection) -> int | None:
    """Since when the job that has waited longest for a login waits, in milliseconds since the epoch."""
    paused = (jobs.c.state == State.PAUSED) & (jobs.c.waiting_for == Waiting.LOGIN)
    return conn.execute(select(func.min(jobs.c.paused_at)).where(paused)).scalar()


def forget_finished(conn: Connection, before: int) -> int:
    """Delete jobs that finished before that time, with their events and files; returns how many."""
    old = jobs.c.state.in_(FINISHED) & (jobs.c.finished_at < before)
    return conn.execute(delete(jobs).where(jobs.c.id.in_(select(jobs.c.id).where(old).limit(200)))).rowcount

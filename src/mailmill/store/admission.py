"""Which waiting jobs may start: limits per starter, one reader per account, lanes with ageing. All in SQL.

A job that may start holds a slot from then until its work has really ended. Waiting jobs hold none, so one user with a
thousand jobs keeps two slots at most, and the others find the workers free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select, update

from mailmill.domain.job import Job, State, Waiting
from mailmill.store.tables.work import jobs

_other = jobs.alias("other")
_WHOLE_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """``per_starter`` slots for each starter; a waiting job moves up one lane every ``ageing_ms``."""

    per_starter: int
    ageing_ms: int


@dataclass(frozen=True, slots=True)
class Place:
    """Why a queued job waits and, where there is a line, its place in it (from 1), and the job it waits for."""

    waiting_for: Waiting
    position: int | None = None
    behind: int | None = None


def admit(conn: Connection, now: int, limits: Limits) -> int:
    """Give slots to waiting jobs as far as the limits allow; returns how many got one.

    To be called in every transaction that queues a job or frees a slot, and when a waiting time has passed.
    """
    admitted = 0
    waiting = select(jobs.c.starter_id).where(_waits(now)).distinct().order_by(jobs.c.starter_id)
    for starter in conn.execute(waiting).scalars().all():
        while (chosen := _next_of(conn, starter, now, limits)) is not None:
            conn.execute(update(jobs).where(jobs.c.id == chosen).values(slot=True, waiting_for=Waiting.WORKER))
            admitted += 1
    return admitted


def claimable(conn: Connection, now: int, limits: Limits, count: int) -> Sequence[str]:
    """The next jobs to run, at most ``count``: by lane, then whose starter has fewest running, then by age."""
    order = (_lane(now, limits), _running_of_starter(), jobs.c.queued_at, jobs.c.number)
    return conn.execute(select(jobs.c.id).where(_ready()).order_by(*order).limit(count)).scalars().all()


def place(conn: Connection, job: Job, now: int, limits: Limits) -> Place | None:
    """Why the job waits just now; None when it is not queued."""
    if job.state is not State.QUEUED:
        return None
    if job.run_after is not None and job.run_after > now and job.waiting_for is not None:
        return Place(job.waiting_for)
    if job.slot:
        line = claimable(conn, now, limits, _WHOLE_LINE)
        return Place(Waiting.WORKER, line.index(job.id) + 1 if job.id in line else None)
    if (reader := _reader(conn, job)) is not None:
        same = jobs.c.account_id == job.account_id
        return Place(Waiting.ACCOUNT, _ahead(conn, job, now, limits, _waits(now) & same), reader)
    mine = jobs.c.starter_id == job.starter_id
    return Place(Waiting.SLOT, _ahead(conn, job, now, limits, _waits(now) & mine))


def next_due(conn: Connection, now: int) -> int | None:
    """When the next stored waiting time ends, in milliseconds since the epoch."""
    later = jobs.c.run_after > now
    asleep = jobs.c.state.in_((State.QUEUED, State.PAUSED))
    return conn.execute(select(func.min(jobs.c.run_after)).where(asleep, later)).scalar()


def _next_of(conn: Connection, starter: int, now: int, limits: Limits) -> str | None:
    held = conn.execute(
        select(func.count()).where(jobs.c.starter_id == starter, jobs.c.slot, jobs.c.exempt.is_(False))
    ).scalar_one()
    mine = and_(_waits(now), jobs.c.starter_id == starter, ~_account_busy())
    if held >= limits.per_starter:
        mine = and_(mine, jobs.c.exempt)
    order = (_lane(now, limits), jobs.c.queued_at, jobs.c.number)
    return conn.execute(select(jobs.c.id).where(mine).order_by(*order).limit(1)).scalar()


def _ready() -> ColumnElement[bool]:
    return and_(jobs.c.slot, jobs.c.state == State.QUEUED, jobs.c.busy.is_(False))


def _running_of_starter() -> ColumnElement[int]:
    mine = (_other.c.starter_id == jobs.c.starter_id) & (_other.c.state == State.RUNNING)
    return select(func.count()).select_from(_other).where(mine).scalar_subquery()


def _waits(now: int) -> ColumnElement[bool]:
    due = or_(jobs.c.run_after.is_(None), jobs.c.run_after <= now)
    return and_(jobs.c.state == State.QUEUED, jobs.c.slot.is_(False), due)


def _account_busy() -> ColumnElement[bool]:
    reads = _other.c.slot & _other.c.reads_account & (_other.c.account_id == jobs.c.account_id)
    return and_(jobs.c.reads_account, exists(select(literal(1)).select_from(_other).where(reads)))


def _reader(conn: Connection, job: Job) -> int | None:
    """The number of the job that reads this job's account, when this one wants to read it too."""
    mine = select(jobs.c.reads_account).where(jobs.c.id == job.id).scalar_subquery()
    busy = (jobs.c.account_id == job.account_id) & jobs.c.slot & jobs.c.reads_account & (jobs.c.id != job.id)
    return conn.execute(select(jobs.c.number).where(busy, mine).limit(1)).scalar()


def _lane(now: int, limits: Limits) -> ColumnElement[int]:
    aged = jobs.c.lane - (now - jobs.c.queued_at) // limits.ageing_ms
    return case((aged < 0, 0), else_=aged)


def _ahead(conn: Connection, job: Job, now: int, limits: Limits, line: ColumnElement[bool]) -> int:
    lane = max(0, job.lane - (now - job.queued_at) // limits.ageing_ms)
    theirs = _lane(now, limits)
    longer = or_(jobs.c.queued_at < job.queued_at, and_(jobs.c.queued_at == job.queued_at, jobs.c.number < job.number))
    before = or_(theirs < lane, and_(theirs == lane, longer))
    return conn.execute(select(func.count()).where(line, before)).scalar_one() + 1

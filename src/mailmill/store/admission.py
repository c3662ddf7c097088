"""Which waiting jobs may start: limits per starter, one reader per account, lanes with ageing. All in SQL.

A job that may start holds a slot from then until its work has really ended. Waiting jobs hold none, so one user with a
thousand jobs keeps two slots at most, and the others find the workers free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

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


# Statements are made once: to build one anew costs more than to run it, and every start and every ending asks these.
_NOW: BindParameter[int] = bindparam("now", type_=BigInteger)
_AGEING: BindParameter[int] = bindparam("ageing", type_=BigInteger)
_AGED = jobs.c.lane - (_NOW - jobs.c.queued_at) // _AGEING
_LANE: ColumnElement[int] = case((_AGED < 0, 0), else_=_AGED)
_WAITS = and_(
    jobs.c.state == State.QUEUED,
    jobs.c.slot.is_(False),
    or_(jobs.c.run_after.is_(None), jobs.c.run_after <= _NOW),
)
_READY = and_(jobs.c.slot, jobs.c.state == State.QUEUED, jobs.c.busy.is_(False))
_READS_IT = _other.c.slot & _other.c.reads_account & (_other.c.account_id == jobs.c.account_id)
_ACCOUNT_BUSY = and_(jobs.c.reads_account, exists(select(literal(1)).select_from(_other).where(_READS_IT)))
_RUNNING_OF_STARTER = (
    select(func.count())
    .select_from(_other)
    .where(_other.c.starter_id == jobs.c.starter_id, _other.c.state == State.RUNNING)
    .scalar_subquery()
)
_STARTER = jobs.c.starter_id == bindparam("starter")
_STARTERS = select(jobs.c.starter_id).where(_WAITS).distinct().order_by(jobs.c.starter_id)
_HELD = select(func.count()).where(_STARTER, jobs.c.slot, jobs.c.exempt.is_(False))
_NEXT = (
    select(jobs.c.id, jobs.c.exempt)
    .where(_WAITS, _STARTER, ~_ACCOUNT_BUSY, or_(jobs.c.exempt, literal(False) == bindparam("full", type_=Boolean)))
    .order_by(_LANE, jobs.c.queued_at, jobs.c.number)
    .limit(1)
)
_CLAIMABLE = (
    select(jobs.c.id)
    .where(_READY)
    .order_by(_LANE, _RUNNING_OF_STARTER, jobs.c.queued_at, jobs.c.number)
    .limit(bindparam("count", type_=Integer))
)


def admit(conn: Connection, now: int, limits: Limits) -> int:
    """Give slots to waiting jobs as far as the limits allow; returns how many got one.

    To be called in every transaction that queues a job or frees a slot, and when a waiting time has passed.
    """
    admitted = 0
    times = {"now": now, "ageing": limits.ageing_ms}
    for starter in conn.execute(_STARTERS, {"now": now}).scalars().all():
        held = conn.execute(_HELD, {"starter": starter}).scalar_one()
        mine = {**times, "starter": starter}
        while chosen := conn.execute(_NEXT, {**mine, "full": held >= limits.per_starter}).one_or_none():
            job_id, exempt = chosen
            conn.execute(update(jobs).where(jobs.c.id == job_id).values(slot=True, waiting_for=Waiting.WORKER))
            held += not exempt
            admitted += 1
    return admitted


def claimable(conn: Connection, now: int, limits: Limits, count: int) -> Sequence[str]:
    """The next jobs to run, at most ``count``: by lane, then whose starter has fewest running, then by age."""
    values = {"now": now, "ageing": limits.ageing_ms, "count": count}
    return conn.execute(_CLAIMABLE, values).scalars().all()


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
        return Place(Waiting.ACCOUNT, _ahead(conn, job, now, limits, _WAITS & same), reader)
    mine = jobs.c.starter_id == job.starter_id
    return Place(Waiting.SLOT, _ahead(conn, job, now, limits, _WAITS & mine))


def next_due(conn: Connection, now: int) -> int | None:
    """When the next stored waiting time ends, in milliseconds since the epoch."""
    later = jobs.c.run_after > now
    asleep = jobs.c.state.in_((State.QUEUED, State.PAUSED))
    return conn.execute(select(func.min(jobs.c.run_after)).where(asleep, later)).scalar()


def _reader(conn: Connection, job: Job) -> int | None:
    """The number of the job that reads this job's account, when this one wants to read it too."""
    mine = select(jobs.c.reads_account).where(jobs.c.id == job.id).scalar_subquery()
    busy = (jobs.c.account_id == job.account_id) & jobs.c.slot & jobs.c.reads_account & (jobs.c.id != job.id)
    return conn.execute(select(jobs.c.number).where(busy, mine).limit(1)).scalar()


def _ahead(conn: Connection, job: Job, now: int, limits: Limits, line: ColumnElement[bool]) -> int:
    lane = max(0, job.lane - (now - job.queued_at) // limits.ageing_ms)
    longer = or_(jobs.c.queued_at < job.queued_at, and_(jobs.c.queued_at == job.queued_at, jobs.c.number < job.number))
    theirs = _LANE
    before = or_(theirs < lane, and_(theirs == lane, longer))
    times = {"now": now, "ageing": limits.ageing_ms}
    return conn.execute(select(func.count()).where(line, before), times).scalar_one() + 1

"""Jobs, their attempts, checkpoints and tallies: rows in and out, each change with its events and its view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from mailmill.domain.errors import LeaseLost, NotFound
from mailmill.domain.job import ACTIVE, Job, JobKind, Lane, State, Tally, Waiting
from mailmill.domain.progress import Data, Event, EventType, JobView, fold
from mailmill.store.tables.work import attempts, checkpoints, events, jobs, tallies

Changes = Mapping[str, Any]  # column values of the jobs table
NewEvents = Sequence[tuple[EventType, Data]]

_COLUMNS = tuple(jobs.c[f.name] for f in fields(Job))


@dataclass(frozen=True, slots=True)
class Stored:
    """A job's row together with its view."""

    job: Job
    view: JobView


def create(conn: Connection, values: Changes, data: NewEvents, now: int) -> Stored:
    """Insert a queued job with its first events (``created`` comes first). The number is the next of this instance."""
    number = (conn.execute(select(func.max(jobs.c.number))).scalar() or 0) + 1
    head = {"id": values["id"], "number": number, "kind": values["kind"]}
    numbered = _number(0, now, [(EventType.CREATED, head), *data])
    view = _folded(None, numbered)
    row = {
        "slot": False,
        "busy": False,
        "attempt": 0,
        "generation": 1,
        "round": 1,
        "failures": 0,
        "state": State.QUEUED,
        "number": number,
        "created_at": now,
        "queued_at": now,
        "last_seq": len(numbered),
        "view": view.to_json(),
    }
    conn.execute(insert(jobs).values({**row, **values}))
    _insert_events(conn, values["id"], numbered)
    return load(conn, values["id"])


def load(conn: Connection, job: str | int) -> Stored:
    """The job of that id (32 hex digits) or number. Raises NotFound."""
    key = jobs.c.number == job if isinstance(job, int) else jobs.c.id == job
    row = conn.execute(select(*_COLUMNS, jobs.c.view).where(key).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"There is no job {job}.")
    return _stored(row)


def find(conn: Connection, query: Select[Any]) -> list[Stored]:
    """The jobs that a query over ``selection()`` gives."""
    return [_stored(row) for row in conn.execute(query)]


def active_job(conn: Connection, account_id: int | None, kind: JobKind) -> Stored | None:
    """The active job of that kind on that account."""
    return next((stored for stored in active_on(conn, account_id) if stored.job.kind is kind), None)


def active_on(conn: Connection, account_id: int | None) -> list[Stored]:
    """The active jobs on that account, oldest first."""
    active = jobs.c.state.in_(ACTIVE) & (jobs.c.account_id == account_id)
    return find(conn, selection().where(active).order_by(jobs.c.number))


def last_on(conn: Connection, account_id: int, kind: JobKind) -> Stored | None:
    """The newest job of that kind on that account."""
    mine = (jobs.c.account_id == account_id) & (jobs.c.kind == kind)
    return next(iter(find(conn, selection().where(mine).order_by(jobs.c.number.desc()).limit(1))), None)


def newest(conn: Connection, workspace_id: int, limit: int | None) -> list[Stored]:
    """The jobs of a workspace, newest first."""
    mine = jobs.c.workspace_id == workspace_id
    return find(conn, selection().where(mine).order_by(jobs.c.number.desc()).limit(limit))


def waiting_for_login(conn: Connection, account_id: int) -> list[Stored]:
    """The jobs of an account that are paused until somebody signs in."""
    paused = (jobs.c.state == State.PAUSED) & (jobs.c.waiting_for == Waiting.LOGIN)
    return find(conn, selection().where(paused, jobs.c.account_id == account_id).order_by(jobs.c.id))


def selection() -> Select[Any]:
    """A query for jobs, to be narrowed and handed to ``find``."""
    return select(*_COLUMNS, jobs.c.view)


def change(conn: Connection, stored: Stored, changes: Changes, data: NewEvents, now: int) -> Stored:
    """Change a job that was loaded in this same transaction, with the events that tell of it."""
    numbered = _number(stored.job.last_seq, now, data)
    view = _folded(stored.view, numbered) if numbered else stored.view
    statement = update(jobs).where(jobs.c.id == stored.job.id, jobs.c.last_seq == stored.job.last_seq)
    values = {**changes, "last_seq": stored.job.last_seq + len(numbered), "view": view.to_json()}
    if conn.execute(statement.values(values)).rowcount != 1:
        raise LeaseLost
    _insert_events(conn, stored.job.id, numbered)
    return load(conn, stored.job.id)


def advance(
    conn: Connection, job: Job, view: JobView, data: NewEvents, changes: Changes, now: int
) -> tuple[JobView, int]:
    """The last statement of an attempt's commit: fence and event number at once.

    Raises LeaseLost, and so rolls everything back, unless the job is running under this very attempt. ``view`` is the
    view as of the attempt's last commit; the new one is returned with the last event's number.
    """
    numbered = _number(view.seq, now, data)
    view = _folded(view, numbered) if numbered else view
    mine = (jobs.c.id == job.id) & (jobs.c.attempt == job.attempt) & (jobs.c.state == State.RUNNING)
    values = {**changes, "last_seq": jobs.c.last_seq + len(numbered), "view": view.to_json()}
    last = conn.execute(update(jobs).where(mine).values(values).returning(jobs.c.last_seq)).scalar_one_or_none()
    if last is None or last != view.seq:
        raise LeaseLost
    _insert_events(conn, job.id, numbered)
    return view, last


def events_after(conn: Connection, job_id: str, after: int, limit: int = 1000) -> list[Event]:
    """The job's events with a number above ``after``, in order."""
    mine = (events.c.job_id == job_id) & (events.c.seq > after)
    rows = conn.execute(
        select(events.c.seq, events.c.at, events.c.type, events.c.data).where(mine).order_by(events.c.seq).limit(limit)
    )
    return [Event(row.seq, row.at, EventType(row.type), row.data) for row in rows]


def begin_attempt(conn: Connection, job_id: str, attempt: int, worker: str, now: int) -> None:
    """Note who works on the job from now on."""
    conn.execute(insert(attempts).values(job_id=job_id, attempt=attempt, worker=worker, started_at=now))


def end_attempt(conn: Connection, job_id: str, attempt: int, outcome: str, error: str | None, now: int) -> None:
    """Note how the work ended; ``error`` is the traceback, kept for those who operate the instance."""
    mine = (attempts.c.job_id == job_id) & (attempts.c.attempt == attempt) & attempts.c.ended_at.is_(None)
    conn.execute(update(attempts).where(mine).values(ended_at=now, outcome=outcome, error=error))


def position(conn: Connection, job_id: str, phase: str) -> str | None:
    """The stored position of a phase; None when it has not begun."""
    mine = (checkpoints.c.job_id == job_id) & (checkpoints.c.phase == phase)
    return conn.execute(select(checkpoints.c.position).where(mine)).scalar_one_or_none()


def set_position(conn: Connection, job_id: str, phase: str, position: str) -> None:
    """Store the position up to which the phase has committed its rows."""
    clear_position(conn, job_id, phase)
    conn.execute(insert(checkpoints).values(job_id=job_id, phase=phase, position=position))


def clear_position(conn: Connection, job_id: str, phase: str | None = None) -> None:
    """Forget the position of a phase, or of all."""
    mine = checkpoints.c.job_id == job_id
    conn.execute(delete(checkpoints).where(mine if phase is None else mine & (checkpoints.c.phase == phase)))


def tally(conn: Connection, job: Job) -> dict[str, Tally]:
    """The outcomes of this round so far, by folder."""
    mine = (tallies.c.job_id == job.id) & (tallies.c.round == job.round)
    rows = conn.execute(select(tallies).where(mine).order_by(tallies.c.folder))
    return {r.folder: Tally(r.listed, r.new, r.had, r.filtered, r.problem, r.gone) for r in rows}


def add_tallies(conn: Connection, job: Job, more: Mapping[str, Tally]) -> None:
    """Add outcomes to what the job has counted in this round."""
    for folder, t in more.items():
        key = {"job_id": job.id, "round": job.round, "folder": folder}
        mine = (tallies.c.job_id == job.id) & (tallies.c.round == job.round) & (tallies.c.folder == folder)
        counts = {f.name: getattr(t, f.name) for f in fields(Tally)}
        added = {name: tallies.c[name] + count for name, count in counts.items()}
        if conn.execute(update(tallies).where(mine).values(added)).rowcount == 0:
            conn.execute(insert(tallies).values(**key, **counts))


def counted_in_all_rounds(conn: Connection, job_id: str) -> Tally:
    """The outcomes of all rounds together: what the rows that the job has written must agree with."""
    sums = [func.coalesce(func.sum(tallies.c[f.name]), 0) for f in fields(Tally)]
    return Tally(*conn.execute(select(*sums).where(tallies.c.job_id == job_id)).one())


def _stored(row: Row[*tuple[Any, ...]]) -> Stored:
    values = row._mapping
    plain = {f.name: values[f.name] for f in fields(Job)}
    waiting = plain["waiting_for"]
    plain.update(
        kind=JobKind(plain["kind"]),
        lane=Lane(plain["lane"]),
        state=State(plain["state"]),
        waiting_for=Waiting(waiting) if waiting else None,
    )
    return Stored(Job(**plain), JobView.from_json(values["view"]))


def _number(last: int, now: int, data: NewEvents) -> list[Event]:
    return [Event(last + n, now, type_, fact) for n, (type_, fact) in enumerate(data, start=1)]


def _folded(view: JobView | None, numbered: Sequence[Event]) -> JobView:
    for event in numbered:
        view = fold(view, event)
    assert view is not None
    return view


def _insert_events(conn: Connection, job_id: str, numbered: Sequence[Event]) -> None:
    if numbered:
        rows = [{"job_id": job_id, "seq": e.seq, "at": e.at, "type": e.type, "data": dict(e.data)} for e in numbered]
        conn.execute(insert(events), rows)

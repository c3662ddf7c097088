"""Claim a job, and settle how the attempt ended: each one transaction."""

from collections.abc import Mapping
from typing import Any

from mailmill.domain.errors import NotFound
from mailmill.domain.job import Job, State, Waiting
from mailmill.domain.progress import EventType
from mailmill.jobs.enqueue import start_next
from mailmill.jobs.outcome import Done, Failed, HandedBack, Later, Outcome, Pause, Stopped
from mailmill.jobs.rules import Rules
from mailmill.store import jobs as store
from mailmill.store.admission import admit
from mailmill.store.db import Connection


def claim(conn: Connection, job_id: str, worker: str, now: int) -> store.Stored | None:
    """Begin the next attempt of an admitted job; None when somebody else was quicker or it was stopped meanwhile."""
    stored = store.load(conn, job_id)
    job = stored.job
    if job.state is not State.QUEUED or not job.slot or job.busy:
        return None
    attempt = job.attempt + 1
    store.begin_attempt(conn, job_id, attempt, worker, now)
    changes = {"state": State.RUNNING, "waiting_for": None, "run_after": None, "attempt": attempt, "busy": True}
    return store.change(conn, stored, changes, [(EventType.STARTED, {"attempt": attempt, "worker": worker})], now)


def settle(conn: Connection, job_id: str, attempt: int, outcome: Outcome, rules: Rules, now: int) -> None:
    """End the attempt: the state that follows, its event, the slot free again, the next jobs admitted.

    Writes nothing when the job was taken over meanwhile. A state that a person chose meanwhile stands.
    """
    try:
        stored = store.load(conn, job_id)
    except NotFound:
        return
    if stored.job.attempt != attempt or not stored.job.busy:
        return
    error = getattr(outcome, "error", None)
    store.end_attempt(conn, job_id, attempt, type(outcome).__name__.lower(), error, now)
    free: dict[str, Any] = {"slot": False, "busy": False}  # column values
    if stored.job.state is State.RUNNING:
        changes, events = follow(stored.job, outcome, now)
        store.change(conn, stored, {**free, **changes}, events, now)
        if isinstance(outcome, Done):
            start_next(conn, stored.job, now)
    else:
        store.change(conn, stored, free, (), now)
    admit(conn, now, rules.limits)


def follow(job: Job, outcome: Outcome, now: int) -> tuple[dict[str, Any], store.NewEvents]:
    """Column values and events of the state that follows a running job."""
    match outcome:
        case Done(report):
            ended = {"state": State.SUCCEEDED, "finished_at": now}
            return ended, [(EventType.SUCCEEDED, {"report": dict(report)})]
        case Failed(code, message):
            ended = {"state": State.FAILED, "finished_at": now}
            return ended, [(EventType.FAILED, {"code": code, "message": message})]
        case Pause(waiting_for, run_after, reason):
            paused = {"state": State.PAUSED, "waiting_for": waiting_for, "run_after": run_after, "paused_at": now}
            data = {"waiting_for": waiting_for, "run_after": run_after, "reason": reason}
            return paused, [(EventType.PAUSED, data)]
        case Later(waiting_for, run_after, reason):
            return _later(job, outcome, now), [_queued(waiting_for, run_after, reason)]
        case HandedBack() | Stopped():
            return requeued(now), [_queued(Waiting.WORKER, None, "The worker stopped")]


def _later(job: Job, outcome: Later, now: int) -> dict[str, Any]:
    changes = requeued(now, outcome.waiting_for, outcome.run_after)
    if outcome.failure:
        changes["failures"] = job.failures + 1
    if outcome.outage:
        changes["outage_since"] = job.outage_since if job.outage_since is not None else now
    return changes


def requeued(now: int, waiting_for: Waiting = Waiting.SLOT, run_after: int | None = None) -> dict[str, Any]:
    """The column values of a job that is back in the queue."""
    return {"state": State.QUEUED, "waiting_for": waiting_for, "run_after": run_after, "queued_at": now}


def _queued(waiting_for: Waiting, run_after: int | None, reason: str) -> tuple[EventType, Mapping[str, Any]]:
    return EventType.QUEUED, {"waiting_for": waiting_for, "run_after": run_after, "reason": reason}

"""Put a job into the queue: the one way in, for people, schedules and chains."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailmill.domain.errors import AlreadyRunning, InvalidInput
from mailmill.domain.job import RULES, Job, JobKind, Lane, Waiting
from mailmill.domain.parameters import RANGE_FIELDS, Defaults, Given, checked
from mailmill.domain.progress import EventType
from mailmill.store import jobs as store
from mailmill.store.db import Connection


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a starter asks for. ``exempt`` from the limit of running jobs; ``run_after`` with the reason for waiting."""

    workspace_id: int
    starter_id: int
    account_id: int | None
    kind: JobKind
    parameters: Mapping[str, Any]  # JSON, already checked
    lane: Lane = Lane.DEFAULT
    exempt: bool = False
    run_after: int | None = None
    waiting_for: Waiting = Waiting.SLOT
    parent_id: str | None = None


def enqueue(conn: Connection, new: NewJob, now: int) -> store.Stored:
    """Insert the job as queued; the caller admits. Raises AlreadyRunning naming the active job (single flight)."""
    rules = RULES[new.kind]
    if rules.single_flight and (active := store.active_job(conn, new.account_id, new.kind)) is not None:
        number = active.job.number
        raise AlreadyRunning(f"Job {number} is already active on this account.", number=number, job_id=active.job.id)
    values = {
        "id": secrets.token_hex(16),
        "workspace_id": new.workspace_id,
        "starter_id": new.starter_id,
        "account_id": new.account_id,
        "kind": new.kind,
        "parameters": dict(new.parameters),
        "single_flight": rules.single_flight,
        "reads_account": rules.reads_account,
        "lane": new.lane,
        "exempt": new.exempt,
        "waiting_for": new.waiting_for,
        "run_after": new.run_after,
        "parent_id": new.parent_id,
    }
    queued = (EventType.QUEUED, {"waiting_for": new.waiting_for, "run_after": new.run_after, "reason": None})
    return store.create(conn, values, [queued], now)


def resolved(
    kind: JobKind, given: Given, defaults: Mapping[JobKind, Defaults], time_zone: str, now: int
) -> dict[str, Any]:
    """The parameters to store, those of the jobs in ``then`` too. Raises InvalidInput naming the field."""
    parameters = checked(given, defaults.get(kind, Defaults()), time_zone, now)
    parameters["then"] = [
        {"kind": then, "parameters": resolved(then, following, defaults, time_zone, now)}
        for then, following in _steps(parameters)
    ]
    return parameters


def spelled_out(kind: JobKind, given: Given, defaults: Mapping[JobKind, Defaults]) -> dict[str, Any]:
    """What was given, with the defaults of today written out; a range stays relative to the time of the start."""
    default = defaults.get(kind, Defaults())
    parameters = {"run_to_completion": default.run_to_completion, **given}
    if parameters["run_to_completion"] is False:
        parameters.setdefault("max_seconds_per_run", default.max_seconds_per_run)
    if not any(given.get(name) is not None for name in RANGE_FIELDS):
        parameters |= {"months_back": default.months_back, "days": default.days}
    parameters["then"] = [
        {"kind": then, "parameters": spelled_out(then, following, defaults)} for then, following in _steps(given)
    ]
    return parameters


def _steps(parameters: Given) -> list[tuple[JobKind, Given]]:
    """The jobs in ``then`` with what was given for each."""
    steps = [(JobKind(step["kind"]), step.get("parameters") or {}) for step in parameters.get("then") or []]
    if not all(isinstance(given, Mapping) for _, given in steps):
        raise InvalidInput("The parameters of a job in then are named values.", field="then")
    return steps


def start_next(conn: Connection, job: Job, now: int) -> store.Stored | None:
    """Start what a succeeded job names in ``then``, in the name of the same starter, with the rest of the chain.

    When a job of that kind is active on the account already, that one does the work and the chain ends here.
    """
    then = job.parameters.get("then") or []
    if not then:
        return None
    first, *rest = then
    new = NewJob(
        job.workspace_id,
        job.starter_id,
        job.account_id,
        JobKind(first["kind"]),
        {**first["parameters"], "then": [*first["parameters"]["then"], *rest]},
        job.lane,
        parent_id=job.id,
    )
    try:
        return enqueue(conn, new, now)
    except AlreadyRunning:
        return None

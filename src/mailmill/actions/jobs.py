"""Start, stop and steer jobs: the rules are checked, then rows and events are written, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailmill.domain.account import Account
from mailmill.domain.errors import AlreadyRunning, Conflict, NotFound, TooSoon
from mailmill.domain.job import RULES, Action, JobKind, Lane, State, Waiting, allowed_actions
from mailmill.domain.parameters import Defaults
from mailmill.domain.progress import EventType
from mailmill.jobs.attempt import requeued
from mailmill.jobs.clock import now_ms
from mailmill.jobs.enqueue import NewJob, enqueue, resolved
from mailmill.jobs.rules import Rules
from mailmill.store import accounts, problems
from mailmill.store import jobs as store
from mailmill.store.admission import admit
from mailmill.store.db import Connection, Database
from mailmill.store.jobs import Stored

Given = Mapping[str, Any]  # parameters as a client sent them (JSON)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a user acting in a workspace."""

    user_id: int
    workspace_id: int


class Jobs:
    """What a user may ask of jobs. Every method is one transaction."""

    def __init__(self, database: Database, rules: Rules, defaults: Mapping[JobKind, Defaults] | None = None) -> None:
        self._database = database
        self._rules = rules
        self._defaults = defaults or {}

    async def start(
        self, actor: Actor, kind: JobKind, account_id: int, given: Given, *, exempt: bool = False
    ) -> Stored:
        """Queue a job. Raises InvalidInput (field), NotFound (account), AlreadyRunning (single flight)."""
        now = now_ms()

        def work(conn: Connection) -> Stored:
            return self._start(conn, actor, kind, _account(conn, actor, account_id), given, now, exempt=exempt)

        return await self._database.write(work)

    async def start_backfill(self, actor: Actor, account_id: int, given: Given) -> Stored:
        """Queue a full backfill, at most one per account in the cooldown; TooSoon wins over AlreadyRunning."""
        now = now_ms()

        def work(conn: Connection) -> Stored:
            account = _account(conn, actor, account_id)
            self._keep_distance(conn, account, now)
            stored = self._start(conn, actor, JobKind.SYNC, account, {**given, "mode": "full_backfill"}, now)
            accounts.note_backfill(conn, account.id, now)
            return stored

        return await self._database.write(work)

    async def retry_problems(self, actor: Actor, account_id: int, ids: Sequence[int] = ()) -> Stored:
        """Queue a job that tries the open problems of an account again: those of ``ids``, or all."""
        return await self.start(actor, JobKind.SYNC, account_id, {"problems": list(ids)})

    async def cancel(self, actor: Actor, job: str | int) -> Stored:
        """Cancel a job that is not finished. Raises Conflict with the allowed actions."""
        now = now_ms()

        def work(conn: Connection) -> Stored:
            stored = self._owned(conn, actor, job)
            _allow(stored, Action.CANCEL)
            ended = {"state": State.CANCELLED, "waiting_for": None, "run_after": None, "finished_at": now}
            return self._leave(conn, stored, ended, (EventType.CANCELLED, {}), now)

        return await self._database.write(work)

    async def pause(self, actor: Actor, job: str | int) -> Stored:
        """Pause a job until somebody resumes it; a job that the user has paused already stays so."""
        now = now_ms()

        def work(conn: Connection) -> Stored:
            stored = self._owned(conn, actor, job)
            if stored.job.state is State.PAUSED and stored.job.waiting_for is Waiting.USER:
                return stored
            _allow(stored, Action.PAUSE)
            paused = {"state": State.PAUSED, "waiting_for": Waiting.USER, "run_after": None, "paused_at": now}
            event = (EventType.PAUSED, {"waiting_for": Waiting.USER, "run_after": None, "reason": None})
            return self._leave(conn, stored, paused, event, now)

        return await self._database.write(work)

    async def resume(self, actor: Actor, job: str | int) -> Stored:
        """Continue a paused job from its checkpoint. One that waits for a login needs the login (Conflict)."""
        return await self._requeue(actor, job, Action.RESUME, {})

    async def login_given(self, actor: Actor, account_id: int) -> list[Stored]:
        """Continue the jobs of an account that waited for its login."""
        now = now_ms()

        def work(conn: Connection) -> list[Stored]:
            account = _account(conn, actor, account_id)
            waiting = store.waiting_for_login(conn, account.id)
            found = [self._back(conn, stored, {}, now) for stored in waiting]
            admit(conn, now, self._rules.limits)
            return found

        return await self._database.write(work)

    async def retry(self, actor: Actor, job: str | int, *, from_start: bool = False) -> Stored:
        """Try a failed or cancelled job again: from its checkpoint, or ``from_start`` as a new generation."""
        return await self._requeue(actor, job, Action.RETRY, {"failures": 0, "outage_since": None}, from_start)

    async def _requeue(
        self, actor: Actor, job: str | int, action: Action, more: Mapping[str, Any], from_start: bool = False
    ) -> Stored:
        now = now_ms()

        def work(conn: Connection) -> Stored:
            stored = self._owned(conn, actor, job)
            _allow(stored, action)
            _stay_single(conn, stored)
            changes = {**more, "finished_at": None, "paused_at": None}
            if from_start:
                store.clear_position(conn, stored.job.id)
                changes |= {"generation": stored.job.generation + 1, "round": stored.job.round + 1}
            stored = self._back(conn, stored, changes, now)
            admit(conn, now, self._rules.limits)
            return store.load(conn, stored.job.id)

        return await self._database.write(work)

    def _start(
        self,
        conn: Connection,
        actor: Actor,
        kind: JobKind,
        account: Account,
        given: Given,
        now: int,
        *,
        exempt: bool = False,
    ) -> Stored:
        parameters = resolved(kind, given, self._defaults, account.time_zone, now)
        if parameters["problems"] is not None and problems.count_open(conn, account.id) == 0:
            raise Conflict("This account has no open problems.")
        lane = Lane.HIGH if accounts.tier(conn, actor.user_id) == "premium" else Lane.DEFAULT
        new = NewJob(actor.workspace_id, actor.user_id, account.id, kind, parameters, lane, exempt=exempt)
        stored = enqueue(conn, new, now)
        admit(conn, now, self._rules.limits)
        return store.load(conn, stored.job.id)

    def _keep_distance(self, conn: Connection, account: Account, now: int) -> None:
        last = accounts.backfill_accepted_at(conn, account.id)
        if last is None or now >= (retry_at := last + int(self._rules.cooldown * 1000)):
            return
        active = store.active_job(conn, account.id, JobKind.SYNC)
        running = f" Job {active.job.number} is running." if active else ""
        seconds = -(-(retry_at - now) // 1000)
        raise TooSoon(
            f"This account's last backfill began less than {self._rules.cooldown:g} s ago. "
            f"Try again in {seconds} s.{running}",
            retry_at=retry_at,
            job_id=active.job.id if active else None,
        )

    def _leave(
        self, conn: Connection, stored: Stored, changes: Mapping[str, Any], event: tuple[EventType, Any], now: int
    ) -> Stored:
        """Take a job out of the queue or off its worker; a slot that nobody works in is free at once."""
        slot = {} if stored.job.busy else {"slot": False}
        store.change(conn, stored, {**changes, **slot}, [event], now)
        admit(conn, now, self._rules.limits)
        return store.load(conn, stored.job.id)

    def _back(self, conn: Connection, stored: Stored, changes: Mapping[str, Any], now: int) -> Stored:
        generation = changes.get("generation", stored.job.generation)
        data = {"waiting_for": Waiting.SLOT, "run_after": None, "reason": None, "generation": generation}
        return store.change(conn, stored, {**requeued(now), **changes}, [(EventType.QUEUED, data)], now)

    def _owned(self, conn: Connection, actor: Actor, job: str | int) -> Stored:
        stored = store.load(conn, job)
        if stored.job.workspace_id != actor.workspace_id:
            raise NotFound(f"There is no job {job}.")
        return stored


def _account(conn: Connection, actor: Actor, account_id: int) -> Account:
    account = accounts.get(conn, account_id)
    if account.workspace_id != actor.workspace_id:
        raise NotFound(f"There is no account {account_id}.")
    return account


def _allow(stored: Stored, action: Action) -> None:
    allowed = allowed_actions(stored.job.state, stored.job.waiting_for)
    if action in allowed:
        return
    now = f"{stored.job.state} (waiting for login)" if stored.job.waiting_for is Waiting.LOGIN else stored.job.state
    offer = f"allowed now: {', '.join(allowed)}" if allowed else "nothing is left to do"
    raise Conflict(f"Job {stored.job.number} is {now}; {offer}.", allowed=",".join(allowed))


def _stay_single(conn: Connection, stored: Stored) -> None:
    """A retried job must not run beside another one of its kind on the account."""
    active = store.active_job(conn, stored.job.account_id, stored.job.kind)
    if RULES[stored.job.kind].single_flight and active is not None and active.job.id != stored.job.id:
        raise AlreadyRunning(f"Job {active.job.number} is already active on this account.", job_id=active.job.id)

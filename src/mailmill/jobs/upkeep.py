"""What time brings: budgets that continue, logins that nobody gave, schedules, old history."""

from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import EventType
from mailmill.jobs.attempt import requeued
from mailmill.jobs.rules import Rules
from mailmill.jobs.schedule import start_scheduled
from mailmill.log import log
from mailmill.store import jobs as store
from mailmill.store.admission import Limits, admit, next_due
from mailmill.store.db import Connection
from mailmill.store.running import abandoned, due_budgets, forget_finished, oldest_login, stale_logins
from mailmill.store.schedules import next_start

ROUND_MS = 60_000


def upkeep(conn: Connection, rules: Rules, now: int) -> None:
    """Do what is due."""
    for stored in due_budgets(conn, now):
        data = {"waiting_for": Waiting.SLOT, "run_after": None, "reason": None}
        store.change(conn, stored, requeued(now), [(EventType.QUEUED, data)], now)
    for stored in stale_logins(conn, now - int(rules.login_patience * 1000)):
        _give_up_login(conn, stored, now)
    start_scheduled(conn, rules, now)
    forgotten = forget_finished(conn, now - int(rules.history * 1000))
    if forgotten:
        log.info("HISTORY_PRUNED", jobs=forgotten)
    admit(conn, now, rules.limits)


def next_upkeep(conn: Connection, rules: Rules, last: int) -> int:
    """When upkeep is due again after it was done at ``last``: at the latest in a minute (milliseconds since the epoch).

    To be asked again after each commit, because jobs and schedules that came since may be due sooner.
    """
    login = oldest_login(conn)
    given_up = None if login is None else login + int(rules.login_patience * 1000) + 1
    times = (next_due(conn, last), next_start(conn), given_up, last + ROUND_MS)
    return max(last + 1, min(time for time in times if time is not None))


def recover(conn: Connection, limits: Limits, now: int) -> int:
    """Called once by a new runner: whatever the last one left running goes back to the queue; returns how many jobs."""
    left = abandoned(conn)
    for stored in left:
        store.end_attempt(conn, stored.job.id, stored.job.attempt, "lost", None, now)
        free: dict[str, object] = {"slot": False, "busy": False}
        if stored.job.state is State.RUNNING:
            data = {"waiting_for": Waiting.WORKER, "run_after": None, "reason": "The worker died"}
            store.change(conn, stored, {**free, **requeued(now)}, [(EventType.QUEUED, data)], now)
        else:
            store.change(conn, stored, free, (), now)
    admit(conn, now, limits)
    return len(left)


def _give_up_login(conn: Connection, stored: store.Stored, now: int) -> None:
    message = "Nobody signed in again in time. Sign in, then retry: the job goes on where it stopped."
    ended = {"state": State.FAILED, "waiting_for": None, "run_after": None, "finished_at": now}
    store.change(conn, stored, ended, [(EventType.FAILED, {"code": "login_missing", "message": message})], now)

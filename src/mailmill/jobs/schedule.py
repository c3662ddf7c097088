"""Schedules: cron expressions (read by cronsim: BSD, small, knows DST) in a time zone, with off-peak windows."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from mailmill.domain.errors import AlreadyRunning, InvalidInput
from mailmill.domain.job import JobKind, Lane, Waiting
from mailmill.jobs.enqueue import NewJob, enqueue, resolved
from mailmill.jobs.rules import Rules
from mailmill.log import log
from mailmill.store import schedules
from mailmill.store.accounts import backfill_accepted_at, get, note_backfill
from mailmill.store.db import Connection


def next_time(cron: str, time_zone: str, after: int) -> int:
    """The first time after ``after`` (both milliseconds since the epoch). Raises InvalidInput for a wrong one."""
    local = datetime.fromtimestamp(after / 1000, UTC).astimezone(ZoneInfo(time_zone))
    try:
        found = next(CronSim(cron, local))
    except (CronSimError, StopIteration) as error:
        raise InvalidInput(f"“{cron}” is no cron expression: five fields, such as 0 3 * * *.", field="cron") from error
    return int(found.timestamp() * 1000)


def window_opens(window: tuple[str, str] | None, time_zone: str, now: int) -> int:
    """``now`` inside the window (local HH:MM to HH:MM, may pass midnight), else its next opening."""
    if window is None:
        return now
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(time_zone))
    opens, closes = (time.fromisoformat(text) for text in window)
    clock = local.time()
    inside = opens <= clock < closes if opens <= closes else clock >= opens or clock < closes
    if inside:
        return now
    opening = datetime.combine(local.date(), opens, local.tzinfo)
    if opening <= local:
        opening = datetime.combine(local.date() + timedelta(days=1), opens, local.tzinfo)
    return int(opening.timestamp() * 1000)


def start_scheduled(conn: Connection, rules: Rules, now: int) -> None:
    """Start what is due. A time that was missed, however often, runs once; a job that is still active runs on alone."""
    for due in schedules.due(conn, now):
        job_id = None
        try:
            job_id = enqueue(conn, _job_of(conn, due, rules, now), now).job.id
        except AlreadyRunning as error:
            log.info("SYNC_ALREADY_RUNNING", schedule=due.id, job=error.details.get("job_id"))
        schedules.started(conn, due.id, now, next_time(due.cron, due.time_zone, now), job_id)


def _job_of(conn: Connection, due: schedules.Schedule, rules: Rules, now: int) -> NewJob:
    opens = window_opens(due.window, due.time_zone, now)
    waiting_for, run_after = (Waiting.SCHEDULE, opens) if opens > now else (Waiting.SLOT, None)
    if due.parameters.get("mode") == "full_backfill":
        cool = _cool_again(conn, due.account_id, rules)
        if cool > max(now, opens):
            waiting_for, run_after = Waiting.COOLDOWN, cool
        note_backfill(conn, due.account_id, run_after or now)
    kind = JobKind(due.kind)
    return NewJob(
        due.workspace_id,
        due.creator_id,
        due.account_id,
        kind,
        resolved(kind, due.parameters, {}, get(conn, due.account_id).time_zone, now),
        Lane.LOW,
        run_after=run_after,
        waiting_for=waiting_for,
    )


def _cool_again(conn: Connection, account_id: int, rules: Rules) -> int:
    last = backfill_accepted_at(conn, account_id)
    return 0 if last is None else last + int(rules.cooldown * 1000)

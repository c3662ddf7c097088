"""Check the instance and say what to do; each finding has an exit code of its own."""

from dataclasses import dataclass

from mailmill.cli import exits
from mailmill.cli.options import DataDir, Json
from mailmill.cli.session import Session, run
from mailmill.cli.words import count, duration
from mailmill.jobs.clock import now_ms
from mailmill.jobs.dispatch.runner import Holder, RunnerLock
from mailmill.store import health
from mailmill.store.db import Connection

DAY_MS = 86_400_000
LONGEST_QUEUE = 10
NO_WORKER, WORKER_FROZEN, SYNC_FAILED, QUEUE_LONG, PAUSED_TOO_LONG, DATABASE_DAMAGED = 20, 21, 22, 23, 24, 25


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked; ``code`` is 0 when it is well, ``advice`` what to do when not."""

    name: str
    code: int
    told: str
    advice: str = ""


def doctor(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Check database, worker and jobs. The exit code is that of the first finding that is not well."""

    async def command(session: Session) -> int:
        holder = RunnerLock(session.instance.folder, session.instance.settings.heartbeat).holder()
        figures = await session.instance.database.read(lambda conn: _look(conn, now_ms()))
        findings = _findings(session, figures, holder)
        for finding in findings:
            session.out.object({"check": finding.name, "code": finding.code, "told": finding.told})
            mark = "ok     " if finding.code == 0 else "problem"
            session.out.say(f"{mark}  {finding.name}: {finding.told}")
            if finding.advice:
                session.out.say(f"         {finding.advice}")
        return next((finding.code for finding in findings if finding.code), exits.OK)

    run(command, as_json=as_json, data_dir=data_dir)


def _look(conn: Connection, now: int) -> health.Health:
    return health.look(conn, now, now - DAY_MS)


def _findings(session: Session, figures: health.Health, holder: Holder | None) -> list[Finding]:
    return [
        _database(session, figures),
        _worker(session, figures, holder),
        _syncs(figures),
        _queue(figures),
        _paused(figures),
    ]


def _database(session: Session, figures: health.Health) -> Finding:
    where = session.instance.folder
    if figures.damage is not None:
        advice = "Restore the last backup into an empty folder: mailmill restore FILE --data-dir NEW"
        return Finding("database", DATABASE_DAMAGED, f"{where} is damaged: {figures.damage}", advice)
    return Finding("database", 0, f"{where}, {count(figures.messages, 'mail')}")


def _worker(session: Session, figures: health.Health, holder: Holder | None) -> Finding:
    limit = session.instance.settings.heartbeat
    if holder is None and figures.queued + figures.running == 0:
        return Finding("worker", 0, "none is running, and no job waits for one")
    if holder is None:
        advice = "Start one: mailmill worker (or follow one job: mailmill jobs watch N)"
        return Finding("worker", NO_WORKER, f"none is running, {count(figures.queued, 'job')} wait", advice)
    if holder.silent > limit:
        told = f"process {holder.pid} has been silent for {duration(holder.silent)}"
        return Finding("worker", WORKER_FROZEN, told, "Any other command that runs jobs takes over from it by itself.")
    return Finding("worker", 0, f"process {holder.pid}, heard {duration(holder.silent)} ago")


def _syncs(figures: health.Health) -> Finding:
    if not figures.failed:
        return Finding("syncs", 0, "none failed in the last 24 hours")
    numbers = ", ".join(map(str, figures.failed))
    return Finding("syncs", SYNC_FAILED, f"failed in the last 24 hours: {numbers}", "See why: mailmill jobs show N")


def _queue(figures: health.Health) -> Finding:
    told = f"{count(figures.queued, 'job')} waiting, {figures.running} running"
    if figures.queued < LONGEST_QUEUE:
        return Finding("queue", 0, told)
    return Finding("queue", QUEUE_LONG, told, "See what they wait for: mailmill jobs list")


def _paused(figures: health.Health) -> Finding:
    if not figures.overdue:
        return Finding("paused jobs", 0, "none is past its time")
    numbers = ", ".join(map(str, figures.overdue))
    return Finding(
        "paused jobs", PAUSED_TOO_LONG, f"past their time: {numbers}", "A worker continues them: mailmill worker"
    )

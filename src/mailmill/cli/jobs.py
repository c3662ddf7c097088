"""Jobs: list, show, watch, and steer them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from mailmill.actions.accounts import LONGEST_NUMBER
from mailmill.actions.jobs import Actor, Jobs
from mailmill.cli import exits
from mailmill.cli.follow import follow
from mailmill.cli.options import DataDir, Json, Limit
from mailmill.cli.out import Out
from mailmill.cli.results import tell
from mailmill.cli.session import Session, run
from mailmill.cli.words import count, duration, standing
from mailmill.domain.job import allowed_actions
from mailmill.domain.progress import JobView
from mailmill.jobs.clock import now_ms
from mailmill.store import jobs as store
from mailmill.store.admission import Place, place
from mailmill.store.db import Connection
from mailmill.store.jobs import Stored

app = typer.Typer(help="List, watch and steer jobs.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="JOB", help="The job's number or id.")]


@app.command("list")
def list_(limit: Limit = None, as_json: Json = False, data_dir: DataDir = None) -> None:
    """List jobs, newest first."""

    async def command(session: Session) -> None:
        def work(conn: Connection) -> list[tuple[Stored, Place | None]]:
            limits, now = session.instance.rules.limits, now_ms()
            found = store.newest(conn, session.actor.workspace_id, limit)
            return [(stored, place(conn, stored.job, now, limits)) for stored in found]

        found = await session.instance.database.read(work)
        for stored, _ in found:
            session.out.object(stored.view.to_json())
        rows = [_row(stored.view, where) for stored, where in found]
        session.out.table(
            ("job", "kind", "started", "done", "mails", "where it stands"), rows, ("job", "done", "mails")
        )
        if not found:
            session.out.say("No jobs yet. Start with: mailmill import PATH")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def show(job: Which, as_json: Json = False, data_dir: DataDir = None) -> None:
    """Show one job: where it stands, its counts, its events."""

    async def command(session: Session) -> None:
        def work(conn: Connection) -> tuple[Stored, Place | None, list[str]]:
            stored = store.load(conn, key(job))
            lines = [
                f"  {event.seq:>5}  {_time(event.at)}  {event.type}"
                for event in store.events_after(conn, stored.job.id, 0, limit=10_000)
                if event.type != "progress"
            ]
            return stored, place(conn, stored.job, now_ms(), session.instance.rules.limits), lines

        stored, where, lines = await session.instance.database.read(work)
        _show(session.out, stored, where, lines)

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def watch(job: Which, as_json: Json = False, data_dir: DataDir = None) -> None:
    """Follow a job to its end; run it here when no other process does."""
    run(partial(_watch, job=key(job)), as_json=as_json, data_dir=data_dir)


@app.command()
def cancel(job: Which, as_json: Json = False, data_dir: DataDir = None) -> None:
    """Cancel a job. What it has archived stays."""
    _steer(job, Jobs.cancel, as_json, data_dir)


@app.command()
def pause(job: Which, as_json: Json = False, data_dir: DataDir = None) -> None:
    """Pause a job until you resume it."""
    _steer(job, Jobs.pause, as_json, data_dir)


@app.command()
def resume(
    job: Which,
    detach: Annotated[bool, typer.Option("--detach", help="Do not follow it.")] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Continue a paused job where it stopped, and follow it."""
    _steer(job, Jobs.resume, as_json, data_dir, then_follow=not detach)


@app.command()
def retry(
    job: Which,
    from_start: Annotated[bool, typer.Option("--from-start", help="Read everything again.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not follow it.")] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Try a failed or cancelled job again from its checkpoint, and follow it."""
    _steer(job, partial(Jobs.retry, from_start=from_start), as_json, data_dir, then_follow=not detach)


def key(text: str) -> str | int:
    """A job's number, or its id (32 hex digits)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else text


Steering = Callable[[Jobs, Actor, str | int], Awaitable[Stored]]


def _steer(job: str, action: Steering, as_json: bool, data_dir: DataDir, *, then_follow: bool = False) -> None:
    async def command(session: Session) -> int:
        stored = await action(session.jobs, session.actor, key(job))
        if then_follow:
            return await _watch(session, job=stored.job.id)
        session.out.object(stored.view.to_json())
        session.out.say(f"Job {stored.job.number} is {stored.job.state}.")
        return exits.OK

    run(command, as_json=as_json, data_dir=data_dir)


async def _watch(session: Session, *, job: str | int) -> int:
    found = await session.instance.database.read(partial(store.load, job=job))
    view = await follow(session.instance, session.jobs, session.actor, found.job.id, session.out)
    tell(view, session.out)
    return exits.of_view(view)


def _row(view: JobView, where: Place | None) -> tuple[str, ...]:
    mails = f"{view.counters.get('listed', 0):,}"
    return (str(view.number), view.kind, _time(view.created_at), f"{view.percent:.0f} %", mails, standing(view, where))


def _show(out: Out, stored: Stored, where: Place | None, lines: list[str]) -> None:
    view = stored.view
    out.object({**view.to_json(), "position": where.position if where else None})
    out.say(f"Job {view.number} ({view.kind}, id {view.id})")
    out.say(f"  {standing(view, where)}")
    out.say(f"  {view.percent:.1f} % · {duration(view.elapsed_ms(now_ms()) / 1000)} of work · attempt {view.attempt}")
    counters = ", ".join(f"{name} {number:,}" for name, number in view.counters.items())
    if counters:
        out.say(f"  {counters}")
    if view.problems:
        out.say(f"  {count(view.problems, 'problem')} · see them: mailmill problems list --job {view.number}")
    allowed = allowed_actions(stored.job.state, stored.job.waiting_for)
    if allowed:
        out.say("  You can: " + ", ".join(f"mailmill jobs {action} {view.number}" for action in allowed))
    out.say("Events:")
    for line in lines:
        out.say(line)


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")

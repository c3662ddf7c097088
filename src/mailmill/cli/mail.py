"""Read mail: ``import``, ``sync``, ``worker``."""

import asyncio
import signal
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from mailmill.bootstrap import worker_of
from mailmill.cli import exits
from mailmill.cli.follow import follow
from mailmill.cli.options import DataDir, Json, day
from mailmill.cli.results import tell
from mailmill.cli.session import Session, run
from mailmill.cli.words import standing
from mailmill.domain.account import Account
from mailmill.domain.errors import InvalidInput
from mailmill.domain.job import JobKind, State
from mailmill.store import jobs as store
from mailmill.store.jobs import Stored

Days = Annotated[int | None, typer.Option("--days", help="Only the last so many days.")]
From = Annotated[str | None, typer.Option("--from", help="From this day on (YYYY-MM-DD).")]
To = Annotated[str | None, typer.Option("--to", help="Up to and with this day (YYYY-MM-DD).")]
Most = Annotated[int | None, typer.Option("--max-messages", help="At most so many mails.")]


def import_(
    path: Annotated[
        Path, typer.Argument(help="An mbox file, a Takeout archive, a Maildir, or a folder of .eml files.")
    ],
    account: Annotated[str | None, typer.Option("--account", help="A name for the account.")] = None,
    days: Days = None,
    from_date: From = None,
    to_date: To = None,
    max_messages: Most = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import mail files; the same command again continues an unfinished import."""

    async def command(session: Session) -> int:
        given = _given(days, from_date, to_date, max_messages)
        zone = session.instance.settings.time_zone
        found = await session.accounts.ensure_files(session.actor, path, account, zone)
        return await _follow_through(session, await _start_or_continue(session, found, given))

    run(command, as_json=as_json, data_dir=data_dir)


def sync(
    account: Annotated[str, typer.Argument(help="The account's name or number (see: mailmill accounts list).")],
    days: Days = None,
    from_date: From = None,
    to_date: To = None,
    max_messages: Most = None,
    backfill: Annotated[bool, typer.Option("--backfill", help="Read the whole range again (60 days).")] = False,
    receipts: Annotated[bool, typer.Option("--receipts", help="As a receipts job (36 months).")] = False,
    slice_seconds: Annotated[
        float | None, typer.Option("--max-seconds-per-run", help="Pause after so long, and go on by itself.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Read an account: what came since the last time, or a range."""

    async def command(session: Session) -> int:
        given = _given(days, from_date, to_date, max_messages)
        given["run_to_completion"] = slice_seconds is None
        if slice_seconds is not None:
            given["max_seconds_per_run"] = slice_seconds
        found = await session.accounts.find(session.actor, account)
        if backfill:
            given.setdefault("days", 60)
            started = await session.jobs.start_backfill(session.actor, found.id, given)
        else:
            kind = JobKind.RECEIPTS if receipts else JobKind.SYNC
            started = await _start_or_continue(session, found, given, kind)
        return await _follow_through(session, started)

    run(command, as_json=as_json, data_dir=data_dir)


def worker(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Run queued and scheduled jobs until Ctrl-C; other commands then only submit and watch."""

    async def command(session: Session) -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        made = worker_of(session.instance)
        session.out.say(f"Worker ready on {session.instance.folder}. Ctrl-C hands its jobs back and ends it.")
        try:
            await made.dispatcher.run(stop)
        finally:
            made.close()
        return exits.OK

    run(command, as_json=as_json, data_dir=data_dir)


async def _start_or_continue(
    session: Session, account: Account, given: dict[str, Any], kind: JobKind = JobKind.SYNC
) -> Stored:
    """A new job, or the account's unfinished one: watched when active, resumed when paused, retried when failed."""
    last = await session.instance.database.read(partial(store.last_on, account_id=account.id, kind=kind))
    if last is None or last.job.state in (State.SUCCEEDED, State.CANCELLED):
        return await session.jobs.start(session.actor, kind, account.id, given)
    session.out.say(f"Job {last.job.number} of this account is unfinished ({standing(last.view)}): continuing it.")
    if last.job.state is State.PAUSED:
        return await session.jobs.resume(session.actor, last.job.id)
    if last.job.state is State.FAILED:
        return await session.jobs.retry(session.actor, last.job.id)
    return last


async def _follow_through(session: Session, started: Stored) -> int:
    view = await follow(session.instance, session.jobs, session.actor, started.job.id, session.out)
    tell(view, session.out)
    return exits.of_view(view)


def _given(days: int | None, from_date: str | None, to_date: str | None, most: int | None) -> dict[str, Any]:
    since, until = day(from_date, "--from"), day(to_date, "--to")
    if days is not None and (since or until):
        raise InvalidInput("Give one range: --days, or --from and --to.", field="days")
    if since and until and since > until:
        raise InvalidInput(f"--from ({since}) is after --to ({until}).", field="from_date")
    given = {"days": days, "from_date": since, "to_date": until, "max_messages": most}
    return {name: value for name, value in given.items() if value is not None}

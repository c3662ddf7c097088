"""The demonstration: a sample mailbox, imported with live progress, and what was found in it."""

import os
import sys
from pathlib import Path
from shutil import which
from typing import Annotated

import typer

from mailmill.cli import exits
from mailmill.cli.follow import follow
from mailmill.cli.options import DataDir, Json
from mailmill.cli.results import tell
from mailmill.cli.session import Session, run
from mailmill.cli.words import count, money, size
from mailmill.domain.job import JobKind
from mailmill.simulate.command import Format, simulate_to
from mailmill.store import problems, receipts
from mailmill.store.db import Connection
from mailmill.store.receipts import MonthSum, ReceiptFilter

MONTHS = 6


def demo(
    mails: Annotated[int, typer.Option("--count", min=1, help="How many mails.")] = 5000,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import a simulated mailbox and show what is in it."""

    async def command(session: Session) -> int:
        path = session.instance.folder / f"sample-{seed}-{mails}.mbox"
        _prepare(session, path, mails, seed)
        zone = session.instance.settings.time_zone
        account = await session.accounts.ensure_files(session.actor, path, None, zone)
        started = await session.jobs.start(session.actor, JobKind.SYNC, account.id, {})
        view = await follow(session.instance, session.jobs, session.actor, started.job.id, session.out)
        tell(view, session.out)
        await _found(session)
        return exits.of_view(view)

    run(command, as_json=as_json, data_dir=data_dir)


def _prepare(session: Session, path: Path, mails: int, seed: int) -> None:
    if path.exists():
        return
    session.out.say(f"Writing a sample mailbox of {count(mails, 'mail')} …")
    summary = simulate_to(path, Format.MBOX, mails, seed)
    html = 100 * summary.html // max(summary.mails, 1)
    session.out.say(f"{path}: {size(summary.bytes)}, {html} % with HTML, seed {seed}. Importing it now.")


async def _found(session: Session) -> None:
    workspaces = [session.actor.workspace_id]

    def work(conn: Connection) -> tuple[list[MonthSum], list[problems.Problem]]:
        months = receipts.by_month(conn, workspaces, ReceiptFilter())
        return months, problems.listed(conn, session.actor.workspace_id, None, False, 5)

    months, open_problems = await session.instance.database.read(work)
    out = session.out
    latest = sorted({month.month for month in months}, reverse=True)[:MONTHS]
    out.say()
    out.say(f"Spent, the latest {MONTHS} months by currency:")
    rows = [(m.month, str(m.purchases), money(m.total_micros, m.currency)) for m in months if m.month in latest]
    out.table(("month", "purchases", "total"), rows, ("purchases", "total"))
    if open_problems:
        out.say()
        out.say("Mails with a problem (all are kept):")
        out.table(("place", "cause"), [(problem.place, problem.cause) for problem in open_problems])
    out.say()
    out.say("Look further:")
    folder = session.instance.folder
    for line in ("receipts list", "receipts stats", "search has:attachment invoice", "jobs list", "problems list"):
        out.say(f"  {_command()} {line} --data-dir {folder}")


def _command() -> str:
    """What to type for this command: its name where the shell finds it, else the path it was called by."""
    return "mailmill" if which("mailmill") else os.path.relpath(sys.argv[0])

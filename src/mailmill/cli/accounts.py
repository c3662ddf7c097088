"""Accounts: list, connect, remove."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from mailmill.cli.options import DataDir, Json
from mailmill.cli.session import Session, run
from mailmill.cli.words import count
from mailmill.domain.errors import InvalidInput

app = typer.Typer(help="The mailboxes that Mailmill reads.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account's name or number.")]


@app.command("list")
def list_(as_json: Json = False, data_dir: DataDir = None) -> None:
    """List accounts with what they hold."""

    async def command(session: Session) -> None:
        found = await session.accounts.listed(session.actor)
        for one in found:
            session.out.object({**asdict(one.account), "messages": one.messages, "synced_at": one.synced_at})
        rows = [
            (
                str(a.account.id),
                a.account.name,
                a.account.kind,
                f"{a.messages:,}",
                str(a.open_problems),
                _when(a.synced_at),
            )
            for a in found
        ]
        session.out.table(
            ("account", "name", "kind", "mails", "problems", "synced"), rows, ("account", "mails", "problems")
        )
        if not found:
            session.out.say("No accounts yet. Start with: mailmill import PATH")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command("add-simulated")
def add_simulated(
    address: Annotated[str, typer.Argument(help="What mailmill simulate --serve printed.")],
    name: Annotated[str, typer.Option("--name")] = "Simulated",
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Connect a simulated mailbox, to try things out."""

    async def command(session: Session) -> None:
        zone = session.instance.settings.time_zone
        account = await session.accounts.ensure_simulated(session.actor, address, name, zone)
        session.out.object(asdict(account))
        session.out.say(f"Account {account.id} “{account.name}”. Read it: mailmill sync {account.id}")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def remove(
    account: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Delete an account with the mail, facts and jobs that belong to it alone."""

    async def command(session: Session) -> None:
        found = await session.accounts.find(session.actor, account)
        if not yes and not _agreed(f"Delete account “{found.name}” and its mail?"):
            session.out.say("Nothing was deleted.")
            return
        gone = await session.accounts.remove(session.actor, found)
        session.out.object({"removed": found.id, "messages": gone})
        session.out.say(f"Account “{found.name}” is gone, with {count(gone, 'mail')} that no other account has.")

    run(command, as_json=as_json, data_dir=data_dir)


def _agreed(question: str) -> bool:
    """Ask on standard error, so that what is printed stays what was asked for."""
    if not sys.stdin.isatty():
        raise InvalidInput("There is nobody to ask, so nothing was deleted. To delete without being asked, add --yes.")
    return typer.confirm(question, err=True)


def _when(ms: int | None) -> str:
    return "never" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")

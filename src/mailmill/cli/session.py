"""What every command does around its work: settings, data folder, output, errors and exit code."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from mailmill import log, settings
from mailmill.actions.accounts import Accounts
from mailmill.actions.jobs import Actor, Jobs
from mailmill.bootstrap import Instance, defaults_of, open_instance
from mailmill.cli import exits
from mailmill.cli.out import Out
from mailmill.domain.errors import MailmillError


@dataclass(frozen=True, slots=True)
class Session:
    """An opened instance, and who uses it from the command line."""

    instance: Instance
    actor: Actor
    jobs: Jobs
    accounts: Accounts
    out: Out


Command = Callable[[Session], Awaitable[int | None]]


def run(command: Command, *, as_json: bool, data_dir: Path | None = None) -> None:
    """Run a command and exit with its code; errors end as one sentence, never as a traceback."""
    out = Out(as_json=as_json)
    try:
        code = asyncio.run(_run(command, out, data_dir)) or exits.OK
    except MailmillError as error:
        out.fail(error.message, {"code": error.code, **error.details})
        code = exits.of_error(error)
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - no traceback reaches a person; what was committed stays
        code = _fault(error, out)
    raise typer.Exit(code)


def _fault(error: Exception, out: Out) -> int:
    """A fault of ours, in one sentence; the whole of it goes to the log of whoever wants it."""
    log.log.debug("COMMAND_FAILED", error="".join(traceback.format_exception(error)))
    told = f"A fault of Mailmill stopped this command ({type(error).__name__}). What was archived is safe."
    out.fail(f"{told} For the details: MAILMILL_LOG_LEVEL=debug", {"code": "error", "fault": repr(error)[:300]})
    return exits.UNEXPECTED


async def _run(command: Command, out: Out, data_dir: Path | None) -> int | None:
    loaded = settings.load(**({"data_dir": data_dir} if data_dir is not None else {}))
    log.configure(loaded.log_level)
    async with opened(loaded, out) as session:
        return await command(session)


@asynccontextmanager
async def opened(loaded: settings.Settings, out: Out) -> AsyncIterator[Session]:
    """A session on the data folder of these settings."""
    instance = open_instance(loaded)
    try:
        accounts = Accounts(instance.database)
        actor = await accounts.owner()
        jobs = Jobs(instance.database, instance.rules, defaults_of(loaded))
        yield Session(instance, actor, jobs, accounts, out)
    finally:
        instance.close()

"""Backup and restore: the whole instance in one file."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailmill import settings
from mailmill.bootstrap import DATABASE_NAME, data_folder
from mailmill.cli import exits
from mailmill.cli.options import DataDir, Json
from mailmill.cli.out import Out
from mailmill.cli.session import Session, run
from mailmill.cli.words import count, size
from mailmill.domain.errors import MailmillError
from mailmill.store import backup as store


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Write one consistent file with everything, also while jobs run."""

    async def command(session: Session) -> None:
        path = session.instance.folder / DATABASE_NAME
        contents = await asyncio.to_thread(store.backup, path, file, lambda _done, _total: None)
        session.out.object({"file": str(file), **asdict(contents)})
        held = f"{count(contents.messages, 'mail')} and {count(contents.jobs, 'job')}"
        session.out.say(f"{file}: {held}, {size(file.stat().st_size)}, checked.")

    run(command, as_json=as_json, data_dir=data_dir)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that mailmill backup has written.")],
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Fill an empty data folder from a backup, after checking it."""
    out = Out(as_json=as_json)
    try:
        loaded = settings.load(**({"data_dir": data_dir} if data_dir is not None else {}))
        contents = store.restore(file, data_folder(loaded) / DATABASE_NAME)
    except MailmillError as error:
        out.fail(error.message, {"code": error.code, **error.details})
        raise typer.Exit(exits.of_error(error)) from None
    out.object({"data_dir": str(loaded.data_dir), **asdict(contents)})
    out.say(f"{loaded.data_dir} holds {count(contents.messages, 'mail')} and {count(contents.jobs, 'job')} again.")

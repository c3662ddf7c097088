"""Looks into a data folder while a command works on it; a reader never stands in a writer's way."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from proofs.chaos.command import DATABASE, Command, Hanging, until


def attempt(folder: Path) -> int:
    """The attempt of the folder's job; 0 when there is none."""
    return int(_one(folder, "SELECT MAX(attempt) FROM jobs") or 0)


def waits(folder: Path) -> str | None:
    """The reason for which the folder's job is back in the queue; None while it runs."""
    view = _one(folder, "SELECT view FROM jobs WHERE state = 'queued' AND waiting_for = 'retry'")
    return None if view is None else str(json.loads(view)["reason"])


def is_through(folder: Path) -> bool:
    """Whether nothing is left to read: the last batch is committed, or the job has ended."""
    view = json.loads(_one(folder, "SELECT view FROM jobs"))
    return bool(view["state"] != "running" or view["done"] == view["total"])


def has_succeeded(folder: Path) -> bool:
    """Whether the job of a command that was killed had ended before; looked up in a copy.

    The log is left as the kill left it: to bring it in order is up to the next command.
    """
    with TemporaryDirectory() as copy:
        for file in folder.glob(f"{DATABASE}*"):
            shutil.copy(file, copy)
        with closing(sqlite3.connect(Path(copy) / DATABASE)) as connection:
            try:
                return bool(connection.execute("SELECT state FROM jobs").fetchone() == ("succeeded",))
            except sqlite3.OperationalError:  # killed before there was a table
                return False


def wait_for_a_batch(command: Command) -> None:
    """Wait for the first batch that it commits. Raises Hanging when it ends before."""
    until(
        lambda: _one(command.folder, "SELECT 1 FROM checkpoints") is not None or not command.running(),
        "no batch",
        every=0.002,
    )
    if not command.running():
        raise Hanging(f"it ended before it stood where it was wanted:\n{command.told()[-2000:]}")


def _one(folder: Path, query: str) -> Any:  # the value of a column
    try:
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as connection:
            row = connection.execute(query).fetchone()
            return row[0] if row else None
    except sqlite3.OperationalError:  # no file or no table yet
        return None

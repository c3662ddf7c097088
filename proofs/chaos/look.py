"""Looks into a data folder while a command works on it; a reader never stands in a writer's way."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from proofs.chaos.command import DATABASE, Command, Hanging, until


def attempt(folder: Path) -> int:
    """The attempt of the folder's job; 0 when there is none."""
    return int(_one(folder, "SELECT MAX(attempt) FROM jobs") or 0)


def waits(folder: Path) -> str | None:
    """The reason for which the folder's job is back in the queue; None while it runs."""
    view = _one(folder, "SELECT view FROM jobs WHERE state = 'queued' AND waiting_for = 'retry'")
    return None if view is None else str(json.loads(view)["reason"])


def wait_for_a_batch(command: Command) -> None:
    """Wait for the first batch that it commits. Raises Hanging when it ends before."""
    until(lambda: _one(command.folder, "SELECT 1 FROM checkpoints") is not None or not command.running(), "no batch")
    if not command.running():
        raise Hanging(f"it ended before it stood where it was wanted:\n{command.told()[-2000:]}")


def _one(folder: Path, query: str) -> Any:  # the value of a column
    try:
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as connection:
            row = connection.execute(query).fetchone()
            return row[0] if row else None
    except sqlite3.OperationalError:  # no file or no table yet
        return None

"""One consistent copy of the whole instance, made while it runs, and checked before it is used."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mailmill.domain.errors import InvalidInput
from mailmill.store.migrations import HEAD

PAGES = 2000
Report = Callable[[int, int], None]
"""Called with the pages done and the pages in all."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    revision: str
    messages: int
    jobs: int


def backup(path: Path, target: Path, report: Report) -> Contents:
    """Write a copy of the database to ``target``; whole or not there at all. Raises InvalidInput when it exists."""
    if target.exists():
        raise InvalidInput(f"{target} exists already; name a new file.", field="file")
    if not target.parent.is_dir():
        raise InvalidInput(f"There is no folder {target.parent}.", field="file")
    unfinished = target.with_name(target.name + ".tmp")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy, pages=PAGES, progress=lambda _status, left, total: report(total - left, total))
            copy.execute("PRAGMA journal_mode=DELETE")
        contents = inspect(unfinished)
        _sync(unfinished)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def restore(source: Path, path: Path) -> Contents:
    """Put a checked backup in the place of a database that is not there yet. Raises InvalidInput saying what to do."""
    if path.exists():
        raise InvalidInput(f"{path} exists: restore into a data folder without a database.", field="data_dir")
    contents = inspect(source)
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with closing(_read_only(source)) as original, closing(sqlite3.connect(unfinished)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=WAL")
        _sync(unfinished)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def inspect(file: Path) -> Contents:
    """Check that the file is a whole Mailmill database and tell what it holds. Raises InvalidInput."""
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.", field="file")
    try:
        with closing(_read_only(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise InvalidInput(f"{file} is damaged: {found}.", field="file")
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            messages = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
            jobs = connection.execute("SELECT count(*) FROM jobs").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise InvalidInput(f"{file} is not a backup of Mailmill, or is damaged: {error}.", field="file") from error
    if revision > HEAD:
        raise InvalidInput(f"{file} was made by a newer release: install that one.", field="file")
    return Contents(revision, messages, jobs)


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file.resolve().as_posix()}?mode=ro", uri=True)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)

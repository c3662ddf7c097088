"""Bring a database file to the schema of this release: under a lock, after a copy, all or nothing."""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mailmill.domain.errors import StoreUnavailable, WrongSetting
from mailmill.store.migrations import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"
PAGE_SIZE = 8192


def migrate(path: Path) -> None:
    """Make or update the file. Nothing but a look when it is up to date already.

    The copy made before an update lies beside the file, named after the revision it has. Raises WrongSetting for a
    file that a newer release has written, or that is no database of ours.
    """
    if _revision(path) == HEAD:
        return
    with _locked(path.with_name(path.name + ".migrate")):
        before = _revision(path)
        if before == HEAD:
            return
        if before is not None:
            _copy(path, path.with_name(f"{path.name}.before-{before}"))
        _upgrade(path)


def _revision(path: Path) -> str | None:
    """The revision of the file; None when there is no schema in it yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            _check_empty(path)
            return None
        if isinstance(error, sqlite3.OperationalError):
            raise StoreUnavailable from error
        if "malformed" in str(error):
            raise WrongSetting(f"{path} is damaged. Restore the last backup into an empty folder.") from error
        raise _foreign(path) from error
    return str(row[0]) if row else None


def _check_empty(path: Path) -> None:
    """Raise WrongSetting when there is something in it: somebody else's tables are not ours to add to."""
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _foreign(path)


def _foreign(path: Path) -> WrongSetting:
    return WrongSetting(f"{path} is not a Mailmill database. Name another data folder with --data-dir.")


def _upgrade(path: Path) -> None:
    # Alembic takes a tenth of a second to import: only where there is something to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy import create_engine, event  # noqa: PLC0415

    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise WrongSetting("The database was written by a newer release of Mailmill: install that one.") from error
    finally:
        engine.dispose()


def _copy(path: Path, target: Path) -> None:
    """A consistent copy, also while others write; under a temporary name until it is whole."""
    unfinished = target.with_name(target.name + ".tmp")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
    shutil.move(unfinished, target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

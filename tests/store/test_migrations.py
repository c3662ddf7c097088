"""The schema that migrations make is the schema that the tables describe."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from mailmill.domain.errors import WrongSetting
from mailmill.store.migrate import MIGRATIONS, migrate
from mailmill.store.migrations import HEAD
from mailmill.store.tables import metadata


def _schema(path: Path) -> dict[tuple[str, str], list[str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name != 'alembic_version'")
        return {(kind, name): _canonical(sql or "") for kind, name, sql in rows if "alembic" not in name}


def _canonical(sql: str) -> list[str]:
    """The words of the statement, sorted: the order of columns and constraints in the file says nothing."""
    return sorted(re.findall(r"[^\s(),]+", sql.replace(" IF NOT EXISTS", "")))


def test_the_migrations_make_the_schema_of_the_tables(tmp_path: Path) -> None:
    migrated, described = tmp_path / "migrated.db", tmp_path / "described.db"
    migrate(migrated)
    engine = create_engine(f"sqlite:///{described}")
    metadata.create_all(engine)
    engine.dispose()
    assert _schema(migrated) == _schema(described)


def test_the_newest_revision_is_the_one_that_this_release_needs() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mailmill.db"
    migrate(path)
    before = path.read_bytes()
    migrate(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mailmill.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(WrongSetting, match="newer release"):
        migrate(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mailmill.db"
    path.write_bytes(b"this is a letter, not a database\n" * 100)
    before = path.read_bytes()
    with pytest.raises(WrongSetting, match="not a Mailmill database"):
        migrate(path)
    assert path.read_bytes() == before


def test_a_copy_is_made_before_an_older_file_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "mailmill.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
        connection.commit()
    shutil.copy(path, tmp_path / "before.db")
    with pytest.raises(WrongSetting):
        migrate(path)
    assert (tmp_path / "mailmill.db.before-0000").is_file()

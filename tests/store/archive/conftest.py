"""A real database file with two workspaces and three accounts."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert

from mailmill.store.tables import metadata, people


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as every test finds it; accounts 1 and 2 belong to workspace 1, account 3 to workspace 2."""
    path = tmp_path_factory.mktemp("template") / "mailmill.db"
    engine = _open(path)
    with engine.begin() as conn:
        metadata.create_all(conn)
        conn.execute(insert(people.workspaces), [{"id": one, "name": f"w{one}", "created_at": 0} for one in (1, 2)])
        conn.execute(insert(people.accounts), [_account(1, 1), _account(2, 1), _account(3, 2)])
    engine.dispose()
    return path


@pytest.fixture
def conn(template: Path, tmp_path: Path) -> Iterator[Connection]:
    """One transaction on a copy of that file."""
    yield from _transaction(template, tmp_path)


@pytest.fixture(scope="module")
def shared_conn(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The same for tests that only read what their module's own fixture wrote."""
    yield from _transaction(template, tmp_path_factory.mktemp("shared"))


def _transaction(template: Path, folder: Path) -> Iterator[Connection]:
    engine = _open(Path(shutil.copy(template, folder)))
    with engine.begin() as conn:
        yield conn
    engine.dispose()


def _open(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _account(account_id: int, workspace_id: int) -> dict[str, object]:
    return {
        "id": account_id,
        "workspace_id": workspace_id,
        "kind": "files",
        "name": f"a{account_id}",
        "location": "/mail",
        "time_zone": "UTC",
        "created_at": 0,
    }

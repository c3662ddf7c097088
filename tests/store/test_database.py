"""The database: one writer with priorities, and a fair turn between processes."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from mailmill.domain.errors import StoreUnavailable
from mailmill.store.db import Connection, Database, Priority
from mailmill.store.migrate import migrate
from mailmill.store.turnstile import Turnstile

INSERT = "INSERT INTO workspaces (id, name, created_at) VALUES (?, 'w', 0)"
COUNT = "SELECT count(*) FROM workspaces"


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "mailmill.db"
    migrate(path)
    opened = Database(path, patience=5)
    yield opened
    opened.close()


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def work(conn: Connection) -> None:
        conn.exec_driver_sql(INSERT, (1,))
        raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        await database.write(work)
    assert await database.read(lambda conn: conn.exec_driver_sql(COUNT).scalar()) == 0


async def test_small_writes_go_before_bulk_ones_that_came_earlier(database: Database) -> None:
    order: list[str] = []
    release = threading.Event()

    def blocking(conn: Connection) -> None:
        release.wait(5)

    def noted(name: str) -> Callable[[Connection], None]:
        return lambda conn: order.append(name)

    first = asyncio.ensure_future(database.write(blocking, Priority.BULK))
    await asyncio.sleep(0)
    bulk = [asyncio.ensure_future(database.write(noted("bulk"), Priority.BULK)) for _ in range(3)]
    small = asyncio.ensure_future(database.write(noted("small")))
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(first, *bulk, small)
    assert order == ["small", "bulk", "bulk", "bulk"]


async def test_readers_see_a_snapshot_while_a_write_goes_on(database: Database) -> None:
    def work(conn: Connection) -> int | None:
        conn.exec_driver_sql(INSERT, (1,))
        seen: int | None = database.read_now(lambda other: other.exec_driver_sql(COUNT).scalar())
        return seen

    assert await database.write(work) == 0


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        await database.read(lambda conn: conn.exec_driver_sql(INSERT, (1,)))


async def test_the_version_changes_with_commits_of_other_processes(database: Database) -> None:
    before = database.version()
    with closing(sqlite3.connect(database.path)) as other:
        other.execute(INSERT, (7,))
        other.commit()
    assert database.version() != before


async def test_a_lock_that_lasts_too_long_is_an_outage_and_the_next_write_works(tmp_path: Path) -> None:
    path = tmp_path / "mailmill.db"
    migrate(path)
    database = Database(path, patience=0.2)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable):
                await database.write(lambda conn: conn.exec_driver_sql(INSERT, (1,)))
            other.execute("ROLLBACK")
        await database.write(lambda conn: conn.exec_driver_sql(INSERT, (1,)))
    finally:
        database.close()


_GREEDY = """
import sys, time
from pathlib import Path
from mailmill.store.turnstile import Turnstile
turnstile = Turnstile(Path(sys.argv[1]), 30)
end = time.monotonic() + 20
print("ready", flush=True)
while time.monotonic() < end:
    turnstile.enter()
    time.sleep(0.02)
    turnstile.leave()
"""


def test_a_greedy_process_lets_another_one_in_between_two_turns(tmp_path: Path) -> None:
    greedy = subprocess.Popen([sys.executable, "-c", _GREEDY, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert greedy.stdout is not None
        greedy.stdout.readline()
        with closing(Turnstile(tmp_path, 10)) as turnstile:
            for _ in range(20):
                turnstile.enter()
                turnstile.leave()
    finally:
        greedy.kill()
        greedy.wait()
        assert greedy.stdout is not None
        greedy.stdout.close()


def test_waiting_for_a_turn_ends_with_an_outage(tmp_path: Path) -> None:
    with closing(Turnstile(tmp_path, 10)) as first, closing(Turnstile(tmp_path, 0.05)) as second:
        first.enter()
        with pytest.raises(StoreUnavailable):
            second.enter()
        first.leave()
        second.enter()
        second.leave()

"""What works on jobs outlives that the database is away."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailmill.bootstrap import open_instance, worker_of
from mailmill.domain.errors import StoreUnavailable
from mailmill.settings import Settings
from mailmill.store.reserve import SIZE, Reserve


async def test_a_dispatcher_outlives_a_database_that_is_locked_when_it_begins(tmp_path: Path) -> None:
    instance = open_instance(Settings(data_dir=tmp_path, database_patience=0.2))
    worker, stop = worker_of(instance), asyncio.Event()
    with closing(sqlite3.connect(instance.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = asyncio.create_task(worker.dispatcher.run(stop))
        for _ in range(2):  # the dispatcher's own first write comes between these
            with pytest.raises(StoreUnavailable):
                await instance.database.write(lambda conn: None)
        other.execute("ROLLBACK")
    await instance.database.write(lambda conn: None)
    assert worker.dispatcher.is_runner
    assert not running.done()
    stop.set()
    await running
    worker.close()
    instance.close()


def test_the_reserve_is_given_up_once_and_made_again(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path)
    assert not reserve.give_up()
    assert reserve.kept()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= SIZE
    assert reserve.give_up()
    assert list(tmp_path.iterdir()) == []
    assert reserve.kept()

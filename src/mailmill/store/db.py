"""The database: reader threads, and one writer thread with a priority queue.

Store functions are plain functions of a Connection; ``Database.read`` and ``Database.write`` run them, each in one
transaction. Bulk work comes in small transactions and small writes go before it, so that a job start never waits for
more than the one batch that is being written.
"""

import asyncio
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from mailmill.domain.errors import StoreUnavailable
from mailmill.store.reserve import Reserve
from mailmill.store.turnstile import Turnstile

__all__ = ["Connection", "Database", "Priority"]

T = TypeVar("T")
READERS = 4
WAL_SOFT_LIMIT = 16 << 20
WAL_HARD_LIMIT = 128 << 20


class Priority(IntEnum):
    """Small writes go before bulk ones."""

    SMALL = 0
    BULK = 1


@dataclass(order=True)
class _Write:
    priority: int
    turn: int
    work: "Callable[[Connection], object] | None" = field(compare=False)
    future: "Future[Any]" = field(compare=False)  # the result's type is that of ``work``


class Database:
    """One SQLite file in WAL mode. Made by ``open_database``; closed by ``close``."""

    def __init__(self, path: Path, *, patience: float, blocked: Callable[[], None] = lambda: None) -> None:
        """``patience`` is how many seconds a write waits for another process before StoreUnavailable.

        ``blocked`` is called in the writer's thread now and then while it waits.
        """
        self.path = path
        self._patience = patience
        self._readers = _engine(path, writes=False, patience=patience)
        self._writer = _engine(path, writes=True, patience=patience)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="mailmill-read")
        self._queue: queue.PriorityQueue[_Write] = queue.PriorityQueue()
        self._turns = itertools.count()
        self._turnstile = Turnstile(path.parent, patience, blocked)
        self._reserve = Reserve(path.parent)
        self._watcher = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._listeners: set[Callable[[], None]] = set()
        self._checkpointing = threading.Lock()
        self._thread = threading.Thread(target=self._write_loop, name="mailmill-write", daemon=True)
        self._thread.start()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a read transaction of its own (a snapshot)."""
        return await asyncio.wrap_future(self._pool.submit(self.read_now, work))

    async def write(self, work: Callable[[Connection], T], priority: Priority = Priority.SMALL) -> T:
        """Run ``work`` in a write transaction of its own; committed when this returns, rolled back when it raises.

        A small write is on the disk when this returns; a bulk one survives the death of the process, and after a
        loss of power the file stands as of an earlier commit. Raises StoreUnavailable when the file can't be written.
        """
        return await asyncio.wrap_future(self._submit(work, priority))

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Like ``read``, for threads."""
        with _outages(), self._readers.connect() as connection, connection.begin():
            return work(connection)

    def write_now(self, work: Callable[[Connection], T], priority: Priority = Priority.SMALL) -> T:
        """Like ``write``, for threads; never call it on the event loop."""
        result: T = self._submit(work, priority).result()
        return result

    def on_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` in the writer's thread after each commit of this process; returns what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def version(self) -> int:
        """A number that changes with every commit, of this process or another; costs microseconds. Loop thread only."""
        found: int = self._watcher.execute("PRAGMA data_version").fetchone()[0]
        return found

    def has_room(self) -> bool:
        """Whether work that writes much should begin; False while the disk is full."""
        return self._reserve.kept()

    def close(self) -> None:
        """Finish what is queued, then close everything."""
        self._queue.put(_Write(Priority.BULK + 1, next(self._turns), None, Future()))
        self._thread.join()
        self._pool.shutdown()
        with self._checkpointing:
            self._readers.dispose()
        self._watcher.close()
        self._turnstile.close()

    def _submit(self, work: Callable[[Connection], T], priority: Priority) -> "Future[T]":
        future: Future[T] = Future()
        self._queue.put(_Write(priority, next(self._turns), work, future))
        return future

    def _write_loop(self) -> None:
        with self._writer.connect() as connection:
            while True:
                write = self._queue.get()
                if write.work is None:
                    break
                if write.future.set_running_or_notify_cancel():
                    self._perform(connection, write)
        self._writer.dispose()

    def _perform(self, connection: Connection, write: _Write) -> None:
        assert write.work is not None
        try:
            result = self._with_reserve(connection, write.work, write.priority)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for this write
            write.future.set_exception(error)
            return
        write.future.set_result(result)
        for listener in tuple(self._listeners):
            listener()
        self._keep_wal_small()

    def _with_reserve(self, connection: Connection, work: Callable[[Connection], T], priority: int) -> T:
        """Bulk work waits while the disk is full; a small write has the reserve to fall back on."""
        if priority != Priority.SMALL and not self._reserve.kept():
            raise _DiskFull(_SENTENCES["FULL"])
        try:
            with _outages():
                return self._transaction(connection, work, durable=priority == Priority.SMALL)
        except _DiskFull:
            if priority != Priority.SMALL or not self._reserve.give_up():
                raise
        with _outages():
            return self._transaction(connection, work, durable=True)

    def _transaction(self, connection: Connection, work: Callable[[Connection], T], *, durable: bool) -> T:
        self._turnstile.enter()
        try:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with connection.begin():
                return work(connection)
        finally:
            self._turnstile.leave()

    def _keep_wal_small(self) -> None:
        size = _size(self.path.with_name(self.path.name + "-wal"))
        if size > WAL_HARD_LIMIT:
            self._checkpoint("RESTART")
        elif size > WAL_SOFT_LIMIT and self._checkpointing.acquire(blocking=False):
            threading.Thread(target=self._checkpoint_beside, name="mailmill-checkpoint", daemon=True).start()

    def _checkpoint_beside(self) -> None:
        try:
            self._checkpoint("PASSIVE")
        finally:
            self._checkpointing.release()

    def _checkpoint(self, mode: str) -> None:
        connection = sqlite3.connect(self.path, timeout=0.05, isolation_level=None)
        try:
            connection.execute(f"PRAGMA wal_checkpoint({mode})")
        except sqlite3.OperationalError:
            pass  # a reader or a full disk is in the way: the next commit tries again, nothing is lost
        finally:
            connection.close()


class _DiskFull(StoreUnavailable):
    """The disk has no room."""


class _outages:  # noqa: N801 - used like a function
    """Turn the driver's errors about a file that can't be used just now into StoreUnavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OperationalError | DBAPIError) and isinstance(error.orig, sqlite3.OperationalError):
            name = getattr(error.orig, "sqlite_errorname", "")
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
                kind = _DiskFull if name == "SQLITE_FULL" else StoreUnavailable
                raise kind(_SENTENCES.get(name.split("_")[1], _AWAY)) from error


_AWAY = "The database file can't be reached just now."
_SENTENCES = {
    "FULL": "The disk is full: free some space, the work goes on by itself.",
    "BUSY": "Another program keeps the database locked.",
    "LOCKED": "Another program keeps the database locked.",
}


def _engine(path: Path, *, writes: bool, patience: float) -> Engine:
    options: dict[str, Any] = {"poolclass": NullPool} if writes else {"poolclass": QueuePool, "pool_size": READERS}
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False, "timeout": patience}, **options
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "wal_autocheckpoint=0", "temp_store=MEMORY", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

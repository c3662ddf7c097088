"""A house for the tests of jobs: a real data folder, people and accounts in it, and workers in this process."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert

from mailmill import settings
from mailmill.actions.accounts import Accounts
from mailmill.actions.jobs import Actor, Jobs
from mailmill.actions.schedules import Schedules
from mailmill.bootstrap import DATABASE_NAME, Instance, defaults_of, open_instance
from mailmill.domain.errors import NotFound
from mailmill.domain.job import FINISHED, JobKind, State, Waiting
from mailmill.domain.progress import Event, EventType
from mailmill.jobs.children import Children
from mailmill.jobs.clock import now_ms
from mailmill.jobs.dispatch.local import LocalDispatcher
from mailmill.jobs.dispatch.runner import RunnerLock
from mailmill.jobs.executor import Executor, Handler
from mailmill.jobs.rules import Rules
from mailmill.jobs.upkeep import upkeep
from mailmill.pipeline.handlers import handlers
from mailmill.store import jobs as store
from mailmill.store.admission import Place, place
from mailmill.store.db import Connection
from mailmill.store.jobs import Stored
from mailmill.store.tables.people import members, users, workspaces

T = TypeVar("T")
DEADLINE = 30.0
"""Seconds that a condition may take on a busy machine before the test has failed."""


@dataclass(frozen=True, slots=True)
class House:
    """An opened data folder with everything that a user may ask of it."""

    instance: Instance
    children: Children
    owner: Actor
    jobs: Jobs
    accounts: Accounts
    schedules: Schedules

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.instance.rules

    @property
    def path(self) -> Path:
        """The database file."""
        return self.instance.folder / DATABASE_NAME

    async def account(self, address: str, actor: Actor | None = None, zone: str = "UTC") -> int:
        """An account that reads the provider at that address."""
        return (await self.accounts.ensure_simulated(actor or self.owner, address, address, zone)).id

    async def sync(self, address: str, actor: Actor | None = None, **given: Any) -> Stored:  # JSON parameters
        """Start a sync of the account at that address."""
        actor = actor or self.owner
        return await self.jobs.start(actor, JobKind.SYNC, await self.account(address, actor), given)

    async def user(self, name: str, tier: str = "standard") -> Actor:
        """A further user with a workspace of their own."""

        def work(conn: Connection) -> Actor:
            user = conn.execute(insert(users).values(name=name, tier=tier, created_at=0)).inserted_primary_key
            home = conn.execute(insert(workspaces).values(name=name, created_at=0)).inserted_primary_key
            assert user is not None
            assert home is not None
            conn.execute(insert(members).values(workspace_id=home[0], user_id=user[0], role="admin"))
            return Actor(user[0], home[0])

        return await self.instance.database.write(work)

    async def find(self, number: int) -> Stored:
        """The job of that number, as soon as it is there."""

        async def look() -> Stored | None:
            try:
                return await self.instance.database.read(partial(store.load, job=number))
            except NotFound:
                return None

        return await eventually(look)

    async def load(self, job: Stored) -> Stored:
        """The job as it stands."""
        return await self.instance.database.read(partial(store.load, job=job.job.id))

    async def place(self, job: Stored) -> Place | None:
        """Why the job waits just now."""

        def work(conn: Connection) -> Place | None:
            return place(conn, store.load(conn, job.job.id).job, now_ms(), self.rules.limits)

        return await self.instance.database.read(work)

    async def events(self, job: Stored, *types: EventType) -> list[Event]:
        """The job's events, of these types or all."""
        found = await self.instance.database.read(lambda conn: store.events_after(conn, job.job.id, 0, 100_000))
        return [event for event in found if not types or event.type in types]

    async def until(self, job: Stored, when: Callable[[Stored], bool], seconds: float = DEADLINE) -> Stored:
        """The job as soon as that holds of it."""

        async def look() -> Stored | None:
            found = await self.load(job)
            return found if when(found) else None

        try:
            return await eventually(look, seconds)
        except AssertionError:
            raise AssertionError(f"It never came: {await self.load(job)}") from None

    async def ended(self, job: Stored, seconds: float = DEADLINE) -> Stored:
        """The job when it is finished and its slot is free."""
        return await self.until(job, lambda one: one.job.state in FINISHED and not one.job.busy, seconds)

    async def reading(self, job: Stored, mails: int = 1) -> Stored:
        """The job while it runs and has committed at least so many mails."""
        return await self.until(job, lambda one: one.view.counters.get("listed", 0) >= mails)

    async def paused(self, job: Stored, reason: Waiting) -> Stored:
        """The job when it is paused for that reason and its work has ended."""
        return await self.until(
            job, lambda one: (one.job.state, one.job.waiting_for) == (State.PAUSED, reason) and not one.job.busy
        )

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:  # rows as SQLite has them
        """Run a statement on the database file from outside of the program."""
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as connection:
            return connection.execute(statement, values).fetchall()

    async def pass_days(self, days: int) -> None:
        """Let all jobs have finished so many days earlier, and let upkeep come by."""
        self.sql("UPDATE jobs SET finished_at = finished_at - ?", days * 86_400_000)
        await self.instance.database.write(lambda conn: upkeep(conn, self.rules, now_ms()))

    @asynccontextmanager
    async def working(self, kinds: Mapping[JobKind, Handler] | None = None) -> AsyncIterator[LocalDispatcher]:
        """A dispatcher that runs as long as the block does; the child processes are shared by all tests."""
        executor = Executor(self.instance.database, kinds or handlers(), self.children, self.rules, "here")
        lock = RunnerLock(self.instance.folder, self.rules.heartbeat)
        dispatcher, stop = LocalDispatcher(self.instance.database, executor, lock, self.rules), asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        try:
            yield dispatcher
        finally:
            stop.set()
            await running


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = DEADLINE) -> T:
    """What ``look`` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while (found := await look()) is None:
        assert time.monotonic() < deadline, "It never came."
        await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def opened(folder: Path, children: Children, **chosen: Any) -> AsyncIterator[House]:  # settings and rules
    """The data folder, opened with short times; what is no setting is a rule."""
    known = settings.Settings.model_fields
    loaded = settings.load(data_dir=folder, **{name: value for name, value in chosen.items() if name in known})
    instance = open_instance(loaded)
    quick = {"backoff_first": 0.05, "backoff_most": 0.2, **{n: v for n, v in chosen.items() if n not in known}}
    instance = replace(instance, rules=replace(instance.rules, **quick))
    try:
        accounts = Accounts(instance.database)
        defaults = defaults_of(loaded)
        yield House(
            instance,
            children,
            await accounts.owner(),
            Jobs(instance.database, instance.rules, defaults),
            accounts,
            Schedules(instance.database, defaults),
        )
    finally:
        instance.close()

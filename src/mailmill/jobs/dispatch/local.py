"""The local dispatcher: asyncio tasks in one process, for one data folder."""

import asyncio

from mailmill.domain.errors import StoreUnavailable
from mailmill.domain.job import Job, State
from mailmill.jobs.clock import now_ms
from mailmill.jobs.dispatch.runner import RunnerLock
from mailmill.jobs.executor import Executor
from mailmill.jobs.rules import Rules
from mailmill.jobs.upkeep import next_upkeep, recover, upkeep
from mailmill.log import log
from mailmill.store.admission import claimable
from mailmill.store.db import Connection, Database
from mailmill.store.running import busy_jobs

TICK = 0.05
"""Seconds between two looks for what another process has written."""
BREATH = 0.05
"""Seconds between two rounds, however much happens."""
OUTAGE = 1.0
"""Seconds until the next round when the database was away in the last one."""


class LocalDispatcher:
    """Runs the jobs of a data folder in this process, as soon as no other process does."""

    def __init__(self, database: Database, executor: Executor, lock: RunnerLock, rules: Rules) -> None:
        self._database = database
        self._executor = executor
        self._lock = lock
        self._rules = rules
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._recovered = False
        self._last_upkeep = 0
        self._next_upkeep = 0

    @property
    def is_runner(self) -> bool:
        """Whether this process runs the jobs of the data folder."""
        return self._lock.held

    async def run(self, stop: asyncio.Event) -> None:
        """Become the runner when the place is free, and run jobs until ``stop``; then hand back what still runs."""
        try:
            while not stop.is_set():
                seen = self._database.version()
                try:
                    await self._step()
                except StoreUnavailable as error:  # another round will come: a dispatcher outlives outages
                    log.warning("STORE_UNAVAILABLE", reason=error.message)
                    await asyncio.sleep(OUTAGE)
                await self._pause(stop, seen)
        finally:
            await self._shut_down()

    async def _step(self) -> None:
        """Take the runner's place, put in order what the last runner left, and from then on do the rounds."""
        if not self._lock.held and self._lock.acquire():
            log.info("WORKER_READY", concurrency=self._rules.jobs_per_worker)
            self._executor.warm_up()
        if self._lock.held and not self._recovered:
            await self._database.write(lambda conn: recover(conn, self._rules.limits, now_ms()))
            self._recovered = True
        elif self._lock.held:
            await self._round()

    async def _round(self) -> None:
        """Upkeep when due, stop what was cancelled or paused, start what may start."""
        now = now_ms()
        if now >= self._next_upkeep:
            await self._database.write(lambda conn: upkeep(conn, self._rules, now))
            self._last_upkeep = now
        self._next_upkeep, busy = await self._database.read(self._look)
        self._stop_what_was_stopped(busy)
        free = self._rules.jobs_per_worker - len(self._starting) if self._database.has_room() else 0
        ready = await self._database.read(lambda conn: claimable(conn, now_ms(), self._rules.limits, max(free, 0)))
        for job_id in ready:
            if job_id not in self._starting:
                self._start(job_id)

    def _look(self, conn: Connection) -> tuple[int, list[Job]]:
        return next_upkeep(conn, self._rules, self._last_upkeep), busy_jobs(conn)

    def _start(self, job_id: str) -> None:
        task = asyncio.create_task(self._executor.run(job_id), name=f"job-{job_id}")
        self._starting[job_id] = task
        task.add_done_callback(lambda done: self._ended(job_id, done))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._starting[job_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("WORKER_ERROR", job=job_id, error=repr(error))

    def _stop_what_was_stopped(self, busy: list[Job]) -> None:
        for job in busy:
            task = self._starting.get(job.id)
            if job.state is not State.RUNNING and task is not None and not task.cancelling():
                task.cancel()

    async def _pause(self, stop: asyncio.Event, seen: int) -> None:
        """Wait for a commit of this or another process after ``seen``, for the next upkeep, or for ``stop``."""
        await asyncio.sleep(BREATH)
        deadline = now_ms() + 1000
        while not stop.is_set() and now_ms() < min(deadline, self._next_upkeep or deadline):
            if self._database.version() != seen:
                return
            await asyncio.sleep(TICK)

    async def _shut_down(self) -> None:
        self._executor.stop()
        tasks = list(self._starting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lock.release()

"""One attempt of one job, from claim to settlement."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mailmill.domain.errors import StoreUnavailable
from mailmill.domain.job import JobKind
from mailmill.jobs.attempt import claim, settle
from mailmill.jobs.children import Children
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import JobContext
from mailmill.jobs.outcome import Done, HandedBack, Outcome, Stopped
from mailmill.jobs.retry import outcome_of
from mailmill.jobs.rules import Rules
from mailmill.log import log
from mailmill.store.db import Database
from mailmill.store.jobs import Stored

Handler = Callable[[JobContext], Awaitable[Mapping[str, Any]]]
"""Does the work of one kind and returns the report (JSON)."""


class Executor:
    """Runs attempts in this process, under the name ``worker``."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[JobKind, Handler],
        children: Children,
        rules: Rules,
        worker: str,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._children = children
        self._rules = rules
        self._worker = worker
        self._stopping = False

    async def run(self, job_id: str) -> None:
        """An attempt: claim, prepare, perform, close, settle."""
        claimed = await self._claim(job_id)
        if claimed is None:
            return
        context = JobContext(claimed, self._database, self._children, self._rules)
        outcome = await self._perform(context)
        await context.close()
        await self._settle(claimed, outcome)

    def warm_up(self) -> None:
        """Start the child processes, so that the first job need not wait for them."""
        self._children.warm_up()

    def stop(self) -> None:
        """From now on, attempts that are cancelled hand their jobs back."""
        self._stopping = True

    async def _claim(self, job_id: str) -> Stored | None:
        try:
            claimed = await self._database.write(lambda conn: claim(conn, job_id, self._worker, now_ms()))
        except StoreUnavailable as error:
            log.warning("STORE_UNAVAILABLE", job=job_id, reason=error.message)
            return None
        if claimed is not None:
            job = claimed.job
            log.info("JOB_START", job=job.id, number=job.number, kind=job.kind, attempt=job.attempt)
        return claimed

    async def _perform(self, context: JobContext) -> Outcome:
        try:
            return Done(await self._handlers[context.job.kind](context))
        except asyncio.CancelledError:
            return HandedBack() if self._stopping else Stopped()
        except Exception as error:  # noqa: BLE001 - whatever a handler raises becomes the attempt's outcome
            return outcome_of(error, context.job, self._rules, now_ms(), random.random())  # noqa: S311 - jitter

    async def _settle(self, claimed: Stored, outcome: Outcome) -> None:
        """Write how it ended; as long as the database is away this is tried again, so that no ending is lost."""
        job = claimed.job
        while True:
            try:
                await self._database.write(
                    lambda conn: settle(conn, job.id, job.attempt, outcome, self._rules, now_ms())
                )
            except StoreUnavailable as error:
                log.warning("STORE_UNAVAILABLE", job=job.id, reason=error.message)
                if self._stopping:
                    return
                await asyncio.sleep(1)
            else:
                log.info("JOB_SETTLED", job=job.id, number=job.number, outcome=type(outcome).__name__.lower())
                return

"""A handler without mail, for rules about who starts when: its jobs note their start and wait to be let through."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mailmill.domain.job import JobKind
from mailmill.jobs.context import JobContext
from mailmill.jobs.executor import Handler


class Gate:
    """``started`` has the numbers of the jobs in the order of their start; ``most`` is how many ran at once."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.started: list[int] = []
        self.most = 0
        self._running = 0
        self._open = asyncio.Event()
        if is_open:
            self._open.set()

    def open(self) -> None:
        """Let everybody through, now and later."""
        self._open.set()

    @property
    def kinds(self) -> Mapping[JobKind, Handler]:
        """This gate as the handler of every kind."""
        return dict.fromkeys(JobKind, self._pass)

    async def _pass(self, job: JobContext) -> Mapping[str, Any]:  # a report without content
        self.started.append(job.job.number)
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            await self._open.wait()
        finally:
            self._running -= 1
        return {}

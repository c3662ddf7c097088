"""Runs a generator that blocks in a thread, one value ahead of whoever reads it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Generator
from typing import Generic, TypeVar

from mailmill.domain.errors import Interrupted

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """The values of ``work``, each produced in a thread while the one before is used.

    ``stop`` is set when the reader leaves: ``work`` looks at it between its steps and ends by an error.
    """

    def __init__(self, work: Generator[T, None, None], stop: threading.Event) -> None:
        """``work`` is used by one thread at a time."""
        self._work = work
        self._stop = stop
        self._next: asyncio.Task[T | None] | None = None

    async def values(self) -> AsyncIterator[T]:
        """Each value in order. Raises what ``work`` raises, and Interrupted where it was closed before its end."""
        try:
            while True:
                value = await asyncio.shield(self._ahead())
                self._next = None
                if self._stop.is_set():
                    raise Interrupted("The files account was closed while it was read.")
                if value is None:
                    return
                self._ahead()
                yield value
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop the thread's work and free what it holds; safe to call twice."""
        self._stop.set()
        pending, self._next = self._next, None
        if pending is not None:
            await asyncio.wait([pending])
            pending.exception()
        self._work.close()

    def _ahead(self) -> "asyncio.Task[T | None]":
        if self._next is None:
            self._next = asyncio.create_task(asyncio.to_thread(next, self._work, None))
        return self._next

"""Reading ahead: while one batch is committed the next ones are fetched and parsed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

from mailmill.sources.base import Batch

T = TypeVar("T")


async def ahead(
    batches: AsyncIterator[Batch], work: Callable[[Batch], Awaitable[T]], depth: int
) -> AsyncIterator[tuple[Batch, T]]:
    """Each batch with what ``work`` made of it, in order; up to ``depth`` of them are read ahead of the one in hand.

    An error of the source comes after all batches before it.
    """
    if depth == 0:
        async for batch in batches:
            yield batch, await work(batch)
        return
    line: asyncio.Queue[tuple[Batch, asyncio.Future[T]] | None] = asyncio.Queue(depth)

    async def fetch() -> None:
        try:
            async for batch in batches:
                await line.put((batch, asyncio.ensure_future(work(batch))))
        finally:
            await line.put(None)

    fetching = asyncio.create_task(fetch())
    try:
        while (item := await line.get()) is not None:
            yield item[0], await item[1]
        await fetching
    finally:
        fetching.cancel()
        while not line.empty():
            if (left := line.get_nowait()) is not None:
                left[1].cancel()
        await asyncio.gather(fetching, return_exceptions=True)
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()

"""The main job: read an account into the archive, running the extractors on the way.

source → fetch → parse → store → extract → commit(rows + checkpoint + counters + event)
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mailmill.domain.account import Account, AccountKind
from mailmill.domain.errors import PositionLost, QuotaExhausted
from mailmill.domain.parameters import range_of
from mailmill.jobs.children import Failure
from mailmill.jobs.context import JobContext, Progress
from mailmill.pipeline.ahead import ahead
from mailmill.pipeline.archive import BatchRows, archive
from mailmill.pipeline.orders import DIGEST, Digest, Order
from mailmill.pipeline.report import close_books
from mailmill.pipeline.retrying import OpenProblems
from mailmill.sources.base import Batch, Source
from mailmill.sources.files import FilesSource
from mailmill.store import accounts, labels, problems

READ = "read"
UNDELIVERED = "undelivered"
AHEAD = 4
MOST_RESTARTS = 3


async def sync(job: JobContext) -> Mapping[str, Any]:  # the report, JSON
    """Archive what the account has and the parameters want; the report is checked before it is returned."""
    assert job.job.account_id is not None
    account = await job.database.read(partial(accounts.get, account_id=job.job.account_id))
    await job.phase(READ, "Reading the mail")
    if job.job.parameters.get("problems") is None:
        await _read_to_the_end(job, account, READ, partial(open_source, account))
    else:
        await _try_problems_again(job, account, job.job.parameters["problems"])
    return await close_books(job, account)


async def _try_problems_again(job: JobContext, account: Account, ids: Sequence[int]) -> None:
    """Mails that were kept are read from what was kept; one that was never delivered is asked for once more.

    A source is read by folder, so that means reading it again; what is archived already is not fetched.
    """
    await _read_to_the_end(job, account, READ, partial(OpenProblems, job.database, account.id, ids))
    if await job.database.read(lambda conn: problems.any_undelivered(conn, account.id, ids)):
        await _read_to_the_end(job, account, UNDELIVERED, partial(open_source, account))


async def _read_to_the_end(job: JobContext, account: Account, step: str, opened: Callable[[], Source]) -> None:
    """Read from the checkpoint on, as often as a short limit or a lost position makes it necessary."""
    while True:
        source = opened()
        job.on_stop(source.close)
        try:
            return await _read(job, account, step, source)
        except PositionLost as error:
            if job.job.round - job.job.generation >= MOST_RESTARTS:
                raise
            await job.lose_position(step, error.message)
        except QuotaExhausted as error:
            await job.wait(error)
        finally:
            await source.close()


async def _read(job: JobContext, account: Account, step: str, source: Source) -> None:
    wanted = range_of(job.job.parameters)
    position = await job.position(step)

    async def known(folder: str, ids: Sequence[str]) -> frozenset[str]:
        found = await job.database.read(lambda conn: labels.known_source_ids(conn, account.id, folder, ids))
        return frozenset(found)

    async def work(batch: Batch) -> list[Digest | Failure]:
        extract = tuple(job.job.parameters["extract"])
        results = await job.off_loop(DIGEST, [Order(raw, wanted, extract) for raw in batch.messages])
        return [result for result in results if isinstance(result, Digest | Failure)]

    # What is read ahead is read again after a kill: nothing to a local file, but a provider counts every mail.
    depth = AHEAD if account.kind is AccountKind.FILES else 0
    steps: AsyncIterator[tuple[Batch, list[Digest | Failure]]] = ahead(
        source.read(position, wanted, known), work, depth
    )
    async for batch, digests in steps:
        rows = await BatchRows.of(job.job, account, batch, digests)
        await job.commit(step, batch.position, partial(archive, rows=rows), _progress(batch))


def _progress(batch: Batch) -> Progress:
    folder = next(iter(batch.listed), "")
    return Progress(batch.done, batch.total, f"Reading {folder}".rstrip(), batch.estimated, batch.unit)


def open_source(account: Account) -> Source:
    """The adapter for this kind of account."""
    match account.kind:
        case AccountKind.FILES:
            return FilesSource(account.location)
        case AccountKind.SIMULATED:
            from mailmill.sources.simulated import SimulatedSource  # noqa: PLC0415 - an HTTP client takes long to load

            return SimulatedSource(account.location)

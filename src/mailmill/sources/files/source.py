"""A files account as a source: one location, read in batches."""

import asyncio
from collections.abc import AsyncIterator, Generator

from mailmill.domain.account import Range
from mailmill.domain.errors import PositionLost, SourceBroken, SourceUnavailable
from mailmill.sources.base import Batch, Known, Plan
from mailmill.sources.files.ahead import ReadAhead
from mailmill.sources.files.batches import Batcher
from mailmill.sources.files.plain import Run
from mailmill.sources.files.planning import check, check_found, plan_of
from mailmill.sources.files.position import Position
from mailmill.sources.files.steps import steps
from mailmill.sources.files.tree import Entry, Tree


class FilesSource:
    """Mail files on this machine: mbox, Google Takeout archive, Maildir, .eml, or a folder of these.

    Files are read in a stable order, each as it was when its turn came: what is appended meanwhile waits for the next
    read. ``done`` and ``total`` are bytes of the files as they lie on the disk (packed, for archives). A range's dates
    and senders are not applied here, because they need the parsed mail; its folders and ``max_messages`` are.
    """

    def __init__(self, location: str) -> None:
        """``location`` is a path; nothing is opened before ``read`` or ``plan``."""
        self._location = location
        self._reads: list[ReadAhead[Batch]] = []
        self._plans: list[Run] = []

    async def read(self, position: str | None, wanted: Range, known: Known) -> AsyncIterator[Batch]:
        """Every mail wanted, in batches, from ``position`` on. ``known`` is not asked: files have no ids."""
        run = Run(folders=frozenset(wanted.folders))
        start = Position.parse(position) if position else None
        ahead = ReadAhead(_batches(self._location, start, wanted.max_messages, run), run.stop)
        self._reads.append(ahead)
        async for batch in ahead.values():
            yield batch

    async def plan(self, wanted: Range) -> Plan:
        """What ``read`` would bring: plain files are counted exactly, archives by their first mails."""
        run = Run(folders=frozenset(wanted.folders))
        self._plans.append(run)
        return await asyncio.to_thread(plan_of, self._location, wanted.max_messages, run)

    async def close(self) -> None:
        """Close all files at once; a read that is suspended ends with Interrupted when it goes on."""
        while self._plans:
            self._plans.pop().stop.set()
        while self._reads:
            await self._reads.pop().close()


def _batches(location: str, start: Position | None, limit: int | None, run: Run) -> Generator[Batch, None, None]:
    """The batches of one read, made in a thread."""
    check(location, start)
    tree = Tree(location)
    after = start.key if start else None
    total = sum(entry.size for entry in tree.entries(after))
    batcher = Batcher(start, total, limit)
    tree = Tree(location)
    try:
        for entry in tree.entries(after):
            resume = start if start and start.key == entry.key else None
            yield from _file(entry, resume, run, batcher)
            if batcher.full:
                break
            batcher.passed(entry)
    except (SourceBroken, SourceUnavailable, PositionLost):
        yield from batcher.held()
        raise
    if start is None and not batcher.full:
        check_found(location, tree, run)
    yield from batcher.rest(tuple(tree.notes + run.notes + _others(run.others)))


def _file(entry: Entry, resume: Position | None, run: Run, batcher: Batcher) -> Generator[Batch, None, None]:
    """The batches that end within this file."""
    if batcher.full:
        return
    for step in steps(entry, resume, run):
        yield from batcher.before(step)
        yield from batcher.add(step)
        if batcher.full:
            return


def _others(names: list[str]) -> list[str]:
    if not names:
        return []
    shown_names = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
    return [f"Left out, because no mail is in them ({len(names)}): {shown_names}."]

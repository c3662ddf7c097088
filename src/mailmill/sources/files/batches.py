"""Gathers steps into batches and keeps the counts of a whole read."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from mailmill.domain.message import RawMessage
from mailmill.sources.base import Batch, Listed
from mailmill.sources.files.limits import BATCH_BYTES, BATCH_MESSAGES
from mailmill.sources.files.plain import Step
from mailmill.sources.files.position import Position
from mailmill.sources.files.tree import Entry, Key

_SLOW_SECONDS = 1.0


class Batcher:
    """Fills batches of at most 100 mails or 4 MB (one bigger mail alone), after a second what there is."""

    def __init__(self, start: Position | None, total: int, limit: int | None) -> None:
        """``total`` counts the bytes of the files from ``start`` on, the file that it lies in included."""
        self._base = start.done - start.consumed if start else 0
        self._done = start.done if start else 0
        self._total = max(self._base + total, self._done)
        self._mails = start.mails if start else 0
        self._limit = limit
        self._last = start or Position((), ended=True)
        self._counted: tuple[Key, int | None, int] | None = None
        self._emitted: int | None = start.done if start else None
        self._clear()

    @property
    def full(self) -> bool:
        """Whether as many mails were read as were wanted."""
        return self._limit is not None and self._mails >= self._limit

    def before(self, step: Step) -> Iterator[Batch]:
        """The batch that has to end because this step does not fit into it."""
        if self._steps and self._bytes + step.size > BATCH_BYTES:
            yield self._batch()

    def add(self, step: Step) -> Iterator[Batch]:
        """Take a step in; gives the batch that is full by it."""
        if not self._steps:
            self._since = time.monotonic()  # not before: the time that nobody asked for a batch does not count
        self._count(step)
        self._steps += 1
        self._bytes += step.size
        if step.message:
            self._messages.append(step.message)
            self._mails += 1
        self._gone[step.folder] += step.gone
        if step.undelivered:
            self._undelivered.setdefault(step.folder, []).append(step.undelivered)
        self._done = max(self._done, min(self._base + step.position.consumed, self._total))
        self._last = step.position
        slow = time.monotonic() - self._since > _SLOW_SECONDS
        if self._steps >= BATCH_MESSAGES or self._bytes >= BATCH_BYTES or slow:
            yield self._batch()

    def passed(self, entry: Entry) -> None:
        """A file is behind."""
        self._base += entry.size
        self._done = max(self._done, min(self._base, self._total))
        if self._last.key == entry.key:
            self._last = replace(self._last, ended=True)
        else:
            self._last = Position(entry.key, entry.size, ended=True, consumed=entry.size)

    def held(self) -> Iterator[Batch]:
        """What was gathered before a fault."""
        if self._steps:
            yield self._batch()

    def rest(self, notes: tuple[str, ...]) -> Iterator[Batch]:
        """The last batch, where anything is left to tell."""
        if not self.full:
            self._done = self._total
        if self._steps or notes or self._emitted != self._done:
            yield self._batch(notes)

    def _count(self, step: Step) -> None:
        """Count by the numbers that the file's reader gave, so that a mail lost on the way shows."""
        where = (step.position.key, step.position.entry)
        before = self._counted[2] if self._counted and self._counted[:2] == where else 0
        self._listed[step.folder] += step.number - before
        self._counted = (*where, step.number)

    def _batch(self, notes: tuple[str, ...] = ()) -> Batch:
        listed = {
            folder: Listed(count, gone=self._gone[folder], undelivered=tuple(self._undelivered.get(folder, ())))
            for folder, count in self._listed.items()
        }
        position = self._last.counted(self._done, self._mails).text()
        batch = Batch(tuple(self._messages), listed, position, self._done, self._total, unit="bytes", warnings=notes)
        self._emitted = self._done
        self._clear()
        return batch

    def _clear(self) -> None:
        self._messages: list[RawMessage] = []
        self._listed: Counter[str] = Counter()
        self._gone: Counter[str] = Counter()
        self._undelivered: dict[str, list[str]] = {}
        self._bytes = self._steps = 0
        self._since = time.monotonic()

"""What a handler sees of its job: where it stands, and the one way to commit."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import TypeVar

from mailmill.domain.errors import QuotaExhausted
from mailmill.domain.job import Job, Tally
from mailmill.domain.progress import Data, EventType, JobView
from mailmill.jobs.children import Children, Failure
from mailmill.jobs.clock import now_ms
from mailmill.jobs.outcome import BudgetSpent
from mailmill.jobs.rules import Rules
from mailmill.store import jobs as store
from mailmill.store.db import Connection, Database, Priority

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the phase stands after a commit, in ``unit``; the label is for people."""

    done: int
    total: int | None
    label: str
    estimated: bool = False
    unit: str = "messages"


@dataclass(frozen=True, slots=True)
class Step:
    """What the rows of one commit amount to: outcomes by folder, further counters, problems, odd things to tell."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    problems: int = 0
    warnings: Sequence[str] = ()


class JobContext:
    """Handed to the handler for one attempt."""

    def __init__(self, stored: store.Stored, database: Database, children: Children, rules: Rules) -> None:
        self.job: Job = stored.job
        self.view: JobView = stored.view
        self.database = database
        self._children = children
        self._rules = rules
        self._last_progress = now_ms()
        self._started = time.monotonic()
        self._closers: list[Callable[[], Awaitable[None]]] = []

    async def position(self, phase: str) -> str | None:
        """Where the phase goes on; None at its beginning."""
        return await self.database.read(lambda conn: store.position(conn, self.job.id, phase))

    async def phase(
        self, name: str, label: str, *, span: tuple[float, float] = (0, 100), unit: str = "messages"
    ) -> None:
        """Enter a phase, unless the job was in it already before this attempt. ``span`` is its share in percent."""
        if self.view.phase != name:
            data = {"phase": name, "label": label, "span": list(span), "unit": unit}
            await self._record([(EventType.PHASE, data)])

    async def commit(self, phase: str, position: str, write: Callable[[Connection], Step], progress: Progress) -> Step:
        """Rows, checkpoint, counters, events and the fence in one transaction.

        Raises LeaseLost, with everything rolled back, when the job is no longer this attempt's; and, after the commit,
        BudgetSpent when the job's time for one run is used up.
        """
        now, last = now_ms(), self._last_progress

        def work(conn: Connection) -> tuple[Step, JobView]:
            step = write(conn)
            store.add_tallies(conn, self.job, step.tallies)
            store.set_position(conn, self.job.id, phase, position)
            events = self._events(step, progress, last)
            fresh = {"failures": 0, "outage_since": None}
            view, _ = store.advance(conn, self.job, self.view, events, fresh, now)
            return step, view

        step, self.view = await self.database.write(work, Priority.BULK)
        self.job = replace(self.job, failures=0, outage_since=None)  # what ends the attempt is judged from here on
        self._last_progress = now
        self._check_budget()
        return step

    async def lose_position(self, phase: str, reason: str) -> None:
        """Start the phase again: its checkpoint goes, a new round of counting begins, what is archived stays."""
        round_ = self.job.round + 1

        def work(conn: Connection) -> JobView:
            store.clear_position(conn, self.job.id, phase)
            events = [(EventType.POSITION_LOST, {"phase": phase, "reason": reason})]
            return store.advance(conn, self.job, self.view, events, {"round": round_}, now_ms())[0]

        self.view = await self.database.write(work)
        self.job = replace(self.job, round=round_)

    async def wait(self, error: QuotaExhausted) -> None:
        """Wait here when a limit ends soon; raise it again when it does not, so that the job goes back to the queue.

        Short waits without progress between them are one outage, which the patience of the rules ends.
        """
        now, seconds = now_ms(), error.retry_after
        since = now if self.job.outage_since is None else self.job.outage_since
        if seconds is None or seconds > self._rules.short_wait or now - since > self._rules.outage_patience * 1000:
            raise error
        data = {"reason": error.message, "until": now + int(seconds * 1000)}
        await self._record([(EventType.WAITING, data)], {"outage_since": since})
        self.job = replace(self.job, outage_since=since)
        await asyncio.sleep(seconds)

    async def off_loop(self, function: str, items: Sequence[T]) -> list[object | Failure]:
        """Run ``function`` ("module:name") over the items in a child process; an item that kills it is a Failure."""
        return await self._children.map(function, items)

    def on_stop(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close this as soon as the attempt ends, however it ends."""
        self._closers.append(close)

    async def close(self) -> None:
        """Run what ``on_stop`` collected, last first."""
        while self._closers:
            await self._closers.pop()()

    async def _record(self, events: store.NewEvents, changes: store.Changes | None = None) -> None:
        def work(conn: Connection) -> JobView:
            return store.advance(conn, self.job, self.view, events, changes or {}, now_ms())[0]

        self.view = await self.database.write(work)

    def _events(self, step: Step, progress: Progress, last: int) -> list[tuple[EventType, Data]]:
        counters = _added(self.view.counters, step)
        data = {
            "done": progress.done,
            "total": progress.total,
            "estimated": progress.estimated,
            "unit": progress.unit,
            "label": progress.label,
            "counters": counters,
            "since": last,
        }
        events: list[tuple[EventType, Data]] = [(EventType.PROGRESS, data)]
        if step.problems:
            events.append((EventType.PROBLEMS, {"count": step.problems}))
        new = dict.fromkeys(w for w in step.warnings if w not in self.view.warnings)
        events.extend((EventType.WARNING, {"message": message}) for message in new)
        return events

    def _check_budget(self) -> None:
        budget = self.job.parameters.get("max_seconds_per_run")
        through = self.job.parameters.get("run_to_completion", True)
        if budget is not None and not through and time.monotonic() - self._started >= budget:
            raise BudgetSpent


def _added(counters: Mapping[str, int], step: Step) -> dict[str, int]:
    names = tuple(Tally.__dataclass_fields__)
    total = dict(counters)
    for t in step.tallies.values():
        for name, count in zip(names, astuple(t), strict=True):
            total[name] = total.get(name, 0) + count
    for name, count in step.counters.items():
        total[name] = total.get(name, 0) + count
    return total

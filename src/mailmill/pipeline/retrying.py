"""Open problems as a source: their mails are read again from the bytes that were kept."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial

from mailmill.domain.account import Range
from mailmill.domain.message import RawMessage
from mailmill.sources.base import Batch, Known, Listed, Plan
from mailmill.store import problems
from mailmill.store.db import Connection, Database
from mailmill.store.problems import Problem

BATCH = 20


class OpenProblems:
    """Implements sources.base.Source over the problems of an account; ``ids`` empty means all that are open."""

    def __init__(self, database: Database, account_id: int, ids: Sequence[int]) -> None:
        self._database = database
        self._account_id = account_id
        self._ids = tuple(ids)

    async def read(self, position: str | None, wanted: Range, known: Known) -> AsyncIterator[Batch]:
        """The kept mails of the problems, by number; the position is the last number read."""
        after, done = int(position or 0), 0
        while found := await self._database.read(partial(self._next, after)):
            kept = {problem.id: raw for problem, raw in found if raw is not None}
            after, done = found[-1][0].id, done + len(kept)
            counts = Counter(raw.folder for raw in kept.values())
            listed = {folder: Listed(count) for folder, count in counts.items()}
            yield Batch(tuple(kept.values()), listed, str(after), done, None, retried=tuple(kept))

    def _next(self, after: int, conn: Connection) -> list[tuple[Problem, RawMessage | None]]:
        found = problems.open_problems(conn, self._account_id, after, BATCH, self._ids)
        return [(problem, problems.raw_mail(conn, problem.id)) for problem in found]

    async def plan(self, wanted: Range) -> Plan:
        """How many mails would be tried again."""
        found = await self._database.read(
            lambda conn: problems.open_problems(conn, self._account_id, 0, 1_000_000, self._ids)
        )
        return Plan(sum(problem.kept for problem in found), 0, exact=True)

    async def close(self) -> None:
        """Nothing is held open."""

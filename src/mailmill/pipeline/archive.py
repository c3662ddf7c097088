"""What one batch writes, in one transaction: mails, findings, purchases, problems, and what became of each mail."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from mailmill.domain.account import Account
from mailmill.domain.errors import SourceUnavailable
from mailmill.domain.job import Job, Tally
from mailmill.domain.message import RawMessage
from mailmill.jobs.children import Failure
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import Step
from mailmill.pipeline.orders import Digest, load
from mailmill.pipeline.purchases import purchases_of
from mailmill.sources.base import Batch, Listed
from mailmill.store import facts, messages, problems, search_sqlite
from mailmill.store.db import Connection
from mailmill.store.messages import Added
from mailmill.store.packed import PackedMessage
from mailmill.store.problems import NewProblem

MERGED_PAGES = 64
"""Pages of the full-text index that are merged with each batch, so that no single batch has to merge it all."""
SOURCE_AWAY = SourceUnavailable.__name__


@dataclass(frozen=True, slots=True)
class BatchRows:
    """A batch made ready to be written."""

    job: Job
    account: Account
    listed: Mapping[str, Listed]
    packed: Sequence[PackedMessage]
    troubles: Sequence[tuple[int, RawMessage, tuple[str, str]]]
    lost: Sequence[NewProblem]
    filtered: Mapping[str, int]
    warnings: Sequence[str] = ()
    solved: Sequence[int] = field(default=())

    @classmethod
    async def of(cls, job: Job, account: Account, batch: Batch, digests: Sequence[Digest | Failure]) -> "BatchRows":
        """Sort the results of a batch; bytes that a problem keeps are read here, outside of the transaction."""
        packed: list[PackedMessage] = []
        troubles: list[tuple[int, RawMessage, tuple[str, str]]] = []
        lost = [_undelivered(name, key) for name, listed in batch.listed.items() for key in listed.undelivered]
        filtered: Counter[str] = Counter()
        for raw, result in zip(batch.messages, digests, strict=True):
            if isinstance(result, Failure):
                lost.append(await asyncio.to_thread(_unreadable, raw, result.cause))
            elif result.packed is None:
                filtered[raw.folder] += 1
            else:
                troubles.extend((len(packed), raw, trouble) for trouble in result.troubles)
                packed.append(result.packed)
        solved = [n for n, one in zip(batch.retried, digests, strict=False) if isinstance(one, Digest) and one.packed]
        return cls(job, account, batch.listed, packed, troubles, lost, filtered, batch.warnings, solved)


def archive(conn: Connection, rows: BatchRows) -> Step:
    """Write the batch; returns what its mails amount to."""
    now = now_ms()
    account = rows.account
    added = messages.add(
        conn, workspace_id=account.workspace_id, account_id=account.id, job_id=rows.job.id, packed=rows.packed
    )
    if added.new_ids:
        search_sqlite.merge_index(conn, MERGED_PAGES)
    if added.receipts:
        facts.join_purchases(conn, account.workspace_id, added.receipts, purchases_of)
    found = [*rows.lost, *_archived_troubles(rows, added)]
    problems.add(conn, account.workspace_id, account.id, rows.job.id, found, now)
    _solve(conn, rows, now)
    return Step(
        tallies={folder: _tally(folder, rows, added) for folder in _folders(rows)},
        counters={"receipts": len(added.receipts), "with_receipts": _with_receipts(rows, added)},
        problems=len(found),
        warnings=rows.warnings,
    )


def _tally(folder: str, rows: BatchRows, added: Added) -> Tally:
    listed = rows.listed.get(folder, Listed(0))
    counts = added.folders.get(folder)
    return Tally(
        listed=listed.listed,
        new=counts.new if counts else 0,
        had=(counts.had if counts else 0) + listed.had,
        filtered=rows.filtered.get(folder, 0) + listed.filtered,
        problem=sum(problem.folder == folder for problem in rows.lost),
        gone=listed.gone,
    )


def _folders(rows: BatchRows) -> list[str]:
    return list(dict.fromkeys([*rows.listed, *(mail.folder for mail in rows.packed)]))


def _with_receipts(rows: BatchRows, added: Added) -> int:
    return sum(bool(mail.receipts) and new for mail, new in zip(rows.packed, added.new, strict=True))


def _archived_troubles(rows: BatchRows, added: Added) -> list[NewProblem]:
    """Problems of mails that are archived all the same; those of mails we had were told when they came first."""
    return [
        NewProblem(code, cause, raw.folder, raw.where, raw.source_id, added.ids[n], identity=rows.packed[n].identity)
        for n, raw, (code, cause) in rows.troubles
        if added.new[n]
    ]


def _solve(conn: Connection, rows: BatchRows, now: int) -> None:
    problems.solve(conn, rows.solved, now)
    delivered: dict[str, list[str]] = {}
    for mail in rows.packed:
        if mail.source_id is not None:
            delivered.setdefault(mail.folder, []).append(mail.source_id)
    for folder, ids in delivered.items():
        problems.solve_delivered(conn, rows.account.id, folder, ids, now)


def _unreadable(raw: RawMessage, cause: str) -> NewProblem:
    """A mail that no parser survives, with its bytes. Raises SourceUnavailable when its file is away just now."""
    if cause.startswith(SOURCE_AWAY):
        raise SourceUnavailable(cause.partition(": ")[2])
    kept = replace(raw, content=load(raw))
    assert isinstance(kept.content, bytes)
    key = blake2b(kept.content, digest_size=16).digest()
    return NewProblem("unreadable_message", cause, raw.folder, raw.where, raw.source_id, raw=kept, identity=key)


def _undelivered(folder: str, source_id: str) -> NewProblem:
    key = blake2b(f"{folder}\0{source_id}".encode(), digest_size=16).digest()
    cause = "The source listed this mail and did not deliver it."
    return NewProblem("not_delivered", cause, folder, source_id, source_id, identity=key)

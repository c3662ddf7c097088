"""Run the extractors again over stored mail, without fetching: store → parse → extract → commit."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mailmill.jobs.children import Failure
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import JobContext, Progress, Step
from mailmill.pipeline.orders import AGAIN, Claims, Stored
from mailmill.pipeline.purchases import purchases_of
from mailmill.store import accounts, facts, messages, problems
from mailmill.store.db import Connection
from mailmill.store.problems import NewProblem

PHASE = "reextract"
BATCH = 100


async def reextract(job: JobContext) -> Mapping[str, Any]:  # the report, JSON
    """Bring the findings and receipts of the account's mail to what today's extractors find."""
    await job.phase(PHASE, "Reading stored mail again")
    position = await job.position(PHASE)
    after, done = map(int, position.split()) if position else (0, 0)
    total = await job.database.read(lambda conn: messages.count_account(conn, job.job.account_id or 0))
    while mails := await job.database.read(partial(_next, job=job, after=after)):
        results = await job.off_loop(AGAIN, mails)
        after, done = mails[-1].id, done + len(mails)
        progress = Progress(done, max(total, done), "Reading stored mail again")
        await job.commit(PHASE, f"{after} {done}", partial(_write, job=job, mails=mails, results=results), progress)
    counters = job.view.counters
    return {name: counters.get(name, 0) for name in ("scanned", "added", "changed", "removed", "failed")}


def _next(conn: Connection, *, job: JobContext, after: int) -> list[Stored]:
    account_id = job.job.account_id or 0
    extractor = job.job.parameters["extract"][0]
    page = messages.page_of_account(conn, account_id, after=after, limit=BATCH)
    return [Stored(one.id, messages.raw(conn, one.id), one.dialect, extractor) for one in page]


def _write(conn: Connection, *, job: JobContext, mails: Sequence[Stored], results: Sequence[object]) -> Step:
    claims = [(mail.id, one) for mail, one in zip(mails, results, strict=True) if isinstance(one, Claims)]
    failed = [(mail.id, one) for mail, one in zip(mails, results, strict=True) if isinstance(one, Failure)]
    replaced = facts.Replaced()
    if claims:
        found = [(message_id, one.findings) for message_id, one in claims]
        replaced = facts.replace_findings(conn, mails[0].extractor, claims[0][1].version, found)
        rows = [(message_id, one.receipts) for message_id, one in claims]
        touched = facts.replace_receipts(conn, job.job.workspace_id, rows)
        facts.join_purchases(conn, job.job.workspace_id, touched, purchases_of)
    _tell(conn, job, failed)
    counters = {"scanned": len(mails), "failed": len(failed), "added": replaced.added}
    return Step(counters={**counters, "changed": replaced.changed, "removed": replaced.removed}, problems=len(failed))


def _tell(conn: Connection, job: JobContext, failed: Sequence[tuple[int, Failure]]) -> None:
    account = accounts.get(conn, job.job.account_id or 0)
    found = [
        NewProblem(
            "extractor_failed", one.cause, "", f"mail {number}", message_id=number, identity=str(number).encode()
        )
        for number, one in failed
    ]
    problems.add(conn, account.workspace_id, account.id, job.job.id, found, now_ms())

"""Problems: mails that could not be handled, kept with their cause and bytes until they are solved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update
from zstandard import ZstdCompressor, ZstdDecompressor

from mailmill.domain.message import Dialect, RawMessage
from mailmill.store.tables.work import problems


@dataclass(frozen=True, slots=True)
class NewProblem:
    """What went wrong with one mail. ``message_id`` is set when it is archived all the same.

    ``raw`` is the mail as fetched (None when it was never delivered), ``identity`` what makes it the same again.
    """

    code: str
    cause: str
    folder: str
    place: str
    source_id: str | None = None
    message_id: int | None = None
    raw: RawMessage | None = None
    identity: bytes | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A stored problem; times are milliseconds since the epoch, ``solved_at`` None while it is open."""

    id: int
    account_id: int
    job_id: str
    message_id: int | None
    folder: str
    place: str
    source_id: str | None
    code: str
    cause: str
    tries: int
    created_at: int
    solved_at: int | None
    kept: bool


def add(conn: Connection, workspace_id: int, account_id: int, job_id: str, new: Sequence[NewProblem], now: int) -> None:
    """Store problems. One that is open already on the account, for the same mail, is counted as tried again."""
    for problem in new:
        if problem.identity is not None and _again(conn, account_id, problem, job_id):
            continue
        content = problem.raw.content if problem.raw is not None else None
        conn.execute(
            insert(problems).values(
                workspace_id=workspace_id,
                account_id=account_id,
                job_id=job_id,
                message_id=problem.message_id,
                folder=problem.folder,
                place=problem.place,
                source_id=problem.source_id,
                code=problem.code,
                cause=problem.cause,
                raw=ZstdCompressor(level=3).compress(content) if isinstance(content, bytes) else None,
                carrier=_carrier(problem.raw) if problem.raw is not None else None,
                identity=problem.identity,
                tries=1,
                created_at=now,
            )
        )


def open_problems(conn: Connection, account_id: int, after: int, limit: int, ids: Sequence[int]) -> list[Problem]:
    """Open problems of an account that are not archived, by number from ``after``; only those of ``ids`` when given."""
    mine = _open(account_id) & (problems.c.id > after) & problems.c.message_id.is_(None)
    if ids:
        mine &= problems.c.id.in_(ids)
    rows = conn.execute(select(*_columns()).where(mine).order_by(problems.c.id).limit(limit))
    return [_problem(row) for row in rows]


def any_undelivered(conn: Connection, account_id: int, ids: Sequence[int]) -> bool:
    """Whether one of these open problems (all, when none is named) is a mail that was listed and never delivered."""
    mine = _open(account_id) & problems.c.raw.is_(None) & problems.c.message_id.is_(None)
    if ids:
        mine &= problems.c.id.in_(ids)
    return conn.execute(select(problems.c.id).where(mine).limit(1)).scalar() is not None


def listed(conn: Connection, workspace_id: int, job_id: str | None, solved: bool, limit: int) -> list[Problem]:
    """Problems of a workspace, newest first; of one job when it is named."""
    mine = problems.c.workspace_id == workspace_id
    if job_id is not None:
        mine &= problems.c.job_id == job_id
    if not solved:
        mine &= problems.c.solved_at.is_(None)
    rows = conn.execute(select(*_columns()).where(mine).order_by(problems.c.id.desc()).limit(limit))
    return [_problem(row) for row in rows]


def count_open(conn: Connection, account_id: int) -> int:
    """How many problems of the account are open."""
    return conn.execute(select(func.count()).where(_open(account_id))).scalar_one()


def raw_mail(conn: Connection, problem_id: int) -> RawMessage | None:
    """The mail of a problem as it was fetched; None when it was never delivered."""
    row = conn.execute(select(problems.c.raw, problems.c.carrier).where(problems.c.id == problem_id)).one_or_none()
    if row is None or row.raw is None:
        return None
    carried = {**row.carrier, "labels": tuple(row.carrier["labels"]), "dialect": Dialect(row.carrier["dialect"])}
    line = carried.pop("from_line")
    return RawMessage(
        content=ZstdDecompressor().decompress(row.raw),
        from_line=line.encode("latin-1") if line is not None else None,
        **carried,
    )


def solve(conn: Connection, ids: Sequence[int], now: int) -> None:
    """Close problems whose mail is archived now."""
    if ids:
        conn.execute(update(problems).where(problems.c.id.in_(ids)).values(solved_at=now, raw=None))


def solve_delivered(conn: Connection, account_id: int, folder: str, source_ids: Sequence[str], now: int) -> None:
    """Close problems of mails that the source did not deliver then and has delivered now."""
    if source_ids:
        mine = _open(account_id) & (problems.c.folder == folder) & problems.c.source_id.in_(source_ids)
        conn.execute(update(problems).where(mine).values(solved_at=now, raw=None))


def count_of_job(conn: Connection, job_id: str) -> int:
    """How many mails the job left as problems (not archived), solved since or not."""
    mine = (problems.c.job_id == job_id) & problems.c.message_id.is_(None)
    return conn.execute(select(func.count()).where(mine)).scalar_one()


def _again(conn: Connection, account_id: int, problem: NewProblem, job_id: str) -> bool:
    mine = _open(account_id) & (problems.c.identity == problem.identity) & (problems.c.code == problem.code)
    values = {"tries": problems.c.tries + 1, "cause": problem.cause, "job_id": job_id}
    return conn.execute(update(problems).where(mine).values(values)).rowcount > 0


def _open(account_id: int) -> ColumnElement[bool]:
    return (problems.c.account_id == account_id) & problems.c.solved_at.is_(None)


def _carrier(raw: RawMessage) -> dict[str, Any]:
    """What came with the mail, as JSON; a From_ line is bytes and kept as Latin-1, which holds any."""
    return {
        "folder": raw.folder,
        "where": raw.where,
        "source_id": raw.source_id,
        "labels": list(raw.labels),
        "from_line": raw.from_line.decode("latin-1") if raw.from_line is not None else None,
        "dialect": raw.dialect,
        "gmail_id": raw.gmail_id,
        "gmail_thread_id": raw.gmail_thread_id,
        "received_at": raw.received_at,
    }


def _columns() -> list[ColumnElement[Any]]:
    names = ("id", "account_id", "job_id", "message_id", "folder", "place", "source_id", "code", "cause", "tries")
    return [
        *(problems.c[name] for name in (*names, "created_at", "solved_at")),
        problems.c.raw.is_not(None).label("kept"),
    ]


def _problem(row: Row[*tuple[Any, ...]]) -> Problem:
    return Problem(**row._mapping)

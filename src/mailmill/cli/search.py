"""Search the archive."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mailmill.cli.options import DataDir, Json, Limit
from mailmill.cli.session import Session, run
from mailmill.domain.query import parse
from mailmill.jobs.clock import now_ms
from mailmill.store import search as store
from mailmill.store.db import Connection
from mailmill.store.search import Hit

PAGE = 200


def search(
    query: Annotated[
        list[str] | None, typer.Argument(help="Words and operators, as in Gmail; nothing lists all.")
    ] = None,
    limit: Limit = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Find mails, newest first.

    Operators: from: to: subject: label: has:attachment filename: after: before: older_than: newer_than: is:
    "phrase" OR -
    """

    async def command(session: Session) -> None:
        zone = ZoneInfo(session.instance.settings.time_zone)
        wanted = parse(" ".join(query or ()), now=now_ms() // 1000, zone=zone)
        cursor: str | None = None
        shown = 0
        while limit is None or shown < limit:
            size = PAGE if limit is None else min(PAGE, limit - shown)

            def work(conn: Connection, size: int = size, cursor: str | None = cursor) -> store.Page:
                return store.search(conn, [session.actor.workspace_id], wanted, limit=size, cursor=cursor)

            page = await session.instance.database.read(work)
            _print(session, page.items)
            shown, cursor = shown + len(page.items), page.next_cursor
            if cursor is None:
                break
        if not shown:
            session.out.say("No mail matches.")

    run(command, as_json=as_json, data_dir=data_dir)


def _print(session: Session, hits: tuple[Hit, ...]) -> None:
    for hit in hits:
        session.out.object({name: getattr(hit, name) for name in Hit.__slots__})
    rows = [(str(hit.id), _day(hit.date), hit.from_name or hit.from_email, hit.subject) for hit in hits]
    session.out.table(("mail", "date", "from", "subject"), rows, ("mail",))


def _day(seconds: int | None) -> str:
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return ""

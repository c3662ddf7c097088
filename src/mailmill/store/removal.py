"""Mails that are no longer at their source, and mails that are deleted here."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy import delete as sql_delete

from mailmill.store import search_sqlite, threads
from mailmill.store.bulk import chunks
from mailmill.store.tables.archive import (
    attachments,
    findings,
    folders,
    locations,
    message_labels,
    message_texts,
    messages,
    raw_messages,
    receipts,
)


def mark_gone(conn: Connection, account_id: int, folder: str, source_ids: Sequence[str], *, at: int) -> int:
    """Mark these as no longer in that folder; returns how many mails are now in no folder at all and so count as gone.

    ``at`` is in seconds since the epoch.
    """
    folder_id = select(folders.c.id).where(folders.c.account_id == account_id, folders.c.name == folder)
    gone = 0
    for chunk in chunks(source_ids):
        here = locations.c.folder_id == folder_id.scalar_subquery(), locations.c.source_id.in_(chunk)
        touched = list(conn.execute(select(locations.c.message_id).where(*here)).scalars())
        conn.execute(update(locations).where(*here, locations.c.gone_at.is_(None)).values(gone_at=at))
        elsewhere = select(locations.c.message_id).where(
            locations.c.message_id.in_(touched), locations.c.gone_at.is_(None)
        )
        wanted = messages.c.id.in_(touched), messages.c.id.not_in(elsewhere), messages.c.gone_at.is_(None)
        gone += conn.execute(update(messages).where(*wanted).values(gone_at=at)).rowcount
    return gone


def delete_account(conn: Connection, account_id: int, *, limit: int = 500) -> bool:
    """Take ``limit`` places out of an account; mails that no other account has are deleted with all their rows.

    Returns whether more remain: call it again, in a transaction of its own. The account's own row is the caller's.
    """
    own = locations.c.folder_id.in_(select(folders.c.id).where(folders.c.account_id == account_id))
    ids = list(conn.execute(select(locations.c.message_id).where(own).limit(limit)).scalars())
    shared: set[int] = set()
    for chunk in chunks(ids):
        elsewhere = select(locations.c.message_id).where(locations.c.message_id.in_(chunk), ~own)
        shared.update(conn.execute(elsewhere).scalars())
    delete(conn, [one for one in dict.fromkeys(ids) if one not in shared])
    for chunk in chunks(sorted(shared)):
        conn.execute(sql_delete(locations).where(own, locations.c.message_id.in_(chunk)))
    if len(ids) == limit:
        return True
    conn.execute(sql_delete(folders).where(folders.c.account_id == account_id))
    return False


def delete(conn: Connection, ids: Sequence[int]) -> None:
    """Delete these mails with everything that hangs on them, index entries and empty threads too."""
    for chunk in chunks(ids):
        search_sqlite.unindex(conn, chunk)
        touched = list(conn.execute(select(messages.c.thread_id).where(messages.c.id.in_(chunk)).distinct()).scalars())
        for table in _HANGING:
            conn.execute(sql_delete(table).where(table.c.message_id.in_(chunk)))
        conn.execute(sql_delete(messages).where(messages.c.id.in_(chunk)))
        threads.delete_empty(conn, touched)


_HANGING = (raw_messages, message_texts, attachments, locations, message_labels, findings, receipts)

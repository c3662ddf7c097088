"""The outbox: effects outside of the database that must happen once, written in the transaction that decides on them.

Whoever delivers one sends its id along, which is the same at every try, so that the other side can tell a repetition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, insert, select, update

from mailmill.store.tables.work import outbox


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to be delivered; ``tries`` counts the failed ones."""

    id: str
    kind: str
    payload: Mapping[str, Any]  # JSON, as the deliverer of that kind wants it
    tries: int


def add(conn: Connection, kind: str, key: str, payload: Mapping[str, Any], now: int) -> str:
    """Ask for a delivery and return its id (32 hex digits), which is made of ``kind`` and ``key``.

    Asked for again, whether delivered since or not, it stays the one delivery that it is.
    """
    effect_id = blake2b(f"{kind}\0{key}".encode(), digest_size=16).hexdigest()
    if conn.execute(select(outbox.c.id).where(outbox.c.id == effect_id)).first() is None:
        row = {"id": effect_id, "kind": kind, "payload": dict(payload), "created_at": now, "due_at": now, "tries": 0}
        conn.execute(insert(outbox).values(row))
    return effect_id


def due(conn: Connection, now: int, limit: int) -> list[Effect]:
    """What is to be delivered now, at most ``limit``, the longest due first."""
    waits = outbox.c.delivered_at.is_(None) & (outbox.c.due_at <= now)
    columns = (outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.tries)
    rows = conn.execute(select(*columns).where(waits).order_by(outbox.c.due_at, outbox.c.id).limit(limit))
    return [Effect(row.id, row.kind, row.payload, row.tries) for row in rows]


def delivered(conn: Connection, effect_id: str, now: int) -> None:
    """Note that the other side has it; the row stays, so that the same effect is never asked for again."""
    mine = (outbox.c.id == effect_id) & outbox.c.delivered_at.is_(None)
    conn.execute(update(outbox).where(mine).values(delivered_at=now))


def failed(conn: Connection, effect_id: str, again_at: int) -> None:
    """Note a try that failed; the next one is due at ``again_at`` (milliseconds since the epoch)."""
    mine = (outbox.c.id == effect_id) & outbox.c.delivered_at.is_(None)
    conn.execute(update(outbox).where(mine).values(tries=outbox.c.tries + 1, due_at=again_at))

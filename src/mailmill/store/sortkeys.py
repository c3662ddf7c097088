"""Sort keys: unique numbers that order a workspace's mails by date.

::

    63 … 40: workspace | 39 … 4: seconds since the epoch | 3 … 0: a free slot among mails of the same second

A workspace is one range of keys, so is a span of dates. The full-text index uses the key as its row number and gives
matches in that order at no cost. Where more than 16 mails share a second, the next ones are put into later seconds
(n mails reach at most n/8 seconds on): order within such a crowd is that of arrival, and conditions on dates look
at ``messages.date`` too.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from mailmill.store.bulk import chunks
from mailmill.store.tables.archive import messages

WORKSPACE_SHIFT = 40
SLOT_BITS = 4
SLOTS = 1 << SLOT_BITS
TIME_MASK = (1 << WORKSPACE_SHIFT) - 1
LAST_SECOND = (1 << (WORKSPACE_SHIFT - SLOT_BITS)) - (1 << 24)
"""Later dates (after the year 4100) share the end, with room behind it for crowds."""


def workspace_range(workspace_id: int) -> tuple[int, int]:
    """The first key of a workspace, and the first one after it."""
    return workspace_id << WORKSPACE_SHIFT, (workspace_id + 1) << WORKSPACE_SHIFT


def workspace_of(sort_key: int) -> int:
    """The workspace of a key."""
    return sort_key >> WORKSPACE_SHIFT


def first_key(workspace_id: int, date: int) -> int:
    """The smallest key that a mail of this date, or a later one, can have."""
    return (workspace_id << WORKSPACE_SHIFT) | (min(max(date, 0), LAST_SECOND) << SLOT_BITS)


def assign(conn: Connection, workspace_id: int, dates: Sequence[int | None]) -> list[int]:
    """New keys for mails of these dates, in their order. A mail without a date counts as the oldest."""
    wanted = [first_key(workspace_id, date or 0) for date in dates]
    occupied = {key for chunk in chunks(wanted) for (key,) in conn.execute(_OCCUPIED, {"wanted": chunk})}
    taken: list[int] = []
    given = []
    for first in wanted:
        key = first if first not in occupied else _free_key(conn, first, taken)
        occupied.add(key)
        insort(taken, key)
        given.append(key)
    return given


def _free_key(conn: Connection, first: int, taken: list[int]) -> int:
    """The key after the greatest one of a span, which is doubled until it has room at its end."""
    span = SLOTS
    while True:
        last = first + span - 1
        greatest = conn.execute(_GREATEST, {"first": first, "last": last}).scalar() or first
        at = bisect_right(taken, last)
        if at and taken[at - 1] > greatest:
            greatest = taken[at - 1]
        if greatest < last:
            return greatest + 1
        span *= 2


_OCCUPIED = select(messages.c.sort_key).where(messages.c.sort_key.in_(bindparam("wanted", expanding=True)))
_GREATEST = select(func.max(messages.c.sort_key)).where(
    messages.c.sort_key.between(bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger))
)

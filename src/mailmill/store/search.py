"""Search over the archive, newest first.

Everything is decided on sort keys: the full-text index, labels and folders are all ordered by them, so the first page
of whatever matches comes out without sorting, and only the mails of that page are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from mailmill.domain.errors import InvalidInput
from mailmill.domain.query import (
    And,
    HasAttachment,
    In,
    Is,
    Label,
    Not,
    Or,
    Query,
    Since,
    State,
    Text,
    Until,
    asks_for_gone,
)
from mailmill.store import search_sqlite
from mailmill.store.labels import name_key
from mailmill.store.sortkeys import SLOT_BITS, TIME_MASK, first_key, workspace_of, workspace_range
from mailmill.store.tables.archive import folders, labels, locations, message_labels, messages
from mailmill.store.tables.people import accounts

MAX_LIMIT = 500
_CROWD = 3600 << SLOT_BITS
"""How far after its date a key can be, where very many mails share a second (``sortkeys``)."""
_DRIVERS = 16
_SHORT = 200
_STATE_LABELS = {State.UNREAD: "unread", State.STARRED: "starred"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A mail in a list."""

    id: int
    workspace_id: int
    thread_id: int
    sort_key: int
    subject: str
    from_name: str
    from_email: str
    date: int | None
    size: int
    has_attachment: bool
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what matches, newest first; ``next_cursor`` is None at the end."""

    items: tuple[Hit, ...]
    next_cursor: str | None


def search(
    conn: Connection, workspace_ids: Sequence[int], query: Query, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """A page of the mails that match in these workspaces, newest first, from ``cursor`` on.

    Mails that are gone are hidden unless the query speaks of them. A page holds still: new mails never shift what
    follows. Raises InvalidInput for a cursor that is none and for a limit outside 1-500.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"A page has 1 to {MAX_LIMIT} mails.", field="limit")
    ends = _ends(workspace_ids, cursor)
    keys = {key for one, end in ends.items() for key in _Search(conn, one, query, limit + 1).keys(end)}
    ordered = sorted(keys, key=lambda key: (-(key & TIME_MASK), workspace_of(key)))
    shown = ordered[:limit]
    return Page(_hits(conn, shown), _cursor(shown[-1]) if len(ordered) > limit else None)


def _ends(workspace_ids: Iterable[int], cursor: str | None) -> dict[int, int]:
    """For each workspace the key before which its mails follow."""
    if cursor is None:
        return {one: workspace_range(one)[1] for one in workspace_ids}
    time, _, workspace = cursor.partition(".")
    if not (cursor.isascii() and time.isdigit() and workspace.isdigit() and len(cursor) < 30):
        raise InvalidInput("This cursor is none of this list.", field="cursor")
    here = min(int(time), TIME_MASK)
    return {one: workspace_range(one)[0] + here + (one > int(workspace)) for one in workspace_ids}


def _cursor(key: int) -> str:
    return f"{key & TIME_MASK}.{workspace_of(key)}"


def _hits(conn: Connection, keys: Sequence[int]) -> tuple[Hit, ...]:
    columns = (messages.c[name] for name in Hit.__slots__)
    rows = conn.execute(select(*columns).where(messages.c.sort_key.in_(keys)))
    found = {row.sort_key: Hit(*row) for row in rows}
    return tuple(found[key] for key in keys)


class _Driver(NamedTuple):
    """What yields candidates in order of their keys, and the condition that selects them there."""

    table: FromClause
    key: ColumnElement[Any]
    where: ColumnElement[bool]


class _Search:
    """One query in one workspace."""

    def __init__(self, conn: Connection, workspace_id: int, query: Query, limit: int) -> None:
        self._conn = conn
        self._workspace_id = workspace_id
        self._conjuncts = query.items if isinstance(query, And) else (query,)
        self._limit = limit
        self._gone = asks_for_gone(query)
        self._probed: Query | None = None

    def keys(self, end: int) -> Iterator[int]:
        """The newest keys before ``end``, at most ``limit`` from each driver."""
        drivers, rest = self._drivers()
        start, before = self._span(rest, end)
        for driver in drivers:
            conditions = [self._condition(item, driver.key) for item in rest]
            if not self._gone:
                conditions.append(_not_gone(driver))
            wanted: Select[Any] = (
                select(driver.key)
                .select_from(driver.table)
                .where(driver.where, driver.key >= start, driver.key < before, *conditions)
                .order_by(driver.key.desc())
                .limit(self._limit)
            )
            yield from self._conn.execute(wanted).scalars()

    def _drivers(self) -> tuple[list[_Driver], list[Query]]:
        """The index when there is text; else the lists of a label or folder; else all mails."""
        text = tuple(item for item in self._conjuncts if search_sqlite.is_textual(item))
        rest = [item for item in self._conjuncts if not search_sqlite.is_textual(item)]
        if text and (short := self._short_list(rest)):
            item, lists = short
            self._probed = And(text)
            return lists, [self._probed, *(other for other in rest if other is not item)]
        if text:
            table = search_sqlite.message_index
            return [_Driver(table, table.c.rowid, search_sqlite.matches(And(text)))], rest
        for item in rest:
            of_item = self._lists(item)
            if of_item is not None and len(of_item) <= _DRIVERS:
                return of_item, [other for other in rest if other is not item]
        return [_Driver(messages, messages.c.sort_key, true())], rest

    def _short_list(self, rest: Sequence[Query]) -> tuple[Query, list[_Driver]] | None:
        """A label or folder with so few mails that looking each of them up in the index is cheapest."""
        for item in rest:
            lists = self._lists(item)
            if lists and len(lists) <= _DRIVERS:
                few = (select(one.key).select_from(one.table).where(one.where).limit(_SHORT + 1) for one in lists)
                if sum(len(self._conn.execute(one).all()) for one in few) <= _SHORT:
                    return item, lists
        return None

    def _lists(self, item: Query) -> list[_Driver] | None:
        """The ordered lists that together are what a label, folder or state asks for; None for anything else."""
        match item:
            case Label(name):
                return self._labelled(name)
            case In(name) if name.casefold() != "anywhere":
                return [*self._labelled(name), *self._in_folder(name)]
            case Is(state) if state in _STATE_LABELS:
                return self._labelled(_STATE_LABELS[state])
            case _:
                return None

    def _labelled(self, name: str) -> list[_Driver]:
        wanted = select(labels.c.id).where(labels.c.workspace_id == self._workspace_id, labels.c.key == name_key(name))
        table = message_labels.alias()
        return [
            _Driver(table, table.c.sort_key, table.c.label_id == label_id)
            for label_id in self._conn.execute(wanted).scalars()
        ]

    def _in_folder(self, name: str) -> list[_Driver]:
        own = select(accounts.c.id).where(accounts.c.workspace_id == self._workspace_id)
        wanted = select(folders.c.id).where(folders.c.key == name_key(name), folders.c.account_id.in_(own))
        table = locations.alias()
        there = true() if self._gone else table.c.gone_at.is_(None)
        return [
            _Driver(table, table.c.sort_key, and_(table.c.folder_id == folder_id, there))
            for folder_id in self._conn.execute(wanted).scalars()
        ]

    def _span(self, conjuncts: Sequence[Query], end: int) -> tuple[int, int]:
        """The keys that dates leave; ``_condition`` is exact about the mails at its borders."""
        start = workspace_range(self._workspace_id)[0]
        for item in conjuncts:
            if isinstance(item, Since):
                start = max(start, first_key(self._workspace_id, item.date))
            elif isinstance(item, Until):
                end = min(end, first_key(self._workspace_id, item.date) + _CROWD)
        return start, end

    def _condition(self, item: Query, key: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition on the mail of this key."""
        if item is self._probed:
            return search_sqlite.holds(item, key)
        match item:
            case And(items):
                return and_(true(), *(self._condition(one, key) for one in items))
            case Or(items):
                return or_(false(), *(self._condition(one, key) for one in items))
            case Not(one):
                return not_(self._condition(one, key))
            case Is(State.READ):
                return not_(self._condition(Is(State.UNREAD), key))
            case _:
                return self._fact(item, key)

    def _fact(self, item: Query, key: ColumnElement[Any]) -> ColumnElement[bool]:
        match item:
            case Text() | HasAttachment():
                return self._in_index(item, key)
            case Since(date) | Until(date):
                return self._dated(item, date, key)
            case Is(State.GONE):
                return key.in_(_gone_keys())
            case In(name) if name.casefold() == "anywhere":
                return true()
            case _:
                return or_(false(), *(_listed(one, key) for one in self._lists(item) or ()))

    def _in_index(self, item: Query, key: ColumnElement[Any]) -> ColumnElement[bool]:
        index = search_sqlite.message_index
        start, end = workspace_range(self._workspace_id)
        return key.in_(
            select(index.c.rowid).where(search_sqlite.matches(item), index.c.rowid >= start, index.c.rowid < end)
        )

    def _dated(self, item: Query, date: int, key: ColumnElement[Any]) -> ColumnElement[bool]:
        border = first_key(self._workspace_id, date)
        inner = messages.alias()
        own_date = func.coalesce(inner.c.date, 0, type_=BigInteger)
        holds = own_date >= date if isinstance(item, Since) else own_date < date
        exact = exists().where(inner.c.sort_key == key, holds)
        if isinstance(item, Since):
            return and_(key >= border, or_(key >= border + _CROWD, exact))
        return and_(key < border + _CROWD, or_(key < border, exact))


def _not_gone(driver: _Driver) -> ColumnElement[bool]:
    if driver.table is messages:
        return messages.c.gone_at.is_(None)
    return driver.key.not_in(_gone_keys())


def _gone_keys() -> Select[Any]:
    inner = messages.alias()
    return select(inner.c.sort_key).where(inner.c.gone_at.is_not(None))


def _listed(driver: _Driver, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(select(driver.key).select_from(driver.table).where(driver.where, driver.key == key))

"""What SQLite's full-text index (FTS5) needs: entries in and out, merging in slices, and the text of a query.

No user text reaches FTS5's own syntax unquoted: every word becomes a string literal.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, column, exists, select, table
from sqlalchemy.sql.selectable import TableClause

from mailmill.domain.query import And, Field, HasAttachment, Not, Or, Query, Text
from mailmill.store.bulk import chunks
from mailmill.store.packed import EVERY, HAS_ATTACHMENT, unpack_index
from mailmill.store.tables.archive import message_texts, messages

message_index: TableClause = table("message_index", column("rowid"), column("message_index"))

_COLUMNS = "subject, people_from, people_to, people_cc, body, files, marks"
_INSERT = f"INSERT INTO message_index (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed names
_DELETE = (
    f"INSERT INTO message_index (message_index, rowid, {_COLUMNS}) "  # noqa: S608 - fixed names
    "VALUES ('delete', ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIELDS = {
    Field.FROM: "people_from",
    Field.TO: "{people_to people_cc}",
    Field.CC: "people_cc",
    Field.SUBJECT: "subject",
    Field.FILENAME: "files",
}


def index(conn: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Add entries (sort key and the seven columns). In ascending order, else FTS5 writes each one by itself."""
    if rows:
        conn.exec_driver_sql(_INSERT, sorted(rows, key=lambda row: row[:1]))


def unindex(conn: Connection, ids: Sequence[int]) -> None:
    """Take these mails out of the index; their rows must still be there."""
    for chunk in chunks(ids):
        found = conn.execute(
            select(messages.c.sort_key, message_texts.c.content)
            .join(message_texts, message_texts.c.message_id == messages.c.id)
            .where(messages.c.id.in_(chunk))
            .order_by(messages.c.sort_key)
        )
        rows = [(sort_key, *unpack_index(content)) for sort_key, content in found]
        if rows:
            conn.exec_driver_sql(_DELETE, rows)


def merge_index(conn: Connection, pages: int = 200) -> bool:
    """Merge about ``pages`` pages of the index where 16 or more pieces of one level wait; whether there may be more.

    A slice of 200 pages takes about 10 ms: call it between batches while importing, and until it says False after.
    """
    return _step(conn, "INSERT INTO message_index(message_index, rank) VALUES ('merge', ?)", pages)


def optimize_index(conn: Connection, pages: int = 200) -> bool:
    """Like ``merge_index``, towards one single piece: the smallest index and the fastest search."""
    return _step(conn, "INSERT INTO message_index(message_index, rank) VALUES ('merge', ?)", -pages)


def _step(conn: Connection, statement: str, pages: int) -> bool:
    """FTS5 tells by the number of rows it changed whether a merge found anything to do."""
    before = conn.exec_driver_sql("SELECT total_changes()").scalar_one()
    conn.exec_driver_sql(statement, (pages,))
    return bool(conn.exec_driver_sql("SELECT total_changes()").scalar_one() - before >= 2)


def is_textual(query: Query) -> bool:
    """Whether the index alone can answer this part of a query."""
    match query:
        case Text() | HasAttachment():
            return True
        case And(items) | Or(items):
            return all(map(is_textual, items))
        case Not(item):
            return is_textual(item)
        case _:
            return False


def matches(query: Query) -> ColumnElement[bool]:
    """The condition on ``message_index`` for a query that is textual."""
    return message_index.c.message_index.op("MATCH")(expression(query))


def holds(query: Query, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that the mail of this key matches, looked up for it alone (10 to 20 µs each)."""
    return exists(select(message_index.c.rowid).where(matches(query), message_index.c.rowid == key))


def expression(query: Query) -> str:
    """A textual query in FTS5's syntax."""
    match query:
        case Text(words, field, prefix):
            literal = _literal(words) + (" *" if prefix else "")
            return f"{_FIELDS[field]} : {literal}" if field else literal
        case HasAttachment():
            return f"marks : {_literal(HAS_ATTACHMENT)}"
        case Or(items):
            return "(" + " OR ".join(map(expression, items)) + ")"
        case And(items):
            return _all(items)
        case Not():
            return _all((query,))
        case _:
            raise AssertionError(query)


def _all(items: Sequence[Query]) -> str:
    """FTS5 knows no lone NOT, only ``a NOT b``: what only excludes is taken from all mails."""
    wanted = [expression(item) for item in items if not isinstance(item, Not)]
    unwanted = [expression(item.item) for item in items if isinstance(item, Not)]
    positive = "(" + " AND ".join(wanted or [f"marks : {_literal(EVERY)}"]) + ")"
    return f"({positive} NOT ({' OR '.join(unwanted)}))" if unwanted else positive


def _literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'

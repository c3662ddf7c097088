"""Many rows at once: the one place that hands tuples to the driver past SQLAlchemy, for the importer's hot path."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, Table, func, select

T = TypeVar("T")
PARAMETERS = 500


def insert_rows(
    conn: Connection, table: Table, rows: Sequence[tuple[object, ...]], *, ignore_had: bool = False
) -> None:
    """Insert tuples in the order of the table's columns; ``ignore_had`` leaves out those that conflict."""
    if rows:
        conn.exec_driver_sql(_statement(table, ignore_had), list(rows))


def next_id(conn: Connection, table: Table) -> int:
    """The id after the greatest one. Only the single writer may ask, within the transaction that uses it."""
    greatest = conn.execute(select(func.max(table.c.id))).scalar()
    return (greatest or 0) + 1


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in pieces that fit into one statement's parameters."""
    for start in range(0, len(values), PARAMETERS):
        yield values[start : start + PARAMETERS]


@cache
def _statement(table: Table, ignore_had: bool) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    places = ", ".join("?" for _ in table.columns)
    conflict = " ON CONFLICT DO NOTHING" if ignore_had else ""
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({places}){conflict}'  # noqa: S608 - names of our own tables

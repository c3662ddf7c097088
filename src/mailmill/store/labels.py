"""Folders and labels: their names, and which mail lies where."""

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, insert, select

from mailmill.store.bulk import chunks, next_id
from mailmill.store.tables.archive import folders, labels, locations


def name_key(name: str) -> str:
    """How names are compared in a search: without case; spaces and slashes count as hyphens, as in Gmail."""
    return re.sub(r"[\s/]+", "-", name.strip()).casefold()


def folder_ids(conn: Connection, account_id: int, names: Iterable[str]) -> dict[str, int]:
    """The ids of an account's folders; those that are new to it are made."""
    return _ids(conn, folders, "account_id", account_id, names)


def label_ids(conn: Connection, workspace_id: int, names: Iterable[str]) -> dict[str, int]:
    """The ids of a workspace's labels; those that are new to it are made."""
    return _ids(conn, labels, "workspace_id", workspace_id, names)


def known_source_ids(conn: Connection, account_id: int, folder: str, ids: Sequence[str]) -> frozenset[str]:
    """Which of these ids of the source are archived already for that folder of that account."""
    return frozenset(_by_source(conn, account_id, folder, ids))


def messages_by_source(
    conn: Connection, account_id: int, wanted: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], int]:
    """The message ids of those (folder, source id) that are archived already; ``wanted`` has source ids by folder."""
    return {
        (folder, source_id): message_id
        for folder, ids in wanted.items()
        for source_id, message_id in _by_source(conn, account_id, folder, ids).items()
    }


def _by_source(conn: Connection, account_id: int, folder: str, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(ids):
        rows = conn.execute(
            select(locations.c.source_id, locations.c.message_id)
            .join(folders, folders.c.id == locations.c.folder_id)
            .where(folders.c.account_id == account_id, folders.c.name == folder)
            .where(locations.c.source_id.in_(chunk), locations.c.source_id != "")
        )
        found.update((source_id, message_id) for source_id, message_id in rows)
    return found


def _ids(conn: Connection, table: Table, owner: str, owner_id: int, names: Iterable[str]) -> dict[str, int]:
    wanted = list(dict.fromkeys(names))
    found: dict[str, int] = {}
    for chunk in chunks(wanted):
        rows = conn.execute(select(table.c.name, table.c.id).where(table.c[owner] == owner_id, table.c.name.in_(chunk)))
        found.update((name, row_id) for name, row_id in rows)
    missing = [name for name in wanted if name not in found]
    if missing:
        first = next_id(conn, table)
        made = {name: first + offset for offset, name in enumerate(missing)}
        values = [{"id": made[name], owner: owner_id, "name": name, "key": name_key(name)} for name in missing]
        conn.execute(insert(table), values)
        found.update(made)
    return found

"""Mails in and out of the archive."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from mailmill.domain.errors import NotFound
from mailmill.domain.message import Attachment
from mailmill.store import facts, search_sqlite, sortkeys, threads
from mailmill.store import labels as naming
from mailmill.store.bulk import chunks, insert_rows, next_id
from mailmill.store.packed import PackedMessage, unpack_raw
from mailmill.store.tables.archive import (
    attachments,
    findings,
    folders,
    labels,
    locations,
    message_labels,
    message_texts,
    messages,
    raw_messages,
)


@dataclass(frozen=True, slots=True)
class FolderCounts:
    """Mails of one folder in one batch: archived now, and archived before (or twice in the batch)."""

    new: int = 0
    had: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch. ``ids`` has the message id of each mail in the batch's order, ``new`` whether it is new.

    ``receipts`` are the ids of the receipts inserted with the new mails, to be joined into purchases.
    """

    ids: tuple[int, ...]
    new: tuple[bool, ...]
    folders: Mapping[str, FolderCounts]
    receipts: tuple[int, ...] = ()

    @property
    def new_ids(self) -> tuple[int, ...]:
        """The ids of the mails archived now."""
        return tuple(one for one, new in zip(self.ids, self.new, strict=True) if new)


class _Had(NamedTuple):
    """A mail that the archive has."""

    id: int
    sort_key: int
    gone: bool


@dataclass(slots=True)
class _Sorted:
    """A batch, sorted out: the mails to insert, and for every mail the index of the new one or the one we had."""

    new: list[PackedMessage] = field(default_factory=list)
    places: list[int | _Had] = field(default_factory=list)
    was_new: list[bool] = field(default_factory=list)


def add(
    conn: Connection, *, workspace_id: int, account_id: int, job_id: str | None, packed: Sequence[PackedMessage]
) -> Added:
    """Archive a batch; each mail of the workspace once.

    Of a mail that is had only its place and labels are added, and it is no longer gone. All rows of the new ones,
    their index entries, threads, findings and receipts are in this transaction when it returns.
    """
    batch = _sort_out(conn, workspace_id, account_id, packed)
    inserted, receipt_ids = _insert(conn, workspace_id, job_id, batch.new)
    found = [inserted[place] if isinstance(place, int) else place for place in batch.places]
    _locate(conn, account_id, packed, found)
    _label(conn, workspace_id, packed, found)
    _bring_back(conn, found)
    return Added(
        ids=tuple(one.id for one in found),
        new=tuple(batch.was_new),
        folders=_folder_counts(packed, batch.was_new),
        receipts=receipt_ids,
    )


def _folder_counts(packed: Sequence[PackedMessage], was_new: Sequence[bool]) -> dict[str, FolderCounts]:
    counted = Counter((mail.folder, new) for mail, new in zip(packed, was_new, strict=True))
    names = dict.fromkeys(mail.folder for mail in packed)
    return {name: FolderCounts(new=counted[name, True], had=counted[name, False]) for name in names}


def _sort_out(conn: Connection, workspace_id: int, account_id: int, packed: Sequence[PackedMessage]) -> _Sorted:
    by_source = _had_by_source(conn, account_id, packed)
    by_gmail = _had_by_gmail(conn, workspace_id, packed)
    by_identity = _had_by_identity(conn, workspace_id, packed)
    batch = _Sorted()
    first: dict[tuple[str, str | bytes], int] = {}
    for mail in packed:
        names = _names(mail)
        had: int | _Had | None = (
            by_source.get((mail.folder, mail.source_id or ""))
            or by_gmail.get((mail.gmail_id or "", mail.message_id))
            or by_identity.get(mail.identity)
        )
        if had is None:
            had = next((first[name] for name in names if name in first), None)
        batch.was_new.append(had is None)
        if had is None:
            had = len(batch.new)
            batch.new.append(mail)
        if isinstance(had, int):
            for name in names:
                first.setdefault(name, had)
        batch.places.append(had)
    return batch


def _names(mail: PackedMessage) -> list[tuple[str, str | bytes]]:
    """What makes another mail of the same batch the same one."""
    names: list[tuple[str, str | bytes]] = [("identity", mail.identity)]
    if mail.source_id is not None:
        names.append((f"source {mail.folder}", mail.source_id))
    if mail.gmail_id is not None:
        names.append((f"gmail {mail.message_id or ''}", mail.gmail_id))
    return names


_HAD = (messages.c.id, messages.c.sort_key, messages.c.gone_at.is_not(None))


def _had_by_source(conn: Connection, account_id: int, packed: Sequence[PackedMessage]) -> dict[tuple[str, str], _Had]:
    wanted: dict[str, list[str]] = {}
    for mail in packed:
        if mail.source_id is not None:
            wanted.setdefault(mail.folder, []).append(mail.source_id)
    known = naming.messages_by_source(conn, account_id, wanted)
    had: dict[int, _Had] = {}
    for chunk in chunks(list(set(known.values()))):
        for row in conn.execute(select(*_HAD).where(messages.c.id.in_(chunk))):
            had[row[0]] = _Had(*row)
    return {name: had[message_id] for name, message_id in known.items()}


def _had_by_gmail(
    conn: Connection, workspace_id: int, packed: Sequence[PackedMessage]
) -> dict[tuple[str, str | None], _Had]:
    """By Gmail's number and Message-ID together: the number alone is unique within one mailbox only."""
    had = {}
    for chunk in chunks([mail.gmail_id for mail in packed if mail.gmail_id is not None]):
        rows = conn.execute(
            select(messages.c.gmail_id, messages.c.message_id, *_HAD).where(
                messages.c.workspace_id == workspace_id, messages.c.gmail_id.in_(chunk)
            )
        )
        had.update({(row[0], row[1]): _Had(*row[2:]) for row in rows})
    return had


def _had_by_identity(conn: Connection, workspace_id: int, packed: Sequence[PackedMessage]) -> dict[bytes, _Had]:
    had = {}
    for chunk in chunks([mail.identity for mail in packed]):
        rows = conn.execute(_BY_IDENTITY, {"workspace": workspace_id, "wanted": chunk})
        had.update({row[0]: _Had(*row[1:]) for row in rows})
    return had


_BY_IDENTITY = select(messages.c.identity, *_HAD).where(
    messages.c.workspace_id == bindparam("workspace"), messages.c.identity.in_(bindparam("wanted", expanding=True))
)


def _insert(
    conn: Connection, workspace_id: int, job_id: str | None, new: Sequence[PackedMessage]
) -> tuple[list[_Had], tuple[int, ...]]:
    if not new:
        return [], ()
    first = next_id(conn, messages)
    keys = sortkeys.assign(conn, workspace_id, [mail.date for mail in new])
    thread_ids = threads.place(conn, workspace_id, new)
    ids = range(first, first + len(new))
    rows = [_message_row(workspace_id, job_id, *of_mail) for of_mail in zip(ids, keys, thread_ids, new, strict=True)]
    insert_rows(conn, messages, rows)
    insert_rows(conn, raw_messages, [(one, mail.raw) for one, mail in zip(ids, new, strict=True)])
    insert_rows(conn, message_texts, [(one, mail.text) for one, mail in zip(ids, new, strict=True)])
    search_sqlite.index(conn, [(key, *mail.indexed) for key, mail in zip(keys, new, strict=True)])
    insert_rows(conn, attachments, [(i, *row) for i, mail in zip(ids, new, strict=True) for row in mail.attachments])
    insert_rows(conn, findings, [(i, *row) for i, mail in zip(ids, new, strict=True) for row in mail.findings])
    receipt_ids = facts.insert_receipts(
        conn, workspace_id, [(i, row) for i, mail in zip(ids, new, strict=True) for row in mail.receipts]
    )
    return [_Had(one, key, gone=False) for one, key in zip(ids, keys, strict=True)], receipt_ids


def _message_row(
    workspace_id: int, job_id: str | None, message_id: int, sort_key: int, thread_id: int, mail: PackedMessage
) -> tuple[object, ...]:
    return (
        message_id,
        workspace_id,
        sort_key,
        mail.identity,
        mail.content_hash,
        mail.message_id,
        thread_id,
        mail.gmail_id,
        mail.gmail_thread_id,
        mail.subject,
        mail.from_name,
        mail.from_email,
        mail.people,
        mail.date,
        mail.date_offset,
        mail.received_at,
        mail.size,
        mail.has_attachment,
        mail.from_line,
        mail.dialect,
        job_id,
        mail.defects,
        None,
    )


def _locate(conn: Connection, account_id: int, packed: Sequence[PackedMessage], found: Sequence[_Had]) -> None:
    ids = naming.folder_ids(conn, account_id, [mail.folder for mail in packed])
    rows = {
        (ids[mail.folder], one.sort_key, mail.source_id or "", one.id, None)
        for mail, one in zip(packed, found, strict=True)
    }
    insert_rows(conn, locations, sorted(rows), ignore_had=True)


def _label(conn: Connection, workspace_id: int, packed: Sequence[PackedMessage], found: Sequence[_Had]) -> None:
    names = dict.fromkeys(name for mail in packed for name in mail.labels)
    if names:
        ids = naming.label_ids(conn, workspace_id, names)
        rows = {
            (ids[name], one.sort_key, one.id) for mail, one in zip(packed, found, strict=True) for name in mail.labels
        }
        insert_rows(conn, message_labels, sorted(rows), ignore_had=True)


def _bring_back(conn: Connection, found: Sequence[_Had]) -> None:
    """What was gone at its source and is seen there again is no longer gone."""
    for chunk in chunks([one.id for one in found if one.gone]):
        conn.execute(update(messages).where(messages.c.id.in_(chunk)).values(gone_at=None))


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A mail's row. ``people`` is JSON text: role (to, cc, bcc, reply_to, from) to pairs of name and address."""

    id: int
    workspace_id: int
    thread_id: int
    sort_key: int
    message_id: str | None
    content_hash: bytes
    subject: str
    from_name: str
    from_email: str
    people: str
    date: int | None
    date_offset: int | None
    received_at: int | None
    size: int
    has_attachment: bool
    from_line: bytes | None
    dialect: str
    gmail_id: str | None
    gmail_thread_id: str | None
    job_id: str | None
    defects: str | None
    gone_at: int | None


_STORED = tuple(messages.c[name] for name in StoredMessage.__slots__)


def get(conn: Connection, message_id: int) -> StoredMessage:
    """One mail. Raises NotFound."""
    row = conn.execute(select(*_STORED).where(messages.c.id == message_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no mail {message_id}.", mail=message_id)
    return StoredMessage(*row)


def raw(conn: Connection, message_id: int) -> bytes:
    """The bytes of a mail as it came, without its From_ line. Raises NotFound."""
    content = conn.execute(
        select(raw_messages.c.content).where(raw_messages.c.message_id == message_id)
    ).scalar_one_or_none()
    if content is None:
        raise NotFound(f"There is no mail {message_id}.", mail=message_id)
    return unpack_raw(content)


def attachments_of(conn: Connection, message_id: int) -> list[Attachment]:
    """The files of a mail, in its order."""
    rows = conn.execute(
        select(*(attachments.c[name] for name in Attachment.__slots__))
        .where(attachments.c.message_id == message_id)
        .order_by(attachments.c.number)
    )
    return [Attachment(*row) for row in rows]


def labels_of(conn: Connection, message_id: int) -> list[str]:
    """The names of a mail's labels, in order."""
    return list(
        conn.execute(
            select(labels.c.name)
            .join(message_labels, message_labels.c.label_id == labels.c.id)
            .where(message_labels.c.message_id == message_id)
            .order_by(labels.c.name)
        ).scalars()
    )


def thread(conn: Connection, thread_id: int) -> list[StoredMessage]:
    """The mails of a thread, oldest first."""
    rows = conn.execute(select(*_STORED).where(messages.c.thread_id == thread_id).order_by(messages.c.sort_key))
    return [StoredMessage(*row) for row in rows]


def count(conn: Connection, workspace_id: int) -> int:
    """How many mails a workspace has, gone ones included."""
    first, end = sortkeys.workspace_range(workspace_id)
    wanted = messages.c.sort_key >= first, messages.c.sort_key < end
    return conn.execute(select(func.count()).select_from(messages).where(*wanted)).scalar_one()


def count_account(conn: Connection, account_id: int) -> int:
    """How many different mails lie, or lay, in an account."""
    in_account = locations.c.folder_id.in_(select(folders.c.id).where(folders.c.account_id == account_id))
    return conn.execute(select(func.count(locations.c.message_id.distinct())).where(in_account)).scalar_one()


def page(conn: Connection, workspace_id: int, *, after: int = 0, limit: int = 100) -> list[StoredMessage]:
    """Up to ``limit`` mails with ids above ``after``, by id: for export and repeated extraction in small steps."""
    wanted = select(*_STORED).where(messages.c.workspace_id == workspace_id, messages.c.id > after)
    return [StoredMessage(*row) for row in conn.execute(wanted.order_by(messages.c.id).limit(limit))]


def page_of_account(conn: Connection, account_id: int, *, after: int = 0, limit: int = 100) -> list[StoredMessage]:
    """Up to ``limit`` mails of an account with ids above ``after``, by id."""
    own = select(folders.c.id).where(folders.c.account_id == account_id)
    here = select(locations.c.message_id).where(locations.c.message_id == messages.c.id, locations.c.folder_id.in_(own))
    wanted = select(*_STORED).where(messages.c.id > after, here.exists())
    return [StoredMessage(*row) for row in conn.execute(wanted.order_by(messages.c.id).limit(limit))]

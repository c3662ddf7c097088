"""Which thread a mail belongs to: by its references, else by its subject among the same people.

References decide (RFC 5322 section 3.6.4): every Message-ID that a mail has or names belongs to its thread, so that
mails join in whatever order they come; where several threads meet, the smallest id stays. A mail that no reference
places joins a thread of the same base subject when they share two addresses: a reply joins one that is at most 90 days
away, a mail that is no reply only one whose opening mail is missing and that is younger than itself.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, delete, select, update

from mailmill.store.bulk import chunks, insert_rows, next_id
from mailmill.store.packed import PEOPLE_LIMIT, PackedMessage
from mailmill.store.tables.archive import messages, thread_ids, threads

REACH = 90 * 86_400
"""Seconds between mails of one thread that only the subject joins."""
CANDIDATES = 20


@dataclass(slots=True)
class _Thread:
    """A thread as it stands while a batch is placed."""

    id: int
    subject_hash: int | None
    rooted: bool
    first_date: int
    last_date: int
    people: dict[int, None]
    stored: bool
    changed: bool = True

    def fits(self, mail: PackedMessage) -> bool:
        """Whether the subject rule lets this mail in."""
        date = mail.date or 0
        near = self.first_date - REACH <= date <= self.last_date + REACH
        shared = sum(person in self.people for person in mail.people_hashes)
        if not near or shared < min(2, len(mail.people_hashes)) or not shared:
            return False
        return mail.is_reply or (not self.rooted and date <= self.first_date)

    def take(self, mail: PackedMessage) -> None:
        """Count this mail in."""
        date = mail.date or 0
        before = (self.rooted, self.first_date, self.last_date, len(self.people))
        self.rooted = self.rooted or not (mail.is_reply or mail.reference_hashes)
        self.first_date = min(self.first_date, date)
        self.last_date = max(self.last_date, date)
        for person in mail.people_hashes:
            if len(self.people) < PEOPLE_LIMIT:
                self.people[person] = None
        self.changed = self.changed or before != (self.rooted, self.first_date, self.last_date, len(self.people))


@dataclass(slots=True)
class _Placing:
    """One batch on its way into threads."""

    conn: Connection
    workspace_id: int
    next_id: int
    by_hash: dict[int, int] = field(default_factory=dict)
    threads: dict[int, _Thread] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    by_subject: dict[int, list[int]] = field(default_factory=dict)
    new_hashes: dict[int, None] = field(default_factory=dict)

    def current(self, thread_id: int) -> int:
        """The id that stayed of the threads that met."""
        while thread_id in self.moved:
            thread_id = self.moved[thread_id]
        return thread_id


def place(conn: Connection, workspace_id: int, mails: Sequence[PackedMessage]) -> list[int]:
    """The thread ids of new mails, in their order; threads are made, widened and joined in the database.

    The mails' own rows are written by the caller with these ids.
    """
    batch = _Placing(conn, workspace_id, next_id(conn, threads))
    _load_by_references(batch, mails)
    _load_rootless(batch, mails)
    given = [_place_one(batch, mail) for mail in mails]
    _write(batch)
    return [batch.current(thread_id) for thread_id in given]


def delete_empty(conn: Connection, ids: Sequence[int]) -> None:
    """Delete those of these threads that have no mail any more, with what they knew of references."""
    for chunk in chunks(ids):
        full = set(conn.execute(select(messages.c.thread_id).where(messages.c.thread_id.in_(chunk))).scalars())
        empty = [one for one in chunk if one not in full]
        conn.execute(delete(thread_ids).where(thread_ids.c.thread_id.in_(empty)))
        conn.execute(delete(threads).where(threads.c.id.in_(empty)))


def _load_by_references(batch: _Placing, mails: Sequence[PackedMessage]) -> None:
    wanted = list({one for mail in mails for one in _hashes(mail)})
    for chunk in chunks(wanted):
        found = batch.conn.execute(_BY_HASH, {"workspace": batch.workspace_id, "wanted": chunk})
        batch.by_hash.update(map(tuple, found))
    for ids in chunks(list(set(batch.by_hash.values()))):
        _load(batch, batch.conn.execute(_BY_ID, {"wanted": ids}))


def _load_rootless(batch: _Placing, mails: Sequence[PackedMessage]) -> None:
    """Threads that wait for their opening mail; there are few of them, so they are asked for at once."""
    subjects = {mail.subject_hash for mail in mails if mail.subject_hash is not None and not mail.is_reply}
    for chunk in chunks(list(subjects)):
        _load(batch, batch.conn.execute(_ROOTLESS, {"workspace": batch.workspace_id, "wanted": chunk}))


def _load(batch: _Placing, rows: Iterable[Sequence[Any]]) -> None:
    for thread_id, _, subject_hash, rooted, first, last, people in rows:
        if thread_id not in batch.threads:
            packed = array("q")
            packed.frombytes(people)
            known = dict.fromkeys(packed)
            _keep(batch, _Thread(thread_id, subject_hash, rooted, first, last, known, stored=True, changed=False))


def _keep(batch: _Placing, thread: _Thread) -> None:
    batch.threads[thread.id] = thread
    if thread.subject_hash is not None:
        batch.by_subject.setdefault(thread.subject_hash, []).append(thread.id)


def _hashes(mail: PackedMessage) -> tuple[int, ...]:
    return mail.reference_hashes if mail.own_hash is None else (mail.own_hash, *mail.reference_hashes)


def _place_one(batch: _Placing, mail: PackedMessage) -> int:
    hashes = _hashes(mail)
    by_hash = batch.by_hash
    met = {batch.current(by_hash[one]) for one in hashes if one in by_hash}
    thread = _meet(batch, met) if met else _by_subject(batch, mail)
    if thread is None:
        thread = _open(batch, mail)
    else:
        thread.take(mail)
    for one in hashes:
        if one not in by_hash:
            by_hash[one] = thread.id
            batch.new_hashes[one] = None
    return thread.id


def _meet(batch: _Placing, met: set[int]) -> _Thread:
    stays = batch.threads[min(met)]
    for thread_id in met - {stays.id}:
        goes = batch.threads.pop(thread_id)
        batch.moved[thread_id] = stays.id
        stays.rooted = stays.rooted or goes.rooted
        stays.first_date = min(stays.first_date, goes.first_date)
        stays.last_date = max(stays.last_date, goes.last_date)
        stays.people = dict.fromkeys([*stays.people, *goes.people][:PEOPLE_LIMIT])
        stays.changed = True
    return stays


def _by_subject(batch: _Placing, mail: PackedMessage) -> _Thread | None:
    if mail.subject_hash is None or not mail.people_hashes:
        return None
    if mail.is_reply:
        _load_candidates(batch, mail)
    ids = dict.fromkeys(map(batch.current, batch.by_subject.get(mail.subject_hash, ())))
    fitting = (thread for thread in map(batch.threads.__getitem__, ids) if thread.fits(mail))
    return min(fitting, key=lambda thread: (abs(thread.last_date - (mail.date or 0)), thread.id), default=None)


def _load_candidates(batch: _Placing, mail: PackedMessage) -> None:
    """The nearest threads of that subject from before and after: few, however many there are."""
    values = {"workspace": batch.workspace_id, "subject": mail.subject_hash, "date": mail.date or 0}
    for statement in (_BEFORE, _AFTER):
        _load(batch, (row for row in batch.conn.execute(statement, values) if row.id not in batch.moved))


def _open(batch: _Placing, mail: PackedMessage) -> _Thread:
    date = mail.date or 0
    rooted = not (mail.is_reply or mail.reference_hashes)
    people = dict.fromkeys(mail.people_hashes)
    thread = _Thread(batch.next_id, mail.subject_hash, rooted, date, date, people, stored=False)
    batch.next_id += 1
    _keep(batch, thread)
    return thread


def _write(batch: _Placing) -> None:
    changed = [thread for thread in batch.threads.values() if thread.changed]
    rows = [
        (
            thread.id,
            batch.workspace_id,
            thread.subject_hash,
            thread.rooted,
            thread.first_date,
            thread.last_date,
            array("q", thread.people).tobytes(),
        )
        for thread in changed
    ]
    insert_rows(batch.conn, threads, [row for row, thread in zip(rows, changed, strict=True) if not thread.stored])
    _update(batch, [row for row, thread in zip(rows, changed, strict=True) if thread.stored])
    for gone in sorted(batch.moved):
        _move(batch, gone)
    new = [(batch.workspace_id, one, batch.current(batch.by_hash[one])) for one in sorted(batch.new_hashes)]
    insert_rows(batch.conn, thread_ids, new)


def _update(batch: _Placing, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        names = ("thread", "rooted", "first_date", "last_date", "people")
        values = [dict(zip(names, (row[0], *row[3:]), strict=True)) for row in rows]
        batch.conn.execute(_WIDEN, values)


def _move(batch: _Placing, gone: int) -> None:
    stays = batch.current(gone)
    for table in (messages, thread_ids):
        batch.conn.execute(update(table).where(table.c.thread_id == gone).values(thread_id=stays))
    batch.conn.execute(delete(threads).where(threads.c.id == gone))


_SAME_SUBJECT = select(threads).where(
    threads.c.workspace_id == bindparam("workspace"), threads.c.subject_hash == bindparam("subject")
)
_DATE: BindParameter[int] = bindparam("date", type_=BigInteger)
_NEAREST_BEFORE = (threads.c.last_date.desc(), threads.c.id)
_NEAREST_AFTER = (threads.c.last_date, threads.c.id)
_BEFORE = _SAME_SUBJECT.where(threads.c.last_date <= _DATE).order_by(*_NEAREST_BEFORE).limit(CANDIDATES)
_AFTER = _SAME_SUBJECT.where(threads.c.last_date > _DATE).order_by(*_NEAREST_AFTER).limit(CANDIDATES)
_WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
_BY_HASH = select(thread_ids.c.hash, thread_ids.c.thread_id).where(
    thread_ids.c.workspace_id == bindparam("workspace"), thread_ids.c.hash.in_(_WANTED)
)
_BY_ID = select(threads).where(threads.c.id.in_(_WANTED))
_ROOTLESS = (
    select(threads)
    .where(threads.c.workspace_id == bindparam("workspace"), threads.c.subject_hash.in_(_WANTED), ~threads.c.rooted)
    .order_by(threads.c.id)
)
_WIDEN = (
    update(threads)
    .where(threads.c.id == bindparam("thread", type_=BigInteger))
    .values(
        rooted=bindparam("rooted"),
        first_date=bindparam("first_date"),
        last_date=bindparam("last_date"),
        people=bindparam("people"),
    )
)

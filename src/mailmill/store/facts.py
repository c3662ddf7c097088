"""Findings with their evidence, and the receipts merged from them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from mailmill.domain.facts import Evidence, Finding, Receipt
from mailmill.store.bulk import chunks, insert_rows, next_id
from mailmill.store.packed import MICROS, ReceiptRow, finding_rows, receipt_row
from mailmill.store.tables.archive import findings, messages, receipts

MERCHANT_DAYS = 60
AMOUNT_DAYS = 3
CANDIDATES = 300
"""Most candidates that one new receipt brings in by each of the four ways."""


class Review:
    """What a person said of a receipt; ``pending`` until then."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_A_RECEIPT = "not_a_receipt"


OUT = (Review.REJECTED, Review.NOT_A_RECEIPT)
"""Receipts in these states are in no sum."""


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt's row; money in millionths of the currency's unit, dates as YYYY-MM-DD.

    ``counts``: of the mails about one purchase this is the one whose total is in the sums.
    """

    id: int
    workspace_id: int
    message_id: int
    item: int
    type: str
    merchant: str
    merchant_domain: str
    processor: str | None
    total_micros: int | None
    currency: str | None
    tax_micros: int | None
    date: str
    order_number: str | None
    invoice_number: str | None
    confidence: float
    review: str
    purchase_id: int
    counts: bool
    thread_id: int

    @property
    def total(self) -> Decimal | None:
        """The total in units of its currency."""
        return None if self.total_micros is None else Decimal(self.total_micros) / MICROS


class Purchase(Protocol):
    """The receipts of one purchase, by id, and those of them whose totals count (refunds count beside the receipt)."""

    @property
    def members(self) -> Sequence[int]:
        """Ids of all receipts of this purchase."""
        ...

    @property
    def counting(self) -> Sequence[int]:
        """Ids of those that are in the sums."""
        ...


Group = Callable[[Sequence[StoredReceipt]], Iterable[Purchase]]
"""Parts receipts into purchases; each receipt is in exactly one."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a newer extractor changed, in findings."""

    added: int = 0
    changed: int = 0
    removed: int = 0


STORED_RECEIPTS: Select[Any] = select(
    *(receipts.c[name] for name in StoredReceipt.__slots__[:-1]), messages.c.thread_id
).join(messages, messages.c.id == receipts.c.message_id)
"""The columns of a StoredReceipt, in its order."""


def replace_findings(
    conn: Connection, extractor: str, version: int, found: Sequence[tuple[int, Sequence[Finding]]]
) -> Replaced:
    """Put an extractor's findings of these mails (message id, findings) in the place of its earlier ones."""
    before = {row[:1] + row[2:3]: row for row in _finding_rows(conn, extractor, [one for one, _ in found])}
    after: dict[tuple[int, int], tuple[Any, ...]] = {}
    for message_id, claims in found:
        for row in finding_rows(extractor, version, claims):
            after[message_id, row[1]] = (message_id, *row)
    for ids in chunks([one for one, _ in found]):
        conn.execute(delete(findings).where(findings.c.message_id.in_(ids), findings.c.extractor == extractor))
    insert_rows(conn, findings, list(after.values()))
    kept = before.keys() & after.keys()
    return Replaced(
        added=len(after) - len(kept),
        changed=sum(before[key][4:] != after[key][4:] for key in kept),
        removed=len(before) - len(kept),
    )


def _finding_rows(conn: Connection, extractor: str, message_ids: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    for ids in chunks(message_ids):
        wanted = select(findings).where(findings.c.message_id.in_(ids), findings.c.extractor == extractor)
        yield from (tuple(row) for row in conn.execute(wanted))


def findings_of(conn: Connection, message_id: int) -> list[Finding]:
    """The findings of a mail, in the order of their extractors."""
    wanted = select(findings).where(findings.c.message_id == message_id)
    rows = conn.execute(wanted.order_by(findings.c.extractor, findings.c.number))
    return [
        Finding(
            kind=row.kind,
            item=row.item,
            field=row.field,
            value=row.value,
            confidence=row.confidence,
            evidence=Evidence(row.part, row.start, row.end),
        )
        for row in rows
    ]


def insert_receipts(conn: Connection, workspace_id: int, rows: Sequence[tuple[int, ReceiptRow]]) -> tuple[int, ...]:
    """New receipts (message id, row); each is a purchase of its own until ``join_purchases``. Returns their ids."""
    if not rows:
        return ()
    first = next_id(conn, receipts)
    ids = range(first, first + len(rows))
    insert_rows(
        conn,
        receipts,
        [
            (one, workspace_id, message_id, *row, Review.PENDING, one, row[5] is not None)
            for one, (message_id, row) in zip(ids, rows, strict=True)
        ],
    )
    return tuple(ids)


def replace_receipts(
    conn: Connection, workspace_id: int, found: Sequence[tuple[int, Sequence[tuple[int, Receipt]]]]
) -> tuple[int, ...]:
    """Put newly merged receipts of these mails (message id, [(item, receipt)]) in the place of the earlier ones.

    A receipt keeps its id and review state while mail and item stay the same. Returns the ids of all that were
    written and of those left in purchases that lost one: to be given to ``join_purchases``.
    """
    wanted = {(message_id, row[0]): row for message_id, few in found for row in (receipt_row(*one) for one in few)}
    had: dict[tuple[int, int], StoredReceipt] = {}
    for ids in chunks([message_id for message_id, _ in found]):
        had.update(((row.message_id, row.item), row) for row in _stored(conn, receipts.c.message_id.in_(ids)))
    lost = {row.purchase_id: row.id for key, row in had.items() if key not in wanted}
    for ids in chunks(sorted(row.id for key, row in had.items() if key not in wanted)):
        conn.execute(delete(receipts).where(receipts.c.id.in_(ids)))
    for key in wanted.keys() & had.keys():
        conn.execute(
            update(receipts).where(receipts.c.id == had[key].id).values(dict(zip(_TOLD, wanted[key], strict=True)))
        )
    new = insert_receipts(conn, workspace_id, [(key[0], row) for key, row in wanted.items() if key not in had])
    left: set[int] = set()
    for ids in chunks(sorted(lost)):
        same = receipts.c.workspace_id == workspace_id, receipts.c.purchase_id.in_(ids)
        left.update(conn.execute(select(receipts.c.id).where(*same)).scalars())
    return tuple(sorted({*new, *(had[key].id for key in wanted.keys() & had.keys()), *left}))


_TOLD = tuple(column.name for column in receipts.columns)[3:16]
"""The columns of a ReceiptRow, in its order."""


def join_purchases(conn: Connection, workspace_id: int, receipt_ids: Sequence[int], group: Group) -> int:
    """Join these receipts with those they may belong to; returns how many rows changed.

    Candidates are bounded: the same thread, the same merchant within 60 days, the same order number, the same
    amount within 3 days, and whatever is in one purchase with these.
    """
    if not receipt_ids:
        return 0
    rows = {row.id: row for ids in chunks(receipt_ids) for row in _stored(conn, receipts.c.id.in_(ids))}
    for near in {_near(row): None for row in rows.values()}:
        for way, values in near.ways():
            found = conn.execute(way, {"workspace": workspace_id, **values})
            rows.update((row.id, row) for row in (StoredReceipt(*columns) for columns in found))
    for purchases in chunks(sorted({row.purchase_id for row in rows.values()})):
        same = and_(_of(workspace_id), receipts.c.purchase_id.in_(purchases))
        rows.update((row.id, row) for row in _stored(conn, same))
    changed: list[dict[str, int | bool]] = []
    for purchase in group([rows[one] for one in sorted(rows)]):
        name, counting = min(purchase.members), frozenset(purchase.counting)
        changed.extend(
            {"receipt": one, "purchase": name, "counting": one in counting}
            for one in purchase.members
            if (rows[one].purchase_id, rows[one].counts) != (name, one in counting)
        )
    if changed:
        conn.execute(_JOIN, changed)
    return len(changed)


_JOIN = (
    update(receipts)
    .where(receipts.c.id == bindparam("receipt"))
    .values(purchase_id=bindparam("purchase"), counts=bindparam("counting"))
)


def _of(workspace_id: int) -> ColumnElement[bool]:
    return receipts.c.workspace_id == workspace_id


def _way(*where: ColumnElement[bool]) -> Select[Any]:
    """One way to candidates, made once: to build a statement anew costs more than to run it."""
    here = receipts.c.workspace_id == bindparam("workspace")
    return STORED_RECEIPTS.where(here, *where).order_by(receipts.c.id.desc()).limit(CANDIDATES)


_TOTAL: BindParameter[int] = bindparam("total", type_=BigInteger)
_WITHIN = receipts.c.date.between(bindparam("first"), bindparam("last"))
_BY_THREAD = _way(messages.c.thread_id == bindparam("thread"))
_BY_MERCHANT = _way(receipts.c.merchant_domain == bindparam("domain"), _WITHIN)
_BY_ORDER = _way(receipts.c.order_number == bindparam("number"))
_BY_AMOUNT = _way(
    receipts.c.currency == bindparam("currency"),
    or_(
        receipts.c.total_micros == bindparam("total"), receipts.c.total_micros == -bindparam("total", type_=BigInteger)
    ),
    _WITHIN,
)


@dataclass(frozen=True, slots=True)
class _Near:
    """What brings in candidates; equal for receipts that bring in the same ones."""

    merchant_domain: str
    order_number: str | None
    total_micros: int | None
    currency: str | None
    date: str
    thread_id: int

    def ways(self) -> Iterable[tuple[Select[Any], dict[str, object]]]:
        yield _BY_THREAD, {"thread": self.thread_id}
        yield _BY_MERCHANT, {"domain": self.merchant_domain, **_within(self.date, MERCHANT_DAYS)}
        if self.order_number is not None:
            yield _BY_ORDER, {"number": self.order_number}
        if self.total_micros is not None and self.currency is not None:
            amount = {"currency": self.currency, "total": self.total_micros}
            yield _BY_AMOUNT, {**amount, **_within(self.date, AMOUNT_DAYS)}


def _near(row: StoredReceipt) -> _Near:
    return _Near(row.merchant_domain, row.order_number, row.total_micros, row.currency, row.date, row.thread_id)


def _within(day: str, days: int) -> dict[str, object]:
    try:
        middle, reach = date.fromisoformat(day), timedelta(days=days)
        return {"first": (middle - reach).isoformat(), "last": (middle + reach).isoformat()}
    except (ValueError, OverflowError):
        return {"first": day, "last": day}


def _stored(conn: Connection, where: ColumnElement[bool], limit: int | None = None) -> list[StoredReceipt]:
    rows = conn.execute(STORED_RECEIPTS.where(where).order_by(receipts.c.id.desc()).limit(limit))
    return [StoredReceipt(*row) for row in rows]

"""Receipts of many mails joined into purchases, so that each counts once. Pure, and independent of the input's order.

Joined, in this order:

1. same seller and same order or invoice number;
2. a document without a number to the purchase of the same merchant, amount and currency within 3 days that has no
   document of that type yet: two receipts alike are two purchases, a receipt and an invoice are one;
3. a processor's document to a merchant's of the same amount and currency within 2 days, unless both name merchants
   that have no word in common;
4. a document without a number to the one purchase of the same seller in its thread, unless the amounts differ.

What counts: of each purchase the best of receipt, invoice, order, renewal that has a total; a shipping or delivery
mail with a total only where there is none of those (the order itself lies outside the archive); a failed payment
never. Each refund counts beside it, once per amount. Nothing of a cancelled purchase counts, its refunds included:
they sum to zero anyway.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailmill.domain.facts import ReceiptType

_SAME_MERCHANT_DAYS = 3
_PROCESSOR_DAYS = 2
_COUNTING = {
    ReceiptType.RECEIPT: 0,
    ReceiptType.INVOICE: 1,
    ReceiptType.ORDER: 2,
    ReceiptType.RENEWAL: 3,
    ReceiptType.SHIPPING: 4,
    ReceiptType.DELIVERY: 5,
}


@dataclass(frozen=True, slots=True)
class JoinRow:
    """What joining needs to know of a receipt. ``date`` is YYYY-MM-DD or empty; ids are unique."""

    id: int
    type: ReceiptType
    merchant: str
    merchant_domain: str
    processor: str | None
    total: Decimal | None
    currency: str | None
    date: str
    order_number: str | None
    invoice_number: str | None
    thread_id: int | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """Ids of the receipts of one purchase, and of those among them whose totals are summed; both ascending."""

    members: tuple[int, ...]
    counting: tuple[int, ...]


def group(rows: Sequence[JoinRow]) -> tuple[Purchase, ...]:
    """Every row in exactly one purchase; purchases in the order of their smallest id."""
    clusters = _Clusters(sorted(rows, key=lambda row: row.id))
    clusters.join_by_number()
    clusters.join_by_amount()
    clusters.join_processors()
    clusters.join_by_thread()
    return tuple(
        Purchase(tuple(row.id for row in cluster), counting(cluster))
        for cluster in sorted(clusters.all(), key=lambda cluster: cluster[0].id)
    )


def counting(cluster: Sequence[JoinRow]) -> tuple[int, ...]:
    """The ids of those whose totals are summed for this one purchase."""
    if any(row.type is ReceiptType.CANCELLATION for row in cluster):
        return ()
    priced = [row for row in cluster if row.total is not None]
    refunds: dict[Decimal, int] = {}
    for row in sorted(priced, key=lambda row: (row.date, row.id)):
        if row.type is ReceiptType.REFUND and row.total is not None:
            refunds.setdefault(abs(row.total), row.id)
    spent = sorted(
        (row for row in priced if row.type in _COUNTING),
        key=lambda row: (_COUNTING[row.type], row.processor is not None, row.date, row.id),
    )
    return tuple(sorted([*(row.id for row in spent[:1]), *refunds.values()]))


class _Clusters:
    """A partition of the rows: each row points to the smallest id of its cluster."""

    def __init__(self, rows: list[JoinRow]) -> None:
        self._rows = rows
        self._root = {row.id: row.id for row in rows}
        self._members = {row.id: [row] for row in rows}

    def all(self) -> Iterable[list[JoinRow]]:
        return [sorted(members, key=lambda row: row.id) for members in self._members.values()]

    def _of(self, row: JoinRow) -> list[JoinRow]:
        return self._members[self._root[row.id]]

    def _join(self, one: JoinRow, other: JoinRow) -> None:
        keep, gone = sorted((self._root[one.id], self._root[other.id]))
        if keep == gone:
            return
        moved = self._members.pop(gone)
        for row in moved:
            self._root[row.id] = keep
        self._members[keep].extend(moved)

    def join_by_number(self) -> None:
        first: dict[Hashable, JoinRow] = {}
        for row in self._rows:
            for key in _number_keys(row):
                self._join(first.setdefault(key, row), row)

    def join_by_amount(self) -> None:
        buckets: dict[Hashable, list[JoinRow]] = defaultdict(list)
        for row in self._rows:
            if row.total is not None and row.currency and row.date:
                buckets[_seller(row), abs(row.total), row.currency].append(row)
        for bucket in buckets.values():
            self._join_alike(sorted(bucket, key=lambda row: (row.date, row.id)))

    def _join_alike(self, bucket: list[JoinRow]) -> None:
        """Each row without a number goes to the nearest purchase of the bucket that lacks its type."""
        for row in bucket:
            if len(self._of(row)) > 1 or _number_keys(row):
                continue
            near = [
                (abs(_days(row, other)), other.date, other.id, other)
                for other in bucket
                if other.id != row.id
                and abs(_days(row, other)) <= _SAME_MERCHANT_DAYS
                and (row.type is not ReceiptType.REFUND or other.type is not ReceiptType.REFUND)
                and all(member.type is not row.type for member in self._of(other))
            ]
            if near:
                self._join(row, min(near)[3])

    def join_processors(self) -> None:
        buckets: dict[Hashable, list[JoinRow]] = defaultdict(list)
        for row in self._rows:
            if row.total is not None and row.currency and row.date:
                buckets[abs(row.total), row.currency, row.type is ReceiptType.REFUND].append(row)
        for bucket in buckets.values():
            for row in sorted((row for row in bucket if row.processor), key=lambda row: (row.date, row.id)):
                if all(member.processor for member in self._of(row)):
                    self._join_to_merchant(row, bucket)

    def _join_to_merchant(self, row: JoinRow, bucket: list[JoinRow]) -> None:
        near = [
            (not _names(row) & _names(other), abs(_days(row, other)), other.id, other)
            for other in bucket
            if not other.processor
            and abs(_days(row, other)) <= _PROCESSOR_DAYS
            and (not _names(row) or bool(_names(row) & _names(other)))
            and not any(member.processor == row.processor and member.type is row.type for member in self._of(other))
        ]
        if near:
            self._join(row, min(near)[3])

    def join_by_thread(self) -> None:
        threads: dict[Hashable, list[JoinRow]] = defaultdict(list)
        for row in self._rows:
            if row.thread_id is not None:
                threads[row.thread_id, _seller(row)].append(row)
        for rows in threads.values():
            alone = [row for row in rows if len(self._of(row)) == 1 and not _number_keys(row)]
            for row in alone:
                others = {self._root[other.id] for other in rows} - {self._root[row.id]}
                if len(others) == 1 and _amounts_agree(row, self._members[next(iter(others))]):
                    self._join(row, self._members[next(iter(others))][0])


def _seller(row: JoinRow) -> str:
    return row.merchant_domain.lower() or row.merchant.casefold()


def _number_keys(row: JoinRow) -> list[Hashable]:
    seller = _seller(row)
    keys: list[Hashable] = []
    if row.order_number and seller:
        keys.append(("order", seller, row.order_number.upper().lstrip("#")))
    if row.invoice_number and seller:
        keys.append(("invoice", seller, row.invoice_number.upper().lstrip("#")))
    return keys


def _days(one: JoinRow, other: JoinRow) -> int:
    return (date.fromisoformat(one.date) - date.fromisoformat(other.date)).days


def _names(row: JoinRow) -> frozenset[str]:
    """The words by which a merchant can be known, its domain's own label among them."""
    words = "".join(
        c if c.isalnum() else " " for c in f"{row.merchant} {row.merchant_domain.partition('.')[0]}".casefold()
    )
    return frozenset(word for word in words.split() if len(word) > 2)


def _amounts_agree(row: JoinRow, cluster: list[JoinRow]) -> bool:
    totals = {abs(other.total) for other in cluster if other.total is not None}
    return row.total is None or not totals or abs(row.total) in totals

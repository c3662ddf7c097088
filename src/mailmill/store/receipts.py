"""Lists and sums of receipts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from mailmill.domain.errors import InvalidInput, NotFound
from mailmill.store.facts import OUT, STORED_RECEIPTS, Review, StoredReceipt
from mailmill.store.tables.archive import receipts

MAX_LIMIT = 500
REVIEWS = (Review.PENDING, Review.APPROVED, Review.REJECTED, Review.NOT_A_RECEIPT)


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """Which receipts are wanted; dates as YYYY-MM-DD, both inclusive; ``merchant`` is a domain or a part of a name."""

    since: str | None = None
    until: str | None = None
    merchant: str | None = None
    currency: str | None = None
    type: str | None = None
    review: str | None = None
    message_id: int | None = None
    counting_only: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Some receipts, newest first; ``next_cursor`` is None at the end."""

    items: tuple[StoredReceipt, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MonthSum:
    """The purchases of one month in one currency, in millionths; refunds are taken off."""

    month: str
    currency: str
    purchases: int
    total_micros: int


@dataclass(frozen=True, slots=True)
class MerchantSum:
    """The purchases at one merchant in one currency, in millionths; refunds are taken off."""

    merchant: str
    merchant_domain: str
    currency: str
    purchases: int
    total_micros: int


def get(conn: Connection, receipt_id: int) -> StoredReceipt:
    """One receipt. Raises NotFound."""
    row = conn.execute(STORED_RECEIPTS.where(receipts.c.id == receipt_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no receipt {receipt_id}.", receipt=receipt_id)
    return StoredReceipt(*row)


def set_review(conn: Connection, receipt_id: int, review: str) -> None:
    """Keep what a person said of it. Raises InvalidInput and NotFound."""
    if review not in REVIEWS:
        raise InvalidInput(f"A review is one of {', '.join(REVIEWS)}.", field="review")
    if not conn.execute(update(receipts).where(receipts.c.id == receipt_id).values(review=review)).rowcount:
        raise NotFound(f"There is no receipt {receipt_id}.", receipt=receipt_id)


def list_receipts(
    conn: Connection,
    workspace_ids: Sequence[int],
    wanted: ReceiptFilter,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> ReceiptPage:
    """Receipts by date, newest first, from ``cursor`` on. Raises InvalidInput for a bad limit or cursor."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"A page has 1 to {MAX_LIMIT} receipts.", field="limit")
    conditions = [_where(workspace_ids, wanted)]
    if cursor is not None:
        conditions.append(_after(cursor))
    newest = (receipts.c.date.desc(), receipts.c.id.desc())
    found = conn.execute(STORED_RECEIPTS.where(*conditions).order_by(*newest).limit(limit + 1))
    rows = [StoredReceipt(*row) for row in found]
    last = rows[limit - 1] if len(rows) > limit else None
    return ReceiptPage(tuple(rows[:limit]), f"{last.date}.{last.id}" if last else None)


def by_month(conn: Connection, workspace_ids: Sequence[int], wanted: ReceiptFilter) -> list[MonthSum]:
    """Sums by month and currency, newest month first; never across currencies."""
    keys = (receipts.c.month, receipts.c.currency)
    rows = conn.execute(
        select(*keys, func.count(receipts.c.purchase_id.distinct()), func.sum(receipts.c.total_micros))
        .where(_where(workspace_ids, wanted), _summed())
        .group_by(*keys)
        .order_by(receipts.c.month.desc(), receipts.c.currency)
    )
    return [MonthSum(*row) for row in rows]


def by_merchant(
    conn: Connection, workspace_ids: Sequence[int], wanted: ReceiptFilter, *, limit: int = 100
) -> list[MerchantSum]:
    """Sums by merchant and currency, most purchases first; never across currencies."""
    purchases = func.count(receipts.c.purchase_id.distinct())
    keys = (receipts.c.merchant_domain, receipts.c.currency)
    rows = conn.execute(
        select(func.min(receipts.c.merchant), *keys, purchases, func.sum(receipts.c.total_micros))
        .where(_where(workspace_ids, wanted), _summed())
        .group_by(*keys)
        .order_by(purchases.desc(), *keys)
        .limit(limit)
    )
    return [MerchantSum(*row) for row in rows]


def _summed() -> ColumnElement[bool]:
    has_amount = and_(receipts.c.total_micros.is_not(None), receipts.c.currency.is_not(None))
    return and_(receipts.c.counts, receipts.c.review.not_in(OUT), has_amount)


def _where(workspace_ids: Sequence[int], wanted: ReceiptFilter) -> ColumnElement[bool]:
    table = receipts.c
    conditions: list[ColumnElement[bool]] = [table.workspace_id.in_(workspace_ids)]
    if wanted.since is not None:
        conditions.append(table.date >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.date <= wanted.until)
    if wanted.merchant is not None:
        named = table.merchant.icontains(wanted.merchant, autoescape=True)
        conditions.append(or_(table.merchant_domain == wanted.merchant.lower(), named))
    for column, value in (
        (table.currency, wanted.currency),
        (table.type, wanted.type),
        (table.review, wanted.review),
        (table.message_id, wanted.message_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.counting_only:
        conditions.append(table.counts)
    return and_(*conditions)


def _after(cursor: str) -> ColumnElement[bool]:
    day, _, number = cursor.rpartition(".")
    if not (day and number.isascii() and number.isdigit() and len(number) < 19):
        raise InvalidInput("This cursor is none of this list.", field="cursor")
    return or_(receipts.c.date < day, and_(receipts.c.date == day, receipts.c.id < int(number)))

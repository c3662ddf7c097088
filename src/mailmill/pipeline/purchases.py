"""Receipts as stored, joined into purchases by the extractor's rules."""

from collections.abc import Sequence

from mailmill.domain.facts import ReceiptType
from mailmill.extract.receipts.join import JoinRow, Purchase, group
from mailmill.store.facts import StoredReceipt


def purchases_of(rows: Sequence[StoredReceipt]) -> tuple[Purchase, ...]:
    """The purchases that these receipts belong to."""
    return group([_row(row) for row in rows])


def _row(row: StoredReceipt) -> JoinRow:
    return JoinRow(
        id=row.id,
        type=ReceiptType(row.type),
        merchant=row.merchant,
        merchant_domain=row.merchant_domain,
        processor=row.processor,
        total=row.total,
        currency=row.currency,
        date=row.date,
        order_number=row.order_number,
        invoice_number=row.invoice_number,
        thread_id=row.thread_id,
    )

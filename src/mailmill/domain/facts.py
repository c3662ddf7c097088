"""Findings (one claim from one message, with its evidence) and the records merged from them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands: a part path (``1.2``) or ``header:Subject``, and the span in its decoded text.

    At most 120 characters long.
    """

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim: the field of the n-th thing (``item``) that this mail speaks of.

    ``value`` is canonical text: decimals with a point, dates as YYYY-MM-DD, currencies as ISO 4217 codes, types as
    their word.
    """

    kind: str
    item: int
    field: str
    value: str
    confidence: float
    evidence: Evidence


class ReceiptType(StrEnum):
    """What a mail about a purchase says."""

    ORDER = "order"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    REFUND = "refund"
    CANCELLATION = "cancellation"
    SHIPPING = "shipping"
    DELIVERY = "delivery"
    RENEWAL = "renewal"
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One document about one purchase, merged from the findings of one mail.

    ``total`` is negative for refunds. ``date`` is YYYY-MM-DD. ``confidence`` is the lowest of the fields that matter.
    """

    type: ReceiptType
    merchant: str
    merchant_domain: str
    processor: str | None
    total: Decimal | None
    currency: str | None
    tax: Decimal | None
    date: str
    order_number: str | None
    invoice_number: str | None
    confidence: float

"""The findings of one mail merged into its receipts."""

from collections.abc import Sequence
from decimal import Decimal

from mailmill.domain.facts import Finding, Receipt, ReceiptType

REVIEW_BELOW = 0.6
"""Receipts with a lower confidence are marked for review."""

_THAT_MATTER = ("type", "merchant", "total", "currency", "date")


def receipts_of(findings: Sequence[Finding]) -> tuple[Receipt, ...]:
    """The receipts that these findings of one mail make, ordered by item; other kinds of findings are left out.

    Of several findings for one field the surest counts. Missing text is empty or None; ``total`` is negative for
    refunds.
    """
    items: dict[int, dict[str, Finding]] = {}
    for finding in findings:
        if finding.kind != "receipt":
            continue
        fields = items.setdefault(finding.item, {})
        known = fields.get(finding.field)
        if known is None or (finding.confidence, known.value) > (known.confidence, finding.value):
            fields[finding.field] = finding
    return tuple(_receipt(fields) for _, fields in sorted(items.items()) if "type" in fields)


def _receipt(fields: dict[str, Finding]) -> Receipt:
    kind = ReceiptType(fields["type"].value)
    total = _decimal(fields, "total")
    if total is not None and kind is ReceiptType.REFUND:
        total = -abs(total)
    return Receipt(
        type=kind,
        merchant=_text(fields, "merchant") or "",
        merchant_domain=_text(fields, "merchant_domain") or "",
        processor=_text(fields, "processor"),
        total=total,
        currency=_text(fields, "currency"),
        tax=_decimal(fields, "tax"),
        date=_text(fields, "date") or "",
        order_number=_text(fields, "order_number"),
        invoice_number=_text(fields, "invoice_number"),
        confidence=min(fields[name].confidence for name in _THAT_MATTER if name in fields),
    )


def _text(fields: dict[str, Finding], name: str) -> str | None:
    finding = fields.get(name)
    return finding.value if finding else None


def _decimal(fields: dict[str, Finding], name: str) -> Decimal | None:
    text = _text(fields, name)
    return Decimal(text) if text is not None else None

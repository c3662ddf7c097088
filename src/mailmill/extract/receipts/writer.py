"""Findings written from what was found, each with its evidence and confidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from mailmill.domain.facts import Evidence, Finding, ReceiptType
from mailmill.domain.message import Message
from mailmill.extract.receipts import dates, money
from mailmill.extract.receipts.amounts import Reading, Total
from mailmill.extract.receipts.facts import Numbered, date_of
from mailmill.extract.receipts.lines import lowered
from mailmill.extract.receipts.merchant import Named, merchant_of, sender_of
from mailmill.extract.receipts.numbers import Number
from mailmill.extract.receipts.page import Page
from mailmill.extract.receipts.schemaorg import Stated
from mailmill.extract.receipts.verdict import THRESHOLD, Typed

KIND = "receipt"
_BY_RANK = (0.9, 0.8, 0.7, 0.6, 0.5)
_STATED = 0.97


@dataclass(slots=True)
class Item:
    """One purchase of a mail while it is put together."""

    total: Total | None = None
    tax: Reading | None = None
    numbers: list[Numbered] = field(default_factory=list)
    stated: Stated | None = None


class Writer:
    """Writes the findings of one mail."""

    def __init__(self, message: Message, page: Page, kind: Typed, points: float) -> None:
        self._page = page
        self._kind = kind
        self._certainty = max(0.3, min(0.99, 0.6 + 0.08 * (points - THRESHOLD)))
        self._sender = sender_of(message)
        self._merchant = merchant_of(message, self._sender, page.lines)
        self._date = date_of(message, page)

    def findings(self, items: list[Item]) -> Iterator[Finding]:
        """Every field that is known of every item, in a fixed order."""
        for index, item in enumerate(items):
            for name, named in self._fields(item):
                if named is not None and named.value and named.evidence.end > named.evidence.start:
                    yield Finding(KIND, index, name, named.value, round(named.confidence, 2), named.evidence)

    def _fields(self, item: Item) -> Iterator[tuple[str, Named | None]]:
        kind = self._kind.type
        yield "type", Named(kind.value, self._kind.evidence, self._certainty)
        yield "merchant", self._stated(item, "merchant") or self._merchant
        yield "merchant_domain", self._sender.domain
        yield "processor", self._sender.processor
        if kind is not ReceiptType.CANCELLATION:
            total, currency = self._money(item)
            yield "total", total
            yield "currency", currency
            yield "tax", _amount(self._page, item.tax, 0.85) if item.tax else None
        yield "date", self._day(item)
        yield "order_number", self._order_number(item)
        yield "invoice_number", self._stated(item, "invoice_number") or _numbered(item, Number.INVOICE, 0.85)

    def _stated(self, item: Item, name: str) -> Named | None:
        if item.stated is None or name not in item.stated.values:
            return None
        return Named(item.stated.values[name].text[:120], item.stated.evidence(name), _STATED)

    def _money(self, item: Item) -> tuple[Named | None, Named | None]:
        total, currency = self._stated(item, "total"), self._stated(item, "currency")
        if total is not None:
            total = _plain(total)
        if total is None and item.total is not None:
            read = item.total.reading
            confidence = _BY_RANK[read.rank] + (0.08 if item.total.consistent else 0.0)
            total = _amount(self._page, read, confidence - (0.0 if item.total.sole else 0.15))
            currency = currency or self._currency(read)
        if total is None and item.stated is not None:
            offer = self._stated(item, "offer")
            total = _plain(offer._replace(confidence=0.7)) if offer else None
        if currency is not None and not (currency.value.isalpha() and len(currency.value) == 3):
            currency = None
        return total, currency._replace(value=currency.value.upper()) if total and currency else None

    def _currency(self, read: Reading) -> Named | None:
        line, country = self._page.lines[read.line], self._sender.country
        if read.money.sign:
            return _meaning(read.money.sign, country, line.evidence(*_trimmed(line.text, read.money.sign_at)), 0.0)
        label = self._page.lines[read.label]
        for at in (label, line):
            span = money.code_in(at.text)
            if span:
                return Named(at.text[span[0] : span[1]], at.evidence(*span), 0.9)
        return self._only_currency(country)

    def _only_currency(self, country: str) -> Named | None:
        """The currency of the page's other amounts, where all of them agree."""
        seen: dict[str, Named] = {}
        for index, line in enumerate(self._page.lines):
            for one in self._page.amounts(index):
                if one.sign:
                    named = _meaning(one.sign, country, line.evidence(*_trimmed(line.text, one.sign_at)), 0.25)
                    if named is not None:
                        seen.setdefault(named.value, named)
        return next(iter(seen.values())) if len(seen) == 1 else None

    def _day(self, item: Item) -> Named | None:
        stated = self._stated(item, "date")
        if stated is not None:
            found = dates.find(lowered(stated.value), 0, None)
            if found is not None:
                return stated._replace(value=found.day.isoformat())
        return self._date

    def _order_number(self, item: Item) -> Named | None:
        return (
            self._stated(item, "order_number")
            or _numbered(item, Number.ORDER, 0.9)
            or _numbered(item, Number.REFERENCE, 0.6)
        )


def _numbered(item: Item, number: Number, confidence: float) -> Named | None:
    """The number that stands in the subject too, else the first."""
    found = [one for one in item.numbers if one.number is number]
    if not found:
        return None
    in_subject = {one.value for one in found if one.line < 0}
    chosen = next((one for one in found if one.value in in_subject), found[0])
    sole = len({one.value for one in found}) == 1 or bool(in_subject)
    return Named(chosen.value, chosen.evidence, confidence if sole else confidence - 0.2)


def _amount(page: Page, read: Reading, confidence: float) -> Named:
    line = page.lines[read.line]
    evidence = line.evidence(read.money.start, read.money.end)
    return Named(format(read.money.amount, "f"), evidence, max(0.3, min(0.99, confidence)))


def _plain(named: Named) -> Named | None:
    """A stated price as canonical text; None when it is no number."""
    found = money.amounts(named.value)
    try:
        amount = found[0].amount if found else Decimal(named.value)
    except InvalidOperation:
        return None
    return named._replace(value=format(abs(amount), "f")) if amount.is_finite() else None


def _meaning(sign: str, country: str, evidence: Evidence, less: float) -> Named | None:
    currency = money.currency_of(sign, country)
    return Named(currency.code, evidence, currency.confidence - less) if currency else None


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    return start, start + len(text[start:end].rstrip())

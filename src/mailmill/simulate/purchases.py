"""Purchases with amounts that add up, and the documents that speak of them with the truth each one shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random

from mailmill.domain.facts import ReceiptType
from mailmill.simulate.merchants import GOODS, PROCESSORS, Merchant
from mailmill.simulate.money import in_currency, money
from mailmill.simulate.phrases import date_text
from mailmill.simulate.scene import Json
from mailmill.simulate.text import between, digits, from_pattern, pick

_SCALE = {"JPY": 1, "SEK": 10, "PLN": 4}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing bought; ``price`` is for one piece."""

    name: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought. ``subtotal + shipping - discount (+ tax where it is not inside) = total``, always."""

    key: str
    merchant: Merchant
    number: str
    lines: tuple[Line, ...]
    subtotal: Decimal
    shipping: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    card: str


@dataclass(frozen=True, slots=True)
class Document:
    """What one mail says about one purchase.

    ``amount`` is what it states as the total (a refund's is positive here), ``day`` its date at the merchant,
    ``shows_total`` whether the amount is in it at all, ``invoice`` its invoice number, where it has one, ``processor``
    who sends it when it is not the merchant, ``where`` is ``body`` or ``pdf``.
    """

    type: ReceiptType
    purchase: Purchase
    amount: Decimal
    day: datetime
    shows_total: bool = True
    invoice: str = ""
    processor: str = ""
    shows_number: bool = True
    where: str = "body"

    @property
    def merchant(self) -> Merchant:
        """Who sold."""
        return self.purchase.merchant

    @property
    def amount_text(self) -> str:
        """The amount as the mail writes it; a third of the houses write refunds with a minus."""
        sign = -1 if self.type is ReceiptType.REFUND and self.merchant.voice == 1 else 1
        return self.money(self.amount * sign)

    @property
    def shows_tax(self) -> bool:
        """Whether it states the tax of its whole amount."""
        itemised = self.type in {ReceiptType.ORDER, ReceiptType.RECEIPT, ReceiptType.INVOICE}
        return itemised and self.shows_total and not self.processor and self.purchase.tax > 0

    @property
    def date(self) -> str:
        """Its date as the house writes dates."""
        return date_text(self.merchant.language, self.merchant.voice, self.day.year, self.day.month, self.day.day)

    def money(self, amount: Decimal) -> str:
        """An amount in the house's style."""
        return money(amount, self.merchant.currency, self.merchant.style)

    def truth(self) -> dict[str, Json]:
        """What an extractor should find in the mail; null where the mail does not say it."""
        sign = -1 if self.type is ReceiptType.REFUND else 1
        amount = in_currency(self.amount * sign, self.merchant.currency)
        tax = in_currency(self.purchase.tax, self.merchant.currency)
        return {
            "type": self.type.value,
            "merchant": self.merchant.name,
            "merchant_domain": self.merchant.domain,
            "processor": self.processor or None,
            "total": str(amount) if self.shows_total else None,
            "total_text": self.amount_text if self.shows_total else None,
            "currency": self.merchant.currency if self.shows_total else None,
            "tax": str(tax) if self.shows_tax else None,
            "tax_text": self.money(self.purchase.tax) if self.shows_tax else None,
            "date": f"{self.day:%Y-%m-%d}",
            "order_number": (self.purchase.number or None) if self.shows_number else None,
            "invoice_number": self.invoice or None,
            "purchase": self.purchase.key,
            "in": self.where,
        }


def buy(rng: Random, merchant: Merchant, key: str) -> Purchase:
    """Fill a basket at this merchant."""
    scale = Decimal(_SCALE.get(merchant.currency, 1))
    per_unit = Decimal(1) if merchant.currency == "JPY" else Decimal(100)
    shelf = GOODS[merchant.goods]
    count = 1 if merchant.renews or merchant.layout == "prose" else between(rng, 1, min(4, len(shelf)))
    lines = tuple(
        Line(name, 1 if count == 1 else between(rng, 1, 2), Decimal(between(rng, low, high)) * scale / per_unit)
        for name, low, high in rng.sample(shelf, count)
    )
    subtotal = sum((line.price * line.quantity for line in lines), ZERO)
    shipping = pick(rng, (ZERO, Decimal(490), Decimal(695))) * scale / per_unit if merchant.ships else ZERO
    discount = in_currency(subtotal / 10, merchant.currency) if count > 1 and rng.random() < 0.25 else ZERO
    net = subtotal + shipping - discount
    rate = Decimal(merchant.tax)
    if merchant.tax_inside:
        tax, total = in_currency(net * rate / (100 + rate), merchant.currency), net
    else:
        tax = in_currency(net * rate / 100, merchant.currency)
        total = net + tax
    number = from_pattern(rng, merchant.order_pattern)
    return Purchase(key, merchant, number, lines, subtotal, shipping, discount, tax, total, digits(rng, 4))


def document(kind: ReceiptType, purchase: Purchase, when: datetime, rng: Random) -> Document:
    """The merchant's own mail of that type about this purchase."""
    merchant = purchase.merchant
    day = when.astimezone(timezone(timedelta(minutes=merchant.zone)))
    billed = kind in {ReceiptType.INVOICE, ReceiptType.RECEIPT, ReceiptType.RENEWAL}
    invoice = from_pattern(rng, merchant.invoice_pattern) if billed else ""
    silent = {ReceiptType.CANCELLATION, ReceiptType.DELIVERY}
    shows = kind not in silent and (kind is not ReceiptType.SHIPPING or merchant.voice == 2)
    in_pdf = merchant.layout == "pdf" and kind is ReceiptType.INVOICE
    return Document(
        kind,
        purchase,
        purchase.total,
        day,
        shows_total=shows,
        invoice=invoice,
        where="pdf" if in_pdf else "body",
        processor="Stripe" if merchant.layout == "stripe" and kind is ReceiptType.RECEIPT else "",
    )


def processor_document(purchase: Purchase, when: datetime, name: str) -> Document:
    """The mail a payment processor sends about the same purchase."""
    day = when.astimezone(timezone(timedelta(minutes=purchase.merchant.zone)))
    return Document(ReceiptType.RECEIPT, purchase, purchase.total, day, processor=name, shows_number=False)


def processor_address(name: str) -> str:
    """The address from which that processor writes."""
    return PROCESSORS[name][0]

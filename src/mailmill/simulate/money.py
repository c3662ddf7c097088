"""Amounts as different countries and shops write them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENT = Decimal("0.01")
_SYMBOLS = {
    "EUR": "€", "USD": "$", "GBP": "£", "PLN": "zł", "SEK": "kr", "CHF": "CHF", "JPY": "¥", "CAD": "CA$",
    "AUD": "A$", "INR": "₹", "DKK": "kr.", "CZK": "Kč", "BRL": "R$",
}  # fmt: skip
_WITHOUT_CENTS = frozenset({"JPY"})


class NumberStyle(NamedTuple):
    """How a shop writes an amount: the two separators and a pattern over ``{n}``, ``{s}`` (symbol), ``{c}`` (code)."""

    group: str
    point: str
    pattern: str


STYLES: dict[str, NumberStyle] = {
    "us": NumberStyle(",", ".", "{s}{n}"),
    "us-code": NumberStyle(",", ".", "{s}{n} {c}"),
    "code-first": NumberStyle(",", ".", "{c} {n}"),
    "de": NumberStyle(".", ",", "{n} {s}"),
    "de-code": NumberStyle(".", ",", "{c} {n}"),
    "at": NumberStyle(".", ",", "{s} {n}"),
    "fr": NumberStyle("\u202f", ",", "{n}\u00a0{s}"),
    "es": NumberStyle(".", ",", "{n}{s}"),
    "it": NumberStyle(".", ",", "{s} {n}"),
    "nl": NumberStyle(".", ",", "{s}\u00a0{n}"),
    "pl": NumberStyle(" ", ",", "{n} {s}"),
    "se": NumberStyle(" ", ",", "{n} {s}"),
    "ch": NumberStyle("’", ".", "{c} {n}"),
}


def rounded(amount: Decimal) -> Decimal:
    """The amount in whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def in_currency(amount: Decimal, currency: str) -> Decimal:
    """The amount as precise as the currency allows."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP) if currency in _WITHOUT_CENTS else rounded(amount)


def money(amount: Decimal, currency: str, style: str) -> str:
    """The amount as text, with a leading minus where it is negative."""
    form = STYLES[style]
    text = f"{abs(in_currency(amount, currency)):,}"
    text = text.replace(",", "\0").replace(".", form.point).replace("\0", form.group)
    shown = form.pattern.format(n=text, s=_SYMBOLS[currency], c=currency)
    return f"-{shown}" if amount < 0 else shown

"""Amounts of money in running text, and which currency a sign means."""

import re
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

_CODE_LIST = (
    "EUR USD GBP CHF JPY CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY ILS INR CNY HKD SGD KRW BRL MXN ARS CLP COP "
    "ZAR THB TWD PHP IDR MYR VND AED SAR RUB UAH ISK"
)
CODES = frozenset(_CODE_LIST.split())
WITHOUT_DECIMALS = frozenset(("JPY", "KRW", "VND", "CLP", "ISK"))
_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "r$": "BRL",
    "mx$": "MXN",
    "nt$": "TWD",
    "zł": "PLN",
    "zl": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "₺": "TRY",
    "₪": "ILS",
    "₹": "INR",
    "₩": "KRW",
    "₱": "PHP",
    "₽": "RUB",
    "₴": "UAH",
    "฿": "THB",
    "₫": "VND",
    "円": "JPY",
    "sfr": "CHF",
    "fr.": "CHF",
    "euro": "EUR",
    "euros": "EUR",
}
_DOLLARS = {"ca": "CAD", "au": "AUD", "nz": "NZD", "hk": "HKD", "sg": "SGD", "mx": "MXN", "tw": "TWD", "cl": "CLP"}
_CROWNS = {"se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK"}

_SIGN = (
    r"(?:(?:us|au?|ca?|nz|hk|mx|nt|[sr])?\$|[€£¥￥₺₪₹₩₱₽₴฿₫円]|zł|kč|sfr\.?|"
    r"(?:" + "|".join(sorted(CODES)) + r")(?![a-z])\s?[$€£]?|(?:euros?|kr\.?|ft|lei|zl|fr\.)(?![a-z]))"
)
# Digits are bounded, so that no run of them is read twice; it begins with a class, so that prose is skipped fast.
_NUMBER = re.compile(
    r"[0-9](?:[0-9]{0,2}(?P<group>[.,'\u2019 ])[0-9]{3}(?![0-9])(?:(?P=group)[0-9]{3}(?![0-9])){0,3}"
    r"(?:[.,][0-9]{1,2}(?![0-9]))?|"
    r"[0-9]{0,8}(?:[.,][0-9]{1,2}(?![0-9]))?)"
)
_BEFORE = re.compile(
    r"(?<![\d\w])(?P<minus>[-\u2212\u2013(]\s?)?(?P<sign>" + _SIGN + r")(?P<inner>\s?[-\u2212\u2013]?\s?)$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?:[.,][-\u2013\u2014]{1,2})?\s?(?P<sign>" + _SIGN + r")(?!\s?\d)", re.IGNORECASE)
_MINUS = re.compile(r"(?:^|[\s:])[-\u2212\u2013(]\s?$")
_PERCENT = re.compile(r"\s?%")
_MOST = 40
_CODE = re.compile(r"\b(?:" + "|".join(sorted(CODES)) + r")\b")


class Money(NamedTuple):
    """An amount as written in ``text[start:end]``; ``sign`` is the currency as written, empty where there is none.

    ``amount`` is positive; ``negative`` says that a minus stood there. ``sign_at`` is the span of the sign.
    """

    amount: Decimal
    sign: str
    start: int
    end: int
    sign_at: tuple[int, int]
    negative: bool


class Currency(NamedTuple):
    """An ISO 4217 code and how sure it is."""

    code: str
    confidence: float


def amounts(text: str) -> list[Money]:
    """Every number in ``text`` that can be an amount, in order; those without a sign need exactly two decimals.

    Only the first 40 numbers of a text are looked at.
    """
    found: list[Money] = []
    for match in islice(_NUMBER.finditer(text), _MOST):
        money = _money(text, match.start(), match.end())
        if money is not None:
            found.append(money)
    return found


def _money(text: str, start: int, end: int) -> Money | None:
    before = _BEFORE.search(text, max(0, start - 10), start) if start and not text[start - 1].isdigit() else None
    if text[end : end + 1].isdigit() or (
        before is None and start and (text[start - 1].isalnum() or text[start - 1] in ".,/_")
    ):
        return None
    after = None if before else _AFTER.match(text, end)
    number = text[start:end]
    if before is None and after is None and not _stands_alone(text, number, end):
        return None
    amount = _decimal(number)
    if amount is None or _PERCENT.match(text, end):
        return None
    if before is not None:
        negative = bool(before["minus"]) or bool(before["inner"].strip())
        return Money(amount, before["sign"], before.start("sign"), end, before.span("sign"), negative)
    negative = _MINUS.search(text, max(0, start - 3), start) is not None
    if after is not None:
        return Money(amount, after["sign"], start, after.end(), after.span("sign"), negative)
    return Money(amount, "", start, end, (start, start), negative)


def _stands_alone(text: str, number: str, end: int) -> bool:
    """Whether a number without a sign can be money: two decimals, and no date, time or version goes on after it."""
    return (
        len(number) > 3
        and number[-3] in ".,"
        and not (text[end : end + 1] in ".,/:-" and text[end + 1 : end + 2].isdigit())
    )


def _decimal(number: str) -> Decimal | None:
    digits = "".join(c for c in number if c in "0123456789")
    if not digits:
        return None
    places = next((n for n in (1, 2) if len(number) > n + 1 and number[-n - 1] in ".,"), 0)
    return Decimal(digits).scaleb(-places)


def currency_of(sign: str, country: str) -> Currency | None:
    """The currency a sign means in mail from ``country`` (the last label of the sender's domain)."""
    plain = sign.strip().lower()
    code = plain[:3].upper()
    if code in CODES:
        return Currency(code, 0.98)
    if plain in _SIGNS:
        return Currency(_SIGNS[plain], 0.97)
    if plain == "$":
        return Currency(_DOLLARS[country], 0.85) if country in _DOLLARS else Currency("USD", 0.8)
    if plain.startswith("kr"):
        return Currency(_CROWNS.get(country, "SEK"), 0.85 if country in _CROWNS else 0.5)
    if plain in {"¥", "￥"}:
        return Currency("CNY", 0.85) if country == "cn" else Currency("JPY", 0.85)
    return None


def code_in(text: str) -> tuple[int, int] | None:
    """Where a bare currency code stands in ``text`` (``Total (EUR)``)."""
    found = _CODE.search(text)
    return found.span() if found else None

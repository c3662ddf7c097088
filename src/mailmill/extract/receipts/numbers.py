"""Order and invoice numbers by their labels, in seven languages."""

import re
from enum import Enum
from typing import NamedTuple

SHORT = 45
"""A line of at most so many characters can be a label or a value and nothing else."""


class Number(Enum):
    """Which number a label names; a ``REFERENCE`` (receipt, transaction, booking) stands in where no order has one."""

    ORDER = "order_number"
    INVOICE = "invoice_number"
    REFERENCE = "reference"


_NO = r"(?:\s?(?:number|nummer|numéro|número|numero|numer|num\b|no\b|nr\b|nº|n°|n\.º|id\b|code|reference|ref\b|kod)\.?)"
_ORDER = (
    r"order|purchase order|bestell(?:ung|-)?|auftrags?-?|commande|pedido|ordine|orden|bestelling|bestel-?|"
    r"zamówieni[ae]|zamówienie"
)
_INVOICE = r"(?:tax )?invoice|rechnungs?-?|facture|factura|fattura|factuur|faktur[ay](?: vat)?|beleg-?|bill"
_REFERENCE = (
    r"receipt|transaction|confirmation|booking|reservation|payment|reference|session|trip|itinerary|purchase|"
    r"ticket|refund|"
    r"transaktions-?|buchungs-?|vorgangs-?|quittungs-?|transacción|transacci[oó]n|reserva|recibo|réservation|reçu|"
    r"référence|transazione|prenotazione|ricevuta|transactie|reservering|boekings?|kwitantie|transakcji|"
    r"rezerwacji|płatności"
)
_VALUE = r"(?P<value>[A-Za-z0-9][A-Za-z0-9_/.\-]{1,38}[A-Za-z0-9]|\d{2})(?![A-Za-z0-9@])"


def _label(words: str) -> str:
    number_first = (
        r"(?:number|numéro|número|numero|nummer|numer|n°|nº|nr\.?|id) "
        r"(?:of |de |d[ei]l?l?[' ]?|van |der )?(?:la |su |tu |votre |your |uw |je )?"
    )
    return (
        rf"(?:\b(?:{words})(?:\s?#|{_NO}(?: ?\(?#\)?)?)|(?<![a-z])(?:{words})(?=\s?:?\s?#)|"
        rf"\b{number_first}(?:{words})\b|"
        rf"(?<![a-z])(?:{words})(?=:? (?:[a-z]{{1,4}}-\d{{3}}|[a-z]{{0,4}}-?\d[\w-]{{4}})))"
    )


_LABELS = (
    (Number.ORDER, re.compile(_label(_ORDER))),
    (Number.INVOICE, re.compile(_label(_INVOICE))),
    (Number.REFERENCE, re.compile(_label(_REFERENCE))),
)
# One of these is in every label; looking for them first spares most lines three searches.
_HINTS = (
    "order", "bestel", "auftrag", "commande", "pedido", "ordine", "orden", "zamówieni", "invoice", "rechnung", "fact",
    "fattur", "faktur", "beleg", "bill", "receipt", "transa", "confirmation", "booking", "reserv", "payment", "referen",
    "référen", "session", "trip", "itinerary", "purchase", "ticket", "refund", "buchung", "vorgang", "quittung",
    "recibo", "réserv", "reçu", "prenotazione", "ricevuta", "boeking", "kwitantie", "rezerwacj", "płatno",
)  # fmt: skip
_DIGIT = re.compile(r"[0-9]")
_GAP = re.compile(r"[\s:#.\-\u2013]{0,6}(?:is[: ]|est[: ]|ist[: ]|es[: ]|è[: ]|to[: ])?[\s:#(\[]{0,4}")
_VALUES = re.compile(_VALUE)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$")


class Label(NamedTuple):
    """A number's label in a line, ending at ``end``."""

    number: Number
    start: int
    end: int


class Found(NamedTuple):
    """A number as written in ``text[start:end]``."""

    value: str
    start: int
    end: int


def labels(low: str) -> list[Label]:
    """Every label of a number in this line (lower case), the first of each kind."""
    if len(low) > SHORT and _DIGIT.search(low) is None and "#" not in low:
        return []
    for hint in _HINTS:
        if hint in low:
            break
    else:
        return []
    found = []
    for number, pattern in _LABELS:
        match = pattern.search(low, 0, 400)
        if match:
            found.append(Label(number, match.start(), match.end()))
    return found


def value_at(text: str, start: int) -> Found | None:
    """The number at ``start`` of ``text``, after punctuation; it holds a digit or follows ``#`` directly."""
    gap = _GAP.match(text, start)
    at = gap.end() if gap else start
    match = _VALUES.match(text, at)
    if match is None:
        return None
    value = match["value"]
    digits = any(c.isdigit() for c in value)
    alone = at > 0 and text[at - 1] == "#" and match.end() == len(text.rstrip(" )].")) and len(value) >= 5
    if not (digits or alone) or _DATE.match(value) or len(value) < 3:
        return None
    return Found(value, match.start(), match.end())

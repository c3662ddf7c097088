"""Receipt or not, and of which type: a sum of points over what was found."""

from typing import NamedTuple

from mailmill.domain.facts import Evidence, ReceiptType
from mailmill.domain.message import Message
from mailmill.extract.receipts import kinds
from mailmill.extract.receipts.amounts import Total
from mailmill.extract.receipts.facts import Numbered
from mailmill.extract.receipts.gate import speaks_of_purchase
from mailmill.extract.receipts.lines import MAX_SPAN, lowered
from mailmill.extract.receipts.merchant import is_public
from mailmill.extract.receipts.numbers import Number
from mailmill.extract.receipts.page import Page
from mailmill.extract.receipts.schemaorg import Stated

THRESHOLD = 4.0
_OPENING = 15
_NEWS = frozenset((ReceiptType.SHIPPING, ReceiptType.DELIVERY, ReceiptType.CANCELLATION, ReceiptType.PAYMENT_FAILED))


class Typed(NamedTuple):
    """The type of a mail, the words that say so, and the points they earn."""

    type: ReceiptType
    evidence: Evidence
    points: float


def is_discussion(message: Message) -> bool:
    """Whether people talk here: a mailing list that takes posts (RFC 2369 section 3.4)."""
    for name, value in message.headers:
        low = name.lower()
        if low in {"list-post", "mailing-list", "x-mailing-list", "x-loop", "x-beenthere"}:
            return value.strip().upper() != "NO"
        if low == "precedence" and value.strip().lower() == "list":
            return True
    return False


def typed(message: Message, page: Page, stated: list[Stated]) -> Typed | None:
    """What the mail says: its mark-up first, then its subject, then its opening lines."""
    in_subject = kinds.of_subject(lowered(message.subject[:300]))
    if stated:
        first = stated[0]
        plain = first.type in {ReceiptType.ORDER, ReceiptType.INVOICE} and in_subject is not None
        if not plain:
            return Typed(first.type, _stated_evidence(first, message), 5.0)
    if in_subject is not None:
        return Typed(
            in_subject.type, _subject_evidence(message, in_subject.start, in_subject.end), 5.0 if stated else 2.0
        )
    return _opening(page)


def _opening(page: Page) -> Typed | None:
    for line in page.lines[:_OPENING]:
        kind = kinds.of_line(line.low) if speaks_of_purchase(line.low[:200]) else None
        if kind is not None:
            return Typed(kind.type, line.evidence(kind.start, kind.end), 1.0)
    return None


def _stated_evidence(first: Stated, message: Message) -> Evidence:
    name = next(iter(first.values), None)
    return first.evidence(name) if name else _subject_evidence(message, 0, MAX_SPAN)


def _subject_evidence(message: Message, start: int, end: int) -> Evidence:
    length = len(message.header("Subject") or message.subject)
    return Evidence("header:Subject", min(start, length), min(end, length, start + MAX_SPAN))


def points_of(message: Message, page: Page, kind: Typed, total: Total | None, numbers: list[Numbered]) -> float:
    """How much speaks for a purchase."""
    points = kind.points
    if total is not None:
        points += (2.0, 1.5, 1.0, 0.5, 0.5)[total.reading.rank] + (1.0 if total.consistent else 0.0)
    found = {one.number for one in numbers}
    if found & {Number.ORDER, Number.INVOICE}:
        points += 2.0
    elif found:
        points += 1.0
    if kind.points > 1.0 and _opening(page) is not None:
        points += 1.0
    return points - _doubts(message, found)


def _doubts(message: Message, found: set[Number]) -> float:
    subject = message.subject[:300].lower()
    doubts = 0.0
    if kinds.speaks_of_something_else(subject):
        doubts += 3.0
    if subject.startswith(("fw:", "fwd:", "wg:", "tr:", "rv:", "i:")):
        doubts += 3.0
    if message.in_reply_to and not found:
        doubts += 2.0
    if any(is_public(address.email) for address in message.from_):
        doubts += 2.0
    return doubts


def is_receipt(kind: Typed, points: float, total: Total | None, numbers: list[Numbered], *, stated: bool) -> bool:
    """Whether the points suffice and the type has what it cannot do without: money, or for mere news a number."""
    if stated:
        return points >= THRESHOLD
    if kind.type in _NEWS:
        something = total is not None or bool(numbers)
        return (something and points >= THRESHOLD) or (
            kind.type is ReceiptType.PAYMENT_FAILED and points >= THRESHOLD - 1.0
        )
    return total is not None and points >= THRESHOLD

"""From a mail to findings about purchases."""

from mailmill.domain.facts import Finding
from mailmill.domain.message import Message
from mailmill.extract.receipts import amounts, schemaorg, verdict
from mailmill.extract.receipts.amounts import Reading
from mailmill.extract.receipts.facts import Numbered, numbers_of
from mailmill.extract.receipts.gate import may_be_receipt
from mailmill.extract.receipts.numbers import Number
from mailmill.extract.receipts.page import Page, pages_of, plain_page
from mailmill.extract.receipts.schemaorg import Stated
from mailmill.extract.receipts.writer import Item, Writer

SETTLES = 300
"""Characters of plain text that are more than a stub."""


class ReceiptExtractor:
    """Finds purchases in mail: order, receipt, invoice, refund and the rest of ReceiptType.

    Findings have the kind ``receipt`` and the fields type, merchant, merchant_domain, processor, total, currency, tax,
    date, order_number and invoice_number. ``total`` is as the mail writes it, without a sign of its own: whoever merges
    makes refunds negative. A cancelled order has no total.
    """

    name = "receipts"
    version = 1

    def extract(self, message: Message) -> tuple[Finding, ...]:
        """The purchases of this mail, item by item; empty for all other mail."""
        if not may_be_receipt(message) or verdict.is_discussion(message):
            return ()
        stated = _stated(message)
        if not stated and _says_nothing(message):
            return ()
        page, readings = _read(message)
        kind = verdict.typed(message, page, stated)
        if kind is None:
            return ()
        numbers = numbers_of(message, page)
        total = amounts.choose_total(readings)
        points = verdict.points_of(message, page, kind, total, numbers)
        if not verdict.is_receipt(kind, points, total, numbers, stated=bool(stated)):
            return ()
        items = _items(page, readings, numbers, stated)
        return tuple(Writer(message, page, kind, points).findings(items))


def _stated(message: Message) -> list[Stated]:
    return [
        one
        for part in message.parts
        if part.content_type == "text/html" and schemaorg.has_markup(part.text)
        for one in schemaorg.stated(part.text, part.part)
    ]


def _says_nothing(message: Message) -> bool:
    """Whether there is a plain text worth the name that names neither a total nor a number: its HTML won't either.

    To read HTML line by line is most of the work, and most mail that passes the gate has a plain text that settles it.
    """
    page = plain_page(message)
    if sum(len(line.text) for line in page.lines) < SETTLES:
        return False
    return amounts.choose_total(amounts.readings(page)) is None and not numbers_of(message, page)


def _read(message: Message) -> tuple[Page, list[Reading]]:
    """The page to read from with its amounts: the first that has a total, else the first, else an empty one."""
    first: tuple[Page, list[Reading]] | None = None
    for page in pages_of(message):
        readings = amounts.readings(page)
        if amounts.choose_total(readings) is not None:
            return page, readings
        first = first or (page, readings)
    return first or (Page([]), [])


def _items(page: Page, readings: list[Reading], numbers: list[Numbered], stated: list[Stated]) -> list[Item]:
    """The purchases: those stated in mark-up, else one for each order number with a total of its own, else one."""
    if len(stated) > 1:
        return [Item(stated=one, numbers=[]) for one in stated]
    items = _split(page, readings, numbers)
    if len(items) > 1 and not stated:
        return items
    total = amounts.choose_total(readings)
    tax = amounts.choose_tax(readings, total.reading.money if total else None)
    return [Item(total, tax, numbers, stated[0] if stated else None)]


def _split(page: Page, readings: list[Reading], numbers: list[Numbered]) -> list[Item]:
    starts: dict[str, Numbered] = {}
    for one in numbers:
        if one.number is Number.ORDER and one.line >= 0:
            starts.setdefault(one.value, one)
    if len(starts) < 2:
        return []
    firsts = sorted(starts.values(), key=lambda one: one.line)
    items = []
    for one, following in zip(firsts, [*firsts[1:], None], strict=True):
        end = following.line if following else len(page.lines)
        own = [reading for reading in readings if one.line <= reading.line < end]
        total = amounts.choose_total(own)
        if total is not None and total.reading.rank <= 1:
            items.append(Item(total, amounts.choose_tax(own, total.reading.money), [one]))
    return items

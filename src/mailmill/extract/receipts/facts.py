"""Numbers and dates of a page, found by their labels."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from mailmill.domain.facts import Evidence
from mailmill.domain.message import Message
from mailmill.extract.receipts import dates, numbers
from mailmill.extract.receipts.lines import MAX_SPAN, lowered
from mailmill.extract.receipts.merchant import Named
from mailmill.extract.receipts.numbers import SHORT, Number
from mailmill.extract.receipts.page import Page


class Numbered(NamedTuple):
    """A number that a label names, on line ``line`` (-1: in the subject)."""

    number: Number
    value: str
    evidence: Evidence
    line: int


def numbers_of(message: Message, page: Page) -> list[Numbered]:
    """Every labelled number, those of the page in reading order, then those of the subject."""
    found = [one for index in range(len(page.lines)) for one in _numbers_at(page, index)]
    subject = message.header("Subject") or ""
    for label in numbers.labels(lowered(subject[:400])):
        value = numbers.value_at(subject, label.end)
        if value:
            evidence = Evidence("header:Subject", value.start, value.end)
            found.append(Numbered(label.number, value.value, evidence, -1))
    return found


def _numbers_at(page: Page, index: int) -> Iterator[Numbered]:
    line = page.lines[index]
    for label in numbers.labels(line.low):
        value = numbers.value_at(line.text, label.end)
        if value:
            yield Numbered(label.number, value.value, line.evidence(value.start, value.end), index)
        elif len(line.text) <= SHORT and not line.text[label.end :].strip(" :#.*()") and label.start < 15:
            yield from _number_after(page, index, label.number)


def _number_after(page: Page, index: int, number: Number) -> Iterator[Numbered]:
    for at in page.after(index):
        line = page.lines[at]
        value = numbers.value_at(line.text, 0)
        if value and value.end >= len(line.text.rstrip()) - 1:
            yield Numbered(number, value.value, line.evidence(value.start, value.end), at)
            return


def date_of(message: Message, page: Page) -> Named | None:
    """The day of the purchase as YYYY-MM-DD: a labelled one on the page, else that of the mail in its author's zone."""
    sent = _sent(message)
    for index, line in enumerate(page.lines):
        end = dates.label_end(line.low)
        if end is None:
            continue
        for at in (index, *page.after(index)) if len(line.text) <= SHORT else (index,):
            start = end if at == index else 0
            found = dates.find(page.lines[at].low, start, sent)
            if found and found.start - start <= 15:
                return Named(found.day.isoformat(), page.lines[at].evidence(found.start, found.end), 0.9)
    if sent is None:
        return None
    header = message.header("Date") or ""
    return Named(sent.isoformat(), Evidence("header:Date", 0, min(len(header), MAX_SPAN)), 0.85)


def _sent(message: Message) -> date | None:
    if message.date is None:
        return None
    offset = timedelta(minutes=message.date_offset or 0)
    if abs(offset) >= timedelta(hours=24):
        offset = timedelta()
    try:
        return datetime.fromtimestamp(message.date, timezone(offset)).date()
    except (OverflowError, OSError, ValueError):
        return None

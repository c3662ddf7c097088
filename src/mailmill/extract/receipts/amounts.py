"""The amounts of a page with the part each plays, and the choice of the total among them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from mailmill.extract.receipts import labels
from mailmill.extract.receipts.labels import Amount
from mailmill.extract.receipts.lines import Line
from mailmill.extract.receipts.money import Money
from mailmill.extract.receipts.numbers import SHORT
from mailmill.extract.receipts.page import Page

LABEL = SHORT + 15
_REACH = 60
_MAX_EXTRAS = 7


class Reading(NamedTuple):
    """An amount and its part; ``label`` is the line that names the part, ``line`` the one that holds the amount."""

    part: Amount
    money: Money
    label: int
    line: int
    rank: int


class Total(NamedTuple):
    """The chosen total; ``consistent`` says that the other amounts add up to it, ``sole`` that no rival was left."""

    reading: Reading
    consistent: bool
    sole: bool


def readings(page: Page) -> list[Reading]:
    """Every labelled amount of the page, in reading order."""
    found: list[Reading] = []
    for index, line in enumerate(page.lines):
        here = page.amounts(index)
        found.extend(_in_sentence(index, line, here))
        if not here and (len(line.text) > LABEL or not page.money_soon(index)):
            continue
        label = labels.label_of(line.low)
        if label is None:
            continue
        part, end = label
        hit = _on_line(line, end, here)
        if hit is not None:
            found.append(Reading(part, hit, index, index, _rank(part, line.low)))
        elif len(line.text) <= LABEL:
            found.extend(_elsewhere(page, index, part))
    return found


def _on_line(line: Line, end: int, here: list[Money]) -> Money | None:
    """The amount after the label on its own line; one in brackets only where there is no other."""
    after = [money for money in here if money.start >= end]
    outside = [
        money for money in after if line.text.count("(", end, money.start) <= line.text.count(")", end, money.start)
    ]
    chosen = (outside or after)[:1]
    if not chosen or chosen[0].start - end > _REACH or labels.is_rate(line.low, chosen[0].end):
        return None
    return chosen[0]


def _elsewhere(page: Page, index: int, part: Amount) -> Iterator[Reading]:
    label_row = page.lines[index].row
    best: Reading | None = None
    for at in page.after(index):
        line = page.lines[at]
        if best is not None and line.row != label_row:
            break
        if labels.label_of(line.low) is not None and line.row != label_row:
            break
        found = page.amounts(at)
        if found and len(line.text) - (found[-1].end - found[-1].start) <= 15:
            best = Reading(part, found[-1], index, at, _rank(part, page.lines[index].low))
            if line.row != label_row:
                break
    if best is not None:
        yield best


def _in_sentence(index: int, line: Line, here: list[Money]) -> Iterator[Reading]:
    for money in here:
        if money.sign and labels.is_sentence_total(line.low, money.start):
            yield Reading(Amount.SUM, money, index, index, 2)
        elif labels.is_tax_before(line.low, money.start):
            yield Reading(Amount.TAX, money, index, index, 2)


def _rank(part: Amount, low: str) -> int:
    """How likely the label names the total, 0 best."""
    if part is Amount.TOTAL:
        return 0
    if part is Amount.SUM:
        return 1 if labels.says_total(low) else 3
    return 4


def choose_total(found: Sequence[Reading]) -> Total | None:
    """The total among ``found``: the best rank, amounts that add up before others, the most repeated, the last."""
    candidates = [one for one in found if one.part in {Amount.TOTAL, Amount.SUM, Amount.PAID_BY}]
    candidates = [one for one in candidates if one.money.amount] or candidates
    if not candidates:
        return None
    rank = min(one.rank for one in candidates)
    best = [one for one in candidates if one.rank == rank]
    sums = _sums(found)
    adding = [one for one in best if one.money.amount in sums]
    if not adding:
        wider = [one for one in candidates if one.rank <= max(rank, 1) and one.money.amount in sums]
        adding = wider
    pool = adding or best
    counts = Counter(one.money.amount for one in pool)
    most = max(counts.values())
    top = [one for one in pool if counts[one.money.amount] == most]
    chosen = top[-1]
    signed = next((one for one in top if one.money.amount == chosen.money.amount and one.money.sign), chosen)
    return Total(signed, bool(adding), len({one.money.amount for one in best}) == 1)


def _sums(found: Sequence[Reading]) -> set[Decimal]:
    """Every amount that subtotal, tax, shipping, fees and discounts can add up to; tax may be included already."""
    bases = {one.money.amount for one in found if one.part is Amount.SUBTOTAL and one.money.amount}
    extras: dict[tuple[Amount, int], Decimal] = {}
    for one in found:
        if one.part in {Amount.TAX, Amount.SHIPPING, Amount.FEE} and one.money.amount:
            extras[one.part, one.line] = -one.money.amount if one.money.negative else one.money.amount
        elif one.part is Amount.DISCOUNT and one.money.amount:
            extras[one.part, one.line] = -one.money.amount
    values = list(extras.values())[:_MAX_EXTRAS]
    if not bases:
        fees = [value for (part, _), value in extras.items() if part is Amount.FEE]
        return {sum(fees, Decimal())} if len(fees) > 1 else set()
    if not values and len(found) < 3:
        return set()
    sums = {Decimal()}
    for size in range(1, len(values) + 1):
        sums.update(sum(chosen, Decimal()) for chosen in combinations(values, size))
    return {base + extra for base in bases for extra in sums if base + extra > 0}


def choose_tax(found: Sequence[Reading], total: Money | None) -> Reading | None:
    """The tax: the first that is above zero and below the total, else a stated zero."""
    taxes = [one for one in found if one.part is Amount.TAX]
    if total is not None:
        taxes = [one for one in taxes if one.money.amount < total.amount]
    return next((one for one in taxes if one.money.amount), taxes[0] if taxes else None)

"""The lines of one mail, and how a value is found from its label: same line, same row, below, or two lines ahead."""

from collections.abc import Iterator

from mailmill.domain.message import Message
from mailmill.extract.receipts.html import html_lines
from mailmill.extract.receipts.lines import Line, plain_lines
from mailmill.extract.receipts.money import Money, amounts
from mailmill.extract.receipts.numbers import SHORT

_AHEAD = 2
_CELLS = 6
_NEAR = 10


class Page:
    """Lines in reading order with an index by row and cell."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self._amounts: dict[int, list[Money]] = {}
        self._cells: dict[tuple[str, int, int], int] | None = None

    def amounts(self, index: int) -> list[Money]:
        """The amounts on that line, read once."""
        known = self._amounts.get(index)
        if known is None:
            known = self._amounts[index] = amounts(self.lines[index].text)
        return known

    def money_soon(self, index: int) -> bool:
        """Whether one of the lines right after this one holds an amount."""
        return any(self.amounts(ahead) for ahead in range(index + 1, min(index + _NEAR, len(self.lines))))

    def after(self, index: int) -> Iterator[int]:
        """Where the value of the label that fills line ``index`` can stand, likeliest first."""
        lines = self.lines
        line = lines[index]
        row = list(self._row_after(index))
        yield from row
        if row or self._has_neighbour(index):
            below = self._below(line)
            if below is not None:
                yield below
        last = min(index + 1 + _AHEAD, len(lines))
        for ahead in range(index + 1, last):
            if len(lines[ahead].text) > SHORT:
                return
            if ahead not in row:
                yield ahead

    def _row_after(self, index: int) -> Iterator[int]:
        line = self.lines[index]
        for ahead in range(index + 1, min(index + 1 + _CELLS, len(self.lines))):
            other = self.lines[ahead]
            if (other.part, other.row) != (line.part, line.row):
                return
            if other.cell != line.cell and len(other.text) <= SHORT:
                yield ahead

    def _has_neighbour(self, index: int) -> bool:
        if not index:
            return False
        line, before = self.lines[index], self.lines[index - 1]
        return (before.part, before.row) == (line.part, line.row) and before.cell != line.cell

    def _below(self, line: Line) -> int | None:
        if self._cells is None:
            self._cells = {}
            for index, one in enumerate(self.lines):
                self._cells.setdefault((one.part, one.row, one.cell), index)
        return self._cells.get((line.part, line.row + 1, line.cell))


def pages_of(message: Message) -> Iterator[Page]:
    """The HTML parts as one page, then the plain ones: what a person sees comes first."""
    for page in (html_page(message), plain_page(message)):
        if page.lines:
            yield page


def html_page(message: Message) -> Page:
    """The HTML parts as one page."""
    parts = [part for part in message.parts if part.content_type == "text/html"]
    return Page([line for part in parts for line in html_lines(part.text, part.part)])


def plain_page(message: Message) -> Page:
    """The plain parts as one page."""
    parts = [part for part in message.parts if part.content_type == "text/plain"]
    return Page([line for part in parts for line in plain_lines(part.text, part.part)])

"""Lines of text that know where they stand in the source of their part."""

import re
from bisect import bisect_right
from typing import NamedTuple

from mailmill.domain.facts import Evidence

MAX_SPAN = 120
MAX_LINES = 8_000
MAX_CHARACTERS = 150_000
MAX_LINE = 2_000

_WORDS = re.compile(r"[^\s|]+(?: [^\s|]+)*")
_LINE = re.compile(rf"[^\r\n]{{1,{MAX_LINE}}}")
_ORIGINAL = re.compile(r"-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine)", re.I)


class Piece(NamedTuple):
    """A run of a line's text: where it begins there, and the source it stands for.

    A literal piece has one character of source for each of its own; any other (a character reference) stands for the
    whole of its source.
    """

    at: int
    start: int
    end: int
    literal: bool


class Line(NamedTuple):
    """One line of one cell: white space collapsed, entities resolved; ``low`` is its lower case, of the same length."""

    text: str
    low: str
    part: str
    row: int
    cell: int
    pieces: tuple[Piece, ...]

    def evidence(self, start: int, end: int) -> Evidence:
        """The source of ``text[start:end]``; where markup inside makes it too long, its longest unbroken run."""
        first, last = self._piece(start), self._piece(end - 1)
        begin = self._begin(first, start)
        stop = self._stop(last, end)
        if stop - begin <= MAX_SPAN:
            return Evidence(self.part, begin, stop)
        runs = [
            (self._begin(i, max(start, self.pieces[i].at)), self._stop(i, min(end, self._limit(i))))
            for i in range(first, last + 1)
        ]
        begin, stop = max(runs, key=lambda run: run[1] - run[0])
        return Evidence(self.part, begin, min(stop, begin + MAX_SPAN))

    def _piece(self, position: int) -> int:
        return max(0, bisect_right(self.pieces, position, key=lambda piece: piece.at) - 1)

    def _limit(self, index: int) -> int:
        return self.pieces[index + 1].at if index + 1 < len(self.pieces) else len(self.text)

    def _begin(self, index: int, position: int) -> int:
        piece = self.pieces[index]
        return min(piece.start + position - piece.at, piece.end) if piece.literal else piece.start

    def _stop(self, index: int, position: int) -> int:
        piece = self.pieces[index]
        return min(piece.start + position - piece.at, piece.end) if piece.literal else piece.end


def lowered(text: str) -> str:
    """Lower case of the same length, so that positions stay true (``İ`` would grow)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def plain_lines(text: str, part: str) -> list[Line]:
    """The lines of a plain text part; tabs, bars and runs of spaces separate cells; quoted mail is left out."""
    lines: list[Line] = []
    for row, found in enumerate(_LINE.finditer(text, 0, MAX_CHARACTERS)):
        source, offset = found.group(), found.start()
        if source.startswith((">", "|>")):
            continue
        if source.startswith("--") and _ORIGINAL.match(source):
            break
        for cell, (at, content) in enumerate(_cells(source)):
            piece = Piece(0, offset + at, offset + at + len(content), True)
            lines.append(Line(content, lowered(content), part, row, cell, (piece,)))
        if len(lines) > MAX_LINES:
            break
    return lines


def _cells(source: str) -> list[tuple[int, str]]:
    content = source.strip()
    if not content:
        return []
    if content.isascii() and "  " not in content and "\t" not in content and "|" not in content:
        return [(source.index(content), content)]
    return [(words.start(), words.group()) for words in _WORDS.finditer(source)]

"""HTML source to lines that keep their source offsets, in linear time whatever the source."""

import re
from collections.abc import Iterator
from itertools import accumulate

from turbohtml import Token, TokenType, tokenize

from mailmill.extract.receipts.lines import MAX_CHARACTERS, MAX_LINE, MAX_LINES, Line, Piece, lowered

MAX_SOURCE = 2_000_000
MAX_TOKENS = 100_000

_RUN = re.compile(r"\S+(?: \S+)*")
_HIDDEN = ("display:none", "visibility:hidden", "mso-hide:all", "max-height:0;", "font-size:0;", "font-size:0px")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u200e\u200f")
_BLOCK_NAMES = (
    "address article aside blockquote body br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol option p pre section table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_DROPPED = frozenset(("script", "style", "title", "template", "svg", "select"))
_VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
VOID = frozenset(_VOID_NAMES.split())


def located(source: str) -> Iterator[tuple[Token, int, int]]:
    """Every token of ``source`` with its offsets; at most MAX_SOURCE characters and MAX_TOKENS tokens."""
    source = source[:MAX_SOURCE]
    starts = _line_starts(source)
    previous: Token | None = None
    begin = 0
    for count, token in enumerate(tokenize(source, resolve_references=False)):
        here = starts[token.line - 1] + token.col
        if previous is not None:
            yield previous, begin, here
        previous, begin = token, here
        if count >= MAX_TOKENS:
            return
    if previous is not None:
        yield previous, begin, len(source)


def _line_starts(source: str) -> list[int]:
    """Where each line begins; the tokenizer counts CR LF, CR and LF as one line end each."""
    lines = source.replace("\r\n", " \n").replace("\r", "\n").split("\n")
    return list(accumulate((len(line) + 1 for line in lines), initial=0))


def html_lines(source: str, part: str) -> list[Line]:
    """The visible lines of an HTML part, row by row and cell by cell; hidden and quoted elements are left out."""
    flattener = _Flattener(source, part)
    for token, start, end in located(source):
        kind = token.type
        if kind is TokenType.TEXT:
            flattener.text(start, end)
        elif kind is TokenType.CHARACTER_REFERENCE:
            flattener.reference(token.data or "", start, end)
        elif kind is TokenType.START_TAG:
            flattener.open(token.tag or "", token)
        elif kind is TokenType.END_TAG:
            flattener.close(token.tag or "")
        if flattener.full:
            break
    flattener.break_line()
    return flattener.lines


class _Flattener:
    """Builds lines from tokens. A dropped element is skipped by counting its own tag name until it is closed."""

    def __init__(self, source: str, part: str) -> None:
        self.lines: list[Line] = []
        self.full = False
        self._source = source
        self._part = part
        self._texts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0
        self._gap = False
        self._characters = 0
        self._rows = 0
        self._row = 0
        self._cell = 0
        self._tables: list[tuple[int, int]] = []
        self._dropping = ""
        self._depth = 0

    def text(self, start: int, end: int) -> None:
        if self._dropping:
            return
        raw = self._source[start:end]
        if raw.isspace():
            self._gap = True
            return
        for run in _RUN.finditer(raw):
            if run.start() > 0:
                self._gap = True
            self._run(run.group(), start + run.start())
            if self.full:
                return
        if raw[-1:].isspace():
            self._gap = True

    def _run(self, text: str, start: int) -> None:
        for at in range(0, len(text), MAX_LINE):
            if self._length + len(text) > MAX_LINE:
                self.break_line()
            piece = text[at : at + MAX_LINE]
            self._add(piece, start + at, start + at + len(piece), literal=True)
            if self.full:
                return

    def reference(self, data: str, start: int, end: int) -> None:
        if self._dropping or data in _INVISIBLE:
            return
        if data.isspace():
            self._gap = True
        else:
            if self._length > MAX_LINE:
                self.break_line()
            self._add(data, start, end, literal=False)

    def _add(self, text: str, start: int, end: int, *, literal: bool) -> None:
        if self._gap and self._length:
            self._texts.append(" ")
            self._length += 1
        self._gap = False
        self._pieces.append(Piece(self._length, start, end, literal))
        self._texts.append(text)
        self._length += len(text)

    def open(self, tag: str, token: Token) -> None:
        if self._dropping:
            if tag == self._dropping and not token.self_closing:
                self._depth += 1
            return
        if tag in _BLOCKS:
            self.break_line()
            self._place(tag)
        if tag in _DROPPED or (tag not in VOID and _is_hidden(tag, token)):
            self._dropping, self._depth = tag, 1

    def _place(self, tag: str) -> None:
        if tag == "table":
            self._tables.append((self._row, self._cell))
        elif tag == "tr":
            self._rows += 1
            self._row, self._cell = self._rows, -1
        elif tag in {"td", "th"}:
            self._cell += 1
        elif not self._tables:
            self._rows += 1
            self._row, self._cell = self._rows, 0

    def close(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping:
                self._depth -= 1
                if not self._depth:
                    self._dropping = ""
            return
        if tag in _BLOCKS:
            self.break_line()
            if tag == "table" and self._tables:
                self._row, self._cell = self._tables.pop()

    def break_line(self) -> None:
        self._gap = False
        if not self._length:
            return
        text = "".join(self._texts)
        self.lines.append(Line(text, lowered(text), self._part, self._row, self._cell, tuple(self._pieces)))
        self._characters += self._length
        self.full = self._characters > MAX_CHARACTERS or len(self.lines) > MAX_LINES
        self._texts.clear()
        self._pieces.clear()
        self._length = 0


def _is_hidden(tag: str, token: Token) -> bool:
    style = token.attr("style")
    if style:
        plain = style[:2000].replace(" ", "").lower() + ";"
        for word in _HIDDEN:
            if word in plain:
                return True
    if token.attr("hidden") is not None:
        return True
    names = token.attr("class")
    if names and "gmail_quote" in names:
        return True
    return tag == "blockquote" and (token.attr("type") or "").lower() == "cite"

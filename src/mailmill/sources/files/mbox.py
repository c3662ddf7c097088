"""Splits an mbox into mails, exactly and without holding it.

A mail begins after a From_ line and ends before the blank line that stands in front of the next From_ line. A From_
line counts at the start of the file and after a blank line, and only if it looks like one (``fromline``). In mboxcl2
Content-Length tells the end, but is believed only where a From_ line or the end of the file follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailmill.domain.message import Dialect
from mailmill.sources.files.fromline import Style, separates
from mailmill.sources.files.limits import FROM_LINE_BYTES, HEAD_BYTES, MAIL_BYTES, SNIFF_BYTES
from mailmill.sources.files.window import Window

_SEPARATOR = b"\nFrom "
_LENGTH = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rules:
    """How one mbox is written; ``by_length`` says that Content-Length leads from mail to mail."""

    style: Style
    dialect: Dialect
    by_length: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One mail of an mbox: ``start`` to ``stop`` without its From_ line.

    ``resume`` is where the next mail's From_ line begins. ``number`` counts the From_ lines of this run from 1.
    ``content`` is None where it was not kept. ``by_length`` tells that Content-Length led to the end.
    """

    number: int
    from_line: bytes
    start: int
    stop: int
    resume: int
    head: bytes
    content: bytes | None
    by_length: bool


def header_end(mail: bytes) -> int:
    """Where the body begins, after the first blank line; -1 where there is none in these bytes."""
    unix = mail.find(b"\n\n")
    dos = mail.find(b"\n\r\n", 0, unix + 1 if unix >= 0 else len(mail))  # it may end in the line end that unix begins
    if dos >= 0:
        return dos + 3
    return unix + 2 if unix >= 0 else -1


class Splitter:
    """Walks over one mbox from a From_ line on. ``found`` counts the From_ lines seen so far."""

    def __init__(self, window: Window, rules: Rules, *, keep: bool, lone_is_whole: bool = False) -> None:
        """``keep`` copies each mail's bytes out of the window (for streams that can't be read twice).

        ``lone_is_whole`` is for a file that a delivery agent may have written for one mail: where only one is in it,
        a blank line at its end is the mail's own.
        """
        self._window = window
        self._rules = rules
        self._keep = keep
        self._lone_is_whole = lone_is_whole
        self.found = 0

    def pieces(self, at: int) -> Iterator[Piece]:
        """The mails from the From_ line at offset ``at`` to the end."""
        window = self._window
        while window.reach(at + 1):
            self.found += 1
            from_line = window.line(at, FROM_LINE_BYTES)
            start = at + len(from_line)
            head = self._head(start)
            by_length = self._end_by_length(start, head) if self._rules.by_length else None
            stop, following = by_length or self._end_by_search(start)
            content = window.cut(start, stop) if self._keep and stop - start <= MAIL_BYTES else None
            line = from_line.rstrip(b"\r\n")
            yield Piece(self.found, line, start, stop, following, head, content, by_length is not None)
            window.drop(following)
            at = following

    def _head(self, start: int) -> bytes:
        for size in (SNIFF_BYTES, HEAD_BYTES):
            self._window.reach(start + size)
            head = self._window.cut(start, start + size)
            end = header_end(head)
            if end >= 0:
                return head[:end]
        return head

    def _end_by_length(self, start: int, head: bytes) -> tuple[int, int] | None:
        """Where Content-Length says that this mail stops and the next From_ line begins, if that is so."""
        length = _LENGTH.search(head)
        if not length:
            return None
        stop = start + len(head) + int(length[1])
        if int(length[1]) > MAIL_BYTES or not self._window.reach(stop):
            return None
        self._window.reach(stop + FROM_LINE_BYTES * 2)
        tail = self._window.cut(stop, stop + 4)
        following = stop + len(tail) - len(tail.lstrip(b"\r\n"))
        if following >= self._window.end or self._is_separator(following):
            return stop, following
        return None

    def _end_by_search(self, start: int) -> tuple[int, int]:
        """Where the next From_ line begins, and the mail stops before it."""
        window = self._window
        search = start - 1
        while True:
            found = window.find(_SEPARATOR, search)
            if found >= 0:
                blank = self._blank_before(start, found + 1)
                if blank is not None and self._is_separator(found + 1):
                    return blank, found + 1
                search = found + 1
                continue
            search = max(search, window.end - len(_SEPARATOR))
            self._let_go(start, search)
            if not window.more():
                return self._last(start), window.end

    def _let_go(self, start: int, search: int) -> None:
        """Forget what no later step needs: all but the last bytes, or a mail that is too large to be delivered."""
        if not self._keep or search - start > MAIL_BYTES:
            self._window.drop(max(search - 8, start - 1))

    def _blank_before(self, start: int, at: int) -> int | None:
        """Where the blank line before ``at`` begins; None where the line before is not blank."""
        before = self._window.cut(max(at - 4, start), at)
        for blank in (b"\r\n", b"\n"):
            rest = before[: -len(blank)]
            if before.endswith(blank) and (rest.endswith(b"\n") or at - len(blank) == start):
                return at - len(blank)
        return None

    def _is_separator(self, at: int) -> bool:
        line = self._window.line(at, FROM_LINE_BYTES)
        if not line.startswith(b"From "):
            return False
        following = self._window.line(at + len(line), FROM_LINE_BYTES)
        return separates(self._rules.style, line.rstrip(b"\r\n"), following)

    def _last(self, start: int) -> int:
        """Where the last mail stops: writers of mboxes put the blank line after it, too."""
        whole = self._lone_is_whole and self.found == 1
        blank = None if whole else self._blank_before(start, self._window.end)
        return self._window.end if blank is None else blank

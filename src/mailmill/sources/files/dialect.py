"""Tells how an mbox is written, from its beginning (4 MB).

1. The style of the From_ lines comes from the first one (``fromline.Style``).
2. **mboxcl2** (and its quoting cousin mboxcl): the first mails (up to 20) have a Content-Length, and every one of
   these lengths leads exactly to the next From_ line or the end. Lines that begin with ``>From `` while no bare
   ``From `` line is in a body mean that the writer quoted as well: it is read by length and unquoted as mboxo.
3. Else **none** where a body holds a bare ``From `` line after a blank line that separates nothing (Google Takeout
   does this): the writer did not quote, so unquoting would damage text.
4. Else **mboxrd** where a line begins with ``>>From `` (only that dialect adds a mark to a line that has one) and the
   lines around it carry fewer marks: among lines with as many it is a reply to a reply.
5. Else **mboxo**, also when unsure.
"""

import re

from mailmill.domain.message import Dialect
from mailmill.sources.files.fromline import Style
from mailmill.sources.files.limits import HEAD_BYTES, SAMPLE_BYTES
from mailmill.sources.files.mbox import Rules, Splitter
from mailmill.sources.files.window import Window

_QUOTED_TWICE = re.compile(rb"^>>+From ")
_ENOUGH = 20


def rules_of(sample: bytes, style: Style) -> Rules:
    """The rules of the mbox that begins (at a From_ line) with ``sample``."""
    if _lengths_hold(sample, style):
        bodies = _bodies(sample, Rules(style, Dialect.MBOXCL2, by_length=True))
        quoting = _has(bodies, b"\n>From ") and not _has(bodies, b"\nFrom ")
        return Rules(style, Dialect.MBOXO if quoting else Dialect.MBOXCL2, by_length=True)
    bodies = _bodies(sample, Rules(style, Dialect.NONE))
    if _has(bodies, b"\n\nFrom ", b"\n\r\nFrom "):
        return Rules(style, Dialect.NONE)
    twice = any(_quoted_again(body) for body in bodies if b"\n>>From " in body)
    return Rules(style, Dialect.MBOXRD if twice else Dialect.MBOXO)


def _lengths_hold(sample: bytes, style: Style) -> bool:
    """Whether Content-Length leads from mail to mail; a mail that the sample cuts off says nothing."""
    if b"content-length" not in sample[:HEAD_BYTES].lower():
        return False
    splitter = Splitter(_window(sample), Rules(style, Dialect.MBOXCL2, by_length=True), keep=False)
    whole = len(sample) < SAMPLE_BYTES
    checked = 0
    for piece in splitter.pieces(0):
        if not piece.by_length:
            return checked > 0 and not whole and piece.resume >= len(sample)
        checked += 1
        if checked == _ENOUGH:
            break
    return checked > 0


def _bodies(sample: bytes, rules: Rules) -> list[bytes]:
    pieces = Splitter(_window(sample), rules, keep=True).pieces(0)
    return [piece.content for piece in pieces if piece.content is not None]


def _quoted_again(body: bytes) -> bool:
    lines = body.splitlines()
    for number, line in enumerate(lines):
        if _QUOTED_TWICE.match(line):
            around = [*lines[max(number - 1, 0) : number], *lines[number + 1 : number + 2]]
            if all(_marks(other) < _marks(line) for other in around):
                return True
    return False


def _marks(line: bytes) -> int:
    """How often a line is quoted."""
    stripped = line.lstrip(b"> ")
    return line[: len(line) - len(stripped)].count(b">")


def _has(bodies: list[bytes], *lines: bytes) -> bool:
    return any(line in body for body in bodies for line in lines)


def _window(sample: bytes) -> Window:
    rest = [sample]
    return Window(lambda _: rest.pop() if rest else b"")

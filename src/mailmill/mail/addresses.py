"""Address headers (RFC 5322 section 3.4), read in one pass without recursion, whatever is in them."""

import re

from mailmill.domain.message import Address
from mailmill.mail.headers import decode_words

MOST_ADDRESSES = 10_000
"""Addresses taken from one header."""

_ONE = re.compile(r'\s*(?:"([^"\\]*)"|([^"<>@,;:\\()\[\]]*))\s*<\s*([^<>@\s",;:()\\]+@[^<>@\s",;:()\\]+)\s*>\s*')
_BARE = re.compile(r"\s*([^<>@\s\",;:()\\\[\]]+@[^<>@\s\",;:()\\\[\]]+)\s*")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|<([^>]*)(?:>|\Z)|([,;:()])|([^",;:()<]+)|(.)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")
_USUAL_LENGTH = 500


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of an unfolded, not yet decoded header value; groups are flattened.

    A comment stands in for a missing name.
    A name split by an unquoted comma (``Company, <a@b>``) is one mailbox: a piece without an address belongs to
    the next one that has an address in angle brackets.
    """
    value = value.strip()
    if len(value) < _USUAL_LENGTH:
        if one := _ONE.fullmatch(value):
            return (_address(one[1] or one[2] or "", one[3]),)
        if _BARE.fullmatch(value):
            return (_address("", value),)
    return _list(value)


def _address(name: str, email: str) -> Address:
    if "=?" in name:
        name = decode_words(name)
    if "=?" in email:
        email = decode_words(email)
    name = " ".join(name.split())
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    local, at, domain = "".join(email.split()).rpartition("@")
    return Address(name, f"{local}@{domain.lower()}" if at else domain)


class _Mailbox:
    """What was read of one mailbox so far."""

    __slots__ = ("angle", "comments", "quoted", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.angle: str | None = None
        self.comments: list[str] = []
        self.quoted = False

    def address(self) -> Address | None:
        """The mailbox, None where nothing was read."""
        text = " ".join(self.words).strip()
        comment = " ".join(self.comments).strip()
        if self.angle is not None and (self.angle.strip() or text):
            return _address(text or comment, _without_route(self.angle))
        if not self.quoted and "@" in text:
            words = text.split()
            email = next((word for word in words if "@" in word.strip("@")), "")
            rest = " ".join(word for word in words if word != email)
            return _address(rest or comment, email.strip("[]'"))
        if "@" in text:
            # A quoted local part: "john doe"@example.org
            local, _, domain = text.rpartition("@")
            return Address(comment, f"{local}@{domain.lower()}")
        return _address(text or comment, "") if text else None


def _without_route(angle: str) -> str:
    """RFC 5322 section 4.4: ``<@a,@b:joe@c>`` is joe@c."""
    angle = angle.strip()
    return angle.partition(":")[2] if angle.startswith("@") else angle.removeprefix("mailto:")


def _list(value: str) -> tuple[Address, ...]:
    found: list[Address] = []
    box = _Mailbox()
    depth = 0
    for token in _TOKEN.finditer(value):
        quoted, angle, mark, text, other = token.groups()
        if depth or mark in ("(", ")"):
            depth = _in_comment(box, token[0], depth)
        elif mark in (",", ";"):
            if mark == ";" or not _goes_on(box, value, token.end()):
                _finish(box, found)
                box = _Mailbox()
                if len(found) >= MOST_ADDRESSES:
                    break
            else:
                box.words[-1] += ","
        elif mark == ":":
            if box.words and "@" in box.words[-1]:
                box.words[-1] += ":"
            else:
                box = _Mailbox()  # the name of a group
        elif quoted is not None:
            box.words.append(_ESCAPED.sub(r"\1", quoted))
            box.quoted = True
        elif angle is not None:
            box.angle = angle if box.angle is None else box.angle
        else:
            _add_words(box, text or other)
    _finish(box, found)
    return tuple(found)


def _add_words(box: _Mailbox, text: str) -> None:
    """A piece outside quotes; glued to a quoted local part where no space stands between."""
    if box.words and box.quoted and text.startswith("@"):
        box.words[-1] += text.strip()
    elif text.strip(' "'):
        if "@" in text:
            box.quoted = False
        box.words.append(text.strip())


def _in_comment(box: _Mailbox, text: str, depth: int) -> int:
    """Follow one token inside parentheses; the new depth."""
    if text == "(":
        return depth + 1
    if text == ")":
        return max(depth - 1, 0)
    box.comments.append(text.strip())
    return depth


_AHEAD = re.compile(r"[^,;:<>@\"()]{0,200}<[^<>]*@")


def _goes_on(box: _Mailbox, value: str, position: int) -> bool:
    """Whether the comma stands inside a name: nothing before it is an address, and one in brackets follows."""
    if box.angle is not None or not box.words or box.quoted or any("@" in word for word in box.words):
        return False
    return _AHEAD.match(value, position) is not None


def _finish(box: _Mailbox, found: list[Address]) -> None:
    address = box.address()
    if address is not None:
        found.append(address)

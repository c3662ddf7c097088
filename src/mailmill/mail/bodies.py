"""Which parts a person reads (RFC 8621 section 4.1.4), and their text."""

import re

from mailmill.domain.message import TextPart
from mailmill.mail.charsets import decode
from mailmill.mail.html import LARGEST, to_text
from mailmill.mail.lines import with_lf
from mailmill.mail.notes import Notes
from mailmill.mail.structure import Part, content

LARGEST_TEXT = LARGEST
"""Bytes of text that are decoded in one mail."""

_READABLE = ("text/plain", "text/html", "text/calendar")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)


def leaves(root: Part) -> list[Part]:
    """Every part that is no multipart, in the order of the mail; a nested mail comes before its own parts."""
    found: list[Part] = []
    todo = [root]
    while todo:
        part = todo.pop()
        if not part.is_multipart:
            found.append(part)
        todo.extend(reversed(part.children))
    return found


def text_parts(parts: list[Part], notes: Notes) -> tuple[TextPart, ...]:
    """The readable parts, decoded."""
    found: list[TextPart] = []
    left = LARGEST_TEXT
    for part in parts:
        if part.content_type not in _READABLE:
            continue
        data = content(part, notes, limit=left * 3)
        if len(data) > left:
            notes.defect(f"only the first {LARGEST_TEXT} bytes of text are read")
            data = data[:left]
        left -= len(data)
        found.append(TextPart(part.path, part.content_type, _text(part, data)))
    return tuple(found)


def _text(part: Part, data: bytes) -> str:
    charset = part.params.get("charset")
    if not charset and part.content_type == "text/html" and not data.isascii():
        meta = _META_CHARSET.search(data, 0, 4096)
        charset = meta[1].decode("ascii") if meta else None
    if b"\0" in data:
        # Units of two bytes, perhaps: line ends can be told only in the text.
        text = decode(data, charset).replace("\r\n", "\n").replace("\r", "\n")
    else:
        text = decode(with_lf(data), charset)
    if part.params.get("format", "").lower() == "flowed" and part.content_type == "text/plain":
        return unflowed(text, delete_space=part.params.get("delsp", "").lower() == "yes")
    return text


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs of format=flowed (RFC 3676) on one line each; lines of different quote depth are never joined."""
    if " \n" not in text:
        return text
    out: list[str] = []
    pieces: list[str] = []
    joining: int | None = None
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        flows = bare.endswith(" ") and bare != "-- "
        if flows and delete_space:
            bare = bare[:-1]
        if joining != depth or bare == "-- ":
            out.append("".join(pieces))
            pieces = [f"{'>' * depth} "] if depth else []
        pieces.append(bare)
        joining = depth if flows else None
    return "\n".join([*out[1:], "".join(pieces)])


def body_parts(root: Part) -> list[Part]:
    """The parts that make up what a person reads, in order."""
    found = _reading(root)
    if found:
        return found
    # A mail that is nothing but another mail (a digest, a forward without a word): read that one.
    return [part for message in leaves(root) if message.is_message for part in _reading(message.children[0])]


def _reading(part: Part) -> list[Part]:
    if not part.is_multipart:
        return [part] if part.is_body else []
    if part.content_type == "multipart/alternative":
        return _best([_reading(child) for child in part.children])
    if part.content_type == "multipart/related":
        return next((found for child in part.children if (found := _reading(child))), [])
    return [leaf for child in part.children for leaf in _reading(child)]


def _best(choices: list[list[Part]]) -> list[Part]:
    """The choices that are all plain text and not blank, else the last one that holds anything."""
    filled = [choice for choice in choices if choice and not all(_is_blank(part) for part in choice)]
    plain = [part for choice in filled for part in choice if all(each.content_type == "text/plain" for each in choice)]
    return plain or (filled[-1] if filled else [])


def _is_blank(part: Part) -> bool:
    return not part.source[part.start : min(part.end, part.start + 4096)].strip()


def reading_text(root: Part, texts: tuple[TextPart, ...]) -> str:
    """The text of the whole mail as a person reads it; empty where it has none."""
    by_path = {text.part: text for text in texts}
    pieces: list[str] = []
    for part in body_parts(root):
        found = by_path.get(part.path)
        if found is not None:
            pieces.append(to_text(found.text) if found.content_type == "text/html" else found.text)
    if not pieces:
        pieces = [text.text for text in texts if text.content_type == "text/calendar"]
    return pieces[0] if len(pieces) == 1 else "\n".join(pieces)

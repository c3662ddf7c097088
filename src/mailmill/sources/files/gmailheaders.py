"""The headers that Google Takeout and Gmail's tools put into a mail: ids, thread and labels."""

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from mailmill.sources.files.fromline import gmail_number, hex_id

_FIELD = re.compile(
    rb"^(X-GM-MSGID|X-GM-THRID|X-Gmail-Labels)[ \t]*:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE
)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_ESCAPED = re.compile(r'[\\"]([\\"])')
_LABEL = re.compile(r'\s*(?:"((?:[^"\\]|\\.|"")*)"|([^,]*))\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class GmailFacts:
    """What a mail's own headers and its From_ line say; the ids are hex and only candidates."""

    message_id: str | None
    thread_id: str | None
    labels: tuple[str, ...]


def gmail_facts(head: bytes, from_line: bytes | None) -> GmailFacts:
    """Read Gmail's headers from a mail's header block."""
    number = gmail_number(from_line) if from_line else None
    if b"X-G" not in head:
        return GmailFacts(number, None, ())
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(head))}
    return GmailFacts(
        message_id=hex_id(fields.get(b"x-gm-msgid", b"")) or number,
        thread_id=hex_id(fields.get(b"x-gm-thrid", b"")),
        labels=labels_of(fields.get(b"x-gmail-labels", b"")),
    )


def labels_of(value: bytes) -> tuple[str, ...]:
    """The labels of one X-Gmail-Labels header: decoded as a whole first, then split; each once, in order.

    Encoded words may be folded anywhere, also within a label; a quoted label may hold commas.
    """
    text = _decoded(_FOLD.sub(b" ", value))
    found = (_ESCAPED.sub(r"\1", quoted) or bare.strip() for quoted, bare in _LABEL.findall(text))
    return tuple(dict.fromkeys(label for label in found if label))


def _decoded(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    if "=?" not in text:
        return text
    try:
        words = decode_header(text)
    except HeaderParseError:
        return text
    return "".join(_word(raw, charset) for raw, charset in _joined(words))


def _joined(words: list[tuple[bytes | str, str | None]]) -> list[tuple[bytes, str | None]]:
    """Neighbours of one charset as one: a multibyte character may be split between encoded words."""
    joined: list[tuple[bytes, str | None]] = []
    for word, charset in words:
        raw = word.encode("utf-8", "surrogateescape") if isinstance(word, str) else word
        if joined and joined[-1][1] == charset:
            joined[-1] = (joined[-1][0] + raw, charset)
        else:
            joined.append((raw, charset))
    return joined


def _word(raw: bytes, charset: str | None) -> str:
    if charset is None:
        # decode_header hands unencoded text back in raw-unicode-escape once a header has an encoded word.
        return raw.decode("raw-unicode-escape", "replace")
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")

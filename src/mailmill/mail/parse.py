"""Bytes to a Message: the only door of this room for whoever reads mail."""

import re

from mailmill.domain.message import Address, Message
from mailmill.mail.addresses import parse_addresses
from mailmill.mail.attachments import attachments
from mailmill.mail.bodies import leaves, reading_text, text_parts
from mailmill.mail.dates import parse_date
from mailmill.mail.headers import Fields, decoded
from mailmill.mail.structure import Notes, read_tree

_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_FROM_LINE = re.compile(rb">?From [^\n]*\n")


def parse(data: bytes) -> Message:
    """The mail in these bytes (already unquoted by the dialect of their mbox). Never raises, whatever they are."""
    notes = Notes()
    root = read_tree(_normal(data, notes), notes)
    first = root.first
    parts = leaves(root)
    files = attachments(parts, notes)
    texts = text_parts(parts, notes)
    text = reading_text(root, texts)
    date, offset = _date(first, notes)
    message_id = _ids(first.get("message-id", ""))
    return Message(
        subject=decoded(first.get("subject", "")),
        from_=_addresses(first, "from"),
        to=_addresses(first, "to"),
        cc=_addresses(first, "cc"),
        bcc=_addresses(first, "bcc"),
        reply_to=_addresses(first, "reply-to"),
        date=date,
        date_offset=offset,
        message_id=message_id[0] if message_id else None,
        in_reply_to=_ids(first.get("in-reply-to", "")),
        references=_ids(first.get("references", "")),
        headers=_all_decoded(root.fields),
        text=text,
        parts=texts,
        attachments=files,
        defects=tuple(notes.defects),
        unreadable=tuple(notes.unreadable),
    )


def _normal(data: bytes, notes: Notes) -> bytes:
    """Without leading blank lines and From_ line, and with line ends that the rest of the room knows."""
    if b"\r" in data:
        if b"\n" not in data:
            notes.defect("lines end with CR only")
            data = data.replace(b"\r", b"\n")
        elif b"\r\r\n" in data:
            notes.defect("lines end with CR CR LF")
            data = data.replace(b"\r\r\n", b"\r\n")
    if data.startswith((b"\n", b"\r\n")) and data.strip():
        data = data.lstrip(b"\r\n")
    if data.startswith((b"From ", b">From ")) and (line := _FROM_LINE.match(data)):
        data = data[line.end() :]
    return data[3:] if data.startswith(b"\xef\xbb\xbf") else data


def _addresses(first: dict[str, str], name: str) -> tuple[Address, ...]:
    value = first.get(name)
    return parse_addresses(value) if value else ()


def _date(first: dict[str, str], notes: Notes) -> tuple[int | None, int | None]:
    value = first.get("date")
    if value is None:
        return None, None
    moment = parse_date(value)
    if moment[0] is None and value.strip():
        notes.defect("the date can't be read")
    return moment


def _ids(value: str) -> tuple[str, ...]:
    """Message-IDs without angle brackets, each once, in order."""
    if not value:
        return ()
    return tuple(dict.fromkeys(_ID.findall(value) or [word for word in value.split() if "@" in word]))


def _all_decoded(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple([(name, decoded(value)) for name, value in fields])

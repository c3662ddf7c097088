"""Bytes to a Message: the only door of this room for whoever reads mail."""

import re

from mailmill.domain.message import Address, Message
from mailmill.mail.addresses import parse_addresses
from mailmill.mail.attachments import attachments
from mailmill.mail.bodies import leaves, reading_text, text_parts
from mailmill.mail.dates import parse_date
from mailmill.mail.headers import Fields, decoded
from mailmill.mail.notes import Notes
from mailmill.mail.structure import read_tree

_ID = re.compile(r"<\s*([^<>\s]+)\s*>")


def parse(data: bytes) -> Message:
    """The mail in these bytes (already unquoted by the dialect of their mbox). Never raises, whatever they are."""
    notes = Notes()
    root = read_tree(data, notes)
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

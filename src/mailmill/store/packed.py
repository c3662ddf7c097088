"""A mail made ready for the database in a child process, so that the writer has little to do but insert.

All compression, hashing, joining and JSON happens here. A PackedMessage holds plain values only: it is cheap to pickle.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from zstandard import ZstdCompressor, ZstdDecompressor

from mailmill.domain.facts import Finding, Receipt
from mailmill.domain.message import Address, Message, RawMessage

BODY_LIMIT = 1 << 20
"""Characters of text that are searchable; the raw mail is kept whole."""
EVERY = "mailmillzevery"
HAS_ATTACHMENT = "mailmillzattachment"
RAW_LEVEL = 1
TEXT_LEVEL = 1
REFERENCES_LIMIT = 40
PEOPLE_LIMIT = 60
MICROS = 1_000_000

IndexRow: TypeAlias = tuple[str, str, str, str, str, str, str]
"""subject, people_from, people_to, people_cc, body, files, marks of the full-text index."""
AttachmentRow: TypeAlias = tuple[int, str, str, str, int, bool]
FindingRow: TypeAlias = tuple[str, int, int, str, int, str, str, float, str, int, int]
"""extractor, number, version, kind, item, field, value, confidence, part, start, end."""
ReceiptRow: TypeAlias = tuple[
    int, str, str, str, str | None, int | None, str | None, int | None, str, str, str | None, str | None, float
]
"""item, type, merchant, merchant_domain, processor, total_micros, currency, tax_micros, date, month, order_number,
invoice_number, confidence."""
BaseSubject: TypeAlias = Callable[[str], str]
"""The subject without reply prefixes and list tags; empty where nothing else is in it."""
LooksLikeReply: TypeAlias = Callable[[str], bool]
"""Whether a subject says that it answers something."""


class PackedMessage(NamedTuple):
    """One mail as the writer takes it; ``identity`` decides whether it is one that the archive has."""

    identity: bytes
    content_hash: bytes
    message_id: str | None
    gmail_id: str | None
    gmail_thread_id: str | None
    subject: str
    from_name: str
    from_email: str
    people: str
    date: int | None
    date_offset: int | None
    received_at: int | None
    size: int
    has_attachment: bool
    from_line: bytes | None
    dialect: str
    defects: str | None
    folder: str
    source_id: str | None
    labels: tuple[str, ...]
    raw: bytes
    text: bytes
    indexed: IndexRow
    attachments: tuple[AttachmentRow, ...]
    own_hash: int | None
    reference_hashes: tuple[int, ...]
    subject_hash: int | None
    is_reply: bool
    people_hashes: tuple[int, ...]
    findings: tuple[FindingRow, ...]
    receipts: tuple[ReceiptRow, ...]


def pack(
    raw: RawMessage,
    data: bytes,
    message: Message,
    content_hash: bytes,
    *,
    base_subject: BaseSubject,
    looks_like_reply: LooksLikeReply,
    findings: Sequence[tuple[str, int, Sequence[Finding]]] = (),
    receipts: Sequence[tuple[int, Receipt]] = (),
) -> PackedMessage:
    """Everything the archive keeps of one mail.

    ``data`` are the bytes of ``raw.content``; ``content_hash`` has 16 bytes. ``findings`` come as (extractor's name,
    its version, its findings), ``receipts`` as (item, receipt). Never raises on odd mail.
    """
    sender = message.from_[0] if message.from_ else Address("", "")
    subject = storable(message.subject)
    message_id = storable(message.message_id) if message.message_id else None
    index = _index_row(message, subject)
    base = base_subject(subject)
    files = tuple(file for file in message.attachments if not file.inline)
    return PackedMessage(
        identity=identity(message_id, content_hash),
        content_hash=content_hash,
        message_id=message_id,
        gmail_id=raw.gmail_id,
        gmail_thread_id=raw.gmail_thread_id,
        subject=subject,
        from_name=storable(sender.name),
        from_email=storable(sender.email),
        people=_people(message),
        date=_date(message.date if message.date is not None else raw.received_at),
        date_offset=message.date_offset,
        received_at=raw.received_at,
        size=len(data),
        has_attachment=bool(files),
        from_line=raw.from_line,
        dialect=raw.dialect.value,
        defects=_json(message.defects + message.unreadable) if message.defects or message.unreadable else None,
        folder=storable(raw.folder),
        source_id=storable(raw.source_id) if raw.source_id else None,
        labels=tuple(dict.fromkeys(map(storable, raw.labels))),
        raw=_compressor(RAW_LEVEL).compress(data),
        text=pack_index(index),
        indexed=index,
        attachments=tuple(
            (number, file.part, storable(file.name), storable(file.content_type), file.size, file.inline)
            for number, file in enumerate(message.attachments)
        ),
        own_hash=hash_id(message_id) if message_id else None,
        reference_hashes=_references(message),
        subject_hash=hash_id(base) if base else None,
        is_reply=looks_like_reply(subject),
        people_hashes=_people_hashes(message),
        findings=tuple(row for name, version, found in findings for row in finding_rows(name, version, found)),
        receipts=tuple(receipt_row(item, receipt) for item, receipt in receipts),
    )


def identity(message_id: str | None, content_hash: bytes) -> bytes:
    """What makes two mails of a workspace the same one: Message-ID and content hash, 16 bytes."""
    return blake2b(content_hash + (message_id or "").encode(), digest_size=16).digest()


def hash_id(text: str) -> int:
    """A signed 64-bit number for a Message-ID or an address."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)


def storable(text: str) -> str:
    """The text without what no database and no UTF-8 can hold (NUL, lone surrogates): replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode(errors="surrogatepass").decode(errors="replace")


def unpack_raw(content: bytes) -> bytes:
    """The mail as it came."""
    return _decompressor().decompress(content)


def pack_index(row: IndexRow) -> bytes:
    """The indexed values, compressed; ``unpack_index`` gives them back exactly."""
    return _compressor(TEXT_LEVEL).compress("\0".join(row).encode())


def unpack_index(content: bytes) -> IndexRow:
    """What was given to the full-text index for this mail (a deletion from it needs the same values)."""
    subject, people_from, people_to, people_cc, body, files, marks = (
        _decompressor().decompress(content).decode().split("\0")
    )
    return subject, people_from, people_to, people_cc, body, files, marks


def finding_rows(extractor: str, version: int, found: Iterable[Finding]) -> Iterable[FindingRow]:
    """Findings as rows, numbered in their order."""
    for number, finding in enumerate(found):
        evidence = finding.evidence
        yield (
            extractor,
            number,
            version,
            finding.kind,
            finding.item,
            finding.field,
            storable(finding.value),
            finding.confidence,
            evidence.part,
            evidence.start,
            evidence.end,
        )


def receipt_row(item: int, receipt: Receipt) -> ReceiptRow:
    """A receipt as a row; money in millionths."""
    return (
        item,
        receipt.type.value,
        storable(receipt.merchant),
        storable(receipt.merchant_domain),
        receipt.processor,
        micros(receipt.total),
        receipt.currency,
        micros(receipt.tax),
        receipt.date,
        receipt.date[:7],
        receipt.order_number,
        receipt.invoice_number,
        receipt.confidence,
    )


def micros(amount: Decimal | None) -> int | None:
    """An amount in millionths of its unit."""
    return None if amount is None else int((amount * MICROS).to_integral_value())


def _date(seconds: int | None) -> int | None:
    return None if seconds is None or not -(1 << 62) < seconds < 1 << 62 else seconds


def _index_row(message: Message, subject: str) -> IndexRow:
    files = [file for file in message.attachments if not file.inline]
    return (
        subject,
        _written(message.from_),
        _written(message.to + message.bcc),
        _written(message.cc),
        storable(message.text[:BODY_LIMIT]),
        storable("\n".join(file.name for file in message.attachments if file.name)),
        f"{EVERY} {HAS_ATTACHMENT}" if files else EVERY,
    )


def _written(people: Sequence[Address]) -> str:
    return storable("\n".join(f"{one.name} {one.email}" if one.name else one.email for one in people))


def _people(message: Message) -> str:
    roles = {"to": message.to, "cc": message.cc, "bcc": message.bcc, "reply_to": message.reply_to}
    more = {"from": message.from_[1:], **roles}
    return _json({role: [(one.name, one.email) for one in people] for role, people in more.items() if people})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _references(message: Message) -> tuple[int, ...]:
    named = dict.fromkeys(message.references + message.in_reply_to)
    kept = list(named)
    if len(kept) > REFERENCES_LIMIT:
        kept = [kept[0], *kept[1 - REFERENCES_LIMIT :]]
    return tuple(hash_id(storable(one)) for one in kept)


def _people_hashes(message: Message) -> tuple[int, ...]:
    people = (*message.from_, *message.to, *message.cc)[:PEOPLE_LIMIT]
    return tuple({hash_id(one.email.lower()): None for one in people if one.email})


@cache
def _compressor(level: int) -> ZstdCompressor:
    return ZstdCompressor(level=level)


@cache
def _decompressor() -> ZstdDecompressor:
    return ZstdDecompressor()

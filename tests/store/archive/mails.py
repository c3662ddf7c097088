"""Mails made for tests of the archive, packed as a child process would."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from mailmill.domain.facts import Evidence, Finding, Receipt, ReceiptType
from mailmill.domain.message import Address, Attachment, Message, RawMessage
from mailmill.store.packed import PackedMessage, pack

DAY = 86_400
ME = "me@example.org"


@dataclass(frozen=True)
class Mail:
    """What a test says of a mail; everything else is filled in."""

    id: str | None = "m1@example.org"
    subject: str = "Tea"
    sender: str = "ada@example.com"
    sender_name: str = "Ada Lovelace"
    to: tuple[str, ...] = (ME,)
    cc: tuple[str, ...] = ()
    text: str = "The kettle is on."
    date: int | None = 1_700_000_000
    references: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    folder: str = "INBOX"
    source_id: str | None = None
    gmail_id: str | None = None
    received_at: int | None = None
    extra: bytes = b""
    findings: Sequence[tuple[str, int, Sequence[Finding]]] = field(default=())
    receipts: Sequence[tuple[int, Receipt]] = field(default=())

    @property
    def data(self) -> bytes:
        """Bytes that differ wherever the mail differs."""
        return f"Subject: {self.subject}\r\n\r\n{self.text}".encode(errors="replace") + self.extra

    def packed(self) -> PackedMessage:
        """As the writer takes it."""
        raw = RawMessage(
            content=self.data,
            folder=self.folder,
            where="here",
            source_id=self.source_id,
            labels=self.labels,
            gmail_id=self.gmail_id,
            received_at=self.received_at,
        )
        return pack(
            raw,
            self.data,
            self.message(),
            blake2b(self.data, digest_size=16).digest(),
            base_subject=lambda subject: subject.lower().removeprefix("re: ").strip(),
            looks_like_reply=lambda subject: subject.lower().startswith("re:"),
            findings=self.findings,
            receipts=self.receipts,
        )

    def message(self) -> Message:
        """As the parser would give it."""
        files = (Attachment(str(number + 2), name, "application/pdf", 10) for number, name in enumerate(self.files))
        return Message(
            subject=self.subject,
            from_=(Address(self.sender_name, self.sender),) if self.sender else (),
            to=tuple(Address("", one) for one in self.to),
            cc=tuple(Address("", one) for one in self.cc),
            bcc=(),
            reply_to=(),
            date=self.date,
            date_offset=60,
            message_id=self.id,
            in_reply_to=(),
            references=self.references,
            headers=(("Subject", self.subject),),
            text=self.text,
            parts=(),
            attachments=tuple(files),
        )


def receipt(total: str = "12.50", *, order: str | None = None, date: str = "2026-01-05", **more: object) -> Receipt:
    """A receipt of a shop."""
    values: dict[str, object] = {
        "type": ReceiptType.RECEIPT,
        "merchant": "Shop",
        "merchant_domain": "shop.example",
        "processor": None,
        "total": Decimal(total),
        "currency": "EUR",
        "tax": None,
        "date": date,
        "order_number": order,
        "invoice_number": None,
        "confidence": 0.9,
    }
    return Receipt(**{**values, **more})  # type: ignore[arg-type]  # a test names the fields it means


def finding(value: str, name: str = "total") -> Finding:
    """A claim with its evidence."""
    return Finding("receipt", 0, name, value, 0.9, Evidence("1", 3, 9))

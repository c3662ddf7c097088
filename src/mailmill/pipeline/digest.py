"""One mail from bytes to rows, in a child process: load → parse → extract → pack."""

from mailmill.domain.account import Range
from mailmill.domain.facts import Finding
from mailmill.domain.message import Message, RawMessage
from mailmill.extract.base import Extractor
from mailmill.extract.receipts.extractor import ReceiptExtractor
from mailmill.extract.receipts.merge import receipts_of
from mailmill.mail.identity import content_hash, unquote
from mailmill.mail.parse import parse
from mailmill.mail.threads import base_subject, looks_like_reply
from mailmill.pipeline.orders import Digest, Order, load
from mailmill.store.packed import PackedMessage, pack

EXTRACTORS: dict[str, Extractor] = {"receipts": ReceiptExtractor()}


def digest(order: Order) -> Digest:
    """Everything that the archive keeps of one mail. Raises SourceUnavailable when its file is away."""
    data = load(order.raw)
    message = parse(unquote(data, order.raw.dialect))
    if not is_wanted(message, order.raw, order.wanted):
        return Digest(None)
    troubles = [("unreadable_message", cause) for cause in message.unreadable]
    findings: list[tuple[str, int, tuple[Finding, ...]]] = []
    for name in order.extract:
        extractor = EXTRACTORS[name]
        try:
            findings.append((extractor.name, extractor.version, extractor.extract(message)))
        except Exception as error:  # noqa: BLE001 - one mail that an extractor can't handle is a problem, not an end
            troubles.append(("extractor_failed", f"{extractor.name}: {type(error).__name__}"))
    return Digest(_packed(order.raw, data, message, content_hash(data), findings), tuple(troubles))


def is_wanted(message: Message, raw: RawMessage, wanted: Range) -> bool:
    """Whether the mail's date and sender are within the range; a mail without a date counts as wanted."""
    date = message.date if message.date is not None else raw.received_at
    if date is not None and wanted.since is not None and date < wanted.since:
        return False
    if date is not None and wanted.until is not None and date >= wanted.until:
        return False
    return not wanted.senders or any(_matches(a.email.lower(), s) for a in message.from_ for s in wanted.senders)


def _matches(email: str, sender: str) -> bool:
    """An address equals the sender, or lies in the domain that the sender names."""
    domain = email.rpartition("@")[2]
    return email == sender or domain == sender.lstrip("@") or domain.endswith("." + sender.lstrip("@"))


def _packed(
    raw: RawMessage,
    data: bytes,
    message: Message,
    identity: bytes,
    findings: list[tuple[str, int, tuple[Finding, ...]]],
) -> PackedMessage:
    claims = [finding for _, _, found in findings for finding in found if finding.kind == "receipt"]
    receipts = list(enumerate(receipts_of(claims)))
    return pack(
        raw,
        data,
        message,
        identity,
        base_subject=base_subject,
        looks_like_reply=looks_like_reply,
        findings=findings,
        receipts=receipts,
    )

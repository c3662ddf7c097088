"""What the main process asks of a child, and what it gets back; light, so that only the child loads the parsers."""

from dataclasses import dataclass

from mailmill.domain.account import Range
from mailmill.domain.facts import Finding, Receipt
from mailmill.domain.message import FileSpan, RawMessage
from mailmill.sources.files import read_span
from mailmill.store.packed import PackedMessage

DIGEST = "mailmill.pipeline.digest:digest"
AGAIN = "mailmill.pipeline.again:again"


@dataclass(frozen=True, slots=True)
class Order:
    """A mail to work on, which mails are wanted, and the names of the extractors to run."""

    raw: RawMessage
    wanted: Range
    extract: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The rows of a mail, None when it is not wanted. ``troubles`` are (code, cause) of what went wrong inside."""

    packed: PackedMessage | None
    troubles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """An archived mail to extract from once more."""

    id: int
    content: bytes
    dialect: str
    extractor: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the extractor says of it now; receipts as (item, receipt)."""

    version: int
    findings: tuple[Finding, ...]
    receipts: tuple[tuple[int, Receipt], ...]


def load(raw: RawMessage) -> bytes:
    """The bytes of a mail, wherever they lie."""
    return read_span(raw.content) if isinstance(raw.content, FileSpan) else raw.content

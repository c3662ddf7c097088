"""One stored mail through today's extractors, in a child process: parse → extract."""

from dataclasses import dataclass

from mailmill.domain.facts import Finding, Receipt
from mailmill.domain.message import Dialect
from mailmill.extract.receipts.merge import receipts_of
from mailmill.mail.identity import unquote
from mailmill.mail.parse import parse
from mailmill.pipeline.digest import EXTRACTORS

AGAIN = "mailmill.pipeline.again:again"


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


def again(stored: Stored) -> Claims:
    """The claims of the present extractor; runs in a child process."""
    extractor = EXTRACTORS[stored.extractor]
    found = extractor.extract(parse(unquote(stored.content, Dialect(stored.dialect))))
    return Claims(extractor.version, found, tuple(enumerate(receipts_of(found))))

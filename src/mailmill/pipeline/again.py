"""One stored mail through today's extractors, in a child process: parse → extract."""

from mailmill.domain.message import Dialect
from mailmill.extract.receipts.merge import receipts_of
from mailmill.mail.identity import unquote
from mailmill.mail.parse import parse
from mailmill.pipeline.digest import EXTRACTORS
from mailmill.pipeline.orders import Claims, Stored


def again(stored: Stored) -> Claims:
    """The claims of the present extractor; runs in a child process."""
    extractor = EXTRACTORS[stored.extractor]
    found = extractor.extract(parse(unquote(stored.content, Dialect(stored.dialect))))
    return Claims(extractor.version, found, tuple(enumerate(receipts_of(found))))

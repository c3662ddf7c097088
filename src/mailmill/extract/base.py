"""What every extractor promises."""

from typing import Protocol

from mailmill.domain.facts import Finding
from mailmill.domain.message import Message


class Extractor(Protocol):
    """Pure code that reads one message. Never raises on odd mail; the same mail gives the same findings, always.

    ``name`` and ``version`` are stored with each finding; the version rises with every change that can alter a result.
    """

    name: str
    version: int

    def extract(self, message: Message) -> tuple[Finding, ...]:
        """The claims of this mail, best first by item; empty when it is not about this extractor's subject."""
        ...

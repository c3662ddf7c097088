"""Mails made by hand, and the check that every finding can show its evidence."""

from collections.abc import Callable
from typing import Protocol

import pytest

from mailmill.domain.facts import Finding, Receipt
from mailmill.domain.message import Address, Message, TextPart
from mailmill.extract.receipts.extractor import ReceiptExtractor
from mailmill.extract.receipts.merge import receipts_of


class Build(Protocol):
    """Makes a mail of 12 March 2026, 11:00 +0100, with the parts given."""

    def __call__(
        self,
        subject: str,
        sender: str = ...,
        *,
        html: str = "",
        text: str = "",
        date: int | None = ...,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Message: ...


def _build(
    subject: str,
    sender: str = "Acme <orders@acme.com>",
    *,
    html: str = "",
    text: str = "",
    date: int | None = 1773309600,
    headers: tuple[tuple[str, str], ...] = (),
) -> Message:
    name, _, email = sender.rstrip(">").rpartition("<")
    parts = [TextPart("1", "text/plain", text)] if text else []
    if html:
        parts.append(TextPart("2" if text else "1", "text/html", html))
    own = (("From", sender), ("Subject", subject), ("Date", "Thu, 12 Mar 2026 11:00:00 +0100"), *headers)
    return Message(
        subject=subject,
        from_=(Address(name.strip(' "'), email),),
        to=(Address("", "me@example.org"),),
        cc=(),
        bcc=(),
        reply_to=(),
        date=date,
        date_offset=None if date is None else 60,
        message_id="1@acme.com",
        in_reply_to=(),
        references=(),
        headers=own,
        text=text or html,
        parts=tuple(parts),
        attachments=(),
    )


def _shown(message: Message, finding: Finding) -> str:
    evidence = finding.evidence
    if evidence.part.startswith("header:"):
        source = message.header(evidence.part.removeprefix("header:")) or ""
    else:
        source = next(part.text for part in message.parts if part.part == evidence.part)
    assert 0 <= evidence.start < evidence.end <= len(source), finding
    assert evidence.end - evidence.start <= 120, finding
    return source[evidence.start : evidence.end]


def _read(message: Message) -> tuple[Receipt, ...]:
    findings = ReceiptExtractor().extract(message)
    for finding in findings:
        assert _shown(message, finding).strip(), finding
        assert 0 < finding.confidence <= 1, finding
    return receipts_of(findings)


@pytest.fixture(name="build")
def _build_fixture() -> Build:
    """A maker of mails."""
    return _build


@pytest.fixture(name="shown")
def _shown_fixture() -> Callable[[Message, Finding], str]:
    """The text that the evidence of a finding spans."""
    return _shown


@pytest.fixture(name="read")
def _read_fixture() -> Callable[[Message], tuple[Receipt, ...]]:
    """The receipts of a mail, after every finding has shown its evidence."""
    return _read

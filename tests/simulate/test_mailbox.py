"""The generated mailbox: the same from the same seed, shaped like real ones, and true to its truth."""

import re
import zlib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from html import unescape
from random import Random
from typing import cast

import pytest

from mailmill.domain.facts import ReceiptType
from mailmill.simulate.broken import BREAKINGS, tell_broken
from mailmill.simulate.mailbox import DEFAULT_UNTIL, OWNER, generate
from mailmill.simulate.merchants import MERCHANTS
from mailmill.simulate.scene import Json, Scene, Simulated


def _receipts(mail: Simulated) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", mail.truth["receipts"])


def _texts(raw: bytes) -> str:
    """All readable parts, decoded, HTML entities resolved."""
    out = []
    for part in message_from_bytes(raw).walk():
        if part.get_content_maintype() == "text":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            out.append(unescape(data.decode(part.get_content_charset() or "utf-8")))
    return "\n".join(out)


def _pdf_text(raw: bytes) -> str:
    """What the PDF attachment shows."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() == "application/pdf":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            stream = data.partition(b"stream\n")[2].partition(b"\nendstream")[0]
            shown = zlib.decompress(stream) if b"FlateDecode" in data else stream
            return re.sub(r"\\([\\()])", r"\1", shown.decode("cp1252"))
    return ""


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = list(generate(5, 150)), list(generate(5, 150))
    assert [mail.raw for mail in first] == [mail.raw for mail in second]
    assert [mail.truth for mail in first] == [mail.truth for mail in second]


def test_another_seed_gives_other_mails() -> None:
    assert not {mail.raw for mail in generate(5, 50)} & {mail.raw for mail in generate(6, 50)}


def test_mails_come_in_the_order_of_time_within_the_months_asked_for() -> None:
    until = datetime(2025, 1, 1, tzinfo=UTC)
    times = [mail.received_at for mail in generate(3, 300, until=until, months=12)]
    assert times == sorted(times)
    assert times[-1] <= until
    assert 330 < (times[-1] - times[0]).days < 370


def test_an_empty_mailbox_is_possible() -> None:
    assert list(generate(1, 0)) == []


def test_the_shape_is_that_of_real_mailboxes(mailbox: list[Simulated]) -> None:
    count = len(mailbox)
    assert 0.60 <= sum(b"text/html" in mail.raw for mail in mailbox) / count <= 0.75
    assert 20_000 <= sum(len(mail.raw) for mail in mailbox) / count <= 35_000
    assert 0.06 <= sum(bool(_receipts(mail)) for mail in mailbox) / count <= 0.10
    kinds = Counter(mail.kind for mail in mailbox)
    assert 0.005 <= kinds["broken"] / count <= 0.016
    assert 0.005 <= kinds["duplicate"] / count <= 0.016
    assert sum(b"\r\n" in mail.raw for mail in mailbox) / count == pytest.approx(0.7, abs=0.05)


def test_every_type_of_document_and_every_label_occurs(mailbox: list[Simulated]) -> None:
    assert {str(one["type"]) for mail in mailbox for one in _receipts(mail)} == set(ReceiptType)
    labels = {str(mail.truth["label"]) for mail in mailbox}
    assert labels >= {
        "application_received", "assessment", "interview", "offer", "rejection", "recruiter_outreach", "job_alert",
        "newsletter", "receipt", "shipping", "security", "other",
    }  # fmt: skip


def test_at_least_25_merchants_in_seven_languages(mailbox: list[Simulated]) -> None:
    assert len(MERCHANTS) >= 25
    assert {merchant.language for merchant in MERCHANTS} == {"en", "de", "fr", "es", "it", "nl", "pl"}
    assert len({merchant.currency for merchant in MERCHANTS}) >= 6
    assert len({merchant.domain for merchant in MERCHANTS}) == len(MERCHANTS)
    assert len({str(one["merchant"]) for mail in mailbox for one in _receipts(mail)}) >= 25


def test_totals_taxes_and_numbers_stand_in_the_mail_as_the_truth_says(mailbox: list[Simulated]) -> None:
    checked = 0
    for mail in mailbox:
        for one in _receipts(mail):
            text = _texts(mail.raw) if one["in"] == "body" else _pdf_text(mail.raw)
            for name in ("order_number", "invoice_number", "total_text", "tax_text"):
                assert one[name] is None or str(one[name]) in text, (mail.index, name, one[name])
                checked += one[name] is not None
            assert str(one["merchant"]) in text
    assert checked > 200


def test_the_amount_as_text_has_the_digits_of_the_amount(mailbox: list[Simulated]) -> None:
    for mail in mailbox:
        for one in _receipts(mail):
            if one["total"] is not None:
                total = abs(Decimal(str(one["total"])))
                assert re.sub(r"\D", "", str(one["total_text"])) == re.sub(r"\D", "", str(total))


def test_only_refunds_are_negative(mailbox: list[Simulated]) -> None:
    for mail in mailbox:
        for one in _receipts(mail):
            if one["total"] is not None:
                assert (Decimal(str(one["total"])) < 0) == (one["type"] == "refund")


def test_an_amount_that_is_only_in_the_pdf_is_not_in_the_body(mailbox: list[Simulated]) -> None:
    found = [mail for mail in mailbox for one in _receipts(mail) if one["in"] == "pdf"]
    assert found
    for mail in found:
        assert str(_receipts(mail)[0]["total_text"]) not in _texts(mail.raw)
        parts = [part.get_content_type() for part in message_from_bytes(mail.raw).walk()]
        assert "application/pdf" in parts


def test_a_purchase_spans_several_mails_in_order(mailbox: list[Simulated]) -> None:
    by_purchase: dict[str, list[str]] = {}
    for mail in mailbox:
        if mail.kind != "duplicate":
            for one in _receipts(mail):
                by_purchase.setdefault(str(one["purchase"]), []).append(str(one["type"]))
    several = [types for types in by_purchase.values() if len(types) > 1]
    assert len(several) > 10
    assert all(types.index("shipping") > 0 for types in several if "shipping" in types and "order" in types)


def test_mails_that_are_not_broken_are_read_by_the_standard_library(mailbox: list[Simulated]) -> None:
    for mail in mailbox:
        if mail.kind == "broken":
            continue
        parsed: Message = message_from_bytes(mail.raw, policy=policy.compat32)
        assert parsed["From"]
        assert parsed["Date"]
        assert parsed["Message-ID"]
        for part in parsed.walk():
            assert not part.defects, (mail.index, mail.kind, part.defects)


def test_subjects_and_senders_survive_the_strict_policy() -> None:
    for mail in generate(21, 300):
        if mail.kind not in {"broken"} and b"Subject: =?" in mail.raw:
            parsed = message_from_bytes(mail.raw, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            assert "=?" not in parsed["Subject"].replace("?=", "") or mail.truth.get("charset") == "utf-8"


def test_broken_mails_say_what_is_broken() -> None:
    scenes = [Scene(1, index, DEFAULT_UNTIL, OWNER, Random(index)) for index in range(400)]
    assert {tell_broken(scene).draft.truth["broken"] for scene in scenes} == set(BREAKINGS)


def test_a_broken_mail_is_broken(mailbox: list[Simulated]) -> None:
    broken = {str(mail.truth["broken"]): mail.raw for mail in mailbox if mail.kind == "broken"}
    assert len(broken) >= 8
    for name, header in (("no-date", b"\nDate:"), ("no-from", b"\nFrom:"), ("no-message-id", b"\nMessage-ID:")):
        assert header not in broken.get(name, b"")
    for name, mark in (("nul-bytes", b"\0"), ("unknown-charset", b"x-unknown"), ("bare-carriage-returns", b"\r")):
        assert mark in broken.get(name, mark)


def test_a_duplicate_holds_the_bytes_of_its_original(mailbox: list[Simulated]) -> None:
    duplicates = [mail for mail in mailbox if mail.kind == "duplicate"]
    assert duplicates
    for mail in duplicates:
        original = mailbox[cast("int", mail.truth["duplicate_of"])]
        assert mail.raw.endswith(original.raw)
        added = mail.raw[: -len(original.raw)]
        assert not added or added.startswith(b"X-GM-THRID: ")


def test_answers_name_what_they_answer(mailbox: list[Simulated]) -> None:
    ids: dict[str, str] = {}
    answered = 0
    for mail in mailbox:
        if mail.kind not in {"thread", "list"}:
            continue
        parsed = message_from_bytes(mail.raw)
        ids[parsed["Message-ID"]] = str(mail.truth["thread"])
        if parsed["In-Reply-To"]:
            assert ids[parsed["In-Reply-To"]] == mail.truth["thread"]
            answered += 1
    assert answered > 100


def test_application_mails_name_their_company(mailbox: list[Simulated]) -> None:
    found = [mail for mail in mailbox if "application" in mail.truth and mail.kind != "duplicate"]
    assert len(found) > 30
    for mail in found:
        application = cast("dict[str, str]", mail.truth["application"])
        assert application["label"] == mail.truth["label"]
        assert application["company"] in _texts(mail.raw)

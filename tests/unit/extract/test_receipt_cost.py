"""What reading costs, on ordinary mail and on mail made to be slow; the same mail gives the same findings."""

import time
from collections.abc import Callable

import pytest

from mailmill.domain.message import Message
from mailmill.extract.receipts.extractor import ReceiptExtractor

Build = Callable[..., Message]

ATTRIBUTES = "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x"
HOSTILE = {
    "100,000 attributes": ATTRIBUTES,
    "100,000 nested tables": "<table><tr><td>" * 100_000 + "Total $5.00",
    "100,000 hidden elements": "<b hidden>" * 100_000,
    "2 MB of digits": "1" * 2_000_000,
    "2 MB of digits and spaces": "12 " * 700_000,
    "2 MB of grouped digits": "123 " * 500_000,
    "2 MB of amounts": "Total $5.00 " * 170_000,
    "2 MB of labelled lines": "<p>Order number" * 130_000,
    "2 MB of line ends": "\n" * 2_000_000,
    "2 MB of ampersands": "&" * 2_000_000,
    "2 MB of opening brackets": "<" * 2_000_000,
    "markup nested 100,000 deep": '<script type="application/ld+json">schema.org/' + '{"a":' * 100_000,
    "quotes in markup": '<script type="application/ld+json">schema.org/' + '"\\' * 500_000,
    "items nested 100,000 deep": "schema.org/ " + '<div itemscope itemtype="Order" itemprop="a">' * 40_000,
    "letters of names": "Payment to " + "A" * 1_000_000,
    "hashes": "order #" * 280_000,
    "tax signs": "vat " * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("part", ["html", "text"])
def test_hostile_mail_is_read_within_a_second(name: str, part: str, build: Build) -> None:
    mail = build("Your receipt and order #12345", **{part: HOSTILE[name]})
    begun = time.thread_time()
    ReceiptExtractor().extract(mail)
    assert time.thread_time() - begun < 1.0


def test_ordinary_mail_costs_next_to_nothing(build: Build) -> None:
    mail = build("Lunch tomorrow?", text="See you at noon, bring the papers please.\n" * 60)
    extractor = ReceiptExtractor()
    begun = time.thread_time()
    for _ in range(200):
        extractor.extract(mail)
    assert (time.thread_time() - begun) / 200 < 0.0003


def test_the_same_mail_gives_the_same_findings(build: Build) -> None:
    html = "<p>Thank you for your order #A-10023</p><p>Visa $5.00</p><p>Total $5.00</p><p>Total $6.00</p>"
    mails = [build("Your order", html=html) for _ in range(3)]
    first, second, third = (ReceiptExtractor().extract(mail) for mail in mails)
    assert first == second == third
    assert first

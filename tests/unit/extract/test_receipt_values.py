"""Money, dates and numbers as mails write them."""

from datetime import date
from decimal import Decimal

import pytest

from mailmill.extract.receipts import dates, jsonld, labels, money, numbers
from mailmill.extract.receipts.labels import Amount
from mailmill.extract.receipts.merchant import registered_domain
from mailmill.extract.receipts.numbers import Number


@pytest.mark.parametrize(
    ("text", "amount", "sign"),
    [
        ("$1,234.56", "1234.56", "$"),
        ("1.234,56 €", "1234.56", "€"),
        ("1 234,56 zł", "1234.56", "zł"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("1.234.567,89 Ft", "1234567.89", "Ft"),
        ("¥1,200", "1200", "¥"),
        ("12,- €", "12", "€"),
        ("1.234 €", "1234", "€"),
        ("USD $7.00*", "7.00", "USD $"),
        ("R$ 10,90", "10.90", "R$"),
        ("149 Kč", "149", "Kč"),
        ("Total: 12.50", "12.50", ""),
        ("VISA 1234 $5.00", "5.00", "$"),
        ("$20,000", "20000", "$"),
    ],
)
def test_an_amount_is_read(text: str, amount: str, sign: str) -> None:
    found = money.amounts(text)
    assert [(one.amount, one.sign.strip()) for one in found] == [(Decimal(amount), sign)]


@pytest.mark.parametrize(
    "text", ["12.03.2026", "10 %", "12.50%", "iPhone 12 now", "12:30 Uhr", "12345678901234", "v1.25.3"]
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert money.amounts(text) == []


def test_a_minus_is_seen_before_and_after_the_sign() -> None:
    assert [money.amounts(text)[0].negative for text in ("-$5.00", "€ -5,00", "($5.00)", "$5.00")] == [True] * 3 + [
        False
    ]


@pytest.mark.parametrize(
    ("sign", "country", "code"),
    [
        ("$", "com", "USD"),
        ("$", "au", "AUD"),
        ("kr", "dk", "DKK"),
        ("¥", "cn", "CNY"),
        ("zł", "com", "PLN"),
        ("?", "com", None),
    ],
)
def test_a_sign_means_a_currency(sign: str, country: str, code: str | None) -> None:
    found = money.currency_of(sign, country)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-12", "2026-03-12"),
        ("12 march 2026", "2026-03-12"),
        ("march 12th, 2026", "2026-03-12"),
        ("12.03.2026", "2026-03-12"),
        ("12. märz 2026", "2026-03-12"),
        ("12 mars 2026", "2026-03-12"),
        ("1er août 2026", "2026-08-01"),
        ("12 de marzo de 2026", "2026-03-12"),
        ("12 marzo 2026", "2026-03-12"),
        ("12 maart 2026", "2026-03-12"),
        ("12 marca 2026", "2026-03-12"),
        ("03/12/2026", "2026-03-12"),
        ("12/03/2026", "2026-03-12"),
    ],
)
def test_a_date_is_read_near_the_day_of_the_mail(text: str, day: str) -> None:
    year, month, number = map(int, day.split("-"))
    found = dates.find(text, 0, date(year, month, number))
    assert found is not None
    assert found.day.isoformat() == day


@pytest.mark.parametrize("text", ["31.02.2026", "12.03.1999", "99/99/2026", "no date"])
def test_a_date_that_cannot_be_is_not_read(text: str) -> None:
    assert dates.find(text, 0, date(2026, 3, 12)) is None


@pytest.mark.parametrize("text", ["due date: 2026-03-12", "liefertermin: 12.03.2026", "date of birth: 1.1.1990"])
def test_other_days_have_other_labels(text: str) -> None:
    assert dates.label_end(text) is None


@pytest.mark.parametrize(
    ("text", "number", "value"),
    [
        ("Order #: D12-1234567-1234567", Number.ORDER, "D12-1234567-1234567"),
        ("Bestellnummer: 302-1234", Number.ORDER, "302-1234"),
        ("Bestell-Nr. 4711-0815", Number.ORDER, "4711-0815"),
        ("N° de commande : FR1234", Number.ORDER, "FR1234"),
        ("Número de pedido: 1234", Number.ORDER, "1234"),
        ("Numero ordine 998877", Number.ORDER, "998877"),
        ("Ordernummer: 998877", Number.ORDER, "998877"),
        ("Nr zamówienia: 12345", Number.ORDER, "12345"),
        ("Rechnungsnr. RE-2026-001", Number.INVOICE, "RE-2026-001"),
        ("Invoice number ABC-0001", Number.INVOICE, "ABC-0001"),
        ("Faktura VAT nr FV/12/2026", Number.INVOICE, "FV/12/2026"),
        ("Transaction ID: ABC1ABCD", Number.REFERENCE, "ABC1ABCD"),
    ],
)
def test_a_number_is_found_by_its_label(text: str, number: Number, value: str) -> None:
    label = next(one for one in numbers.labels(text.lower()) if one.number is number)
    found = numbers.value_at(text, label.end)
    assert found is not None
    assert found.value == value
    assert text[found.start : found.end] == value


@pytest.mark.parametrize("text", ["your order is on the way", "in order to receive", "Order date: 12.03.2026"])
def test_no_number_is_made_up(text: str) -> None:
    assert [numbers.value_at(text, one.end) for one in numbers.labels(text.lower())] in ([], [None])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("order total: $5", Amount.TOTAL),
        ("gesamtbetrag inkl. mwst.", Amount.TOTAL),
        ("total", Amount.SUM),
        ("total ht", Amount.SUBTOTAL),
        ("zwischensumme", Amount.SUBTOTAL),
        ("19% mwst", Amount.TAX),
        ("total before tax", Amount.OTHER),
        ("frais de port", Amount.SHIPPING),
        ("descuento", Amount.DISCOUNT),
        ("mastercard ...5690", Amount.PAID_BY),
    ],
)
def test_a_label_names_its_part(text: str, part: Amount) -> None:
    found = labels.label_of(text)
    assert found is not None
    assert found[0] is part


def test_domains_are_cut_at_the_organisation() -> None:
    hosts = ("mail.acme.com", "a.b.acme.co.uk", "acme.com.br", "acme.de", "localhost", "")
    assert [registered_domain(host) for host in hosts] == [
        "acme.com",
        "acme.co.uk",
        "acme.com.br",
        "acme.de",
        "localhost",
        "",
    ]


def test_json_is_read_with_its_places() -> None:
    source = '[{"a": "x\\ny", "b": [1, 2,], "c": null, "d": {"e": true}} {"a": "z"'
    roots = jsonld.read(source, 0, len(source))
    assert len(roots) == 1
    first = roots[0]
    assert isinstance(first, list)
    assert isinstance(first[0], dict)
    value = first[0]["a"]
    assert isinstance(value, jsonld.Scalar)
    assert value.text == "x y"
    assert source[value.start : value.end] == "x\\ny"
    assert first[1] == {"a": jsonld.Scalar("z", source.rindex("z"), source.rindex("z") + 1)}

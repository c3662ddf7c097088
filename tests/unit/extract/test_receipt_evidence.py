"""Every value can show the words it was read from."""

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailmill.domain.facts import Finding
from mailmill.domain.message import Message
from mailmill.extract.receipts.extractor import ReceiptExtractor
from mailmill.extract.receipts.html import html_lines
from mailmill.extract.receipts.lines import plain_lines

Build = Callable[..., Message]
Shown = Callable[[Message, Finding], str]

ORDER = (
    "<html><head><title>x</title><style>p{}</style></head><body>\r\n<p>Thank&nbsp;you for your order</p>\r\n"
    "<table><tr><td>Order&nbsp;number:</td><td><b>AB&#45;9981</b></td></tr>"
    "<tr><td>Subtotal</td><td>1.000,00&nbsp;&euro;</td></tr>"
    "<tr><td>VAT</td><td>190,00 <span>&euro;</span></td></tr>"
    '<tr><td>Order total</td><td><span style="color:red">1.190,00</span>&#8239;<b>&euro;</b></td></tr></table></body>'
)


def test_each_finding_spans_its_value_as_written(build: Build, shown: Shown) -> None:
    mail = build("Your order", "Acme Tools <orders@mail.acme.co.uk>", html=ORDER)
    found = {one.field: shown(mail, one) for one in ReceiptExtractor().extract(mail)}
    assert found == {
        "type": "order",
        "merchant": "Acme Tools",
        "merchant_domain": "acme.co.uk",
        "total": "1.190,00</span>&#8239;<b>&euro;",
        "currency": "&euro;",
        "tax": "190,00 <span>&euro;",
        "date": "Thu, 12 Mar 2026 11:00:00 +0100",
        "order_number": "AB&#45;9981",
    }


def test_a_span_too_long_becomes_its_longest_run(build: Build, shown: Shown) -> None:
    style = "font-family:Arial,Helvetica;" * 8
    total = f'<p>Order total: <b style="{style}">$</b><i style="{style}">48.60</i></p>'
    mail = build("Your order", html=f"<p>Thank you for your order #AB-9981</p>{total}")
    found = next(one for one in ReceiptExtractor().extract(mail) if one.field == "total")
    assert found.value == "48.60"
    assert shown(mail, found) == "48.60"


def test_text_and_html_parts_are_told_apart(build: Build, shown: Shown) -> None:
    mail = build("Your order", html=ORDER, text="See the other part.\n")
    parts = {one.evidence.part for one in ReceiptExtractor().extract(mail) if one.field in {"total", "order_number"}}
    assert parts == {"2"}


MARKUP = """<script type="application/ld+json">//<![CDATA[
{"@context": "http://schema.org", "@graph": [ /* orders */
 {"@type": "Order", "orderNumber": "X-1", "price": "10.00", "priceCurrency": "EUR",
  "merchant": {"@type": "Organization", "name": "Acme
Tools"},}
 {"@type": "Order", "orderNumber": "X-2", "price": 20.5, "priceCurrency": "EUR", "orderDate": "2026-03-11T10:00:00",},
]}
//]]></script><p>Thank you</p>"""


def test_markup_is_repaired_and_gives_one_item_for_each_order(build: Build, shown: Shown) -> None:
    mail = build("Order confirmation", html=MARKUP)
    found = ReceiptExtractor().extract(mail)
    values = {(one.item, one.field): one.value for one in found}
    assert values[0, "order_number"] == "X-1"
    assert values[1, "order_number"] == "X-2"
    assert values[0, "merchant"] == "Acme Tools"
    assert values[1, "total"] == "20.5"
    assert values[1, "date"] == "2026-03-11"
    for one in found:
        if one.field in {"order_number", "total"}:
            assert shown(mail, one) == one.value


def test_microdata_in_hidden_elements_is_read(build: Build, shown: Shown) -> None:
    html = (
        '<div itemscope itemtype="http://schema.org/Order" style="display:none"><meta itemprop="orderNumber" '
        'content="M-77"/><div itemprop="seller" itemscope itemtype="http://schema.org/Organization">'
        '<span itemprop="name">Acme</span></div><meta itemprop="price" content="12.50"><meta itemprop="priceCurrency" '
        'content="GBP"></div><p>Thank you</p>'
    )
    mail = build("Order confirmation", html=html)
    found = {one.field: (one.value, shown(mail, one)) for one in ReceiptExtractor().extract(mail)}
    assert found["order_number"] == ("M-77", "M-77")
    assert found["merchant"] == ("Acme", "Acme")
    assert found["total"] == ("12.50", "12.50")
    assert found["currency"] == ("GBP", "GBP")


@pytest.mark.parametrize("html", [ORDER, MARKUP, "a\rb<p>c\r\nd &nbsp; e</p>\n<td>x&zwnj;y<!-- z -->w"])
def test_each_word_of_a_line_stands_in_the_source_it_names(html: str) -> None:
    for line in html_lines(html, "1"):
        for found in re.finditer(r"\w+", line.text):
            evidence = line.evidence(*found.span())
            source = html[evidence.start : evidence.end]
            assert source[0] == found.group()[0]
            assert source[-1] == found.group()[-1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<td>",
                "&euro;",
                "&nbsp",
                "\r",
                "\n",
                "12,00",
                " ",
                "é",
                "<b hidden>",
                "</b>",
                "\U0001f4b6",
                "\x00",
            ]
        )
    )
)
def test_any_source_gives_lines_within_it(pieces: list[str]) -> None:
    source = "".join(pieces)
    for line in [*html_lines(source, "1"), *plain_lines(source, "1")]:
        for found in re.finditer(r"\S", line.text):
            evidence = line.evidence(*found.span())
            assert 0 <= evidence.start < evidence.end <= len(source)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from("Total order #12,.€$-:<>/td \n\u0130ß"), max_size=200))
def test_any_mail_gives_evidence_within_its_parts(text: str, build: Build, shown: Shown) -> None:
    mail = build(f"Your order {text[:20]}", html=text, text=text)
    for one in ReceiptExtractor().extract(mail):
        shown(mail, one)

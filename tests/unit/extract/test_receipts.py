"""What is read from receipts, in seven languages and several shapes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mailmill.domain.facts import Receipt, ReceiptType
from mailmill.domain.message import Message

Read = Callable[[Message], tuple[Receipt, ...]]
Build = Callable[..., Message]


def table(*pairs: tuple[str, str]) -> str:
    """Two columns with the mark-up usual in mail."""
    rows = "".join(f'<tr><td style="font:12px a">{a}</td><td align=right><b>{b}</b></td></tr>' for a, b in pairs)
    return f"<table>{rows}</table>"


# subject, sender, html, text, and the fields that must be read
CASES: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {
    "english order": (
        "Your Acme order #A-10023 is confirmed",
        "Acme <orders@acme.com>",
        "<p>Thank you for your order!</p>"
        + table(("Subtotal", "$40.00"), ("Shipping", "$5.00"), ("Sales tax", "$3.60"), ("Order total", "$48.60")),
        "",
        {"type": "order", "total": "48.60", "currency": "USD", "tax": "3.60", "order_number": "A-10023"},
    ),
    "german order": (
        "Bestellbestätigung",
        "Möbel Nord <service@moebelnord.de>",
        "<p>Vielen Dank für Ihre Bestellung.</p><p>Bestellnummer: 2026-88123</p><p>Bestelldatum: 11. März 2026</p>"
        + table(
            ("Zwischensumme", "1.200,00&nbsp;&euro;"),
            ("Versandkosten", "34,56 €"),
            ("Gesamtsumme", "1.234,56&nbsp;&euro;"),
            ("inkl. 19% MwSt.", "197,11 €"),
        ),
        "",
        {
            "type": "order",
            "merchant": "Möbel Nord",
            "total": "1234.56",
            "currency": "EUR",
            "tax": "197.11",
            "date": "2026-03-11",
            "order_number": "2026-88123",
        },
    ),
    "german invoice in plain text": (
        "Ihre Rechnung Nr. RE-2026-0042",
        "Strom AG <rechnung@stromag.de>",
        "",
        (
            "Guten Tag,\n\nRechnungsnummer: RE-2026-0042\nRechnungsdatum: 10.03.2026\n\nNettobetrag   100,00 EUR\n"
            "MwSt. 19 %     19,00 EUR\nRechnungsbetrag   119,00 EUR\n"
        ),
        {
            "type": "invoice",
            "total": "119.00",
            "tax": "19.00",
            "date": "2026-03-10",
            "invoice_number": "RE-2026-0042",
            "order_number": None,
        },
    ),
    "french order": (
        "Confirmation de votre commande",
        "La Boutique <noreply@laboutique.fr>",
        "<div>Merci pour votre commande</div><div>Numéro de commande : FR998877</div>"
        + table(
            ("Sous-total", "1 200,00 €"),
            ("Livraison", "4,90 €"),
            ("Montant total", "1\u202f204,90 €"),
            ("dont TVA", "200,82 €"),
        ),
        "",
        {"type": "order", "total": "1204.90", "currency": "EUR", "tax": "200.82", "order_number": "FR998877"},
    ),
    "spanish order": (
        "Confirmación de tu pedido 5544332",
        "Tienda Sol <pedidos@tiendasol.es>",
        "<p>Gracias por tu compra</p><p>Fecha del pedido: 11 de marzo de 2026</p>"
        + table(("Subtotal", "20,00 €"), ("Gastos de envío", "3,99 €"), ("Total (IVA incluido)", "23,99 €")),
        "",
        {"type": "order", "total": "23.99", "currency": "EUR", "date": "2026-03-11", "order_number": "5544332"},
    ),
    "italian order in plain text": (
        "Conferma ordine n. 7781",
        "Negozio Blu <ordini@negozioblu.it>",
        "",
        (
            "Grazie per il tuo ordine.\nNumero ordine: 7781\nData ordine: 11/03/2026\nSubtotale: € 50,00\n"
            "Spedizione: € 6,00\nTotale ordine: € 56,00\n"
        ),
        {"type": "order", "total": "56.00", "currency": "EUR", "date": "2026-03-11", "order_number": "7781"},
    ),
    "dutch order": (
        "Bevestiging van je bestelling",
        "Fietswinkel <info@fietswinkel.nl>",
        "<p>Bedankt voor je bestelling</p><p>Bestelnummer: 4400123</p>"
        + table(("Subtotaal", "€ 100,00"), ("Totaalbedrag", "€ 100,00"), ("Waarvan btw", "€ 17,36")),
        "",
        {"type": "order", "total": "100.00", "currency": "EUR", "tax": "17.36", "order_number": "4400123"},
    ),
    "polish order": (
        "Potwierdzenie zamówienia nr 123456",
        "Zielony <sklep@zielony.pl>",
        "<p>Dziękujemy za zamówienie</p>"
        + table(("Wartość produktów", "89,00 zł"), ("Dostawa", "12,99 zł"), ("Razem do zapłaty", "101,99 zł")),
        "",
        {"type": "order", "merchant": "Zielony", "total": "101.99", "currency": "PLN", "order_number": "123456"},
    ),
    "british receipt": (
        "Your receipt from Tea House",
        "Tea House <hello@teahouse.co.uk>",
        "",
        "Receipt\n\nDate: 11 March 2026\nOrder number: TH-1001\n\nAssam tea  £8.50\nTotal  £8.50\n",
        {
            "type": "receipt",
            "merchant": "Tea House",
            "merchant_domain": "teahouse.co.uk",
            "total": "8.50",
            "currency": "GBP",
            "date": "2026-03-11",
            "order_number": "TH-1001",
        },
    ),
    "yen have no decimals": (
        "Order confirmation 55-1234",
        "Kissa <shop@kissa.jp>",
        "",
        "Thank you for your order.\nTotal: ¥12,400\n",
        {"type": "order", "total": "12400", "currency": "JPY", "order_number": "55-1234"},
    ),
    "swiss apostrophes": (
        "Rechnung 2026-17",
        "Uhren AG <info@uhren.ch>",
        "",
        "Rechnungsnummer 2026-17\nGesamtbetrag CHF 1'234.50\n",
        {"type": "invoice", "total": "1234.50", "currency": "CHF", "invoice_number": "2026-17"},
    ),
    "swedish crowns by the sender's country": (
        "Order confirmation #8812",
        "Nord <order@nord.se>",
        "",
        "Thank you for your order.\nTotal: 1 299,00 kr\n",
        {"type": "order", "total": "1299.00", "currency": "SEK", "order_number": "8812"},
    ),
    "a processor names the merchant": (
        "Your receipt from Pixel Forge #1234-5678",
        "Pixel Forge <receipts+acct_1@stripe.com>",
        "<p>Receipt from Pixel Forge</p>"
        + table(("Receipt number", "1234-5678"), ("Invoice number", "AB12-0001"), ("Date paid", "March 11, 2026"))
        + table(("Pro plan", "$19.00"), ("Total", "$19.00"), ("Amount paid", "$19.00")),
        "",
        {
            "type": "receipt",
            "merchant": "Pixel Forge",
            "merchant_domain": "",
            "processor": "Stripe",
            "total": "19.00",
            "date": "2026-03-11",
            "invoice_number": "AB12-0001",
        },
    ),
    "a processor writes to the payer": (
        "Receipt for Your Payment to Pixel Forge",
        "service@paypal.com <service@paypal.com>",
        "",
        "You sent a payment of $19.00 USD to Pixel Forge.\n\nTransaction ID: 9AB12345CD678901E\nTotal: $19.00 USD\n",
        {"type": "receipt", "merchant": "Pixel Forge", "processor": "PayPal", "order_number": "9AB12345CD678901E"},
    ),
    "shipping without money": (
        "Your order A-10023 has shipped",
        "Acme <orders@acme.com>",
        "",
        "Good news! Your order A-10023 is on its way.\nTracking number: 1Z999\n",
        {"type": "shipping", "total": None, "order_number": "A-10023"},
    ),
    "delivery": (
        "Delivered: your package from order #A-10023",
        "Acme <orders@acme.com>",
        "",
        "Your package was delivered.\nOrder #A-10023\n",
        {"type": "delivery", "total": None, "order_number": "A-10023"},
    ),
    "a cancelled order has no total": (
        "Your order #A-10023 has been cancelled",
        "Acme <orders@acme.com>",
        "",
        "Your order #A-10023 was cancelled. Order total: $48.60\n",
        {"type": "cancellation", "total": None, "order_number": "A-10023"},
    ),
    "a refund is negative": (
        "Your refund from Acme",
        "Acme <orders@acme.com>",
        "",
        "We have issued a refund for order #A-10023.\nRefund amount: $48.60\n",
        {"type": "refund", "total": "-48.60", "currency": "USD", "order_number": "A-10023"},
    ),
    "a failed payment": (
        "Your payment failed",
        "Acme <billing@acme.com>",
        "",
        "We were unable to process your last payment of $12.00 for your subscription. Update your card.\n",
        {"type": "payment_failed", "total": "12.00"},
    ),
    "a renewal": (
        "Your subscription has been renewed",
        "Acme <billing@acme.com>",
        "",
        "Your Pro plan was renewed.\nAmount: $12.00\nInvoice number: 55-1\n",
        {"type": "renewal", "total": "12.00", "invoice_number": "55-1"},
    ),
    "labels in a header row": (
        "Order confirmation",
        "Acme <orders@acme.com>",
        (
            "<table><tr><th>Order number</th><th>Order date</th><th>Total</th></tr>"
            "<tr><td>ABC-998</td><td>11 March 2026</td><td>$5.00</td></tr></table>"
        ),
        "",
        {"type": "order", "total": "5.00", "date": "2026-03-11", "order_number": "ABC-998"},
    ),
    "an amount split over tags": (
        "Order #55-12 confirmed",
        "Acme <orders@acme.com>",
        "<p>Thank you for your order</p>" + table(("Total", "<span>$</span><i>1,299</i>.<sup>00</sup>")),
        "",
        {"type": "order", "total": "1299.00", "order_number": "55-12"},
    ),
    "what is hidden is not read": (
        "Order #55-12 confirmed",
        "Acme <orders@acme.com>",
        '<div style="display: none">Order total: $99.00</div><p>Thank you for your order</p><p>Order total: $5.00</p>',
        "",
        {"total": "5.00"},
    ),
    "a session is paid": (
        "Parking session deactivated",
        "noreply@parkwell.example <noreply@parkwell.example>",
        "<b>Transaction Details:</b>"
        + table(("Parking fee:", "$1.25"), ("Transaction fee:", "$0.35"), ("Total Cost:", "$1.60")),
        "",
        {"type": "receipt", "merchant": "Parkwell", "total": "1.60"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_receipt_is_read(name: str, build: Build, read: Read) -> None:
    subject, sender, html, text, wanted = CASES[name]
    receipts = read(build(subject, sender, html=html, text=text))
    assert len(receipts) == 1
    found = receipts[0]
    for field, value in wanted.items():
        expected = Decimal(value) if field in {"total", "tax"} and value is not None else value
        assert getattr(found, field) == expected, field


NOT_RECEIPTS: dict[str, tuple[str, str, str, tuple[tuple[str, str], ...]]] = {
    "a trial that ends": ("Your trial ends in 3 days", "", "You will be charged $9.00 per month. Total: $9.00\n", ()),
    "a sale": (
        "Spring sale: 20% off",
        "<p>Order now!</p>" + table(("Shoes", "$49.00"), ("Total savings", "$9")),
        "",
        (),
    ),
    "a left cart": (
        "You left something in your cart",
        "<p>Complete your order</p>" + table(("Total", "$49.00")),
        "",
        (),
    ),
    "talk on a list": (
        "Order total for the group buy",
        "",
        "My receipt says Order #12345, Total: $40.00\n",
        (("List-Post", "<mailto:list@example.org>"),),
    ),
    "an answer": ("Re: Your Acme order #A-10023", "", "> Order total: $48.60\nOk, thanks\n", ()),
    "a quotation": (
        "What I bought",
        '<p>Look</p><div class="gmail_quote">Thank you for your order #123-45. Order total: $48.60</div>',
        "",
        (),
    ),
    "ordinary mail": ("Lunch tomorrow?", "", "See you at noon.\n", ()),
}


@pytest.mark.parametrize("name", NOT_RECEIPTS)
def test_other_mail_is_left_alone(name: str, build: Build, read: Read) -> None:
    subject, html, text, headers = NOT_RECEIPTS[name]
    assert read(build(subject, html=html, text=text, headers=headers)) == ()


def test_one_mail_may_hold_several_purchases(build: Build, read: Read) -> None:
    text = (
        "Thank you for your order.\n\nOrder #111-22\nItem A\nOrder total: $10.00\n\n"
        "Order #333-44\nItem B\nOrder total: $20.00\n"
    )
    receipts = read(build("Your orders with Acme", text=text))
    assert [(one.order_number, one.total) for one in receipts] == [("111-22", Decimal(10)), ("333-44", Decimal(20))]


def test_amounts_that_add_up_raise_the_confidence(build: Build, read: Read) -> None:
    adding = table(("Subtotal", "40,00 €"), ("Shipping", "5,00 €"), ("Order total", "45,00 €"))
    other = table(("Subtotal", "40,00 €"), ("Shipping", "5,00 €"), ("Order total", "99,00 €"))
    mails = [build("Order #A-10023 confirmed", html=f"<p>Thank you for your order</p>{one}") for one in (adding, other)]
    sure, unsure = (read(mail)[0] for mail in mails)
    assert sure.total == 45
    assert unsure.total == 99
    assert sure.confidence >= unsure.confidence


def test_a_bare_dollar_is_less_sure_than_a_code(build: Build, read: Read) -> None:
    bare = read(build("Order #A-10023", text="Thank you for your order\nOrder total: $5.00\n"))[0]
    code = read(build("Order #A-10023", text="Thank you for your order\nOrder total: USD 5.00\n"))[0]
    assert bare.currency == code.currency == "USD"
    assert bare.confidence < code.confidence


def test_a_dollar_follows_the_country_of_the_sender(build: Build, read: Read) -> None:
    mail = build("Order #A-10023", "Maple <shop@maple.ca>", text="Thank you for your order\nOrder total: $5.00\n")
    assert read(mail)[0].currency == "CAD"


def test_a_domain_is_compared_by_labels_not_by_text(build: Build, read: Read) -> None:
    mail = build("Your receipt", "Shop <a@notpaypal.com>", text="Order number: 12345\nTotal paid: $5.00\n")
    receipt = read(mail)[0]
    assert receipt.processor is None
    assert receipt.merchant_domain == "notpaypal.com"


def test_a_mail_without_a_date_has_a_receipt_without_a_date(build: Build, read: Read) -> None:
    mail = build("Order #A-10023", text="Thank you for your order\nOrder total: $5.00\n", date=None)
    assert read(mail)[0].date == ""


def test_the_day_is_that_of_the_author(build: Build, read: Read) -> None:
    mail = build("Order #A-10023", text="Thank you for your order\nOrder total: $5.00\n", date=1773356400)
    assert read(mail)[0].date == "2026-03-13"  # 23:00 UTC is after midnight at +0100


def test_types_are_words_of_the_domain(build: Build, read: Read) -> None:
    assert read(build("Your order A-1002 has shipped", text="Order A-1002 shipped"))[0].type is ReceiptType.SHIPPING

"""The bodies of mails about purchases: one house style for each layout that merchants name."""

import json
from collections.abc import Callable
from html import escape
from random import Random

from mailmill.domain.facts import ReceiptType
from mailmill.simulate import html
from mailmill.simulate.html import Links
from mailmill.simulate.merchants import GOODS
from mailmill.simulate.phrases import say
from mailmill.simulate.purchases import Document
from mailmill.simulate.text import between, digits, from_pattern, paragraph, pick, token

Rows = list[tuple[str, str]]
_ITEMISED = frozenset({ReceiptType.ORDER, ReceiptType.RECEIPT, ReceiptType.INVOICE})


def phrase(document: Document, field: str, **values: str) -> str:
    """The merchant's wording of that field, filled in."""
    merchant = document.merchant
    number = document.invoice if field == "invoice" and document.invoice else document.purchase.number
    defaults = {"n": number, "m": merchant.name, "a": document.amount_text, "d": document.date, "w": "you"}
    text = say(merchant.language, field, merchant.voice).format(**{**defaults, **values})
    return " ".join(text.split())


def facts(document: Document) -> Rows:
    """Numbers and dates on top of the document."""
    rows: Rows = []
    if document.purchase.number and document.shows_number:
        rows.append((phrase(document, "order_no"), document.purchase.number))
    if document.invoice:
        rows.append((phrase(document, "invoice_no"), document.invoice))
    if document.type in _ITEMISED or document.type is ReceiptType.RENEWAL:
        rows.append((phrase(document, "date"), document.date))
    return rows


def sums(document: Document) -> Rows:
    """The lines under the items, the total last but for a tax that is inside it."""
    bought = document.purchase
    if document.type is ReceiptType.REFUND:
        return [(phrase(document, "refunded"), document.amount_text)]
    rows: Rows = []
    if document.type in _ITEMISED and (bought.shipping or bought.discount or not document.merchant.tax_inside):
        rows.append((phrase(document, "subtotal"), document.money(bought.subtotal)))
        if document.merchant.ships:
            rows.append((phrase(document, "shipping_cost"), document.money(bought.shipping)))
        if bought.discount:
            rows.append((phrase(document, "discount"), document.money(-bought.discount)))
    inside = document.merchant.tax_inside
    if document.shows_tax and not inside:
        rows.append((phrase(document, "tax"), document.money(bought.tax)))
    if document.shows_total:
        rows.append((phrase(document, "total"), document.amount_text))
    if document.shows_tax and inside:
        rate = f" ({document.merchant.tax} %)" if document.merchant.voice != 1 else ""
        rows.append((phrase(document, "tax_inside") + rate, document.money(bought.tax)))
    return rows


def sentences(document: Document, rng: Random, who: str) -> list[str]:
    """The prose of the document: greeting, what happened, how it was paid."""
    said = [phrase(document, "hello", w=who)]
    if document.type is ReceiptType.PAYMENT_FAILED:
        said.append(phrase(document, "failed"))
    elif document.type is ReceiptType.RENEWAL or (document.merchant.layout == "prose" and document.type in _ITEMISED):
        said.append(phrase(document, "charged"))
    elif document.type is ReceiptType.CANCELLATION:
        said.append(phrase(document, "cancelled"))
    elif document.type in {ReceiptType.SHIPPING, ReceiptType.DELIVERY}:
        said.append(phrase(document, "parcel", n=from_pattern(rng, "@@#########@@")))
    else:
        said.append(paragraph(rng, document.merchant.language, 1))
    if document.where == "pdf":
        said.append(phrase(document, "attached"))
    return said


def as_text(document: Document, said: list[str]) -> str:
    """The document as plain text around what is `said`: columns filled with spaces or dots, as the house likes it."""
    dots = "." if document.merchant.voice == 1 else " "
    lines = [phrase(document, document.type.value), "", *said, ""]
    lines += [f"{label}: {value}" for label, value in facts(document)]
    if document.where == "body" and document.type is not ReceiptType.PAYMENT_FAILED:
        lines += ["", "-" * 60] if document.type in _ITEMISED else [""]
        if document.type in _ITEMISED:
            lines += [
                f"{line.quantity} x {line.name[:34]:{dots}<36} {document.money(line.price * line.quantity):>16}"
                for line in document.purchase.lines
            ]
            lines.append("-" * 60)
        lines += [f"{label + ' ':{dots}<40} {value:>16}" for label, value in sums(document)]
    if document.type in _ITEMISED:
        lines += ["", phrase(document, "paid_with", n=document.purchase.card)]
    lines += ["", phrase(document, "foot"), "", document.merchant.name, f"https://www.{document.merchant.domain}/"]
    return "\n".join(lines) + "\n"


def as_pdf_lines(document: Document) -> list[str]:
    """The lines of the document for a PDF."""
    lines = [document.merchant.name, "", phrase(document, "invoice", n=document.invoice), ""]
    lines += [f"{label}: {value}" for label, value in facts(document)]
    lines.append("")
    lines += [
        f"{line.quantity} x {line.name}   {document.money(line.price * line.quantity)}"
        for line in document.purchase.lines
    ]
    return [*lines, "", *(f"{label}   {value}" for label, value in sums(document))]


def as_html(document: Document, rng: Random, said: list[str]) -> str:
    """The document in the merchant's HTML layout."""
    merchant = document.merchant
    links = Links(rng, f"mail.{merchant.domain}")
    title = phrase(document, document.type.value)
    body = html.picture(f"https://img.{merchant.domain}/logo-{token(rng, 8)}.png", merchant.name)
    body += html.heading(title, 1)
    body += "".join(html.row(f'<p style="margin:0">{escape(text)}</p>') for text in said)
    if document.where == "body" and document.type is not ReceiptType.PAYMENT_FAILED:
        body += _LAYOUTS.get(merchant.layout, _table)(document)
    body += html.button(merchant.name, links.next())
    body += _recommended(document, rng, links)
    body += html.row(escape(phrase(document, "foot")), extra="font-size:12px;color:#888;")
    foot = _json_ld(document) if merchant.layout == "jsonld" and document.type in _ITEMISED else ""
    return html.page(merchant.domain, title, said[-1], body, foot=foot)


def _table(document: Document) -> str:
    """Nested tables, amounts right-aligned in the last cell."""
    out = "".join(
        html.row(f"<b>{escape(label)}</b>: {escape(value)}", padding="2px 24px") for label, value in facts(document)
    )
    cells = ""
    if document.type in _ITEMISED:
        heads = (phrase(document, "item"), phrase(document, "quantity"), phrase(document, "price"))
        cells = (
            "<tr>"
            + "".join(f'<th align="left" style="padding:6px 0">{escape(head)}</th>' for head in heads)
            + "</tr>\n"
        )
        for line in document.purchase.lines:
            values = (line.name, str(line.quantity), document.money(line.price * line.quantity))
            cells += "<tr>" + "".join(f'<td style="padding:6px 0">{escape(value)}</td>' for value in values) + "</tr>\n"
    for label, value in sums(document):
        cells += (
            f'<tr><td colspan="2" style="padding:4px 0"><strong>{escape(label)}</strong></td>\n<td align="right" '
            f'style="padding:4px 0;white-space:nowrap">{_entity(value)}</td></tr>\n'
        )
    return out + html.row(html.table(cells) if cells else "&nbsp;")


def _rows(document: Document) -> str:
    """Divs and spans, no table inside."""
    out = "".join(
        f"<div><span>{escape(label)}</span> <span>{escape(value)}</span></div>\n" for label, value in facts(document)
    )
    if document.type in _ITEMISED:
        for line in document.purchase.lines:
            amount = escape(document.money(line.price * line.quantity))
            out += (
                f'<div style="display:flex;justify-content:space-between"><div>{line.quantity} × {escape(line.name)}'
                f"</div><div>{amount}</div></div>\n"
            )
    for label, value in sums(document):
        out += (
            f'<div style="display:flex;justify-content:space-between"><span style="color:#555">{escape(label)}</span>\n'
            f'<span style="font-weight:700">{_entity(value)}</span></div>\n'
        )
    return html.row(out)


def _prose(document: Document) -> str:
    """No table at all: the numbers stand in sentences."""
    numbers = ", ".join(f"{label} {value}" for label, value in facts(document) if value)
    said = "" if document.type in _ITEMISED or document.type is ReceiptType.RENEWAL else _sums_sentence(document)
    names = ", ".join(line.name for line in document.purchase.lines)
    return html.row(f"<p>{escape(names)}</p><p>{escape(numbers)}</p>{said}")


def _sums_sentence(document: Document) -> str:
    return "".join(f"<p>{escape(label)}: <b>{escape(value)}</b></p>" for label, value in sums(document))


def _stripe(document: Document) -> str:
    """A big amount on top and a list beneath, as payment processors do."""
    paid = html.row(
        f'<div style="font-size:36px;font-weight:700">{escape(document.amount_text)}</div>\n'
        f"<div>{escape(document.date)}</div>"
    )
    out = "".join(
        f'<tr><td style="color:#7a7a88">{escape(label)}</td><td align="right">{escape(value)}</td></tr>\n'
        for label, value in [*facts(document), *sums(document)]
    )
    return paid + html.row(html.table(out))


def _microdata(document: Document) -> str:
    """The visible rows, and the order once more as schema.org microdata."""
    if document.type not in _ITEMISED:
        return _rows(document)
    bought, merchant = document.purchase, document.merchant
    meta = {"orderNumber": bought.number, "price": str(document.amount), "priceCurrency": merchant.currency,
            "orderDate": f"{document.day:%Y-%m-%d}"}  # fmt: skip
    tags = "".join(f'<meta itemprop="{name}" content="{escape(value)}">' for name, value in meta.items())
    seller = (
        '<div itemprop="seller" itemscope itemtype="http://schema.org/Organization">'
        f'<meta itemprop="name" content="{escape(merchant.name)}"></div>'
    )
    return _rows(document) + html.row(
        f'<div itemscope itemtype="http://schema.org/Order">{tags}{seller}</div>', padding="0"
    )


def _json_ld(document: Document) -> str:
    bought, merchant = document.purchase, document.merchant
    order = {
        "@context": "http://schema.org",
        "@type": "Order",
        "merchant": {"@type": "Organization", "name": merchant.name},
        "orderNumber": bought.number,
        "orderDate": document.day.isoformat(),
        "price": str(document.amount),
        "priceCurrency": merchant.currency,
        "acceptedOffer": [
            {"@type": "Offer", "itemOffered": {"@type": "Product", "name": line.name}, "price": str(line.price),
             "priceCurrency": merchant.currency,
             "eligibleQuantity": {"@type": "QuantitativeValue", "value": line.quantity}}
            for line in bought.lines
        ],
    }  # fmt: skip
    return f'<script type="application/ld+json">\n{json.dumps(order, ensure_ascii=False, indent=1)}\n</script>\n'


def _recommended(document: Document, rng: Random, links: Links) -> str:
    """Products with prices that are nobody's total: what fools a search for amounts."""
    out = html.heading(phrase(document, "also"), 3)
    host = document.merchant.domain
    for _ in range(between(rng, 1, 4)):
        cells = ""
        for name, low, high in (pick(rng, GOODS[document.merchant.goods]) for _ in range(3)):
            price = document.money(type(document.amount)(between(rng, low, high)) / 100)
            cells += html.product(
                name, price, links.next(), f"https://img.{host}/{digits(rng, 9)}/{token(rng, 20)}.jpg"
            )
        out += html.row(html.table(cells))
    return out


def _entity(value: str) -> str:
    """The value escaped; a currency sign now and then as an entity, as tills write it."""
    safe = escape(value)
    return safe.replace("€", "&euro;").replace("\u00a0", "&nbsp;") if len(value) % 2 else safe


_LAYOUTS: dict[str, Callable[[Document], str]] = {
    "table": _table,
    "rows": _rows,
    "prose": _prose,
    "stripe": _stripe,
    "microdata": _microdata,
}

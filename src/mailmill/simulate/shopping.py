"""Stories of purchases: an order, its parcel, its invoice, its refund; a subscription month by month."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

from mailmill.domain.facts import ReceiptType
from mailmill.simulate import html
from mailmill.simulate.compose import Part, file_part, multipart, text_part
from mailmill.simulate.files import pdf
from mailmill.simulate.html import Links
from mailmill.simulate.layouts import as_html, as_pdf_lines, as_text, phrase, sentences, sums
from mailmill.simulate.merchants import MERCHANTS, Merchant
from mailmill.simulate.purchases import Document, Purchase, buy, document, processor_address, processor_document
from mailmill.simulate.scene import Draft, FollowUp, Scene, Told
from mailmill.simulate.text import between, pick, token

SHOPS = tuple(merchant for merchant in MERCHANTS if not merchant.renews)
SERVICES = tuple(merchant for merchant in MERCHANTS if merchant.renews)
_HTML_WITH_TEXT = 0.6
_LABELS = {ReceiptType.SHIPPING: "shipping", ReceiptType.DELIVERY: "shipping"}


def tell_order(scene: Scene) -> Told:
    """A purchase begins; what it brings later follows."""
    rng = scene.rng
    merchant = pick(rng, SHOPS)
    if merchant.layout == "multi":
        return _tell_several(scene, merchant)
    purchase = buy(rng, merchant, f"p{scene.index}")
    first = ReceiptType.ORDER if merchant.ships else ReceiptType.RECEIPT
    if merchant.layout == "pdf":
        first = ReceiptType.INVOICE
    then: list[FollowUp] = []
    if merchant.via:
        then.append(_later(rng, 0, partial(_tell_processor, purchase, merchant.via)))
    if merchant.ships and rng.random() < 0.08:
        then.append(_later(rng, 1, partial(tell_about, ReceiptType.CANCELLATION, purchase)))
    elif merchant.ships:
        then += _parcel(rng, purchase)
    if merchant.invoice_pattern and first is ReceiptType.ORDER and rng.random() < 0.4:
        then.append(_later(rng, 1, partial(tell_about, ReceiptType.INVOICE, purchase)))
    told = tell_about(first, purchase, scene)
    return Told(told.draft, tuple(then))


def tell_subscription(merchant: Merchant, purchase: Purchase | None, card: int, left: int, scene: Scene) -> Told:
    """One month of a subscription that has ``left`` to go; now and then the card is refused first."""
    rng = scene.rng
    purchase = replace(purchase or buy(rng, merchant, ""), key=f"s{card}.{scene.when:%Y-%m}")
    again: tuple[FollowUp, ...] = ()
    if left > 1:
        again = (FollowUp(timedelta(days=30.44), partial(tell_subscription, merchant, purchase, card, left - 1)),)
    if rng.random() < 0.06:
        retry = _later(rng, 2, partial(tell_about, _monthly(merchant), purchase))
        return Told(tell_about(ReceiptType.PAYMENT_FAILED, purchase, scene).draft, (retry, *again))
    return Told(tell_about(_monthly(merchant), purchase, scene).draft, again)


def tell_about(kind: ReceiptType, purchase: Purchase, scene: Scene) -> Told:
    """One mail of the merchant about that purchase."""
    merchant = purchase.merchant
    said = document(kind, purchase, scene.when, scene.rng)
    local = f"{merchant.mail_host}.{merchant.domain}" if merchant.mail_host else merchant.domain
    sender, email = merchant.name, f"{merchant.sends_as}@{local}"
    if said.processor:
        email = f"receipts+acct_{token(scene.rng, 12).replace('-', 'x').replace('_', 'y')}@stripe.com"
    return Told(_draft(said, sender, email, phrase(said, kind.value), body_of(said, scene)))


def body_of(said: Document, scene: Scene) -> Part:
    """The MIME body: plain text alone, HTML alone, both, and a PDF where the house sends one."""
    rng, merchant = scene.rng, said.merchant
    prose = sentences(said, rng, scene.owner.name.split()[0])
    text = text_part(as_text(said, prose), "plain", merchant.charset, merchant.encoding)
    part = text
    if merchant.layout != "text":
        part = text_part(as_html(said, rng, prose), "html", merchant.charset, _encoding(rng))
        if rng.random() < _HTML_WITH_TEXT:
            part = multipart(rng, "alternative", (text, part))
    if said.type is ReceiptType.INVOICE and (said.where == "pdf" or merchant.invoice_pattern):
        content = pdf(as_pdf_lines(said), compressed=rng.random() < 0.7)
        name = f"{phrase(said, 'invoice_no').rstrip('.')}-{said.invoice or said.purchase.number}.pdf".replace("/", "-")
        part = multipart(rng, "mixed", (part, file_part(content, "application/pdf", name)))
    return part


def _draft(said: Document, sender: str, email: str, subject: str, part: Part) -> Draft:
    return Draft(
        kind=said.type.value,
        sender=sender,
        sender_email=email,
        subject=subject,
        part=part,
        labels=("Inbox", "Category Purchases"),
        truth={"receipts": [said.truth()]},
        label=_LABELS.get(said.type, "receipt"),
        offset=said.merchant.zone,
        thread=said.purchase.key if said.type is not ReceiptType.RENEWAL else "",
    )


def _tell_processor(purchase: Purchase, name: str, scene: Scene) -> Told:
    """PayPal's mail: its own sender and look, the merchant only in the body."""
    rng, merchant = scene.rng, purchase.merchant
    said = processor_document(purchase, scene.when, name)
    title = _PAID_TO[merchant.language].format(m=merchant.name, a=said.amount_text, c=merchant.currency)
    rows = [(_TRANSACTION[merchant.language], token(rng, 17).upper().replace("-", "7").replace("_", "K"))]
    rows += [(phrase(said, "date"), said.date), *sums(said)]
    seller = f"{merchant.name} ({merchant.sends_as}@{merchant.domain})"
    cells = "".join(f'<tr><td>{label}</td><td align="right">{value}</td></tr>\n' for label, value in rows)
    links = Links(rng, "epl.paypal-communication.com")
    page = html.page(
        "paypal",
        title,
        title,
        html.heading(title) + html.row(seller) + html.row(html.table(cells)) + html.button(name, links.next()),
    )
    text = "\n".join((title, seller, "", *(f"{label}\t{value}" for label, value in rows), ""))
    part = multipart(rng, "alternative", (text_part(text, "plain"), text_part(page, "html")))
    return Told(
        _draft(
            said, f"service@{name.lower()}.com" if rng.random() < 0.3 else name, processor_address(name), title, part
        )
    )


def _tell_several(scene: Scene, merchant: Merchant) -> Told:
    """A marketplace: two or three orders, each with its own number and total, in one mail."""
    rng = scene.rng
    orders = [buy(rng, merchant, f"p{scene.index}.{n}") for n in range(between(rng, 2, 3))]
    said = [document(ReceiptType.ORDER, order, scene.when, rng) for order in orders]
    blocks = "".join(
        html.heading(f"{phrase(one, 'order_no')} {one.purchase.number}", 3)
        + "".join(
            html.row(f"{line.quantity} × {line.name}: {one.money(line.price * line.quantity)}")
            for line in one.purchase.lines
        )
        + "".join(html.row(f"<b>{label}</b>: {value}") for label, value in sums(one))
        for one in said
    )
    links = Links(rng, f"e.{merchant.domain}")
    title = f"Your {merchant.name} orders ({len(orders)})"
    page = html.page(
        merchant.domain,
        title,
        f"{len(orders)} sellers",
        html.heading(title, 1) + blocks + html.button("View", links.next()),
    )
    draft = _draft(
        said[0],
        merchant.name,
        f"{merchant.sends_as}@{merchant.mail_host}.{merchant.domain}",
        title,
        text_part(page, "html"),
    )
    return Told(
        replace(draft, truth={"receipts": [one.truth() for one in said]}),
        tuple(_later(rng, 2, partial(tell_about, ReceiptType.SHIPPING, order)) for order in orders[:1]),
    )


def _parcel(rng: Random, purchase: Purchase) -> list[FollowUp]:
    out = [_later(rng, 2, partial(tell_about, ReceiptType.SHIPPING, purchase))]
    if rng.random() < 0.4:
        out.append(_later(rng, 5, partial(tell_about, ReceiptType.DELIVERY, purchase)))
    if rng.random() < 0.1:
        out.append(_later(rng, 15, partial(tell_about, ReceiptType.REFUND, purchase)))
    return out


def _later(rng: Random, days: int, tell: partial[Told]) -> FollowUp:
    return FollowUp(timedelta(days=days, minutes=between(rng, 1, 600)), tell)


def _monthly(merchant: Merchant) -> ReceiptType:
    by_layout = {"stripe": ReceiptType.RECEIPT, "pdf": ReceiptType.INVOICE}
    return by_layout.get(merchant.layout, ReceiptType.RENEWAL)


def _encoding(rng: Random) -> str:
    return "base64" if rng.random() < 0.2 else "quoted-printable"


_PAID_TO = {
    "en": "Receipt for your payment to {m}",
    "de": "Sie haben eine Zahlung über {a} {c} an {m} gesendet",
    "fr": "Reçu pour votre paiement à {m}",
}
_TRANSACTION = {"en": "Transaction ID", "de": "Transaktionscode", "fr": "Numéro de transaction"}

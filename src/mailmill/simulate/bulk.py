"""Mail sent to many: newsletters, promotions, notifications, security notices, and spam."""

from datetime import timedelta
from random import Random

from mailmill.simulate import html
from mailmill.simulate.compose import Header, Part, multipart, text_part
from mailmill.simulate.html import Links
from mailmill.simulate.merchants import GOODS, MERCHANTS
from mailmill.simulate.money import money
from mailmill.simulate.phrases import date_text, say
from mailmill.simulate.purchases import buy
from mailmill.simulate.scene import Draft, Scene, Told
from mailmill.simulate.text import between, digits, paragraph, pick, rare_word, sentence, token, topic

_LETTERS = (
    ("The Morning Tide", "morningtide.news", "en"), ("Compiler Weekly", "compilerweekly.dev", "en"),
    ("Ledger & Loom", "ledgerloom.co", "en"), ("Night Train Notes", "nighttrainnotes.com", "en"),
    ("Data Orchard", "dataorchard.io", "en"), ("Slow Harbour", "slowharbour.org", "en"),
    ("Stadtrand", "stadtrand-brief.de", "de"), ("Werkstattpost", "werkstattpost.de", "de"),
    ("La Lettre du Phare", "lettreduphare.fr", "fr"), ("Cuadernos del Faro", "cuadernosdelfaro.es", "es"),
    ("Il Molo", "ilmolo-lettera.it", "it"), ("De Waterlijn", "dewaterlijn.nl", "nl"),
    ("Latarnia", "latarnia-list.pl", "pl"),
)  # fmt: skip
_SERVICES = (
    ("Treehouse Forum", "treehouseforum.net"), ("Buildbarn CI", "buildbarn.dev"), ("Shelfshare", "shelfshare.app"),
    ("Calendrix", "calendrix.io"), ("Parkside School", "parkside-school.org"), ("Ridgeline Bank", "ridgelinebank.com"),
)  # fmt: skip
_OFFERS = {
    "en": ("Order now and save 20 %", "Your order could be ready tomorrow", "Last chance: total savings of {a}",
           "Receipt for summer? Deals from {a}"),
    "de": ("Jetzt bestellen und 20 % sparen", "Ihre Bestellung könnte morgen da sein", "Alles ab {a}"),
    "fr": ("Commandez maintenant : -20 %", "Votre commande pourrait arriver demain", "Tout dès {a}"),
    "es": ("Pide ahora y ahorra un 20 %", "Tu pedido podría llegar mañana", "Todo desde {a}"),
    "it": ("Ordina ora e risparmia il 20 %", "Il tuo ordine potrebbe arrivare domani", "Tutto da {a}"),
    "nl": ("Bestel nu en bespaar 20 %", "Je bestelling kan er morgen al zijn", "Alles vanaf {a}"),
    "pl": ("Zamów teraz i oszczędź 20 %", "Twoje zamówienie może być gotowe jutro", "Wszystko od {a}"),
}  # fmt: skip


def tell_newsletter(scene: Scene) -> Told:
    """An issue with 4 to 20 articles behind tracked links."""
    rng = scene.rng
    name, domain, language = pick(rng, _LETTERS)
    links = Links(rng, f"mail.{domain}")
    title = f"{topic(rng)} · {sentence(rng, language).rstrip('.')}"[:110]
    body = html.picture(f"https://cdn.{domain}/head-{token(rng, 10)}.png", name) + html.heading(name, 1)
    body += html.row(paragraph(rng, language, 3))
    articles = "".join(html.article(rng, language, links, f"cdn.{domain}") for _ in range(_articles(rng)))
    content = links.count // 2
    body += articles + _foot(links, name)
    page = html.page(domain, title, sentence(rng, language), body, foot=_pixel(links))
    draft = Draft(
        kind="newsletter",
        sender=name,
        sender_email=f"{pick(rng, ('news', 'hello', 'letter'))}@{domain}",
        subject=title,
        part=_with_text(rng, page, title, language),
        labels=("Inbox", pick(rng, ("Category Updates", "Category Promotions"))),
        truth={"links": content},
        label="newsletter",
        headers=list_headers(rng, domain, name),
    )
    return Told(draft)


def tell_promotion(scene: Scene) -> Told:
    """A shop's offer: prices, "order now", even order words in its subject, and no purchase at all."""
    rng = scene.rng
    merchant = pick(rng, MERCHANTS)
    language = merchant.language
    sample = buy(rng, merchant, "")
    amount = money(sample.total, merchant.currency, merchant.style)
    subject = pick(rng, _OFFERS[language]).format(a=amount)
    links = Links(rng, f"news.{merchant.domain}")
    body = html.picture(f"https://img.{merchant.domain}/{token(rng, 24)}.jpg", subject) + html.heading(subject, 1)
    for _ in range(between(rng, 3, 9)):
        cells = ""
        for thing, low, high in (pick(rng, GOODS[merchant.goods]) for _ in range(3)):
            price = money(type(sample.total)(between(rng, low, high)) / 100, merchant.currency, merchant.style)
            cells += html.product(thing, price, links.next(), f"https://img.{merchant.domain}/{token(rng, 40)}.jpg")
        body += (
            html.row(paragraph(rng, language, 2))
            + html.row(html.table(cells))
            + html.button(subject[:24], links.next())
        )
    page = html.page(f"{merchant.domain} offers", subject, sentence(rng, language), body + _foot(links, merchant.name))
    draft = Draft(
        kind="promotion",
        sender=merchant.name,
        sender_email=f"news@news.{merchant.domain}",
        subject=subject,
        part=_with_text(rng, page, subject, language),
        labels=("Inbox", "Category Promotions"),
        label="newsletter",
        headers=list_headers(rng, merchant.domain, merchant.name),
        offset=merchant.zone,
    )
    return Told(draft)


def tell_notification(scene: Scene) -> Told:
    """A service tells what happened; two in three as HTML."""
    rng = scene.rng
    name, domain = pick(rng, _SERVICES)
    subject = (
        f"{topic(rng)}: {pick(rng, ('new reply', 'build failed', 'reminder', 'weekly summary', 'you were mentioned'))}"
    )
    links = Links(rng, domain)
    lines = [sentence(rng, "en") for _ in range(between(rng, 2, 8))]
    text = "\n\n".join((subject, *lines, f"https://{domain}/t/{digits(rng, 6)}", f"-- \n{name}"))
    part = text_part(text, "plain", encoding="8bit")
    if rng.random() < 0.66:
        rows = html.heading(subject) + "".join(html.row(line) for line in lines) + html.button("Open", links.next())
        page = html.page(domain, subject, lines[0], rows + _foot(links, name))
        part = multipart(rng, "alternative", (part, text_part(page, "html")))
    draft = Draft("notification", name, f"notifications@{domain}", subject, part, labels=("Inbox", "Category Updates"),
                  headers=(("Auto-Submitted", "auto-generated"),))  # fmt: skip
    return Told(draft)


def tell_security(scene: Scene) -> Told:
    """Sign-in codes and new devices."""
    rng = scene.rng
    name, domain = pick(rng, _SERVICES)
    code = digits(rng, 6)
    subject = pick(rng, (f"{code} is your {name} code", f"New sign-in to {name}", f"Your {name} password was changed"))
    text = f"{subject}\n\nIf this was not you, tell us at once. The code {code} is valid for ten minutes.\n\n{name}\n"
    page = html.page(domain, subject, subject, html.heading(subject) + html.row(f"<p>{text}</p>"))
    part = multipart(rng, "alternative", (text_part(text, "plain"), text_part(page, "html")))
    return Told(Draft("security", name, f"security@{domain}", subject, part, label="security"))


def tell_spam(scene: Scene) -> Told:
    """Unasked-for mail, some of it made to look like a receipt of a known shop."""
    rng = scene.rng
    domain = f"{rare_word(rng)}-{rare_word(rng)}.{pick(rng, ('top', 'click', 'info', 'biz'))}"
    spoof = rng.random() < 0.3
    merchant = pick(rng, MERCHANTS)
    name = merchant.name if spoof else f"{rare_word(rng).title()} Offers"
    subject = f"Your account {digits(rng, 5)} is suspended" if spoof else f"{rare_word(rng).upper()}!!! {topic(rng)}"
    links = Links(rng, domain)
    lines = "".join(
        html.row(paragraph(rng, "en", 2)) + html.button("CLICK", links.next()) for _ in range(between(rng, 1, 6))
    )
    page = html.page(domain, subject, subject, html.heading(subject, 1) + lines)
    draft = Draft("spam", name, f"info@{domain}", subject, text_part(page, "html", encoding="base64"),
                  labels=("Spam",), folder="Spam", truth={"spoof": spoof})  # fmt: skip
    return Told(draft)


def tell_near_receipt(scene: Scene) -> Told:
    """Looks like a receipt and is none: quotes, reminders of unpaid bills, trials that end, baskets left behind."""
    rng = scene.rng
    merchant = pick(rng, MERCHANTS)
    purchase = buy(rng, merchant, "")
    amount = money(purchase.total, merchant.currency, merchant.style)
    due = scene.when + timedelta(days=between(rng, 3, 14))
    day = date_text(merchant.language, merchant.voice, due.year, due.month, due.day)
    subject, line = pick(rng, _NEAR[merchant.language])
    hello = say(merchant.language, "hello", merchant.voice).format(w=scene.owner.name)
    text = f"{hello}\n\n{line.format(a=amount, d=day)}\n"
    text += "".join(f"\n{one.quantity} x {one.name}" for one in purchase.lines) + f"\n\n{merchant.name}\n"
    part = text_part(text, "plain", merchant.charset, merchant.encoding)
    if rng.random() < 0.7:
        rows = html.heading(subject) + "".join(html.row(one) for one in text.split("\n") if one)
        page = html.page(merchant.domain, subject, subject, rows)
        part = multipart(rng, "alternative", (part, text_part(page, "html")))
    draft = Draft(
        "near_receipt", merchant.name, f"{merchant.sends_as}@{merchant.domain}", subject, part, offset=merchant.zone
    )
    return Told(draft)


def list_headers(rng: Random, domain: str, name: str) -> tuple[Header, ...]:
    """What mailing services add: unsubscribing (RFC 2369, RFC 8058), feedback and campaign ids."""
    handle = token(rng, 24)
    headers: list[Header] = [
        ("List-Unsubscribe", f"<https://mail.{domain}/u/{handle}>,\n <mailto:unsub-{handle[:10].lower()}@{domain}>")
    ]
    if rng.random() < 0.75:
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if rng.random() < 0.6:
        headers.append(
            ("Feedback-ID", f"{digits(rng, 6)}:{digits(rng, 4)}:campaign:{domain.split('.', maxsplit=1)[0]}")
        )
    if rng.random() < 0.45 and name.isascii():
        headers.append(("List-Id", f'"{name}" <{handle[:6].lower().replace("_", "x")}.{domain}>'))
    return (*headers, ("Precedence", "bulk")) if rng.random() < 0.3 else tuple(headers)


def _articles(rng: Random) -> int:
    """Mostly 8 to 24; now and then a digest several times as long."""
    return between(rng, 25, 60) if rng.random() < 0.08 else between(rng, 8, 24)


def _with_text(rng: Random, page: str, title: str, language: str) -> Part:
    """The page alone or with a plain part, which is often no more than a pointer to the web."""
    encoding = "base64" if rng.random() < 0.15 else "8bit" if rng.random() < 0.15 else "quoted-printable"
    part = text_part(page, "html", encoding=encoding)
    if rng.random() < 0.25:
        return part
    words = paragraph(rng, language, between(rng, 1, 20))
    return multipart(rng, "alternative", (text_part(f"{title}\n\n{words}\n", "plain"), part))


def _foot(links: Links, name: str) -> str:
    return html.row(
        f'{name}, 12 Quay Street · <a href="{links.next()}">Unsubscribe</a> · <a href="{links.next()}">Preferences</a>',
        extra="font-size:12px;color:#888;text-align:center;",
    )


def _pixel(links: Links) -> str:
    return f'<img src="{links.next()}" width="1" height="1" alt="" style="display:none">'


_NEAR: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("Your quote", "Here is the quote you asked for: {a}, valid until {d}. Nothing has been ordered yet."),
           ("Your trial ends soon", "Your free trial ends on {d}. After that the plan costs {a} a month."),
           ("Reminder: payment due", "Our records show that {a} is still open. Please pay by {d}."),
           ("You left something behind", "Your basket is waiting: {a} in all. Complete your order by {d}.")),
    "de": (("Ihr Angebot", "Gern bieten wir Ihnen an: {a}, gültig bis {d}. Noch ist nichts bestellt."),
           ("Zahlungserinnerung", "Der Betrag von {a} ist noch offen. Bitte zahlen Sie bis {d}."),
           ("Ihr Warenkorb wartet", "Im Warenkorb liegen Artikel für {a}. Bestellen Sie bis {d}.")),
    "fr": (("Votre devis", "Voici votre devis : {a}, valable jusqu’au {d}. Rien n’est commandé."),
           ("Rappel de paiement", "Il reste {a} à régler avant le {d}.")),
    "es": (("Tu presupuesto", "Este es tu presupuesto: {a}, válido hasta el {d}. Aún no hay pedido."),
           ("Recordatorio de pago", "Quedan {a} pendientes. Paga antes del {d}.")),
    "it": (("Il tuo preventivo", "Ecco il preventivo: {a}, valido fino al {d}. Nulla è stato ordinato."),
           ("Promemoria di pagamento", "Restano da pagare {a} entro il {d}.")),
    "nl": (("Je offerte", "Hierbij de offerte: {a}, geldig tot {d}. Er is nog niets besteld."),
           ("Betalingsherinnering", "Er staat nog {a} open. Betaal voor {d}.")),
    "pl": (("Twoja oferta", "Oto oferta: {a}, ważna do {d}. Nic jeszcze nie zamówiono."),
           ("Przypomnienie o płatności", "Do zapłaty pozostaje {a}. Prosimy o wpłatę do {d}.")),
}  # fmt: skip

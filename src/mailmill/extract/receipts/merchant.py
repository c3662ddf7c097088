"""Who sold it and who moved the money: domains, brands, payment processors."""

import re
from typing import NamedTuple

from mailmill.domain.facts import Evidence
from mailmill.domain.message import Message
from mailmill.extract.receipts.lines import MAX_SPAN, Line

_SECOND_LEVEL = frozenset(("co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go", "gob", "gouv"))
_PROCESSORS = {
    "paypal.com": "PayPal",
    "paypal.de": "PayPal",
    "paypal.co.uk": "PayPal",
    "stripe.com": "Stripe",
    "klarna.com": "Klarna",
    "klarna.de": "Klarna",
    "squareup.com": "Square",
    "square.com": "Square",
    "adyen.com": "Adyen",
    "paddle.com": "Paddle",
    "paddle.net": "Paddle",
    "fastspring.com": "FastSpring",
    "mollie.com": "Mollie",
    "sumup.com": "SumUp",
    "gumroad.com": "Gumroad",
    "lemonsqueezy.com": "Lemon Squeezy",
    "2checkout.com": "2Checkout",
    "afterpay.com": "Afterpay",
    "affirm.com": "Affirm",
    "payu.com": "PayU",
    "przelewy24.pl": "Przelewy24",
    "wise.com": "Wise",
    "braintreepayments.com": "Braintree",
    "chargebee.com": "Chargebee",
    "recurly.com": "Recurly",
}
# Organisation domains whose display name or own label is not the brand; all countries of a shop share one brand.
_BRANDS = {
    "amazon": "Amazon",
    "ebay": "eBay",
    "apple": "Apple",
    "google": "Google",
    "microsoft": "Microsoft",
    "netflix": "Netflix",
    "spotify": "Spotify",
    "uber": "Uber",
    "lyft": "Lyft",
    "lyftmail": "Lyft",
    "airbnb": "Airbnb",
    "booking": "Booking.com",
    "github": "GitHub",
    "zalando": "Zalando",
    "ikea": "IKEA",
    "etsy": "Etsy",
    "steampowered": "Steam",
    "bol": "bol",
    "allegro": "Allegro",
    "deliveroo": "Deliveroo",
    "doordash": "DoorDash",
    "walmart": "Walmart",
    "target": "Target",
    "bestbuy": "Best Buy",
    "parkmobile": "ParkMobile",
    "parkmobileglobal": "ParkMobile",
    "mediamarkt": "MediaMarkt",
    "otto": "OTTO",
    "aliexpress": "AliExpress",
    "digitalocean": "DigitalOcean",
    "namecheap": "Namecheap",
    "ryanair": "Ryanair",
    "easyjet": "easyJet",
    "lieferando": "Lieferando",
    "fnac": "Fnac",
    "cdiscount": "Cdiscount",
    "sncf": "SNCF",
    "bahn": "Deutsche Bahn",
    "elcorteingles": "El Corte Inglés",
    "coolblue": "Coolblue",
}
_PROVIDERS = (
    "gmail.com googlemail.com outlook.com hotmail.com yahoo.com gmx.de gmx.net web.de icloud.com aol.com live.com "
    "msn.com proton.me protonmail.com me.com mail.ru t-online.de orange.fr free.fr libero.it wp.pl o2.pl onet.pl"
)
_PUBLIC = frozenset(_PROVIDERS.split())
_ROLE = re.compile(
    r"^(?:(?:the )?(?:no-?reply|do-?not-?reply|orders?|order confirmations?|receipts?|billing|payments?|"
    r"invoices?|notifications?|"
    r"auto-confirm|service|customer (?:service|support|care)|support|info|shipping|sales|"
    r"rechnung\w*|"
    r"bestell\w*|kundenservice|facturation|commandes?|pedidos|facturación|ordini|zamówienia|"
    r"sklep)\b[ ,:@\u2013-]*(?:from |at |by |von |de |chez )?)",
    re.I,
)
_ROLE_END = re.compile(
    r"[ ,|\u2013-]*\b(?:no-?reply|(?:customer )?(?:service|support|care)|orders?|receipts?|billing|payments?|"
    r"notifications?|team|"
    r"via [\w .]+|order confirmation|invoices?|auto-confirm|kundenservice|bestellung\w*|service client|"
    r"rechnung)\W*$",
    re.I,
)
_VIA = re.compile(r"^(?P<name>.+?) (?:via|über|through|par) (?P<by>[\w .]+)$", re.I)
_NAME = r"(?P<name>[A-Z0-9À-Ž][^\n<>|:;!?()\"“”]{1,50}?)"
_STOP = (
    r"(?=\s*(?:$|[.,;:!?(#|<>\"“”]\s|[.,]$|\s#|#|\(|\[|\s(?:for|on|of|in|was|has|with|using|am|vom|über|für|le|pour|el|por|il|"
    r"per|op|voor|dnia|za|via|[A-Z]{3}\b|[$€£])\b))"
)
_NAMED = tuple(
    re.compile(pattern + _NAME + _STOP)
    for pattern in (
        r"(?:[Rr]eceipt|[Ii]nvoice|[Rr]efund|[Pp]urchase|[Oo]rder|[Pp]ayment) (?:from|with|at) ",
        r"(?:[Pp]ayment|[Pp]aid|[Ss]ent)(?: of)? [^\n]{1,30}? (?:to|at) ",
        r"(?:[Pp]ayment|[Pp]aid|[Pp]urchase) (?:to|at) ",
        r"(?:Zahlung|Einkauf|Bestellung|Rechnung|Quittung|Beleg|Betrag)[^\n]{0,40}? (?:an|bei|von) ",
        r"(?:[Pp]aiement|[Aa]chat|[Cc]ommande|[Rr]eçu|[Ff]acture)[^\n]{0,40}? (?:à|chez|de la part de) ",
        r"(?:[Pp]ago|[Cc]ompra|[Rr]ecibo|[Pp]edido)[^\n]{0,40}? (?:a|en) ",
        r"(?:[Pp]agamento|[Aa]cquisto|[Rr]icevuta|[Oo]rdine)[^\n]{0,40}? (?:a|da|su|presso) ",
        r"(?:[Bb]etaling|[Aa]ankoop|[Bb]estelling)[^\n]{0,40}? (?:aan|bij|van) ",
        r"(?:[Pp]łatność|[Zz]akup|[Zz]amówienie|[Tt]ransakcja)[^\n]{0,40}? (?:dla|w|od) ",
    )
)
_MERCHANT_LABEL = re.compile(
    r"(?:merchant|seller|sold by|paid to|payee|händler|verkäufer|zahlungsempfänger|empfänger|marchand|vendeur|"
    r"commerçant|"
    r"bénéficiaire|vendedor|comercio|tienda|venditore|esercente|negozio|verkoper|winkel|ontvanger|sprzedawca|"
    r"sklep|odbiorca)\s*:?\s*"
)


class Named(NamedTuple):
    """A value with where it was read and how sure it is."""

    value: str
    evidence: Evidence
    confidence: float


class Sender(NamedTuple):
    """The author of a mail: its registered domain and country label, and the processor behind it, if it is one."""

    domain: Named | None
    country: str
    processor: Named | None


def registered_domain(host: str) -> str:
    """The organisation's domain by labels: two of them, three under a two-level suffix such as ``co.uk``."""
    labels = [label for label in host.lower().strip(".").split(".") if label]
    count = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-count:])


def is_public(email: str) -> bool:
    """Whether an address belongs to a mail provider for people."""
    return registered_domain(email.rpartition("@")[2]) in _PUBLIC


def sender_of(message: Message) -> Sender:
    """Who sent this mail."""
    email = next((address.email for address in message.from_ if "@" in address.email), "")
    domain = registered_domain(email.rpartition("@")[2])
    if not domain:
        return Sender(None, "", None)
    evidence = header_evidence(message, "From", domain, last=True)
    processor = _PROCESSORS.get(domain)
    country = domain.rpartition(".")[2]
    if processor:
        return Sender(None, country, Named(processor, evidence, 0.95))
    return Sender(Named(domain, evidence, 0.6 if domain in _PUBLIC else 0.95), country, None)


def header_evidence(message: Message, name: str, value: str, *, last: bool = False) -> Evidence:
    """The place of ``value`` in a header's decoded text, without regard to case; else the header's beginning."""
    text = message.header(name) or ""
    low, wanted = text.lower(), value.lower()
    at = low.rfind(wanted) if last else low.find(wanted)
    if at < 0 or len(low) != len(text):
        return Evidence(f"header:{name}", 0, min(len(text), MAX_SPAN))
    return Evidence(f"header:{name}", at, at + min(len(wanted), MAX_SPAN))


def merchant_of(message: Message, sender: Sender, lines: list[Line]) -> Named | None:
    """The merchant: named in the body where a processor writes, else a known brand, the display name or the domain."""
    display = next((address.name for address in message.from_), "").strip()
    via = _VIA.match(display)
    if sender.processor is not None:
        named = _named_in(message, lines)
        own = via["name"] if via else _brand_name(display)
        if named is None and own and own.lower() not in sender.processor.value.lower() and len(own) > 1:
            named = Named(own, header_evidence(message, "From", own), 0.85)
        return named
    if sender.domain is None:
        return Named(display, header_evidence(message, "From", display), 0.5) if display else None
    return _sender_name(message, sender.domain, via["name"] if via else display)


def _sender_name(message: Message, domain: Named, display: str) -> Named:
    label = domain.value.partition(".")[0]
    brand = _BRANDS.get(label)
    if brand:
        return Named(brand, header_evidence(message, "From", label, last=True), 0.95)
    name = _brand_name(display)
    if name:
        return Named(name, header_evidence(message, "From", name), 0.85)
    return Named(label.capitalize(), header_evidence(message, "From", label, last=True), 0.65)


def _brand_name(display: str) -> str:
    """The display name without what is no name; empty when nothing is left."""
    name = display.strip(" \"'")[:80]
    if "@" in name:
        return ""
    for _ in range(2):
        name = _ROLE_END.sub("", name).strip(" \"'")
    stripped = _ROLE.sub("", name).strip(" \"'")
    return stripped if stripped or _ROLE.fullmatch(name) else name


def _named_in(message: Message, lines: list[Line]) -> Named | None:
    subject = message.subject
    for pattern in _NAMED:
        found = pattern.search(subject[:300])
        if found:
            name = found["name"].strip()
            return Named(name, header_evidence(message, "Subject", name), 0.9)
    for index, line in enumerate(lines[:200]):
        label = _MERCHANT_LABEL.match(line.low)
        if label:
            named = _labelled(lines, index, label.end())
            if named:
                return named
    for line in lines[:60]:
        for pattern in _NAMED:
            found = pattern.search(line.text[:300])
            if found and len(found["name"].strip()) > 1:
                return Named(found["name"].strip(), line.evidence(*found.span("name")), 0.75)
    return None


def _labelled(lines: list[Line], index: int, end: int) -> Named | None:
    line = lines[index]
    if end < len(line.text):
        separated = line.text[end - 1] in ": "
        text = line.text[end:].strip()
        return Named(text, line.evidence(end, len(line.text)), 0.85) if separated and 1 < len(text) <= 50 else None
    if index + 1 < len(lines) and 1 < len(lines[index + 1].text) <= 50:
        following = lines[index + 1]
        return Named(following.text, following.evidence(0, len(following.text)), 0.85)
    return None

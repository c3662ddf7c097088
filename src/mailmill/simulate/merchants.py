"""The shops, services and payment processors of the simulator: made up, each with its own house style."""

from typing import NamedTuple


class Merchant(NamedTuple):
    """Who sells, and how it writes.

    ``layout`` names a way of `layouts`; ``sends_as`` is the local part, ``mail_host`` the sending host below
    ``domain`` (empty: the domain itself). ``tax`` is the rate in percent, contained in prices where ``tax_inside``;
    0 shows none. ``goods`` names a shelf of `GOODS`. ``ships`` shops send parcels, ``renews`` services charge monthly.
    ``via`` names a processor that sends its own mail, ``voice`` (0-2) the wording. ``zone`` is in minutes east of UTC.
    """

    name: str
    domain: str
    language: str
    currency: str
    style: str
    layout: str
    goods: str
    order_pattern: str
    invoice_pattern: str = ""
    sends_as: str = "orders"
    mail_host: str = ""
    tax: int = 0
    tax_inside: bool = True
    ships: bool = True
    renews: bool = False
    via: str = ""
    voice: int = 0
    zone: int = 0
    charset: str = "utf-8"
    encoding: str = "quoted-printable"


GOODS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "outdoor": (("Trail lamp 400", 1900, 6900), ("Rain shell Fjell", 8900, 24900), ("Wool socks, 3 pairs", 1490, 3490),
                ("Folding stove", 2950, 7900), ("Tent peg set", 890, 1990), ("Dry bag 20 l", 1590, 2990)),
    "books": (("The Salt Ledger", 899, 2400), ("Night Ferry (paperback)", 999, 1499), ("Atlas of Wells", 2990, 6900),
              ("A Grammar of Birds", 1250, 3200), ("Short Walks, Long Winters", 1099, 1999)),
    "home": (("Stoneware bowl", 1290, 2990), ("Linen curtain 140×250", 3990, 9900), ("Desk lamp Halo", 4590, 12900),
             ("Oak shelf 80 cm", 5900, 19900), ("Bath towel, sage", 1490, 2990), ("Cast iron pan 26", 4900, 11900)),
    "food": (("Margherita", 850, 1290), ("Lentil soup", 590, 890), ("Pad see ew", 1150, 1590), ("Tiramisù", 490, 750),
             ("Ginger lemonade", 320, 490), ("Dumplings (8)", 790, 1190)),
    "electronics": (("USB-C dock 7-in-1", 3990, 8900), ("Mechanical keyboard K75", 7900, 18900),
                    ("27\" monitor QHD", 19900, 44900), ("SSD 2 TB", 9900, 21900),
                    ("Laptop 14 / 16 GB", 79900, 189900)),
    "apps": (("Studio plan, monthly", 900, 2900), ("Team plan (3 seats)", 2700, 8700), ("Storage 2 TB", 799, 999),
             ("Developer licence", 4900, 14900)),
    "tickets": (("Day pass, zone A", 760, 1290), ("Night train, couchette", 5990, 13900),
                ("Concert, row 12", 2900, 8900),
                ("Museum, 2 adults", 2200, 3600)),
    "pharmacy": (("Hand cream 75 ml", 590, 1290), ("Vitamin D drops", 790, 1490), ("Plasters, 40 pcs", 349, 690),
                 ("Sun lotion SPF 50", 1190, 2390)),
    "garden": (("Tomato seeds, mixed", 349, 699), ("Watering can 9 l", 1990, 3900), ("Pruning shears", 2490, 5900),
               ("Peat-free soil 40 l", 899, 1499), ("Rose 'Abendstern'", 1690, 2990)),
    "rides": (("Trip fare", 720, 3890),),
    "telecom": (("Fibre 250", 2999, 4999), ("Mobile flat M", 999, 2499)),
}  # fmt: skip

MERCHANTS: tuple[Merchant, ...] = (
    Merchant("Kaldervik Outdoor", "kaldervik-outdoor.com", "en", "USD", "us", "table", "outdoor", "KV-#######", tax=8,
             tax_inside=False, zone=-300),
    Merchant("Pennywhistle Books", "pennywhistlebooks.co.uk", "en", "GBP", "us", "rows", "books", "PB#######",
             sends_as="hello", voice=1),
    Merchant("Loomhaus", "loomhaus.de", "de", "EUR", "de", "table", "home", "##########", "RE-20##-######",
             sends_as="bestellung", tax=19, zone=60),
    Merchant("Buchkontor Nordlicht", "buchkontor-nordlicht.de", "de", "EUR", "de", "text", "books", "B-######",
             "R######", sends_as="service", tax=7, zone=60, voice=1, charset="iso-8859-15", encoding="8bit"),
    Merchant("Gartenwerk Sonnhalde", "gartenwerk-sonnhalde.at", "de", "EUR", "at", "pdf", "garden", "######",
             "AR-###/####", sends_as="rechnung", tax=20, zone=60, voice=2),
    Merchant("Chaletto", "chaletto.ch", "de", "CHF", "ch", "rows", "home", "CH-########", sends_as="info", tax=8,
             zone=60, voice=1),
    Merchant("La Malle d’Hortense", "malle-hortense.fr", "fr", "EUR", "fr", "table", "home", "CMD########",
             "F-######", sends_as="commandes", tax=20, zone=60),
    Merchant("Librairie du Canal", "librairieducanal.fr", "fr", "EUR", "fr", "jsonld", "books", "#####-#####",
             sends_as="contact", tax=5, zone=60, voice=1),
    Merchant("Panadera Express", "panaderaexpress.es", "es", "EUR", "es", "rows", "food", "PE-######",
             sends_as="pedidos", tax=10, ships=False, zone=60),
    Merchant("Electrosur", "electrosur-tienda.es", "es", "EUR", "de", "table", "electronics", "ES##########",
             "FV-##-#####", sends_as="no-reply", tax=21, zone=60, voice=1),
    Merchant("Casa Lumetta", "casalumetta.it", "it", "EUR", "it", "table", "home", "#########", "FT-####/##",
             sends_as="ordini", tax=22, zone=60),
    Merchant("Trenonotte", "trenonotte.it", "it", "EUR", "de", "prose", "tickets", "@@####", sends_as="biglietti",
             ships=False, zone=60, voice=1),
    Merchant("Fietsmolen", "fietsmolen.nl", "nl", "EUR", "nl", "table", "outdoor", "FM######", "2########",
             sends_as="bestellingen", tax=21, zone=60),
    Merchant("Bakkum Apotheek", "bakkum-apotheek.nl", "nl", "EUR", "nl", "microdata", "pharmacy", "########",
             sends_as="klantenservice", tax=9, zone=60, voice=1),
    Merchant("Księgarnia Latarnik", "latarnik-ksiazki.pl", "pl", "PLN", "pl", "table", "books", "LK/######/2#",
             "FV/####/2#", sends_as="zamowienia", tax=5, zone=60),
    Merchant("Zielony Kosz", "zielonykosz.pl", "pl", "PLN", "pl", "text", "food", "##########", sends_as="sklep",
             tax=8, zone=60, voice=1, charset="iso-8859-2", encoding="quoted-printable"),
    Merchant("Tessel Cloud", "tesselcloud.io", "en", "USD", "us", "stripe", "apps", "", "@@@%%%%%-####",
             sends_as="billing", ships=False, renews=True, via="Stripe", zone=0),
    Merchant("Quillpad", "quillpad.app", "en", "USD", "us", "stripe", "apps", "", "%%%%%%%@-####",
             sends_as="receipts", ships=False, renews=True, via="Stripe", zone=-480, voice=1),
    Merchant("Streamlark", "streamlark.tv", "en", "EUR", "us", "prose", "apps", "", "SL-##########",
             sends_as="account", ships=False, renews=True, zone=0, voice=2),
    Merchant("Fernlicht Telekom", "fernlicht-telekom.de", "de", "EUR", "de", "pdf", "telecom", "",
             "### ### ####", sends_as="rechnung", tax=19, ships=False, renews=True, zone=60),
    Merchant("Tuffet & Thorn", "tuffetandthorn.com", "en", "USD", "us", "jsonld", "garden", "TT#####", tax=7,
             tax_inside=False, mail_host="mail", zone=-360, voice=2),
    Merchant("Harrow Street Kitchen", "harrowstreetkitchen.com", "en", "USD", "us", "rows", "food", "####-####",
             sends_as="orders", tax=9, tax_inside=False, ships=False, zone=-300, voice=1),
    Merchant("Circuit Barn", "circuitbarn.com", "en", "USD", "us-code", "microdata", "electronics",
             "3##-#######-#######", sends_as="auto-confirm", tax=6, tax_inside=False, zone=-480),
    Merchant("Hikari Denki", "hikaridenki.jp", "en", "JPY", "us", "text", "electronics", "HD-####-####",
             sends_as="shop", tax=10, zone=540, voice=2),
    Merchant("Maple & Birch Supply", "maplebirch.ca", "en", "CAD", "us", "table", "outdoor", "#####", tax=13,
             tax_inside=False, zone=-240, voice=2),
    Merchant("Gumleaf Trading", "gumleaftrading.com.au", "en", "AUD", "us", "rows", "garden", "GL######",
             "INV-#####", sends_as="accounts", tax=10, zone=600),
    Merchant("Lyktan Hem", "lyktanhem.se", "en", "SEK", "se", "table", "home", "LH-########", tax=25, zone=60, voice=1),
    Merchant("Wayfare Rides", "wayfarerides.com", "en", "USD", "us", "prose", "rides", "", "",
             sends_as="no-reply", ships=False, zone=-300),
    Merchant("Bazarique", "bazarique.com", "en", "USD", "us", "multi", "home", "1##-####-####",
             sends_as="order-update", mail_host="marketplace", tax=0, zone=-480, voice=1),
    Merchant("Holzpfote", "holzpfote.de", "de", "EUR", "de", "rows", "home", "HP-#####", sends_as="post",
             via="PayPal", zone=60, voice=2),
    Merchant("Atelier Brume", "atelierbrume.fr", "fr", "EUR", "fr", "rows", "garden", "AB######", sends_as="bonjour",
             via="PayPal", zone=60, voice=2),
    Merchant("Verdant Yarns", "verdantyarns.com", "en", "USD", "us", "table", "home", "VY#####", sends_as="hello",
             via="PayPal", zone=-300, voice=1),
)  # fmt: skip

PROCESSORS: dict[str, tuple[str, str]] = {
    "PayPal": ("service@paypal.com", "paypal.com"),
    "Stripe": ("receipts@stripe.com", "stripe.com"),
}
"""Role addresses of the processors whose mail names the merchant in its body."""

"""The first look at a mail: can it speak of a purchase at all? Most mail cannot, and must cost next to nothing."""

from mailmill.domain.message import Message

_READ = 4_000
_READ_SOURCE = 30_000

# Words of a subject that make a mail worth a full reading.
_STEMS = """
    order receipt invoice paid payment purchase refund ship deliver dispatch renew subscription booking reserv trip
    ride ticket bill parking transaction charge confirm donat bestell rechnung zahlung quittung erstatt versand
    verschickt liefer zugestellt storn gutschrift mahnung abo verlänger buchung beleg kauf sendung paket commande
    factur paiement reçu rembours expédi livr annul achat renouvel réserv colis pedido pago recibo reembols envia
    envío entreg cancel compra suscrip renov paquete ordine fattur ricevut pagament rimbors spedi consegn acquist
    abbonament rinnov prenot faktur betal terugbet verzend verzonden bezorg onderweg aankoop verleng pakket zamówi
    płatno paragon zwrot wysł dostar anulow zakup subskryp odnow paczk potwierdz summary statement on_its_way
    on_the_way
"""
_SUBJECT = tuple(stem.replace("_", " ") for stem in _STEMS.split())
# What a body must hold, beside money, when the subject says nothing: a total, and a word of commerce.
_TOTALS = ("total", "amount", "betrag", "summe", "montant", "importe", "bedrag", "totaal", "kwota", "zapłaty", "razem")
_COMMERCE = (
    "receipt", "invoice", "order n", "order #", "your order", "transaction id", "rechnung", "bestell", "facture",
    "commande", "factura", "pedido", "fattura", "ordine", "factuur", "zamówieni", "faktur",
)  # fmt: skip
_SIGNS = ("$", "€", "£", "¥", "zł", "EUR")


def may_be_receipt(message: Message) -> bool:
    """Whether a full reading can pay; no mail that is a receipt by its words or its mark-up is turned away."""
    subject = message.subject[:300].lower()
    if subject.startswith(("re:", "aw:", "sv:", "antw:", "odp:")):
        return False
    if _has_one(subject, _SUBJECT):
        return True
    text = message.text
    if len(text) > _READ:
        text = text[:_READ]
    if _has_one(text, _SIGNS):
        low = text.lower()
        if _has_one(low, _TOTALS) and _has_one(low, _COMMERCE):
            return True
    return any(
        part.content_type == "text/html" and part.text.find("schema.org/", 0, _READ_SOURCE) >= 0
        for part in message.parts
    )


def speaks_of_purchase(low: str) -> bool:
    """Whether a text in lower case holds a word of commerce at all; far cheaper than to find out which."""
    return _has_one(low, _SUBJECT)


def _has_one(text: str, words: tuple[str, ...]) -> bool:
    # A plain loop over ``in``: five times faster than one alternation of this size.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False

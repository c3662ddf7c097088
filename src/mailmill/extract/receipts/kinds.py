"""What a mail about a purchase says: the type of receipt, by words in seven languages."""

import re
from typing import NamedTuple

from mailmill.domain.facts import ReceiptType

_CANCELLATION = (
    r"cancel+ed|cancel+ation|storniert|stornierung|storno|annulée?\b|annulation|cancelad[oa]|cancelación|"
    r"annullat[oa]|annullamento|"
    r"geannuleerd|annulering|anulowan|anulacja|anulowaliśmy"
)
_REFUND = (
    r"refund|money back|credit note|erstattung|erstattet|gutschrift|rembours|reembols|rimbors|nota di credito|"
    r"terugbeta|"
    r"zwrot (?:pieniędzy|środków|płatności|należności|za)|zwróciliśmy|potwierdzenie zwrotu|avoir\b"
)
_FAILED = (
    r"payment[^.]{0,25}(?:failed|declined|unsuccessful|not (?:go|been) (?:through|processed)|problem|issue|"
    r"overdue|past due|"
    r"could(?: not|n['\u2019]t) be)|(?:unable|failed) to (?:process|charge|collect)|could(?: not|"
    r"n['\u2019]t) (?:process|"
    r"charge|collect)|"
    r"(?:failed|declined|unsuccessful|overdue|past due|problem with your|issue with your) (?:payment|invoice)|"
    r"card (?:was|has been) declined|"
    r"invoice[^.]{0,20}overdue|update your (?:payment|billing)|"
    r"zahlung[^.]{0,40}(?:fehlgeschlagen|abgelehnt|nicht (?:möglich|erfolgreich|verarbeitet))|"
    r"fehlgeschlagene zahlung|"
    r"nicht (?:abgebucht|eingezogen|verarbeitet) werden|"
    r"zahlungserinnerung|mahnung|échec d[ue]|paiement[^.]{0,30}(?:refusé|échoué|rejeté)|"
    r"n['\u2019]avons pas pu (?:traiter|débiter)|"
    r"pago[^.]{0,30}(?:rechazado|fallido|no se ha podido)|no (?:hemos podido|pudimos) (?:procesar|cobrar)|"
    r"error en el pago|"
    r"pagamento[^.]{0,30}(?:non riuscito|rifiutato|fallito|non andato)|impossibile (?:elaborare|addebitare)|"
    r"betaling[^.]{0,30}(?:mislukt|geweigerd|niet gelukt)|mislukte betaling|betalingsherinnering|"
    r"płatność[^.]{0,30}(?:nie powiodła|odrzucon|nieudana|nie została)|nieudana płatność|nie udało się (?:pobrać|"
    r"zrealizować)"
)
_DELIVERY = (
    r"(?<!not )(?<!be )delivered|delivery confirmation|zugestellt|wurde geliefert|a été livrée?|"
    r"livraison effectuée|entregad[oa]|"
    r"consegnat[oa]|(?:is|zijn) bezorgd|bezorgd|geleverd|dostarczon|doręczon"
)
_SHIPPING = (
    r"shipped|dispatched|\bon (?:its|the) way|out for delivery|shipping (?:confirmation|update)|"
    r"has (?:been )?sent\b|"
    r"versandt|verschickt|versandbestätigung|versendet|ist unterwegs|auf dem weg|expédiée?s?\b|expédition|"
    r"en (?:route|chemin)|enviad[oa]|en camino|"
    r"spedit[oa]|spedizione|in arrivo|in viaggio|verzonden|onderweg|wysłan|w drodze|nadan[ao]|wysyłk"
)
_RENEWAL = (
    r"renewal|renew(?:ed|s)?\b|auto-?renew|verlänger|renouvel|renovación|renovad[oa]|se renovará|renueva|rinnov|"
    r"verleng|odnow|przedłuż"
)
_INVOICE = (
    r"invoice|rechnung\b|ihre rechnung|factures?\b|facturas?\b|fattur[ae]\b|factuur|faktur[ay]\b|faktura|"
    r"\bbill (?:is|for)|\bbill\b"
)
_RECEIPT = (
    r"receipt|transaction (?:details|confirmation|summary)|"
    r"payment (?:received|confirm|successful|complete)|(?:received|for) your payment|you(?:'ve)? paid|"
    r"you sent (?:a payment|\W?\d)|"
    r"thank(?:s| you) for (?:your (?:payment|purchase|donation)|riding|travel)|payment to\b|purchase confirm|"
    r"your (?:purchase|payment)|"
    r"quittung|zahlungs(?:bestätigung|eingang|beleg)|zahlung (?:erhalten|eingegangen|an|bestätigt)|ihre zahlung|"
    r"kassenbon|beleg\b|kaufbeleg|"
    r"reçu\b|paiement (?:reçu|confirmé|effectué|accepté)|confirmation de paiement|votre (?:paiement|achat)|"
    r"recibo|pago (?:recibido|confirmado|realizado|aceptado)|confirmación de pago|tu (?:pago|compra)|su pago|"
    r"ricevuta|pagamento (?:ricevuto|confermato|effettuato|riuscito)|conferma di pagamento|"
    r"betal(?:ing (?:ontvangen|geslaagd|bevestigd)|ingsbevestiging)|betaalbewijs|betaalbevestiging|kwitantie|"
    r"kassabon|aankoopbewijs|"
    r"potwierdzenie (?:płatności|wpłaty|zapłaty|zakupu)|paragon|otrzymaliśmy (?:płatność|wpłatę)|"
    r"płatność (?:przyjęta|otrzymana|zakończona)"
)
_ORDER = (
    r"\border\b|bestellung|bestellbestätigung|auftragsbestätigung|commande|pedido|ordine\b|bestelling|zamówieni|"
    r"booking|reservation|buchung|réservation|reserva\b|prenotazione|reservering|rezerwacj|thanks for your order|"
    r"orden\b"
)

# Tried in this order: the graver news first, the plainer last.
_SUBJECT = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (ReceiptType.PAYMENT_FAILED, _FAILED),
        (ReceiptType.CANCELLATION, _CANCELLATION),
        (ReceiptType.REFUND, _REFUND),
        (ReceiptType.SHIPPING, r"out for delivery"),
        (ReceiptType.DELIVERY, _DELIVERY),
        (ReceiptType.SHIPPING, _SHIPPING),
        (ReceiptType.RENEWAL, _RENEWAL),
        (ReceiptType.RECEIPT, r"payment receipt|receipt (?:for|from|of)|your (?:\w+ )?receipt"),
        (ReceiptType.INVOICE, _INVOICE),
        (ReceiptType.RECEIPT, _RECEIPT),
        (ReceiptType.ORDER, _ORDER),
    )
)
# In the body only what is said to have happened counts, in the opening lines.
_HYPOTHETICAL = re.compile(
    r"\b(?:when|once|as soon as|if|after|until|will|within|policy|want|wish|need to|would|may|can|wenn|sobald|"
    r"falls|werden|wird|"
    r"möchten|dès|lorsque|quand|si|cuando|si|una vez|quando|appena|se|non appena|zodra|wanneer|als|gdy|kiedy|po|"
    r"jeśli)\b"
)
_NOT = re.compile(
    r"trial (?:period )?(?:\w+ )?(?:ends?|ending|expir|is about|has ended|will end)|free trial|your cart|"
    r"left (?:something )?behind|"
    r"wish ?list|abandon|% off|testphase|probe(?:zeitraum|abo)|essai (?:gratuit|se termine)|prueba gratuita|"
    r"prova gratuita|"
    r"proefperiode|okres próbny|warenkorb|panier|carrito|carrello|winkelwagen|koszyk|rate your|how was your|"
    r"review your|"
    r"password|log ?in|security alert|survey|deals?\b|\bsale\b|quote request"
)


class Kind(NamedTuple):
    """A type, where the words stand, and whether they stand in the subject."""

    type: ReceiptType
    start: int
    end: int
    strong: bool


def of_subject(low: str) -> Kind | None:
    """The type that a subject names (``low`` is in lower case)."""
    for kind, pattern in _SUBJECT:
        found = pattern.search(low)
        if found:
            return Kind(kind, found.start(), found.end(), True)
    return None


def of_line(low: str) -> Kind | None:
    """The type that one line of the body names; talk of what may happen does not count."""
    for kind, pattern in _SUBJECT:
        found = pattern.search(low, 0, 200)
        if found:
            grave = kind not in {ReceiptType.RECEIPT, ReceiptType.INVOICE, ReceiptType.ORDER}
            if grave and _HYPOTHETICAL.search(low, 0, 200):
                continue
            return Kind(kind, found.start(), found.end(), False)
    return None


def speaks_of_something_else(low: str) -> bool:
    """Whether a subject is about a trial, a cart, a sale, a review or an account rather than a purchase."""
    return _NOT.search(low) is not None

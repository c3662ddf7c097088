"""What the label before an amount says, in English, German, French, Spanish, Italian, Dutch and Polish."""

import re
from enum import Enum


class Amount(Enum):
    """The part an amount plays in a purchase. ``TOTAL`` is said outright, ``SUM`` only called total or amount."""

    TOTAL = 1
    SUM = 2
    PAID_BY = 3
    SUBTOTAL = 4
    TAX = 5
    SHIPPING = 6
    FEE = 7
    DISCOUNT = 8
    OTHER = 9


# Tried in this order against the beginning of a label: what only looks like a total comes before the totals.
_LABELS: tuple[tuple[Amount, str], ...] = (
    (
        Amount.OTHER,
        (
            r"total (?:savings|saved|items?\b|articles|before|excl|quantity|weight|miles|time|distance|points|"
            r"number)|"
            r"you saved|balance\b|remaining|amount due next|unit price|price per|next (?:payment|billing)|was\b|"
            r"total de (?:puntos|artículos)|saldo|liste?npreis|rrp\b|estimated savings|due later|refunded so far"
        ),
    ),
    (
        Amount.SUBTOTAL,
        (
            r"(?:order |items? |cart |merchandise )?sub-?\s?total|items?(?: total)?\b|merchandise|net (?:amount|"
            r"total|price)|net\b|"
            r"total (?:net|ht|hors taxes?)|zwischensumme|warenwert|artikel(?:summe|preis)?\b|netto(?:betrag|"
            r"summe)?\b|"
            r"sous[- ]total|montant ht|subtotaal|base imponible|imponibile|totale parziale|totale prodotti|"
            r"suma częściowa|suma pośrednia|wartość (?:netto|produktów|zamówienia netto)|total excl\w*|"
            r"gesamt netto|"
            r"exkl"
        ),
    ),
    (
        Amount.TAX,
        (
            r"(?:(?:incl(?:uding|udes|\.)?|inkl\.?|includes|davon|dont|di cui|waarvan|w tym|enthaltene|total|"
            r"estimated|sales|"
            r"zzgl\.?|plus) )?(?:\d{1,2}(?:[.,]\d{1,2})? ?% )?(?:sales |estimated )?"
            r"(?:tax(?:es)?|vat|gst|hst|pst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|i\.v\.a|btw|podatek)\b"
        ),
    ),
    (
        Amount.SHIPPING,
        (
            r"(?:standard |express |free )?(?:shipping|delivery|postage|p&p)\b|(?:estimated )?shipping|"
            r"versand|liefer(?:kosten|gebühr|ung)|zustellung|porto\b|frais de (?:port|livraison|transport)|"
            r"livraison|"
            r"gastos de envío|envío|spedizione|(?:spese|costi) di (?:spedizione|consegna)|verzend|bezorgkosten|"
            r"wysyłka|dostawa|koszt(?:y)? (?:dostawy|wysyłki)"
        ),
    ),
    (
        Amount.FEE,
        (
            r"(?:small order|\w+) (?:fee|"
            r"charge)s?\b|"
            r"tips?\b|gratuity|surcharge|trinkgeld|servicegebühr|bearbeitungsgebühr|pourboire|frais de (?:service|"
            r"dossier)|"
            r"propina|gastos de gestión|mancia|commissioni?|servicekosten|transactiekosten|fooi|opłata|napiwek"
        ),
    ),
    (
        Amount.DISCOUNT,
        (
            r"(?:total |order |promotional |member )?(?:discounts?|promo\w*|coupons?|vouchers?|gift cards?|savings|"
            r"store credit)\b|"
            r"rabatt|gutschein|nachlass|remise|réduction|bon de réduction|code promo|descuento|cupón|sconto|buono|"
            r"korting|cadeaubon|rabat|zniżka|kupon"
        ),
    ),
    (
        Amount.TOTAL,
        (
            r"(?:order |booking |invoice |purchase |final |new |your |trip |fare )?grand[- ]total|"
            r"(?:order|invoice|purchase|booking|trip|shipment|payment|refund|final|overall|estimated) total|"
            r"total (?:charged|paid|amount|cost|price|due|refund(?:ed)?|charge|for (?:this|your) order|payment|"
            r"billed|incl|"
            r"ttc|à payer|payé|réglé|de (?:la|votre) commande|de la compra|del pedido|a pagar|pagado|con iva|"
            r"te betalen|inkl|brutto|da pagare|ordine|pagato)|"
            r"(?:amount|price) (?:paid|charged|due|received|refunded)|amount billed|you(?:'ve| have)? paid|"
            r"refund(?:ed)? amount|(?:total )?refund\b|payment amount|"
            r"gesamt(?:betrag|summe|preis|kosten|wert)|endbetrag|endsumme|rechnungs(?:betrag|summe)|"
            r"zahl(?:ungs)?betrag|"
            r"bestell(?:summe|wert)|summe (?:inkl|brutto)|gesamt (?:inkl|brutto)|bruttobetrag|zu zahlen|"
            r"bezahlter betrag|"
            r"erstattungsbetrag|erstattung(?:ssumme)?|abgebuchter betrag|auftragssumme|"
            r"montant (?:total|ttc|payé|réglé|débité|remboursé|à payer|du paiement)|net à payer|prix total|"
            r"importe (?:total|pagado|cobrado|reembolsado)|(?:precio|monto) total|"
            r"importo (?:totale|pagato|addebitato|rimborsato)|totale (?:ordine|dell'ordine|pagato|da pagare|"
            r"complessivo|"
            r"fattura|iva inclusa|rimborso)|prezzo totale|"
            r"totaal(?:bedrag|prijs)|totaal (?:betaald|te betalen|incl|bestelling)|te betalen|betaald bedrag|"
            r"terugbetaald bedrag|factuurbedrag|eindtotaal|"
            r"(?:razem )?do zapłaty|kwota (?:całkowita|do zapłaty|zapłacona|zamówienia|brutto|zwrotu|płatności)|"
            r"łączna (?:kwota|cena|wartość)|wartość (?:zamówienia|brutto)|suma (?:całkowita|zamówienia|brutto)|"
            r"razem (?:brutto|z vat)|zapłacono"
        ),
    ),
    (
        Amount.SUM,
        (
            r"total\b|totals\b|totale\b|totaal\b|gesamt\b|insgesamt\b|summe\b|suma\b|razem\b|ogółem\b|łącznie\b|"
            r"amount\b|betrag\b|"
            r"montant\b|importe\b|importo\b|bedrag\b|kwota\b|paid\b|charged\b|bezahlt\b|payé\b|pagado\b|pagato\b|"
            r"betaald\b|"
            r"cena\b|price\b|cost\b|you sent\b|payment\b|zahlung\b|paiement\b|pago\b|pagamento\b|betaling\b|"
            r"płatność\b"
        ),
    ),
    (
        Amount.PAID_BY,
        (
            r"visa\b|master ?card|amex|american express|discover\b|maestro|paypal|apple pay|google pay|klarna|"
            r"ideal\b|blik\b|"
            r"bancontact|girocard|ec-karte|kreditkarte|(?:credit |debit )?card\b|carte bancaire|cb\b|tarjeta|"
            r"carta di credito|"
            r"creditcard|karta|lastschrift|sepa\b|sofort"
        ),
    ),
)
_PATTERN = re.compile(r"[\W_]*(?:" + "|".join(f"(?P<{amount.name}>{pattern})" for amount, pattern in _LABELS) + ")")

# An amount inside a sentence: "a payment of $5", "Zahlung in Höhe von 5 €".
_SENTENCE = re.compile(
    r"(?:payment|purchase|total|refund|charge|amount|transaction|order total|deposit)(?: (?:is|was))? (?:of|"
    r"for)[:\s]*$|"
    r"(?:charged|paid|billed|refunded|received|sent)(?: (?:you|your card|us|a total of))?[:\s]*$|"
    r"(?:zahlung|betrag|summe|erstattung|gutschrift|rechnung|abbuchung)(?: in höhe)? (?:von|über)[:\s]*$|"
    r"haben[:\s]*$|"
    r"(?:paiement|montant|remboursement|achat|somme|total) de[:\s]*$|"
    r"(?:pago|importe|reembolso|compra|cargo|total)(?: por importe)? de[:\s]*$|"
    r"(?:pagamento|importo|rimborso|acquisto|totale|addebito)(?: pari a| di| per)[:\s]*$|"
    r"(?:betaling|bedrag|terugbetaling|aankoop|totaal)(?: van|: )[:\s]*$|"
    r"(?:płatność|płatności|kwotę|kwocie|kwota|zwrot|zapłata)(?: na kwotę| w wysokości| w kwocie)?[:\s]*$"
)
_MONTHLY = re.compile(
    r"^\W{0,3}(?:/|per |a |pro |par |al |per )\s?(?:month|year|mo\b|monat|jahr|mois|an\b|mes|año|mese|anno|maand|"
    r"jaar)"
)


def label_of(low: str) -> tuple[Amount, int] | None:
    """The part that this line's beginning names and where the name ends; None when it names none."""
    found = _PATTERN.match(low)
    if found is None or found.lastgroup is None:
        return None
    return Amount[found.lastgroup], found.end()


def is_sentence_total(low: str, before: int) -> bool:
    """Whether the words right before position ``before`` say that an amount was paid, asked or refunded."""
    return _SENTENCE.search(low, max(0, before - 40), before) is not None


def is_rate(low: str, after: int) -> bool:
    """Whether the amount that ends at ``after`` is a price per time."""
    return _MONTHLY.match(low[after : after + 14]) is not None


_TAX_BEFORE = re.compile(
    r"(?:\btax|\bvat|\bgst|mwst\.?|ust\.?|\btva|\biva|\bbtw|umsatzsteuer|"
    r"mehrwertsteuer)(?: ?\(?\d{1,2}(?:[.,]\d{1,2})? ?%\)?)?(?: of| von| de| di| van)?[:\s]{0,3}$"
)
_WITHOUT = re.compile(r"(?:before|excl\w*\.?|without|ohne|zzgl\.?|plus|hors|sin|senza|zonder|bez)\W{0,3}$")
_SAYS_TOTAL = re.compile(r"\W*(?:total|gesamt|insgesamt|summe|suma|razem|ogółem|łącznie)")


def is_tax_before(low: str, before: int) -> bool:
    """Whether the words right before position ``before`` name a tax."""
    found = _TAX_BEFORE.search(low, max(0, before - 40), before)
    return found is not None and not _WITHOUT.search(low, max(0, before - 60), found.start())


def says_total(low: str) -> bool:
    """Whether a label says total outright rather than amount, price or payment."""
    return _SAYS_TOTAL.match(low) is not None

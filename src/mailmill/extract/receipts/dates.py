"""Dates as mails write them, in seven languages."""

import re
from datetime import date, timedelta
from typing import NamedTuple

_MONTHS = {
    1: "january jan januar jänner janvier janv enero ene gennaio gen januari stycznia styczeń sty",
    2: "february feb februar février févr fév febrero febbraio februari lutego luty lut",
    3: "march mar märz mär mrz mars marzo maart mrt marca marzec",
    4: "april apr avril avr abril abr aprile kwietnia kwiecień kwi",
    5: "may mai mayo maggio mag mei maja maj",
    6: "june jun juni juin junio giugno giu czerwca czerwiec cze",
    7: "july jul juli juillet juil julio luglio lug lipca lipiec lip",
    8: "august aug août agosto ago augustus sierpnia sierpień sie",
    9: "september sep sept septembre septiembre settembre set wrz września wrzesień",
    10: "october oct oktober okt octobre octubre ottobre ott października październik paź",
    11: "november nov novembre noviembre listopada listopad lis",
    12: "december dec dezember dez décembre déc diciembre dic dicembre grudnia grudzień gru",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_PATTERNS = re.compile(
    r"(?<![\d.])(?:"
    r"(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)|"
    r"(?P<d2>\d{1,2})(?:st|nd|rd|th|er|º)?\.?(?: de | of |[ -])?(?P<m2>"
    + _NAMES
    + r")\.?,?(?: de | del |[ -])(?P<y2>(?:19|20)\d\d)|"
    r"(?P<a3>\d{1,2})(?P<s3>[./-])(?P<b3>\d{1,2})(?P=s3)(?P<y3>(?:19|20)?\d\d)(?![\d])"
    r")|\b(?P<m4>" + _NAMES + r")\.? (?P<d4>\d{1,2})(?:st|nd|rd|th)?,? (?P<y4>(?:19|20)\d\d)"
)
_LABEL = re.compile(
    r"\W*(?:(?:order(?:ed)?|purchase|invoice|payment|transaction|receipt|booking|issue|billing|refund) date|"
    r"date(?! of birth)\b|"
    r"date (?:paid|of (?:order|purchase|issue|payment))|date ordered|(?:order )?placed(?: on)?|ordered on|"
    r"paid on|issued(?: on)?|"
    r"purchased(?: on)?|(?:bestell|kauf|rechnungs|zahlungs|auftrags|beleg|buchungs)datum|datum\b|bestellt am|"
    r"date (?:de (?:la )?(?:commande|facture|facturation|paiement)|d'achat)|commandé le|"
    r"fecha(?: (?:de(?:l)? (?:pedido|compra|factura|pago|emisión)))?\b|"
    r"data(?: (?:dell'ordine|ordine|acquisto|fattura|pagamento|di emissione|zamówienia|zakupu|płatności|"
    r"wystawienia|faktury))?\b|"
    r"(?:bestel|factuur|betaal|aankoop)datum|besteld op)"
)
_OTHER = re.compile(
    r"due|deliver|arriv|expir|liefer|fällig|livraison|échéance|entrega|vencimiento|consegna|scadenza|bezorg|verval|"
    r"dostawy|termin|next|renew|period|birth|check-in|until|valid|sprzedaży"
)


class Found(NamedTuple):
    """A date as written in ``text[start:end]``."""

    day: date
    start: int
    end: int


def label_end(low: str) -> int | None:
    """Where a label for the day of the purchase ends at the beginning of this line; None when there is none."""
    match = _LABEL.match(low)
    if match is None or _OTHER.search(low[:40]):
        return None
    return match.end()


def find(low: str, start: int, near: date | None) -> Found | None:
    """The first date in ``low`` from ``start`` on; where day and month could be swapped, the one nearer to ``near``."""
    match = _PATTERNS.search(low, start, start + 200)
    if match is None:
        return None
    days = [day for day in _readings(match) if day is not None]
    if not days:
        return None
    day = min(days, key=lambda one: abs(one - near)) if near else days[0]
    if near and not -timedelta(days=400) <= day - near <= timedelta(days=2):
        return None
    return Found(day, match.start(), match.end())


def _readings(match: re.Match[str]) -> list[date | None]:
    if match["y1"]:
        return [_date(match["y1"], match["m1"], match["d1"])]
    if match["y2"]:
        return [_date(match["y2"], str(_MONTH[match["m2"]]), match["d2"])]
    if match["y4"]:
        return [_date(match["y4"], str(_MONTH[match["m4"]]), match["d4"])]
    year = match["y3"] if len(match["y3"]) == 4 else "20" + match["y3"]
    first, second = match["a3"], match["b3"]
    if match["s3"] == ".":
        return [_date(year, second, first)]
    return [_date(year, second, first), _date(year, first, second)]


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

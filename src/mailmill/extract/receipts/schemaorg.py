"""Purchases stated outright in schema.org vocabulary (JSON-LD or microdata)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from turbohtml import TokenType

from mailmill.domain.facts import Evidence, ReceiptType
from mailmill.extract.receipts import jsonld, microdata
from mailmill.extract.receipts.html import located
from mailmill.extract.receipts.jsonld import Node, Scalar
from mailmill.extract.receipts.lines import MAX_SPAN

_RESERVATIONS = frozenset(
    ("FlightReservation", "LodgingReservation", "TrainReservation", "BusReservation", "EventReservation",
     "FoodEstablishmentReservation", "RentalCarReservation", "TaxiReservation", "Reservation")
)  # fmt: skip
_ORDER_STATUS = {
    "OrderCancelled": ReceiptType.CANCELLATION,
    "OrderReturned": ReceiptType.REFUND,
    "OrderDelivered": ReceiptType.DELIVERY,
    "OrderInTransit": ReceiptType.SHIPPING,
    "OrderPickupAvailable": ReceiptType.DELIVERY,
    "ReservationCancelled": ReceiptType.CANCELLATION,
}
_PAYMENT_STATUS = {
    "PaymentDeclined": ReceiptType.PAYMENT_FAILED,
    "PaymentPastDue": ReceiptType.PAYMENT_FAILED,
    "PaymentComplete": ReceiptType.RECEIPT,
    "PaymentAutomaticallyApplied": ReceiptType.RECEIPT,
}


@dataclass(slots=True)
class Stated:
    """One purchase as stated; each value with its text and place, absent where the mark-up has none."""

    part: str
    type: ReceiptType
    values: dict[str, Scalar] = field(default_factory=dict)

    def evidence(self, name: str) -> Evidence:
        """Where the value of that name stands."""
        value = self.values[name]
        return Evidence(self.part, value.start, min(value.end, value.start + MAX_SPAN))


def has_markup(source: str) -> bool:
    """Whether reading ``source`` for mark-up can give anything; cheap."""
    return "schema.org" in source and ("ld+json" in source or "itemtype" in source)


def stated(source: str, part: str) -> list[Stated]:
    """The purchases stated in an HTML source, in order, one for each order or invoice."""
    found: list[Stated] = []
    for node in _roots(source):
        for item in _items(node):
            purchase = _purchase(item, part)
            if purchase is not None and not _known(purchase, found):
                found.append(purchase)
    return found


def _roots(source: str) -> Iterator[Node]:
    if "ld+json" in source:
        inside = False
        for token, start, end in located(source):
            if token.type is TokenType.START_TAG:
                inside = token.tag == "script" and "ld+json" in (token.attr("type") or "").lower()
            elif token.type is TokenType.TEXT and inside:
                yield from jsonld.read(source, start, end)
            elif token.type is TokenType.END_TAG:
                inside = False
    if "itemtype" in source:
        yield from microdata.read(source)


def _items(node: Node) -> Iterator[dict[str, Node]]:
    """The objects of a list, a graph or a single one; the reader bounds the depth."""
    if isinstance(node, list):
        for one in node:
            yield from _items(one)
    elif isinstance(node, dict):
        graph = node.get("@graph")
        if graph is not None:
            yield from _items(graph)
        else:
            yield node


def _known(purchase: Stated, found: list[Stated]) -> bool:
    number = purchase.values.get("order_number")
    return number is not None and any(
        other.type == purchase.type
        and "order_number" in other.values
        and other.values["order_number"].text == number.text
        for other in found
    )


def _purchase(item: dict[str, Node], part: str) -> Stated | None:
    kind = _type(item)
    if kind == "Order":
        return _order(item, part)
    if kind == "Invoice":
        return _invoice(item, part)
    if kind == "ParcelDelivery":
        order = item.get("partOfOrder")
        inner = _order(order, part) if isinstance(order, dict) else Stated(part, ReceiptType.SHIPPING)
        inner.type = ReceiptType.SHIPPING
        return inner
    if kind in _RESERVATIONS:
        found = Stated(part, _status(item, "reservationStatus") or ReceiptType.ORDER)
        _take(found, "order_number", item, "reservationNumber", "reservationId")
        _take(found, "total", item, "totalPrice", "price")
        _take(found, "currency", item, "priceCurrency")
        _take(found, "merchant", item, "provider.name", "bookingAgent.name", "broker.name", "reservationFor.name")
        return found
    return None


def _order(item: dict[str, Node], part: str) -> Stated:
    found = Stated(part, _status(item, "orderStatus") or ReceiptType.ORDER)
    _take(found, "order_number", item, "orderNumber")
    _take(found, "date", item, "orderDate")
    _take(found, "merchant", item, "seller.name", "merchant.name", "broker.name")
    _take(found, "total", item, "totalPrice", "price", "totalPaymentDue.price", "totalPaymentDue.value",
          "partOfInvoice.totalPaymentDue.price", "partOfInvoice.totalPaymentDue.value")  # fmt: skip
    _take(found, "currency", item, "priceCurrency", "totalPaymentDue.priceCurrency", "totalPaymentDue.currency",
          "partOfInvoice.totalPaymentDue.priceCurrency", "acceptedOffer.priceCurrency")  # fmt: skip
    if "total" not in found.values and isinstance(item.get("acceptedOffer"), dict):
        _take(found, "offer", item, "acceptedOffer.price")
    return found


def _invoice(item: dict[str, Node], part: str) -> Stated:
    found = Stated(part, _status(item, "paymentStatus") or ReceiptType.INVOICE)
    _take(found, "invoice_number", item, "confirmationNumber", "invoiceNumber", "identifier")
    _take(found, "merchant", item, "provider.name", "broker.name", "seller.name")
    _take(found, "total", item, "totalPaymentDue.price", "totalPaymentDue.value", "totalPaymentDue")
    _take(found, "currency", item, "totalPaymentDue.priceCurrency", "totalPaymentDue.currency")
    _take(found, "order_number", item, "referencesOrder.orderNumber")
    _take(found, "date", item, "referencesOrder.orderDate")
    return found


def _type(item: dict[str, Node]) -> str:
    kind = item.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    return kind.text.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if isinstance(kind, Scalar) else ""


def _status(item: dict[str, Node], key: str) -> ReceiptType | None:
    value = item.get(key)
    if not isinstance(value, Scalar):
        return None
    word = value.text.rsplit("/", 1)[-1]
    return _ORDER_STATUS.get(word) or _PAYMENT_STATUS.get(word)


def _take(found: Stated, name: str, item: dict[str, Node], *paths: str) -> None:
    """Keep the first scalar that one of the dotted paths leads to; of a list, its first element."""
    for path in paths:
        node: Node | None = item
        for key in path.split("."):
            if isinstance(node, list):
                node = node[0] if node else None
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, list):
            node = node[0] if node else None
        if isinstance(node, Scalar) and node.text:
            found.values[name] = node
            return

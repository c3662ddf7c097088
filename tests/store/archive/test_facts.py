"""Findings and receipts: replaced as a whole, joined into purchases, summed by month and merchant."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest
from sqlalchemy import Connection

from mailmill.domain.errors import InvalidInput, NotFound
from mailmill.domain.facts import ReceiptType
from mailmill.store import facts, messages, receipts
from mailmill.store.facts import Replaced, Review, StoredReceipt
from mailmill.store.receipts import MerchantSum, MonthSum, ReceiptFilter
from tests.store.archive.mails import Mail, finding, receipt

ALL = ReceiptFilter()


class Bought(NamedTuple):
    """A purchase as the pure joining gives it."""

    members: tuple[int, ...]
    counting: tuple[int, ...]


def by_order(rows: Sequence[StoredReceipt]) -> Iterable[Bought]:
    """One purchase per order number; its first receipt counts."""
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.order_number or f"none {row.id}", []).append(row.id)
    return [Bought(tuple(ids), (min(ids),)) for ids in found.values()]


def add(conn: Connection, *mails: Mail) -> messages.Added:
    packed = [mail.packed() for mail in mails]
    return messages.add(conn, workspace_id=1, account_id=1, job_id=None, packed=packed)


def bought(conn: Connection, *totals: tuple[str, str | None, str]) -> tuple[int, ...]:
    """Mails with one receipt each: total, order number, date."""
    mails = [
        Mail(id=f"{total} {order} {date}", receipts=[(0, receipt(total, order=order, date=date))])
        for total, order, date in totals
    ]
    return add(conn, *mails).receipts


def test_findings_come_with_a_new_mail_and_keep_their_evidence(conn: Connection) -> None:
    claims = [finding("1.00"), finding("Shop", "merchant")]
    add(conn, Mail(findings=[("receipts", 1, claims)]))
    assert facts.findings_of(conn, 1) == claims


def test_newer_findings_replace_those_of_their_extractor_only(conn: Connection) -> None:
    three = [finding("1"), finding("2"), finding("3")]
    add(conn, Mail(findings=[("receipts", 1, three), ("other", 1, [finding("x")])]))
    replaced = facts.replace_findings(conn, "receipts", 2, [(1, [finding("1"), finding("9")])])
    assert replaced == Replaced(added=0, changed=1, removed=1)
    assert [one.value for one in facts.findings_of(conn, 1)] == ["x", "1", "9"]
    assert facts.replace_findings(conn, "third", 1, [(1, [finding("n")])]) == Replaced(added=1)


def test_receipts_are_listed_newest_first_in_pages_that_hold_still(conn: Connection) -> None:
    bought(conn, *((f"{n}.00", None, f"2026-01-{n % 28 + 1:02}") for n in range(1, 40)))
    seen: list[StoredReceipt] = []
    cursor = None
    while True:
        page = receipts.list_receipts(conn, [1], ALL, limit=10, cursor=cursor)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
        bought(conn, (f"100.0{len(seen)}", None, "2026-02-01"))
    assert len({row.id for row in seen}) == len(seen) == 39
    assert [row.date for row in seen] == sorted((row.date for row in seen), reverse=True)
    assert receipts.list_receipts(conn, [2], ALL).items == ()


def test_receipts_are_filtered(conn: Connection) -> None:
    ids = bought(conn, ("5.00", "A", "2026-01-05"), ("7.00", "B", "2026-03-05"))
    receipts.set_review(conn, ids[1], Review.APPROVED)
    for wanted, found in [
        (ReceiptFilter(since="2026-02-01"), ids[1:]),
        (ReceiptFilter(until="2026-01-05"), ids[:1]),
        (ReceiptFilter(review=Review.APPROVED), ids[1:]),
        (ReceiptFilter(merchant="SHOP.example"), ids),
        (ReceiptFilter(merchant="%"), ()),
        (ReceiptFilter(merchant="sho", currency="EUR", type="receipt", counting_only=True), ids),
        (ReceiptFilter(message_id=2), ids[1:]),
        (ReceiptFilter(currency="USD"), ()),
    ]:
        assert tuple(sorted(row.id for row in receipts.list_receipts(conn, [1], wanted).items)) == tuple(found)


def test_mails_of_one_purchase_count_once_whenever_they_come(conn: Connection) -> None:
    first = bought(conn, ("5.00", "A", "2026-01-05"), ("7.00", "B", "2026-01-06"))
    assert facts.join_purchases(conn, 1, first, by_order) == 0
    second = bought(conn, ("5.00", "A", "2026-12-24"))
    assert facts.join_purchases(conn, 1, second, by_order) == 1
    assert receipts.by_month(conn, [1], ALL) == [MonthSum("2026-01", "EUR", 2, 12_000_000)]
    assert receipts.get(conn, second[0]).purchase_id == first[0]


def test_sums_are_by_currency_and_leave_out_what_was_rejected(conn: Connection) -> None:
    mails = [
        Mail(id="a", receipts=[(0, receipt("10.10")), (1, receipt("20", currency="USD"))]),
        Mail(id="b", receipts=[(0, receipt("-0.10", type=ReceiptType.REFUND))]),
        Mail(id="c", receipts=[(0, receipt("99.99"))]),
        Mail(id="d", receipts=[(0, receipt("1", merchant="Other", merchant_domain="other.example"))]),
    ]
    ids = add(conn, *mails).receipts
    receipts.set_review(conn, ids[3], Review.NOT_A_RECEIPT)
    assert receipts.by_month(conn, [1], ALL) == [
        MonthSum("2026-01", "EUR", 3, 11_000_000),
        MonthSum("2026-01", "USD", 1, 20_000_000),
    ]
    assert receipts.by_merchant(conn, [1], ReceiptFilter(currency="EUR")) == [
        MerchantSum("Shop", "shop.example", "EUR", 2, 10_000_000),
        MerchantSum("Other", "other.example", "EUR", 1, 1_000_000),
    ]


def test_receipts_found_anew_keep_id_and_review(conn: Connection) -> None:
    ids = add(conn, Mail(receipts=[(0, receipt("1", order="A")), (1, receipt("2", order="A"))])).receipts
    facts.join_purchases(conn, 1, ids, by_order)
    receipts.set_review(conn, ids[1], Review.APPROVED)
    again = facts.replace_receipts(conn, 1, [(1, [(1, receipt("3", order="A")), (2, receipt("4"))])])
    facts.join_purchases(conn, 1, again, by_order)
    stored = [receipts.get(conn, one) for one in again]
    assert [(row.id, row.item, str(row.total), row.review) for row in stored] == [
        (ids[1], 1, "3", "approved"),
        (ids[1] + 1, 2, "4", "pending"),
    ]
    assert [row.purchase_id for row in stored] == [row.id for row in stored]
    assert all(row.counts for row in stored)


def test_wrong_requests_are_named(conn: Connection) -> None:
    with pytest.raises(NotFound):
        receipts.get(conn, 9)
    with pytest.raises(NotFound):
        receipts.set_review(conn, 9, Review.APPROVED)
    with pytest.raises(InvalidInput):
        receipts.set_review(conn, 9, "nice")
    with pytest.raises(InvalidInput):
        receipts.list_receipts(conn, [1], ALL, limit=0)
    with pytest.raises(InvalidInput):
        receipts.list_receipts(conn, [1], ALL, cursor="x")

"""Receipts joined into purchases that count once."""

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mailmill.domain.facts import ReceiptType
from mailmill.extract.receipts.join import JoinRow, Purchase, group


def row(number: int, kind: ReceiptType = ReceiptType.RECEIPT, **fields: object) -> JoinRow:
    base = JoinRow(number, kind, "Acme", "acme.com", None, Decimal("48.60"), "USD", "2026-03-12", None, None, None)
    return replace(base, **fields)  # type: ignore[arg-type]  # replace() checks the names itself


def test_mails_of_one_order_number_are_one_purchase_and_the_receipt_counts() -> None:
    rows = [
        row(1, ReceiptType.ORDER, order_number="A-1"),
        row(2, ReceiptType.SHIPPING, order_number="A-1", total=None, date="2026-03-20"),
        row(3, ReceiptType.RECEIPT, order_number="a-1", date="2026-03-21"),
        row(4, ReceiptType.INVOICE, order_number="A-1", invoice_number="I-9"),
    ]
    assert group(rows) == (Purchase((1, 2, 3, 4), (3,)),)


def test_the_same_number_at_another_merchant_is_another_purchase() -> None:
    rows = [row(1, order_number="1"), row(2, order_number="1", merchant="Bolt", merchant_domain="bolt.com")]
    assert group(rows) == (Purchase((1,), (1,)), Purchase((2,), (2,)))


def test_without_a_number_amount_and_three_days_join() -> None:
    near = [row(1, ReceiptType.ORDER, order_number="A-1"), row(2, date="2026-03-15")]
    far = [row(1, ReceiptType.ORDER, order_number="A-1"), row(2, date="2026-03-16")]
    assert group(near) == (Purchase((1, 2), (2,)),)
    assert len(group(far)) == 2


def test_two_receipts_alike_are_two_purchases() -> None:
    assert len(group([row(1), row(2, date="2026-03-13")])) == 2


def test_processor_and_merchant_are_one_purchase_and_the_merchant_counts() -> None:
    paid = row(1, processor="PayPal", merchant_domain="", order_number="TX1")
    sold = row(2, merchant="Acme Ltd", order_number="A-1", date="2026-03-13")
    assert group([paid, sold]) == (Purchase((1, 2), (2,)),)


def test_a_processor_that_names_someone_else_is_not_joined() -> None:
    paid = row(1, processor="PayPal", merchant="Bolt", merchant_domain="")
    assert len(group([paid, row(2)])) == 2


def test_a_thread_joins_what_nothing_else_does() -> None:
    rows = [
        row(1, ReceiptType.ORDER, order_number="A-1", thread_id=7),
        row(2, ReceiptType.DELIVERY, total=None, thread_id=7),
    ]
    assert group(rows) == (Purchase((1, 2), (1,)),)


def test_a_refund_counts_beside_the_receipt_and_once() -> None:
    rows = [
        row(1, order_number="A-1"),
        row(2, ReceiptType.REFUND, order_number="A-1", total=Decimal("-8.60"), date="2026-03-20"),
        row(3, ReceiptType.REFUND, order_number="A-1", total=Decimal("-8.60"), date="2026-03-22"),
    ]
    assert group(rows) == (Purchase((1, 2, 3), (1, 2)),)


def test_a_cancelled_order_counts_zero() -> None:
    rows = [
        row(1, ReceiptType.ORDER, order_number="A-1"),
        row(2, ReceiptType.CANCELLATION, order_number="A-1", total=None),
    ]
    assert group(rows) == (Purchase((1, 2), ()),)


def test_a_failed_payment_never_counts_and_shipping_only_where_nothing_better_is() -> None:
    assert group([row(1, ReceiptType.PAYMENT_FAILED)])[0].counting == ()
    assert group([row(1, ReceiptType.SHIPPING)])[0].counting == (1,)
    both = [row(1, ReceiptType.SHIPPING, order_number="A-1"), row(2, ReceiptType.ORDER, order_number="A-1")]
    assert group(both)[0].counting == (2,)


ROWS = st.lists(
    st.builds(
        JoinRow,
        id=st.integers(1, 10_000),
        type=st.sampled_from(ReceiptType),
        merchant=st.sampled_from(["Acme", "Acme Ltd", "Bolt", ""]),
        merchant_domain=st.sampled_from(["acme.com", "bolt.com", ""]),
        processor=st.sampled_from([None, None, "PayPal", "Stripe"]),
        total=st.sampled_from([None, Decimal(5), Decimal("5.00"), Decimal(-5), Decimal(7)]),
        currency=st.sampled_from(["EUR", "USD", None]),
        date=st.sampled_from(["2026-03-10", "2026-03-11", "2026-03-13", "2026-03-16", ""]),
        order_number=st.sampled_from([None, None, "A-1", "a-1", "A-2"]),
        invoice_number=st.sampled_from([None, None, "I-1"]),
        thread_id=st.sampled_from([None, 1, 2]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_makes_no_difference(rows: list[JoinRow], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert group(shuffled) == group(rows)


@given(ROWS)
def test_every_row_is_in_one_purchase_and_at_most_one_of_them_is_spent(rows: list[JoinRow]) -> None:
    purchases = group(rows)
    assert sorted(number for one in purchases for number in one.members) == sorted(one.id for one in rows)
    types = {one.id: one.type for one in rows}
    for one in purchases:
        assert set(one.counting) <= set(one.members)
        assert sum(types[number] is not ReceiptType.REFUND for number in one.counting) <= 1

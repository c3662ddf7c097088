"""Figures about what one job has brought."""

from sqlalchemy import Connection, func, select

from mailmill.store.facts import OUT
from mailmill.store.tables.archive import messages, receipts


def count_of_job(conn: Connection, job_id: str) -> int:
    """How many mails of the archive this job has inserted."""
    return conn.execute(select(func.count()).where(messages.c.job_id == job_id)).scalar_one()


def sums_of_job(conn: Connection, job_id: str) -> dict[str, int]:
    """The purchases among the mails that this job has inserted: millionths by currency, refunds taken off."""
    total = func.sum(receipts.c.total_micros)
    mine = messages.c.job_id == job_id
    counted = receipts.c.counts & receipts.c.review.not_in(OUT) & receipts.c.currency.is_not(None)
    rows = conn.execute(
        select(receipts.c.currency, total)
        .join(messages, messages.c.id == receipts.c.message_id)
        .where(mine, counted, receipts.c.total_micros.is_not(None))
        .group_by(receipts.c.currency)
        .order_by(total.desc())
    )
    return {row[0]: row[1] for row in rows}

"""Mails find their thread by references, else by subject and people."""

import random

from sqlalchemy import Connection, func, select

from mailmill.store import messages
from mailmill.store.tables.archive import messages as table
from mailmill.store.tables.archive import thread_ids, threads
from tests.store.archive.mails import DAY, ME, Mail

BOB, CAROL = "bob@example.com", "carol@example.com"


def placed(conn: Connection, *batches: list[Mail]) -> dict[str, int]:
    """The thread of each mail, by Message-ID, after these batches."""
    for batch in batches:
        messages.add(conn, workspace_id=1, account_id=1, job_id=None, packed=[mail.packed() for mail in batch])
    rows = conn.execute(select(table.c.message_id, table.c.thread_id)).all()
    return {str(name): thread for name, thread in rows}


def test_an_answer_joins_what_it_refers_to(conn: Connection) -> None:
    found = placed(conn, [Mail("a"), Mail("x", subject="Other")], [Mail("b", subject="Re: Tea", references=("a",))])
    assert found["a"] == found["b"] != found["x"]


def test_mails_join_in_whatever_order_they_come(conn: Connection) -> None:
    named = {n: tuple(f"m{k}" for k in range(max(0, n - 2), n)) for n in range(30)}
    chain = [Mail(f"m{n}", subject=f"s{n}", references=references) for n, references in named.items()]
    random.Random(5).shuffle(chain)
    found = placed(conn, chain[:7], chain[7:9], chain[9:20], chain[20:])
    assert set(found.values()) == {min(found.values())}
    assert conn.execute(select(func.count()).select_from(threads)).scalar() == 1
    assert set(conn.execute(select(thread_ids.c.thread_id)).scalars()) == {min(found.values())}


def test_siblings_join_by_a_parent_that_is_not_there(conn: Connection) -> None:
    found = placed(conn, [Mail("b", subject="1", references=("a",))], [Mail("c", subject="2", references=("a",))])
    assert found["b"] == found["c"]


def test_a_reply_without_references_joins_by_subject_and_people(conn: Connection) -> None:
    asked = Mail("a", sender=BOB)
    found = placed(conn, [asked], [Mail("b", subject="RE: tea", sender=ME, to=(BOB,), date=asked.date)])
    assert found["a"] == found["b"]


def test_a_reply_of_other_people_or_of_another_year_stays_alone(conn: Connection) -> None:
    asked = Mail("a", sender=BOB, date=1_700_000_000)
    late = Mail("c", subject="Re: Tea", sender=ME, to=(BOB,), date=1_700_000_000 + 200 * DAY)
    found = placed(conn, [asked], [Mail("b", subject="Re: Tea", sender=ME, to=(CAROL,)), late])
    assert len(set(found.values())) == 3


def test_the_same_subject_without_reply_mark_is_a_new_thread(conn: Connection) -> None:
    found = placed(conn, [Mail("a"), Mail("b", date=1_700_000_000 + DAY)])
    assert found["a"] != found["b"]


def test_the_opening_mail_may_come_after_its_reply(conn: Connection) -> None:
    reply = Mail("b", subject="Re: Tea", sender=ME, to=(BOB,), date=1_700_000_000 + DAY)
    opening, second = Mail("a", sender=BOB), Mail("c", sender=BOB, date=1_700_000_000 - DAY)
    found = placed(conn, [reply], [opening], [second])
    assert found["a"] == found["b"] != found["c"]


def test_of_many_threads_with_one_subject_the_nearest_is_joined(conn: Connection) -> None:
    weekly = [Mail(f"w{n}", sender=BOB, date=1_700_000_000 + n * 7 * DAY) for n in range(60)]
    reply = Mail("r", subject="Re: Tea", sender=ME, to=(BOB,), date=1_700_000_000 + 30 * 7 * DAY + 5)
    found = placed(conn, weekly, [reply])
    assert found["r"] == found["w30"]


def test_a_thread_lists_its_mails_oldest_first(conn: Connection) -> None:
    found = placed(conn, [Mail("b", references=("a",), date=20), Mail("a", date=10)])
    assert [mail.message_id for mail in messages.thread(conn, found["a"])] == ["a", "b"]

"""The outbox: one effect for each key, delivered once, tried again when due."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailmill.bootstrap import DATABASE_NAME
from mailmill.store import outbox
from mailmill.store.db import Connection, Database
from mailmill.store.migrate import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh database file."""
    migrate(tmp_path / DATABASE_NAME)
    database = Database(tmp_path / DATABASE_NAME, patience=5)
    yield database
    database.close()


def test_the_same_key_is_the_same_effect(database: Database) -> None:
    first = database.write_now(lambda conn: outbox.add(conn, "webhook", "job 1 done", {"n": 1}, 5))
    again = database.write_now(lambda conn: outbox.add(conn, "webhook", "job 1 done", {"n": 2}, 9))
    other = database.write_now(lambda conn: outbox.add(conn, "mail", "job 1 done", {"n": 3}, 9))
    assert first == again != other
    assert len(first) == 32
    found = database.read_now(lambda conn: outbox.due(conn, 10, 10))
    assert [(effect.id, effect.payload) for effect in found] == [(first, {"n": 1}), (other, {"n": 3})]


def test_an_effect_is_gone_with_the_transaction_that_asked_for_it(database: Database) -> None:
    def work(conn: Connection) -> None:
        outbox.add(conn, "webhook", "never", {}, 1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        database.write_now(work)
    assert database.read_now(lambda conn: outbox.due(conn, 10, 10)) == []


def test_what_was_delivered_is_not_due_again_even_when_it_is_asked_for_again(database: Database) -> None:
    effect = database.write_now(lambda conn: outbox.add(conn, "webhook", "a", {}, 1))
    database.write_now(lambda conn: outbox.delivered(conn, effect, 2))
    database.write_now(lambda conn: outbox.failed(conn, effect, 3))
    database.write_now(lambda conn: outbox.add(conn, "webhook", "a", {}, 4))
    assert database.read_now(lambda conn: outbox.due(conn, 10, 10)) == []


def test_a_failed_try_is_due_later_with_the_same_id(database: Database) -> None:
    effect = database.write_now(lambda conn: outbox.add(conn, "webhook", "a", {}, 1))
    database.write_now(lambda conn: outbox.failed(conn, effect, 100))
    assert database.read_now(lambda conn: outbox.due(conn, 99, 10)) == []
    (again,) = database.read_now(lambda conn: outbox.due(conn, 100, 10))
    assert (again.id, again.tries) == (effect, 1)


def test_the_longest_due_come_first_and_no_more_than_asked_for(database: Database) -> None:
    for at in (3, 1, 2):
        database.write_now(lambda conn, at=at: outbox.add(conn, "webhook", str(at), {"at": at}, at))  # type: ignore[misc] # bound
    found = database.read_now(lambda conn: outbox.due(conn, 10, 2))
    assert [effect.payload["at"] for effect in found] == [1, 2]

"""Each mail of a workspace is archived once."""

import pickle
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from mailmill.domain.errors import NotFound
from mailmill.store import labels, messages
from mailmill.store.messages import Added, FolderCounts
from mailmill.store.packed import storable
from mailmill.store.tables.archive import locations, message_labels, raw_messages
from mailmill.store.tables.archive import messages as table
from tests.store.archive.mails import Mail


def add(conn: Connection, *mails: Mail, account: int = 1, workspace: int = 1) -> Added:
    packed = pickle.loads(pickle.dumps([mail.packed() for mail in mails]))
    return messages.add(conn, workspace_id=workspace, account_id=account, job_id="j" * 32, packed=packed)


def test_a_new_mail_is_archived_byte_for_byte(conn: Connection) -> None:
    mail = Mail(extra=b"\xff\x00\r\n", files=("bill.pdf",), labels=("Work", "Ä"), date=None, received_at=77)
    added = add(conn, mail)
    assert (added.ids, added.new, added.new_ids) == ((1,), (True,), (1,))
    assert added.folders == {"INBOX": FolderCounts(new=1, had=0)}
    assert messages.raw(conn, 1) == mail.data
    stored = messages.get(conn, 1)
    assert (stored.subject, stored.from_email, stored.size) == ("Tea", "ada@example.com", len(mail.data))
    assert (stored.date, stored.has_attachment, stored.job_id) == (77, True, "j" * 32)
    assert [file.name for file in messages.attachments_of(conn, 1)] == ["bill.pdf"]
    assert messages.labels_of(conn, 1) == ["Work", "Ä"]


def test_the_same_mails_again_insert_nothing(conn: Connection) -> None:
    mails = [Mail(id=f"{number}@x", text=f"number {number}") for number in range(510)]
    assert all(add(conn, *mails).new)
    again = add(conn, *reversed(mails))
    assert not any(again.new)
    assert again.ids == tuple(range(510, 0, -1))
    assert again.folders == {"INBOX": FolderCounts(new=0, had=510)}
    assert messages.count(conn, 1) == messages.count_account(conn, 1) == 510


def test_the_same_mail_twice_in_one_batch_is_archived_once(conn: Connection) -> None:
    added = add(conn, Mail(), Mail(folder="Archive"), Mail(id="other@x"))
    assert (added.ids, added.new) == ((1, 1, 2), (True, False, True))
    assert added.folders == {"INBOX": FolderCounts(new=2), "Archive": FolderCounts(had=1)}
    assert conn.execute(select(func.count()).select_from(raw_messages)).scalar() == 2
    assert conn.execute(select(func.count()).select_from(locations)).scalar() == 3


def test_one_message_id_with_other_content_is_another_mail(conn: Connection) -> None:
    assert add(conn, Mail(), Mail(text="changed")).new == (True, True)


def test_a_mail_without_message_id_is_known_by_its_content(conn: Connection) -> None:
    assert add(conn, Mail(id=None), Mail(id=None), Mail(id=None, text="other")).new == (True, False, True)


def test_a_mail_is_known_by_its_source_id_whatever_its_content(conn: Connection) -> None:
    add(conn, Mail(source_id="7:1"))
    assert add(conn, Mail(id="x", text="changed at the source", source_id="7:1")).new == (False,)
    assert add(conn, Mail(id="x", text="changed", source_id="7:1"), account=2).new == (True,)


def test_a_mail_is_known_by_gmails_number_together_with_its_message_id(conn: Connection) -> None:
    add(conn, Mail(gmail_id="18c"))
    assert add(conn, Mail(gmail_id="18c", text="other transfer"), account=2).ids == (1,)
    assert add(conn, Mail(gmail_id="18c", id="other@x"), account=2).new == (True,)


def test_a_mail_that_is_had_gets_the_places_and_labels_of_the_other_account(conn: Connection) -> None:
    add(conn, Mail(labels=("Work",)))
    add(conn, Mail(labels=("Work", "Home"), folder="All", source_id="9"), account=2)
    assert messages.labels_of(conn, 1) == ["Home", "Work"]
    assert messages.count_account(conn, 2) == 1
    assert labels.known_source_ids(conn, 2, "All", ["8", "9"]) == {"9"}
    assert labels.known_source_ids(conn, 1, "All", ["8", "9"]) == frozenset()


def test_copies_in_one_folder_are_all_known_afterwards(conn: Connection) -> None:
    add(conn, Mail(source_id="1"), Mail(source_id="2"))
    assert labels.known_source_ids(conn, 1, "INBOX", ["1", "2"]) == {"1", "2"}
    assert messages.count_account(conn, 1) == 1


def test_workspaces_share_nothing(conn: Connection) -> None:
    add(conn, Mail(labels=("Work",)))
    assert add(conn, Mail(labels=("Work",)), account=3, workspace=2).new == (True,)
    assert (messages.count(conn, 1), messages.count(conn, 2)) == (1, 1)
    assert conn.execute(select(func.count(message_labels.c.label_id.distinct()))).scalar() == 2


def test_an_empty_batch_does_nothing(conn: Connection) -> None:
    assert add(conn) == Added(ids=(), new=(), folders={})


def test_ids_and_pages_follow_the_order_of_arrival(conn: Connection) -> None:
    add(conn, *(Mail(id=f"{number}@x", date=1000 - number) for number in range(5)))
    assert [mail.date for mail in messages.page(conn, 1, after=1, limit=3)] == [999, 998, 997]


def test_odd_texts_and_dates_can_be_stored(conn: Connection) -> None:
    odd = Mail(subject="a\0b\ud800", text="\udfff", sender="", date=-(10**30), cc=("\0@x",), labels=("\ud800",))
    far = [replace(odd, id=f"{date}@x", date=date) for date in (-5, 10**12, 2**62 - 1, None)]
    assert all(add(conn, odd, *far).new)
    assert messages.get(conn, 1).subject == storable("a\0b\ud800")


def test_a_mail_that_is_not_there_is_named(conn: Connection) -> None:
    for look in (messages.get, messages.raw):
        with pytest.raises(NotFound):
            look(conn, 5)


def test_a_crowd_in_one_second_keeps_distinct_keys_in_order_of_arrival(conn: Connection) -> None:
    for start in range(0, 600, 150):
        add(conn, *(Mail(id=f"{number}@x", date=5000) for number in range(start, start + 150)))
    add(conn, Mail(id="later@x", date=5000 + 600))
    keys = list(conn.execute(select(table.c.sort_key).order_by(table.c.id)).scalars())
    assert keys == sorted(set(keys))

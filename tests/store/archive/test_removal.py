"""Mail that is gone at its source, and mail that is deleted here."""

from sqlalchemy import Connection, func, select

from mailmill.domain.query import EVERYTHING, Text
from mailmill.store import messages, removal, search
from mailmill.store.tables import archive
from tests.store.archive.mails import Mail, finding, receipt


def add(conn: Connection, *mails: Mail, account: int = 1) -> tuple[int, ...]:
    packed = [mail.packed() for mail in mails]
    return messages.add(conn, workspace_id=1, account_id=account, job_id=None, packed=packed).ids


def shown(conn: Connection, word: str | None = None) -> list[int]:
    query = Text(word) if word else EVERYTHING
    return sorted(hit.id for hit in search.search(conn, [1], query).items)


def test_a_mail_is_gone_when_its_last_place_is(conn: Connection) -> None:
    add(conn, Mail(source_id="1"), Mail(source_id="2", folder="Archive"))
    assert removal.mark_gone(conn, 1, "INBOX", ["1", "unknown"], at=50) == 0
    assert shown(conn) == [1]
    assert removal.mark_gone(conn, 1, "Archive", ["2"], at=60) == 1
    assert shown(conn) == []
    assert messages.get(conn, 1).gone_at == 60


def test_a_mail_seen_again_is_no_longer_gone(conn: Connection) -> None:
    add(conn, Mail(source_id="1"))
    removal.mark_gone(conn, 1, "INBOX", ["1"], at=50)
    add(conn, Mail(source_id="9"))
    assert shown(conn) == [1]
    assert removal.mark_gone(conn, 1, "INBOX", ["9"], at=70) == 1


def test_deleting_an_account_leaves_what_other_accounts_have(conn: Connection) -> None:
    shared = [Mail(id=f"s{n}", text=f"shared{n}") for n in range(5)]
    own = [
        Mail(
            id=f"o{n}",
            text="private",
            files=("x.pdf",),
            labels=("Work",),
            references=("r",),
            findings=[("receipts", 1, [finding("1")])],
            receipts=[(0, receipt())],
        )
        for n in range(20)
    ]
    add(conn, *shared, *own)
    add(conn, *shared, account=2)
    rounds = 1
    while removal.delete_account(conn, 1, limit=7):
        rounds += 1
    assert rounds == 4
    assert shown(conn) == [1, 2, 3, 4, 5]
    assert shown(conn, "private") == []
    assert shown(conn, "shared3") == [4]
    assert messages.count_account(conn, 1) == 0
    hanging = (archive.attachments, archive.message_labels, archive.findings, archive.receipts)
    for table in hanging:
        assert conn.execute(select(func.count()).select_from(table)).scalar() == 0
    for table in (archive.raw_messages, archive.message_texts, archive.threads, archive.thread_ids):
        assert conn.execute(select(func.count()).select_from(table)).scalar() == 5


def test_a_deleted_mail_leaves_no_word_in_the_index(conn: Connection) -> None:
    ids = add(conn, *(Mail(id=f"{n}", subject="Ä \0 x", text=f"w{n} Café \ud800") for n in range(30)))
    removal.delete(conn, ids)
    conn.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, message_index, 'row')")
    assert conn.exec_driver_sql("SELECT count(*) FROM temp.words").scalar() == 0
    add(conn, Mail(id="1", text="again"))
    assert len(shown(conn, "again")) == 1

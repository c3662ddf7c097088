"""Search gives what a plain look at every mail gives, newest first."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from mailmill.domain.errors import InvalidInput
from mailmill.domain.query import (
    And,
    Field,
    HasAttachment,
    In,
    Is,
    Label,
    Not,
    Or,
    Query,
    Since,
    State,
    Text,
    Until,
    asks_for_gone,
    parse,
)
from mailmill.store import messages, removal, search, search_sqlite
from mailmill.store.labels import name_key
from mailmill.store.search import Hit
from tests.store.archive.mails import DAY, ME, Mail

NOW = 1_700_000_000
WORDS = ("tea", "milk", "Café", "green", "invoice")


def corpus() -> list[Mail]:
    """240 mails that differ in everything a query can ask for."""
    return [
        Mail(
            id=f"m{n}@x",
            subject=" ".join(WORDS[k] for k in range(5) if n >> k & 1) or "nothing",
            sender=("ada@example.com", "bob@shop.example.org", "")[n % 3],
            sender_name=("Ada L", "", "")[n % 3],
            to=((ME,), ("team@example.org", ME))[n % 2],
            cc=((), ("carol@example.com",))[n % 5 == 0],
            text=" ".join(WORDS[(n * 7 + k * k) % 5] for k in range(n % 6)) + f" number{n}",
            date=None if n % 40 == 7 else NOW - (n * 7919 % 240 // 3) * DAY,
            files=(("milk-report.pdf",), ())[n % 4 > 0],
            labels=tuple(name for k, name in enumerate(("Unread", "Starred", "my list")) if n % (k + 2) == 0),
            folder=("INBOX", "Old/Mail")[n % 7 == 0],
            source_id=str(n),
        )
        for n in range(240)
    ]


def fill(conn: Connection) -> list[tuple[Mail, bool]]:
    """Archive the corpus; every eleventh mail is gone. Returns the mails with whether they are gone."""
    mails = corpus()
    for start in range(0, len(mails), 50):
        packed = [mail.packed() for mail in mails[start : start + 50]]
        messages.add(conn, workspace_id=1, account_id=1, job_id=None, packed=packed)
    gone = [mail for n, mail in enumerate(mails) if n % 11 == 3]
    for folder in ("INBOX", "Old/Mail"):
        here = [mail.source_id or "" for mail in gone if mail.folder == folder]
        removal.mark_gone(conn, 1, folder, here, at=NOW)
    return [(mail, mail in gone) for mail in mails]


@pytest.fixture(scope="module")
def mails(shared_conn: Connection) -> list[tuple[Mail, bool]]:
    """The corpus, archived."""
    return fill(shared_conn)


@cache
def words(text: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", plain.lower())


def in_text(wanted: list[str], prefix: bool, text: str) -> bool:
    found = words(text)
    for at in range(len(found) - len(wanted) + 1):
        piece = found[at : at + len(wanted)]
        if piece[:-1] == wanted[:-1] and (piece[-1] == wanted[-1] or (prefix and piece[-1].startswith(wanted[-1]))):
            return True
    return False


def texts(mail: Mail, field: Field | None) -> Iterable[str]:
    parts = {
        Field.FROM: [f"{mail.sender_name} {mail.sender}"],
        Field.TO: ["\n".join(mail.to), "\n".join(mail.cc)],
        Field.CC: ["\n".join(mail.cc)],
        Field.SUBJECT: [mail.subject],
        Field.FILENAME: ["\n".join(mail.files)],
    }
    return parts[field] if field else [mail.text, *(text for few in parts.values() for text in few)]


def holds(query: Query, mail: Mail, gone: bool) -> bool:  # noqa: C901, PLR0911 - one line per kind of node
    labels = {label.lower().replace(" ", "-") for label in mail.labels}
    match query:
        case And(items):
            return all(holds(item, mail, gone) for item in items)
        case Or(items):
            return any(holds(item, mail, gone) for item in items)
        case Not(item):
            return not holds(item, mail, gone)
        case Text(sought, field, prefix):
            return any(in_text(words(sought), prefix, text) for text in texts(mail, field))
        case HasAttachment():
            return bool(mail.files)
        case Label(name):
            return name_key(name) in labels
        case In(name):
            return name == "anywhere" or name_key(name) in {*labels, name_key(mail.folder)}
        case Since(date):
            return (mail.date or 0) >= date
        case Until(date):
            return (mail.date or 0) < date
        case Is(State.GONE):
            return gone
        case Is(State.READ):
            return "unread" not in labels
        case Is(state):
            return state.value in labels


def asked(conn: Connection, query: Query, limit: int = 30) -> list[Hit]:
    """All pages in a row."""
    found: list[Hit] = []
    cursor = None
    while True:
        page = search.search(conn, [1], query, limit=limit, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def agree(conn: Connection, mails: list[tuple[Mail, bool]], query: Query, limit: int = 30) -> None:
    wants_gone = asks_for_gone(query)
    wanted = [mail for mail, gone in mails if (wants_gone or not gone) and holds(query, mail, gone)]
    found = asked(conn, query, limit)
    assert sorted(mails[hit.id - 1][0].id or "" for hit in found) == sorted(mail.id or "" for mail in wanted)
    dates = [hit.date or 0 for hit in found]
    assert dates == sorted(dates, reverse=True)


def read(text: str) -> Query:
    return parse(text, now=NOW, zone=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tea",
        "cafe",
        "CAFÉ milk",
        '"tea milk"',
        "tea OR green",
        "-tea",
        "-tea -milk",
        "tea -subject:green",
        "from:example.org",
        "from:ada to:team cc:carol",
        "to:carol",
        'from:"Ada L"',
        "subject:(tea -milk)",
        "inv*",
        "from:exam*",
        "number17",
        "filename:pdf",
        "has:attachment -filename:milk",
        "label:my-list",
        'tea label:"My List"',
        "in:inbox",
        "in:old/mail tea",
        "in:starred",
        "in:nowhere",
        "-in:nowhere",
        "in:anywhere",
        "is:unread is:starred",
        "is:read tea",
        "is:gone",
        "tea -is:gone",
        "label:my-list OR from:ada",
        "(tea label:unread) OR (milk -has:attachment)",
        "after:2023/09/01 before:2023/10/01",
        "milk newer_than:30d",
        "older_than:2m OR is:starred",
        'from:(ada OR bob) "AND" OR tea NOT" milk"',
        "subject:tea* OR NEAR",
    ],
)
def test_a_query_finds_what_a_look_at_every_mail_finds(
    shared_conn: Connection, mails: list[tuple[Mail, bool]], text: str
) -> None:
    agree(shared_conn, mails, read(text))


leaves = st.one_of(
    st.builds(
        Text,
        st.sampled_from([*WORDS, "tea milk", "example", "number3", '"; DROP', "a:b*(", "Ada L", "x^2 + NEAR(a b)"]),
        st.one_of(st.none(), st.sampled_from(list(Field))),
        st.booleans(),
    ),
    st.just(HasAttachment()),
    st.builds(Label, st.sampled_from(["my-list", "unread", "none"])),
    st.builds(In, st.sampled_from(["inbox", "old-mail", "starred", "anywhere"])),
    st.builds(Is, st.sampled_from(list(State))),
    st.builds(Since, st.integers(NOW - 90 * DAY, NOW + 1)),
    st.builds(Until, st.integers(NOW - 90 * DAY, NOW + 1)),
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def test_any_query_finds_what_a_look_at_every_mail_finds(
    shared_conn: Connection, mails: list[tuple[Mail, bool]]
) -> None:
    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(queries, st.sampled_from([25, 100]))
    def check(query: Query, limit: int) -> None:
        agree(shared_conn, mails, query, limit)

    check()


def test_pages_hold_still_while_mail_arrives(conn: Connection) -> None:
    fill(conn)
    first = search.search(conn, [1], read("tea"), limit=10)
    rest = search.search(conn, [1], read("tea"), limit=10, cursor=first.next_cursor)
    new = [Mail(id=f"n{n}", text="tea", date=NOW + n).packed() for n in range(20)]
    messages.add(conn, workspace_id=1, account_id=1, job_id=None, packed=new)
    assert search.search(conn, [1], read("tea"), limit=10, cursor=first.next_cursor) == rest


def test_a_workspace_sees_only_its_own_and_several_are_merged_by_date(conn: Connection) -> None:
    for workspace, account in ((1, 1), (2, 3)):
        mails = [Mail(id=f"{n}", text=f"w{workspace}", date=NOW + 2 * n + workspace % 2).packed() for n in range(9)]
        messages.add(conn, workspace_id=workspace, account_id=account, job_id=None, packed=mails)
    assert {hit.workspace_id for hit in search.search(conn, [2], read("kettle OR w1 OR w2")).items} == {2}
    assert search.search(conn, [], read("")).items == ()
    seen: list[Hit] = []
    cursor = None
    while True:
        page = search.search(conn, [1, 2], read(""), limit=4, cursor=cursor)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert [hit.date for hit in seen] == [NOW + n for n in range(17, -1, -1)]


def test_mails_of_one_second_in_two_workspaces_are_listed_once_each(conn: Connection) -> None:
    for workspace, account in ((1, 1), (2, 3)):
        mails = [Mail(id=f"{n}", date=NOW).packed() for n in range(5)]
        messages.add(conn, workspace_id=workspace, account_id=account, job_id=None, packed=mails)
    seen: list[int] = []
    cursor = None
    while True:
        page = search.search(conn, [2, 1], read(""), limit=3, cursor=cursor)
        seen += [hit.id for hit in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(seen) == list(range(1, 11))


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.x", "²." + "1", "1.1" * 20])
def test_a_cursor_that_is_none_is_refused(conn: Connection, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        search.search(conn, [1], read(""), cursor=cursor)


def test_a_page_has_a_limit(conn: Connection) -> None:
    for limit in (0, 501):
        with pytest.raises(InvalidInput):
            search.search(conn, [1], read(""), limit=limit)


def test_dates_are_exact_in_a_crowd_of_one_second(conn: Connection) -> None:
    last = int(datetime(2023, 9, 30, 23, 59, 59, tzinfo=UTC).timestamp())
    mails = [Mail(id=f"{n}", date=last + (n % 300 == 0)).packed() for n in range(300)]
    messages.add(conn, workspace_id=1, account_id=1, job_id=None, packed=mails)
    assert len(asked(conn, read("before:2023/10/01"))) == 299
    assert len(asked(conn, read("kettle after:2023/10/01"))) == 1


def test_merging_the_index_changes_no_answer(conn: Connection) -> None:
    mails = fill(conn)
    while search_sqlite.merge_index(conn, 5):
        pass
    while search_sqlite.optimize_index(conn, 5):
        pass
    agree(conn, mails, read("tea -milk"))

"""The search language."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailmill.domain.errors import InvalidInput
from mailmill.domain.query import (
    EVERYTHING,
    OPERATORS,
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
from mailmill.domain.query_words import MAX_DEPTH, MAX_LENGTH, MAX_TERMS

NOW = int(datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp())
BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str) -> Query:
    return parse(text, now=NOW, zone=BERLIN)


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=BERLIN).timestamp())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("tea", Text("tea")),
        ("tea milk", And((Text("tea"), Text("milk")))),
        ('"green tea"', Text("green tea")),
        ("tea OR milk", Or((Text("tea"), Text("milk")))),
        ("a tea OR milk b", And((Text("a"), Or((Text("tea"), Text("milk"))), Text("b")))),
        ("-tea", Not(Text("tea"))),
        ("--tea", Text("tea")),
        ("-(tea milk)", Not(And((Text("tea"), Text("milk"))))),
        ("foo-bar", Text("foo-bar")),
        ("bread & butter - jam", And((Text("bread"), Text("butter"), Text("jam")))),
        ("or", Text("or")),
        ("12:30", Text("12:30")),
        ("http://example.org", Text("http://example.org")),
        ("from:ada@example.org", Text("ada@example.org", Field.FROM)),
        ('from:"Ada L"', Text("Ada L", Field.FROM)),
        ("FROM:ada", Text("ada", Field.FROM)),
        ("to:bob cc:carol", And((Text("bob", Field.TO), Text("carol", Field.CC)))),
        ("subject:(a b)", And((Text("a", Field.SUBJECT), Text("b", Field.SUBJECT)))),
        ("subject:(a OR -b)", Or((Text("a", Field.SUBJECT), Not(Text("b", Field.SUBJECT))))),
        ("filename:report.pdf", Text("report.pdf", Field.FILENAME)),
        ("subject:re:x", Text("re:x", Field.SUBJECT)),
        ("invo*", Text("invo", None, prefix=True)),
        ("label:Work", Label("Work")),
        ('-label:"my list"', Not(Label("my list"))),
        ("in:inbox", In("inbox")),
        ("is:UNREAD", Is(State.UNREAD)),
        ("has:attachment", HasAttachment()),
        ("after:2026/01/31", Since(at(2026, 1, 31))),
        ("before:2026-01-31", Until(at(2026, 1, 31))),
        ("older_than:3d", Until(at(2026, 3, 28, 14))),
        ("newer_than:1m", Since(at(2026, 2, 28, 14))),
        ("newer_than:1y", Since(at(2025, 3, 31, 14))),
    ],
)
def test_a_query_is_read_as_this_tree(text: str, tree: Query) -> None:
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "sentence", "position"),
    [
        ("size:5", "no operator size: - allowed are from:, to:, cc:", 0),
        ("tea foo:bar", "no operator foo:", 4),
        ("from:", "from: needs a value", 0),
        ("from: ada", "from: needs a value", 0),
        ("from:!!", "from: needs letters or digits", 5),
        ("from:(is:read)", "not is:", 6),
        ("label:(a b)", "label: takes one word", 6),
        ('label:" "', "label: needs a name", 6),
        ("is:happy", "is: knows read, unread, starred, gone, not happy", 3),
        ("has:wings", "has: knows attachment", 4),
        ("after:yesterday", "yesterday is not a date", 6),
        ("after:2026/02/30", "is not a date", 6),
        ("older_than:3w", "is not an age", 11),
        ("older_than:0d", "is not an age", 11),
        ("older_than:9999y", "before the year 1", 11),
        ('"tea', "A quote is not closed", 0),
        ("(tea", "A parenthesis is not closed", 0),
        ("tea)", "closing parenthesis", 3),
        ("()", "hold nothing", 0),
        ("tea OR", "OR needs something on its right", 4),
        ("OR tea", "OR needs something on its left", 0),
        ("tea OR OR milk", "OR needs something on its right", 4),
        ("(tea -)", "Something to exclude is missing", 6),
        ("!!!", "no letter or digit", 0),
        ("te*", "at least 3 letters", 0),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, sentence: str, position: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert sentence in caught.value.message
    assert caught.value.details["position"] == position


def test_length_words_and_depth_are_limited() -> None:
    for text in ("x" * (MAX_LENGTH + 1), "x " * (MAX_TERMS + 1), "(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1)):
        with pytest.raises(InvalidInput):
            read(text)
    assert read("(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH) == Text("x")


def test_days_begin_in_the_time_zone_given() -> None:
    tokyo = parse("after:2026/01/31", now=NOW, zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo == Since(int(datetime(2026, 1, 30, 15, tzinfo=UTC).timestamp()))


def test_what_no_database_takes_is_left_out() -> None:
    assert read("a\0b \ud800tea") == And((Text("a b"), Text(" tea")))


@pytest.mark.parametrize("text", ["is:gone", "tea -is:gone", "(a OR in:Anywhere)"])
def test_a_query_can_ask_for_what_is_gone(text: str) -> None:
    assert asks_for_gone(read(text))
    assert not asks_for_gone(read("tea in:inbox -is:read"))


pieces = st.sampled_from(
    [*(f"{name}:" for name in OPERATORS), "(", ")", '"', "-", " ", "OR", " OR ", "*", "tea", "2026/01/31", "3d", "x:"]
)


@given(st.one_of(st.text(max_size=60), st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=25).map("".join)))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        read(text)

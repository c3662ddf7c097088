"""One mail has one content hash, however its mailbox was written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailmill.domain.message import Dialect
from mailmill.mail.identity import content_hash, unquote

MAIL = b"From: a@b.c\nSubject: s\n\nFrom here\n>From there\n>>From far\nend\n"

# Lines that mbox writers care about come up often.
LINES = st.lists(
    st.one_of(
        st.sampled_from([b"From x", b">From x", b">>From x", b"", b">", b"From", b"Status: RO", b" folded", b"--b"]),
        st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
    ),
    max_size=12,
)


def as_mboxo(data: bytes) -> bytes:
    """As mboxo writes it: From lines get one mark, quoted ones stay."""
    return re.sub(rb"^From ", b">From ", data, flags=re.MULTILINE)


def as_mboxrd(data: bytes) -> bytes:
    """As mboxrd writes it: every From line gets one mark more."""
    return re.sub(rb"^(>*From )", rb">\1", data, flags=re.MULTILINE)


def as_mboxcl2(data: bytes) -> bytes:
    """As mboxcl2 writes it: nothing is quoted, the length stands in the header."""
    return b"Content-Length: %d\n" % len(data) + data


@given(LINES)
def test_the_hash_is_the_same_over_all_mbox_writings_and_line_ends(lines: list[bytes]) -> None:
    mail = b"From: a@b.c\nSubject: s\n\n" + b"\n".join(lines)
    writings = [mail, as_mboxo(mail), as_mboxrd(mail), as_mboxcl2(mail)]
    writings += [each.replace(b"\n", b"\r\n") for each in writings]
    writings += [each + b"\n\n" for each in writings]
    assert len({content_hash(each) for each in writings}) == 1


@given(st.binary(max_size=300))
def test_any_bytes_have_a_hash_of_sixteen_bytes(data: bytes) -> None:
    assert len(content_hash(data)) == 16


def test_other_words_give_another_hash() -> None:
    assert content_hash(MAIL) != content_hash(MAIL.replace(b"end", b"End"))
    assert content_hash(MAIL) != content_hash(MAIL.replace(b"Subject: s", b"Subject: t"))


@pytest.mark.parametrize(
    "header",
    [
        b"Status: RO\n",
        b"X-Status: A\n",
        b"X-Keywords: \n",
        b"X-UID: 12\n",
        b"X-IMAP: 1 2\n",
        b"X-IMAPbase: 1 2\n kept by pine\n",
        b"Content-Length: 77\n",
        b"Lines: 3\n",
        b"X-GM-THRID: 123\n",
        b"X-Gmail-Labels: =?UTF-8?Q?Posteingang?=,\n =?UTF-8?Q?Ge=C3=B6ffnet?=\n",
    ],
)
def test_bookkeeping_headers_do_not_count(header: bytes) -> None:
    assert content_hash(header + MAIL) == content_hash(MAIL)
    assert content_hash(MAIL.replace(b"\n\n", b"\n" + header + b"\n", 1)) == content_hash(MAIL)


def test_the_same_words_in_the_body_do_count() -> None:
    assert content_hash(MAIL + b"Status: RO\n") != content_hash(MAIL)


def test_a_header_that_only_begins_alike_counts() -> None:
    assert content_hash(b"Status-Quo: x\n" + MAIL) != content_hash(MAIL)
    assert content_hash(b"Linesmen: x\n" + MAIL) != content_hash(MAIL)


@given(LINES)
def test_mboxrd_is_undone_exactly(lines: list[bytes]) -> None:
    mail = b"\n".join(lines)
    assert unquote(as_mboxrd(mail), Dialect.MBOXRD) == mail


def test_mboxo_takes_the_mark_from_lines_with_one() -> None:
    assert unquote(b"a\n>From b\n>>From c\n", Dialect.MBOXO) == b"a\nFrom b\n>>From c\n"


@pytest.mark.parametrize("dialect", [Dialect.NONE, Dialect.MBOXCL2])
def test_the_other_dialects_quote_nothing(dialect: Dialect) -> None:
    assert unquote(MAIL, dialect) is MAIL

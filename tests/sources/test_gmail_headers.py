"""What Google Takeout says of a mail in its own headers."""

from email.header import Header
from pathlib import Path

import pytest

from mailmill.sources.files.gmailheaders import gmail_facts, labels_of
from tests.sources.mailfiles import TAKEOUT_LINE, mail, mbox_bytes, messages_of, write


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (b"Inbox,Unread", ("Inbox", "Unread")),
        (b"Inbox, Category Personal ,Opened", ("Inbox", "Category Personal", "Opened")),
        (b'"Smith, John",Inbox', ("Smith, John", "Inbox")),
        (b'"say ""no""",Inbox', ('say "no"', "Inbox")),
        (rb'"say \"no\"",Inbox', ('say "no"', "Inbox")),
        (b"=?UTF-8?Q?=C3=85pnet,Kategori:_Reklame?=", ("Åpnet", "Kategori: Reklame")),
        (b"=?UTF-8?Q?=22M=C3=BCller,_Eva=22,Posteingang?=", ("Müller, Eva", "Posteingang")),
        (b"=?UTF-8?Q?Gel=C3?=\r\n =?UTF-8?Q?=B6scht,Wichtig?=", ("Gelöscht", "Wichtig")),
        (b"Inbox,\r\n Work/Clients", ("Inbox", "Work/Clients")),
        ("Entwürfe,Gesendet".encode(), ("Entwürfe", "Gesendet")),
        (b"Inbox,Inbox,,", ("Inbox",)),
        (b"=?no-such-charset?Q?Inbox?=", ("Inbox",)),
        (b"=?UTF-8?B?!!!?=,Inbox", ("Inbox",)),
        (b"", ()),
    ],
)
def test_labels_are_decoded_first_and_then_split(header: bytes, labels: tuple[str, ...]) -> None:
    assert labels_of(header) == labels


def test_a_long_list_folded_by_the_standard_library_is_read_whole() -> None:
    labels = tuple(f"Étiquette numéro {number}" for number in range(40))
    folded = Header(",".join(labels), "utf-8", maxlinelen=70).encode().encode()
    assert labels_of(folded) == labels


def test_ids_are_hex_and_come_from_headers_or_the_from_line(tmp_path: Path) -> None:
    headers = b"X-GM-THRID: 1828754568043628583\r\nX-Gmail-Labels: Inbox,\r\n Unread\r\n"
    own = b"X-GM-MSGID: 1828754568043628000\r\n"
    content = [mail(1, headers=headers), mail(2, headers=headers + own), mail(3)]
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes(content, TAKEOUT_LINE)))
    assert [message.gmail_id for message in found] == ["19610a97299d0827", "19610a97299d05e0", "19610a97299d0827"]
    assert [message.gmail_thread_id for message in found] == ["19610a97299d0827", "19610a97299d0827", None]
    assert [message.labels for message in found] == [("Inbox", "Unread"), ("Inbox", "Unread"), ()]


@pytest.mark.parametrize("number", [b"", b"abc", b"-5", b"99999999999999999999", b"1" * 400])
def test_a_number_that_is_none_is_no_id(number: bytes) -> None:
    assert gmail_facts(b"X-GM-THRID: " + number + b"\n\n", None).thread_id is None


def test_headers_of_a_quoted_mail_are_not_those_of_this_one(tmp_path: Path) -> None:
    content = mail(1, b"he wrote\n\nX-Gmail-Labels: Spam\nX-GM-THRID: 5\n")
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes([content])))
    assert (found[0].labels, found[0].gmail_thread_id) == ((), None)

"""Whatever the bytes are: parse gives a message, its text can be stored, and its parts can be opened."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from mailmill.mail.addresses import parse_addresses
from mailmill.mail.attachments import part_content
from mailmill.mail.dates import parse_date
from mailmill.mail.headers import decode_words, parameters
from mailmill.mail.html import to_text
from mailmill.mail.parse import parse
from mailmill.mail.tnef import packed_files
from tests.unit.mail.mail_traps import TRAPS
from tests.unit.mail.test_mail_traps import every_text

# Pieces that steer a parser into its corners.
PIECES = st.sampled_from(
    [
        b"Content-Type: ",
        b"multipart/mixed",
        b"; boundary=b",
        b"--b",
        b"--b--",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"text/html",
        b"a/b",
        b"message/rfc822",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"=?utf-8?B?",
        b"=?utf-16?Q?",
        b"?=",
        b"\xff",
        b"\0",
        b"=",
        b'"',
        b"(",
        b"<",
        b">",
        b"@",
        b"From: ",
        b"Date: ",
        b"name*0*=",
        b"''",
        b"%",
        b"application/ms-tnef",
        b"charset=utf-7",
        b"charset=utf-16",
        b"<td>",
        b"&#xD800;",
        b"\x78\x9f\x3e\x22",
        b"References: ",
    ]
)


def assert_storable(data: bytes) -> None:
    """Parse, and look at every text and every part of what comes out."""
    message = parse(data)
    for value in every_text(message):
        assert "\0" not in value
        value.encode("utf-8")
    for each in message.attachments:
        content = part_content(data, each.part)
        assert content is None or len(content) == each.size or each.content_type.startswith("message/")


@given(st.binary(max_size=2_000))
def test_random_bytes_never_raise(data: bytes) -> None:
    assert_storable(data)


@settings(max_examples=500)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join))
def test_pieces_of_mail_in_any_order_never_raise(data: bytes) -> None:
    assert_storable(data)


@settings(max_examples=500)
@given(st.sampled_from(TRAPS), st.integers(0, 2**32))
def test_mutated_mails_never_raise(trap: object, seed: int) -> None:
    data = bytearray(getattr(trap, "data", b""))
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at:at] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 9)]
            case 2:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                start = chance.randrange(len(data) + 1)
                data[at:at] = data[start : start + 30]
    assert_storable(bytes(data))


@given(st.text(max_size=300))
def test_any_text_can_be_a_header_value(value: str) -> None:
    value = value.encode("utf-8", "replace").decode("utf-8")
    decode_words(value)
    parameters(value)
    parse_addresses(value)
    parse_date(value)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_can_be_html(html: str) -> None:
    to_text(html).encode("utf-8")


@given(st.binary(max_size=300))
def test_any_bytes_can_be_a_winmail_dat(data: bytes) -> None:
    packed_files(b"\x78\x9f\x3e\x22\x00\x00" + data)

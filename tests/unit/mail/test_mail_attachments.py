"""Attachments can be opened by their path, and a winmail.dat tells what is in it."""

import base64
import struct

from mailmill.mail.attachments import part_content
from mailmill.mail.parse import parse
from tests.unit.mail.mail_traps import multipart, text_part


def attribute(level: int, name: int, data: bytes) -> bytes:
    """One attribute of a TNEF stream (MS-OXTNEF section 2.1.3)."""
    return struct.pack("<BHHI", level, name, 0, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def mapi_text(name: int, text: str) -> bytes:
    """One MAPI property that is a Unicode text."""
    data = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, name, 1, len(data)) + data + bytes(-len(data) % 4)


def winmail(*files: tuple[str, str, bytes]) -> bytes:
    """A winmail.dat of these files: short name, long name, content."""
    stream = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9007, struct.pack("<II", 1252, 0))
    for short, long, content in files:
        named = struct.pack("<I", 2) + struct.pack("<HHI", 3, 0x0E21, 0) + mapi_text(0x3707, long)
        stream += attribute(2, 0x9002, bytes(14)) + attribute(2, 0x8010, short.encode("cp1252") + b"\0")
        stream += attribute(2, 0x800F, content) + attribute(2, 0x9005, named)
    return stream


def mail_with_winmail(data: bytes) -> bytes:
    """A mail that carries this winmail.dat."""
    head = b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return multipart(text_part(b"see file"), head + base64.encodebytes(data))


def test_the_files_in_a_winmail_dat_are_listed_with_their_long_names() -> None:
    data = winmail(("BILL~1.PDF", "Rechnung März.pdf", b"x" * 1000), ("b.txt", "", b"yy"))
    message = parse(mail_with_winmail(data))
    assert [(each.part, each.name, each.size) for each in message.attachments] == [
        ("2", "winmail.dat", len(data)),
        ("2.1", "Rechnung März.pdf", 1000),
        ("2.2", "b.txt", 2),
    ]
    assert message.unreadable == ()


def test_a_cut_winmail_dat_lists_what_is_whole() -> None:
    data = winmail(("a.pdf", "a.pdf", b"x" * 50), ("b.pdf", "b.pdf", b"y" * 50))
    assert [each.name for each in parse(mail_with_winmail(data[:-150])).attachments][:2] == ["winmail.dat", "a.pdf"]


def test_a_winmail_dat_that_is_none_is_told_as_unreadable() -> None:
    assert parse(mail_with_winmail(b"no such thing")).unreadable == ("part 2: the winmail.dat can't be read",)


def test_a_part_is_opened_by_its_path() -> None:
    inner = multipart(b"Content-Type: a/b; name=x\nContent-Transfer-Encoding: base64\n\naGVsbG8=", boundary=b"b2")
    mail = multipart(text_part(b"one"), b"Content-Type: message/rfc822\n\n" + inner)
    assert [each.part for each in parse(mail).attachments] == ["2", "2.1"]
    assert part_content(mail, "1") == b"one"
    assert part_content(mail, "2.1") == b"hello"
    assert part_content(mail, "7") is None


def test_sizes_are_those_of_the_decoded_bytes() -> None:
    head = b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    for size in (0, 1, 2, 3, 57, 58, 1000, 100_000):
        (only,) = parse(multipart(head + base64.encodebytes(bytes(size)))).attachments
        assert only.size == size


def test_a_part_is_opened_also_where_the_mail_had_to_be_repaired() -> None:
    mail = multipart(text_part(b"one"), text_part(b"two")).replace(b"\n", b"\r")
    assert part_content(b"From x Mon\r" + mail, "2") == b"two"

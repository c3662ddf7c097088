"""Mails made to cost a reader its time or its memory."""

import base64
from collections.abc import Callable

HEAD = b"From: a@example.org\nSubject: s\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
MIB = 1024 * 1024


def nested_multiparts(levels: int) -> bytes:
    """Multiparts in multiparts, each with a boundary of its own."""
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return HEAD + opened + b"\nbottom\n"


def nested_mails(levels: int) -> bytes:
    """Mails within mails."""
    return HEAD + b"Content-Type: message/rfc822\n\n" * levels + b"Subject: inner\n\nbottom\n"


def large_attachment(content: bytes) -> bytes:
    """A mail with a text and one file."""
    body = base64.encodebytes(content)
    return (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee file\n--b\nContent-Type: application/pdf;"
        b" name=big.pdf\nContent-Transfer-Encoding: base64\n\n" + body + b"\n--b--\n"
    )


HOSTILE: dict[str, Callable[[], bytes]] = {
    "10,000 nested multiparts": lambda: nested_multiparts(10_000),
    "10,000 nested mails": lambda: nested_mails(10_000),
    "50,000 parentheses in To": lambda: HEAD + b"To: " + b"(" * 50_000 + b"x" + b")" * 50_000 + b"\n\nb",
    "50,000 open brackets in To": lambda: HEAD + b"To: " + b"<" * 50_000 + b"\n\nb",
    "50,000 quotes in To": lambda: HEAD + b"To: " + b'"' * 50_001 + b"\n\nb",
    "60,000 blanks in To": lambda: HEAD + b"To: a" + b" " * 60_000 + b"b\n\nb",
    "a name of 60,000 letters in To": lambda: HEAD + b"To: " + b"x" * 60_000 + b"\n\nb",
    "60,000 commas in To": lambda: HEAD + b"To: " + b"a," * 30_000 + b"\n\nb",
    "20,000 addresses in To": lambda: HEAD + b"To: " + b",".join(b"a%d@b.c" % n for n in range(20_000)) + b"\n\nb",
    "a subject of 1 MB of encoded words": lambda: (
        HEAD.replace(b"s\n", b"=?utf-8?B?w6nDqcOpw6nDqcOpw6nDqcOp?=\n " * 26_000 + b"\n") + b"\nb"
    ),
    "a subject of 1 MB in one word": lambda: b"Subject: =?utf-8?Q?" + b"=C3=A9" * 170_000 + b"?=\n\nb",
    "a subject of open words": lambda: b"Subject: " + b"=?a?q?" * 100_000 + b"\n\nb",
    "a subject of 1 MB of Re:": lambda: b"Subject: " + b"Re: " * 260_000 + b"\n\nb",
    "100,000 headers": lambda: HEAD + b"".join(b"X-%d: value %d\n" % (n, n) for n in range(100_000)) + b"\nb",
    "one header of 20 MB": lambda: HEAD + b"X: " + b"a" * 20 * MIB + b"\n\nb",
    "one header of 200,000 lines": lambda: HEAD + b"X: a" + b"\n a" * 200_000 + b"\n\nb",
    "20 MB of lines that are no header": lambda: b"no header here\n" * 1_400_000,
    "30 MB of zeros": lambda: bytes(30 * MIB),
    "20 MB of blank lines": lambda: b"\n" * 20 * MIB,
    "a parameter of 60,000 letters": lambda: HEAD + b"Content-Type: text/plain; " + b"a" * 60_000 + b"\n\nb",
    "60,000 quotes in a parameter": lambda: HEAD + b"Content-Type: text/plain; a=" + b'"\\' * 30_000 + b"\n\nb",
    "10,000 sections of a file name": lambda: (
        HEAD + b"Content-Disposition: attachment" + b"".join(b"; filename*%d=x" % n for n in range(10_000)) + b"\n\nb"
    ),
    "60,000 references": lambda: HEAD + b"References: " + b"<a@b>" * 60_000 + b"\n\nb",
    "a date of 60,000 digits": lambda: HEAD + b"Date: " + b"1" * 60_000 + b"\n\nb",
    "100,000 parts": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000 + b"--b--\n"
    ),
    "1,000,000 almost boundaries": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 1_000_000
    ),
    "100,000 attributes": lambda: HTML + b"<a " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x</a>",
    "100,000 nested elements": lambda: HTML + b"<div>" * 100_000 + b"x",
    "100,000 nested formats": lambda: HTML + b"<b><i><a href=x><p>" * 25_000 + b"x",
    "100,000 nested tables": lambda: HTML + b"<table><tr><td>" * 100_000 + b"x",
    "a table with one wide cell": lambda: (
        HTML + b"<table><tr><td>" + b"x" * 100_000 + b"</td><td>y</td></tr>" + b"<tr><td>a</td><td>b</td></tr>" * 50_000
    ),
    "2 MB of open tags": lambda: HTML + b"<" * 2 * MIB,
    "2 MB of comments": lambda: HTML + b"<!--" * 500_000,
    "2 MB of blanks in pre": lambda: HTML + b"<pre>" + b" " * 2 * MIB + b"x",
    "2 MB of nested lists": lambda: HTML + b"<ul><li>x" * 230_000,
    "2 MB of nested quotes": lambda: HTML + b"<blockquote>x" * 160_000,
    "30 MB of HTML": lambda: HTML + b"<p>some text</p>\n" * 1_800_000,
    "50 MB of plain text": lambda: HEAD + b"\n" + "line of text ü €\n".encode() * 2_600_000,
    "a text with one wide character": lambda: HEAD + b"\n" + "😀".encode() + b"x" * 50 * MIB,
    "an attachment of 50 MB": lambda: large_attachment(bytes(range(256)) * 4 * 1024 * 50),
    "a broken attachment of 50 MB": lambda: large_attachment(bytes(range(256)) * 4 * 1024 * 50).replace(
        b"AAEC", b"*AEC", 1
    ),
    "an attachment of 50 MB without end": lambda: large_attachment(bytes(range(256)) * 4 * 1024 * 50)[:-20],
    "flowed text of 2 MB": lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 400_000,
    "quoted-printable of 30 MB": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=C3=A9=\n" * 3_700_000
    ),
    "uuencode of 20 MB": lambda: (
        HEAD
        + b"Content-Type: a/b; name=x\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n"
        + (b"M" + b"!" * 60 + b"\n") * 330_000
    ),
    "a winmail.dat of zeros": lambda: (
        HEAD
        + b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"\x78\x9f\x3e\x22" + bytes(5 * MIB))
    ),
}

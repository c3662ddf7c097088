"""Test mails of our own, each built around one trap that mail readers fall into, with what must come out."""

import base64
from dataclasses import dataclass

FROM = b"From: Ann Lee <ann@example.org>\n"
ATTACHED = b"Content-Disposition: attachment"
PDF = b"Content-Type: application/pdf"
PLAIN = b"Content-Type: text/plain; charset=utf-8\n"


@dataclass(frozen=True)
class Trap:
    """A mail and what must come out right; what is None is not asked for. ``text`` is compared without layout."""

    name: str
    data: bytes
    subject: str | None = None
    author: tuple[str, str] | None = None
    to: tuple[tuple[str, str], ...] | None = None
    date: tuple[int | None, int | None] | None = None
    text: str | None = None
    files: tuple[str, ...] | None = None
    references: tuple[str, ...] | None = None


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"b1", head: bytes = b"Subject: s\n") -> bytes:
    """A mail of these parts (each with its own header)."""
    body = b"".join(b"--%s\n%s\n" % (boundary, part) for part in parts)
    return head + b'Content-Type: multipart/%s; boundary="%s"\n\n%s--%s--\n' % (kind, boundary, body, boundary)


def text_part(text: bytes, kind: bytes = b"plain", head: bytes = b"") -> bytes:
    """A UTF-8 text part."""
    return b"Content-Type: text/%s; charset=utf-8\n%s\n%s" % (kind, head, text)


def file_part(head: bytes, content: bytes = b"abc") -> bytes:
    """A base64 part with this header."""
    return head + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


def dated(date: bytes) -> bytes:
    """A mail with this Date."""
    return FROM + b"Subject: s\nDate: " + date + b"\n\nbody\n"


def addressed(value: bytes) -> bytes:
    """A mail with this From."""
    return b"From: " + value + b"\nSubject: s\n\nbody\n"


def subject(value: bytes) -> bytes:
    """A mail with this Subject."""
    return FROM + b"Subject: " + value + b"\n\nbody\n"


NOON = 1_709_294_400  # 2024-03-01 12:00 UTC

HEADERS = (
    Trap("an encoded word in base64", subject(b"=?utf-8?B?R3LDvMOfZQ==?="), subject="Grüße"),
    Trap("an encoded word in Q", subject(b"=?iso-8859-1?Q?Gr=FC=DFe_an_alle?="), subject="Grüße an alle"),
    Trap("lower-case encoding letters", subject(b"=?UTF-8?q?a=C3=A9?= =?UTF-8?b?w6k=?="), subject="aéé"),
    Trap("a character split over two words", subject(b"=?utf-8?B?4oI=?=\n =?utf-8?B?rA==?="), subject="€"),
    Trap("a character split over Q words", subject(b"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?="), subject="€"),
    Trap("ISO-2022-JP split over words", subject(b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?="), subject="日本"),
    Trap("an encoded word without padding", subject(b"=?utf-8?B?w6k?="), subject="é"),
    Trap("an encoded word glued to text", subject(b"a=?utf-8?Q?=C3=A9?=b"), subject="aéb"),
    Trap("an encoded word with spaces in it", subject(b"=?utf-8?Q?caf=C3=A9 au lait?="), subject="café au lait"),
    Trap("an unknown charset in a word", subject(b"=?x-nobody-knows?Q?caf=E9?="), subject="café"),
    Trap("a charset with a language", subject(b"=?utf-8*de?Q?=C3=A4?="), subject="ä"),
    Trap("a transform as charset", subject(b"=?rot13?Q?abc?= =?unicode_escape?Q?\\ud800?="), subject="abc\\ud800"),
    Trap("a line end in an encoded word", subject(b"=?utf-8?Q?a=0D=0ABcc:_x@y?="), subject="a Bcc: x@y"),
    Trap("UTF-8 in a header, undeclared", subject("Grüße – 日本".encode()), subject="Grüße – 日本"),
    Trap("Latin-1 in a header, undeclared", subject(b"Gr\xfc\xdfe"), subject="Grüße"),
    Trap("UTF-8 and Latin-1 in one header", "Subject: Grüße\n".encode() + b"X: \xfc\n\nb", subject="Grüße"),
    Trap("a folded subject", subject(b"one\n two\n\tthree"), subject="one two three"),
    Trap("NUL in a header", subject(b"a\0b"), subject="ab", text="body"),
    Trap("a BOM before the first header", b"\xef\xbb\xbf" + subject(b"hi"), subject="hi"),
    Trap("a From_ line before the header", b"From a@b Mon Jan  1 00:00:00 2024\n" + subject(b"hi"), subject="hi"),
    Trap("blank lines before the header", b"\n\n" + subject(b"hi"), subject="hi", text="body"),
    Trap("blanks before the colon", b"Subject : hi\nFrom : a@b.c\n\nbody", subject="hi", author=("", "a@b.c")),
    Trap("a stray line among the headers", b"Subject: hi\nnonsense\n" + FROM + b"\nbody", subject="hi", text="body"),
    Trap(
        "no blank line after the header",
        b"Subject: hi\n\tthere\nhello you\n\nbye",
        subject="hi there",
        text="hello you bye",
    ),
    Trap("a header and nothing else", b"Subject: hi", subject="hi", text=""),
    Trap("no header at all", b"\njust text", subject="", text="just text"),
    Trap("an empty mail", b"", subject="", text="", files=()),
    Trap("References without brackets", b"References: a@b c@d\n\nx", references=("a@b", "c@d")),
    Trap("References glued and folded", b"References: <a@b><c@d>\n <e@f>\n\nx", references=("a@b", "c@d", "e@f")),
)

ADDRESSES = (
    Trap("an unquoted comma in From", addressed(b"Company, <a@b.example>"), author=("Company,", "a@b.example")),
    Trap("family name first, unquoted", addressed(b"Doe, John <j@d.example>"), author=("Doe, John", "j@d.example")),
    Trap("a quoted comma", addressed(b'"Doe, John" <j@D.example>'), author=("Doe, John", "j@d.example")),
    Trap("an encoded comma", addressed(b"=?utf-8?Q?Doe=2C_J=C3=B6?= <j@d.example>"), author=("Doe, Jö", "j@d.example")),
    Trap("an encoded word in quotes", addressed(b'"=?utf-8?Q?J=C3=B6?=" <j@d.example>'), author=("Jö", "j@d.example")),
    Trap("the name as a comment", addressed(b"j@d.example (John Doe)"), author=("John Doe", "j@d.example")),
    Trap("an address as name", addressed(b'"j@d.example" <j@d.example>'), author=("j@d.example", "j@d.example")),
    Trap("an address without a bracket", addressed(b"John j@d.example"), author=("John", "j@d.example")),
    Trap("an open bracket", addressed(b"John <j@d.example"), author=("John", "j@d.example")),
    Trap("an open quote", addressed(b'"John <j@d.example>'), author=("John", "j@d.example")),
    Trap("a source route", addressed(b"<@a.example,@b.example:j@d.example>"), author=("", "j@d.example")),
    Trap("a quoted local part", addressed(b'"john doe"@d.example'), author=("", "john doe@d.example")),
    Trap("a name without an address", addressed(b"undisclosed"), author=("undisclosed", "")),
    Trap(
        "a group",
        b"To: team: a@b.example, C <c@d.example>;, e@f.example\n\nx",
        to=(("", "a@b.example"), ("C", "c@d.example"), ("", "e@f.example")),
    ),
    Trap("an empty group", b"To: undisclosed-recipients:;\n\nx", to=()),
    Trap("semicolons between addresses", b"To: a@b.c; d@e.f\n\nx", to=(("", "a@b.c"), ("", "d@e.f"))),
)

DATES = (
    Trap("a usual date", dated(b"Fri, 01 Mar 2024 14:00:00 +0200"), date=(NOON, 120)),
    Trap("a zone by name", dated(b"Fri, 1 Mar 2024 07:00:00 EST"), date=(NOON, -300)),
    Trap("a comment behind the zone", dated(b"Fri, 1 Mar 2024 13:00:00 +0100 (CET)"), date=(NOON, 60)),
    Trap("GMT with an offset", dated(b"Fri, 1 Mar 2024 14:00:00 GMT+0200"), date=(NOON, 120)),
    Trap("a zone with a colon", dated(b"Fri, 1 Mar 2024 17:30:00 +05:30"), date=(NOON, 330)),
    Trap("an ISO date", dated(b"2024-03-01T12:00:00Z"), date=(NOON, 0)),
    Trap("an ISO date with a blank and an offset", dated(b"2024-03-01 14:00:00.123 +0200"), date=(NOON, 120)),
    Trap("the date of C's asctime", dated(b"Fri Mar  1 12:00:00 2024"), date=(NOON, 0)),
    Trap("a year of two digits", dated(b"Fri, 1 Mar 24 12:00 UT"), date=(NOON, 0)),
    Trap("a time without seconds", dated(b"1 Mar 2024 12:00 +0000"), date=(NOON, 0)),
    Trap("a zone that is nowhere", dated(b"Fri, 1 Mar 2024 12:00:00 +9999"), date=(NOON, 0)),
    Trap("a 30th of February", dated(b"Fri, 30 Feb 2024 12:00:00 +0000"), date=(None, None)),
    Trap("a date that is none", dated(b"whenever"), date=(None, None), text="body"),
    Trap("a year beyond all", dated(b"Fri, 1 Mar 99999 12:00:00 +0000"), date=(None, None)),
)

CHARSETS = (
    Trap("UTF-8 without a charset", b"Content-Type: text/plain\n\n" + "Grüße".encode(), text="Grüße"),
    Trap(
        "UTF-8 that is called Latin-1", b"Content-Type: text/plain; charset=iso-8859-1\n\n" + "ü€".encode(), text="ü€"
    ),
    Trap("Latin-1 that is called UTF-8", PLAIN + b"\nGr\xfc\xdfe", text="Grüße"),
    Trap("Windows-1252 that is called ASCII", b"Content-Type: text/plain; charset=us-ascii\n\n\x80 5", text="€ 5"),
    Trap("cp-1252", b"Content-Type: text/plain; charset=cp-1252\n\n\x80 5", text="€ 5"),
    Trap("x-unknown", b"Content-Type: text/plain; charset=x-unknown\n\n\xfc", text="ü"),
    Trap("a charset in quotes with blanks", b"Content-Type: text/plain; charset=' KOI8-R '\n\n\xf0\xd2", text="Пр"),
    Trap("GB2312 with characters of GBK", b"Content-Type: text/plain; charset=gb2312\n\n\xe9F\xd6\xd0", text="镕中"),
    Trap("ISO-2022-JP", b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$BF|K\\\x1b(B", text="日本"),
    Trap("UTF-7", b"Content-Type: text/plain; charset=utf-7\n\nGr+APw-n", text="Grün"),
    Trap(
        "UTF-16 in base64",
        b"Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\nYQD8AA==",
        text="aü",
    ),
    Trap("a charset only in the HTML", b"Content-Type: text/html\n\n<meta charset=koi8-r><p>\xf0\xd2", text="Пр"),
    Trap("NUL in the text", PLAIN + b"\na\0b", text="ab"),
)

BODIES = (
    Trap("base64 without its padding", PLAIN + b"Content-Transfer-Encoding: base64\n\naGVsbG8", text="hello"),
    Trap(
        "base64 with strays",
        PLAIN + b"Content-Transfer-Encoding: base64\n\naGVs*bG8gd29ybGQgYW5kIGFsbCBvdGhlcnM=",
        text="hello world and all others",
    ),
    Trap(
        "a footer behind the base64",
        PLAIN + b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n-- list footer",
        text="hello",
    ),
    Trap(
        "two base64 texts in one part",
        PLAIN + b"Content-Transfer-Encoding: base64\n\naGVsbG8=\naGVsbG8=",
        text="hellohello",
    ),
    Trap(
        "plain text that is called base64",
        PLAIN + b"Content-Transfer-Encoding: base64\n\nDear all, this is it!",
        text="Dear all, this is it!",
    ),
    Trap(
        "a bad part beside a good one",
        multipart(text_part(b"good"), PLAIN + b"Content-Transfer-Encoding: base64\n\n!!!!"),
        text="good !!!!",
    ),
    Trap(
        "broken quoted-printable",
        PLAIN + b"Content-Transfer-Encoding: quoted-printable\n\na=ZZb =C3=A9=\nc=3",
        text="a=ZZb éc=3",
    ),
    Trap("uuencode", PLAIN + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n#0V%T\n`\nend\n", text="Cat"),
    Trap(
        "no boundary named",
        b"Subject: s\nContent-Type: multipart/mixed\n\n--x\n\nhello\n--x--\n",
        subject="s",
        text="hello",
    ),
    Trap(
        "a wrong boundary named",
        b"Subject: s\nContent-Type: multipart/mixed; boundary=y\n\n--x\n" + PLAIN + b"\nhello\n--x--\n",
        text="hello",
    ),
    Trap("a multipart without parts", b"Content-Type: multipart/mixed; boundary=y\n\nhello\n", text="hello", files=()),
    Trap("no last boundary", b"Content-Type: multipart/mixed; boundary=y\n\n--y\n\nhello", text="hello"),
    Trap(
        "blanks behind the boundary",
        b"Content-Type: multipart/mixed; boundary=y\n\n--y  \n\nhello\n--y--  \nafter",
        text="hello",
    ),
    Trap(
        "a boundary that begins like another",
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n"
        b"--ab\n\none\n--ab--\n--a\n\ntwo\n--a--\n",
        text="one two",
    ),
    Trap(
        "the semicolon before boundary forgotten",
        b"Content-Type: multipart/mixed\n\tboundary=y\n\n--y\n\nhello\n--y--\n",
        text="hello",
    ),
    Trap(
        "CR as line end",
        b"Subject: hi\rFrom: a@b.c\r\rline\rnext",
        subject="hi",
        author=("", "a@b.c"),
        text="line next",
    ),
    Trap("CR CR LF as line end", b"Subject: hi\r\r\nFrom: a@b.c\r\r\n\r\r\nline\r\r\n", subject="hi", text="line"),
    Trap("mixed line ends", b"Subject: hi\r\nFrom: a@b.c\n\r\nline\n", subject="hi", text="line"),
    Trap(
        "format=flowed",
        b"Content-Type: text/plain; format=flowed\n\none \ntwo\n> q \n> r\n-- \nann",
        text="one two > q r -- ann",
    ),
    Trap(
        "plain text and HTML",
        multipart(text_part(b"plain"), text_part(b"<p>rich", b"html"), kind=b"alternative"),
        text="plain",
        files=(),
    ),
    Trap(
        "blank plain text and HTML",
        multipart(text_part(b" \n"), text_part(b"<p>rich", b"html"), kind=b"alternative"),
        text="rich",
    ),
    Trap(
        "HTML with a table",
        text_part(b"<table><tr><td>Tea<td>1.00<tr><td>Sum<td>1.00</table><p>end", b"html"),
        text="Tea 1.00 Sum 1.00 end",
    ),
    Trap("script and style", text_part(b"<style>p{}</style><script>x()</script><p>seen", b"html"), text="seen"),
    Trap("an unknown content type", b"Content-Type: nonsense\n\nhello", text="hello"),
    Trap("an unknown transfer encoding", PLAIN + b"Content-Transfer-Encoding: 9bit\n\nhello", text="hello"),
)

FILES = (
    Trap(
        "RFC 2231 in sections",
        multipart(file_part(PDF + b"; name*0*=utf-8''J%C3%B6; name*1*=%20x; name*2=.pdf")),
        files=("Jö x.pdf",),
    ),
    Trap(
        "RFC 2231 beside a plain name",
        multipart(file_part(ATTACHED + b"; filename=foo; filename*=iso-8859-1''J%F6.pdf")),
        files=("Jö.pdf",),
    ),
    Trap(
        "an encoded word as name",
        multipart(file_part(ATTACHED + b'; filename="=?utf-8?B?ww==?= =?utf-8?B?tg==?=.pdf"')),
        files=("ö.pdf",),
    ),
    Trap("8-bit in a name", multipart(file_part(ATTACHED + b'; filename="J\xf6.pdf"')), files=("Jö.pdf",)),
    Trap(
        "an unquoted name with blanks",
        multipart(file_part(ATTACHED + b"; filename=my file.pdf")),
        files=("my file.pdf",),
    ),
    Trap("a semicolon in a name", multipart(file_part(ATTACHED + b'; filename="a;b.pdf"')), files=("a;b.pdf",)),
    Trap("a name without a disposition", multipart(file_part(PDF + b"; name=a.pdf")), files=("a.pdf",)),
    Trap(
        "an attached text",
        multipart(text_part(b"body"), text_part(b"file", head=ATTACHED + b"; filename=a.txt\n")),
        text="body",
        files=("a.txt",),
    ),
    Trap(
        "an invitation",
        multipart(text_part(b"come"), text_part(b"BEGIN:VCALENDAR", b"calendar"), kind=b"alternative"),
        text="come",
        files=("",),
    ),
    Trap("nothing but a calendar", text_part(b"BEGIN:VCALENDAR", b"calendar"), text="BEGIN:VCALENDAR"),
    Trap(
        "a mail within the mail",
        multipart(text_part(b"see"), b"Content-Type: message/rfc822\n\nSubject: inner\n\nold"),
        text="see",
        files=("inner",),
    ),
    Trap(
        "a mail within the mail, with a file",
        multipart(
            text_part(b"see"),
            b"Content-Type: message/rfc822\n\n"
            + multipart(file_part(b"Content-Type: a/b; name=in.pdf"), boundary=b"b2"),
        ),
        files=("s", "in.pdf"),
    ),
    Trap("nothing but a mail", b"Content-Type: message/rfc822\n\nSubject: inner\n\nold", text="old", files=("inner",)),
    Trap(
        "a digest",
        multipart(b"\nSubject: one\n\nfirst", b"\nSubject: two\n\nsecond", kind=b"digest"),
        text="first second",
        files=("one", "two"),
    ),
    Trap(
        "a mail within the mail in base64",
        multipart(file_part(b"Content-Type: message/rfc822", b"Subject: inner\n\nold")),
        text="old",
        files=("inner",),
    ),
    Trap(
        "winmail.dat that is none",
        multipart(file_part(b"Content-Type: application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22garbage")),
        files=("winmail.dat",),
    ),
)

TRAPS = (*HEADERS, *ADDRESSES, *DATES, *CHARSETS, *BODIES, *FILES)

"""Files that hang on mails: small valid PDFs with text, pictures, calendar invitations."""

import base64
import struct
import zlib
from datetime import datetime, timedelta
from functools import cache
from random import Random

from mailmill.simulate.text import fold


def pdf(lines: list[str], *, compressed: bool = True) -> bytes:
    """A one-page PDF 1.4 that shows these lines in Helvetica.

    Characters outside Windows-1252 lose their accents, as they do in the output of many a till.
    """
    shown = b"BT /F1 11 Tf 14 TL 56 790 Td\n" + b"".join(_show(line) for line in lines) + b"ET"
    stream = zlib.compress(shown) if compressed else shown
    packed = b" /Filter /FlateDecode" if compressed else b""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>> >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(stream), packed, stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _with_table(objects)


def _show(line: str) -> bytes:
    try:
        data = line.encode("cp1252")
    except UnicodeEncodeError:
        data = fold(line).encode("ascii")
    escaped = data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + escaped + b") Tj T*\n"


def _with_table(objects: tuple[bytes, ...]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


@cache
def picture_lines(number: int) -> bytes:
    """The base64 lines of one of a few valid PNG pictures: number 0 is the smallest (10 KB), 7 the biggest (400 KB)."""
    rng = Random(number)  # noqa: S311 - simulated pixels
    side = (56, 70, 84, 100, 130, 170, 250, 360)[number % 8]
    rows = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))
    return base64.encodebytes(_png(side, rows))


def _png(side: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def invitation(uid: str, summary: str, starts: datetime, organizer: str, attendee: str) -> str:
    """An iCalendar request (RFC 5545, RFC 5546) for one hour from ``starts`` (UTC)."""
    stamp = "%Y%m%dT%H%M%SZ"
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Mailmill//Simulator//EN",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{starts:{stamp}}",
            f"DTSTART:{starts:{stamp}}",
            f"DTEND:{starts + timedelta(hours=1):{stamp}}",
            f"SUMMARY:{summary}",
            f"ORGANIZER:mailto:{organizer}",
            f"ATTENDEE;RSVP=TRUE:mailto:{attendee}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )

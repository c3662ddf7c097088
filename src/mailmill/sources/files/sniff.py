"""Tells by its first bytes what a file is."""

import re
from enum import StrEnum

from mailmill.sources.files.fromline import style_of
from mailmill.sources.files.mbox import header_end

_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9_.-]*[ \t]*:")
_MAIL_FIELD = re.compile(
    rb"^(?:From|To|Cc|Bcc|Subject|Date|Message-ID|Received|Return-Path|Reply-To|Sender|MIME-Version"
    rb"|Content-Type|Content-Transfer-Encoding|Delivered-To|Delivery-Date|In-Reply-To|References|Envelope-To"
    rb"|X-[A-Za-z0-9-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_BOM = b"\xef\xbb\xbf"
_TEXT_SUFFIXES = (".eml", ".msg", ".emlx")
_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"(\xb5/\xfd", "zstd data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"!BDN", "an Outlook data file (.pst or .ost)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Outlook message or another Microsoft document"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
)


class Kind(StrEnum):
    """What a file holds."""

    EMPTY = "empty"
    MBOX = "mbox"
    MAIL = "mail"
    ZIP = "zip"
    GZIP = "gzip"
    TAR = "tar"
    OTHER = "other"


def kind_of(start: bytes, name: str) -> Kind:
    """The kind of the file that begins with ``start`` (8 KB, or all of it); its name decides only doubtful texts."""
    if not start:
        return Kind.EMPTY
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if start.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if start[257:262] == b"ustar":
        return Kind.TAR
    text = start.removeprefix(_BOM).lstrip(b"\r\n")
    line, _, following = text.partition(b"\n")
    if style_of(line.rstrip(b"\r"), following):
        return Kind.MBOX
    return Kind.MAIL if _is_mail(text, name) else Kind.OTHER


def leading_blank(start: bytes) -> int:
    """Bytes of blank lines before the first From_ line."""
    return len(start) - len(start.lstrip(b"\r\n"))


def described(start: bytes) -> str:
    """What a file that is no mail seems to be, for people."""
    known = (words for magic, words in _MAGIC if start.startswith(magic))
    return next(known, "binary data" if b"\x00" in start else "text without a mail header")


def _is_mail(text: bytes, name: str) -> bool:
    """Whether a header stands at the top; a name that says mail is believed for any text."""
    if any(text.startswith(magic) for magic, _ in _MAGIC):
        return False
    if name.lower().endswith(_TEXT_SUFFIXES):
        return b"\x00" not in text or _MAIL_FIELD.search(text) is not None
    if not _FIELD.match(text):
        return False
    end = header_end(text)
    header = text[:end] if end >= 0 else text
    return _MAIL_FIELD.search(header.replace(b"\r", b"\n")) is not None

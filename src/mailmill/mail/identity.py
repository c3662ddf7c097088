"""When two mails are one: the content hash, which does not depend on how a mailbox was written."""

import re
from hashlib import sha256

from mailmill.domain.message import Dialect

_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_QUOTED_RD = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_O = re.compile(rb"^>From ", re.MULTILINE)

# What writers of mailboxes add or change, and Gmail's export.
_BOOKKEEPING = re.compile(
    rb"^(?:X-GM-[^:\n]*|X-Gmail-[^:\n]*|Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|Content-Length|Lines)[ \t]*:"
    rb"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*",
    re.MULTILINE | re.IGNORECASE,
)

# A search for these few words is much cheaper than the pattern, and most mails have none of them.
_TO_LOOK_FOR = tuple(
    b"\n" + name
    for name in (b"x-gm", b"status", b"x-status", b"x-keywords", b"x-uid", b"x-imap", b"content-length", b"lines")
)


def content_hash(data: bytes) -> bytes:
    """16 bytes that are equal for one mail in every mbox dialect, in Maildir and over IMAP.

    Quoted and unquoted bytes give the same. Left out: the kind of line ends, the quoting of lines that begin with
    ``From ``, headers of mailbox bookkeeping (Status, Content-Length and so on) and of Gmail's export in the top
    header block, and line ends at the end. It is the beginning of a SHA-256, which processors have
    instructions for.
    """
    if b"\r" in data:
        # Dropping every CR is ten times as fast as replacing CR LF; only lines that end with CR alone need it.
        data = data.replace(b"\r", b"" if data.find(b"\n") < len(data) - 2 and b"\n" in data else b"\n")
    if b">From " in data:
        data = _QUOTED.sub(b"From ", data)
    body_at = data.find(b"\n\n") + 1 or len(data)
    end = _without_line_ends(data)
    digest = sha256(_kept(data[: min(body_at, end)]))
    if body_at < end:
        digest.update(b"\n")
        digest.update(memoryview(data)[body_at:end])
    return digest.digest()[:16]


def _kept(head: bytes) -> bytes:
    """The header block without the headers of bookkeeping and without line ends at its end."""
    lower = b"\n" + head.lower()
    if any(name in lower for name in _TO_LOOK_FOR):
        head = _BOOKKEEPING.sub(b"", head if head.endswith(b"\n") else head + b"\n")
    return head.rstrip(b"\n")


def _without_line_ends(data: bytes) -> int:
    """Where the mail ends when line ends at its end do not count."""
    tail = data[-256:]
    kept = len(tail.rstrip(b"\n"))
    return len(data) - len(tail) + kept if kept else len(data.rstrip(b"\n"))


def unquote(data: bytes, dialect: Dialect) -> bytes:
    """The mail as it was before it was written to an mbox of this dialect; other dialects quote nothing."""
    if dialect not in (Dialect.MBOXO, Dialect.MBOXRD) or b">From " not in data:
        return data
    if dialect is Dialect.MBOXO:
        return _QUOTED_O.sub(b"From ", data)
    return _QUOTED_RD.sub(rb"\1", data)

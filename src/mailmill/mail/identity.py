"""When two mails are one: the content hash, which does not depend on how a mailbox was written."""

import re
from hashlib import blake2b

from mailmill.domain.message import Dialect

_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_QUOTED_RD = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_O = re.compile(rb"^>From ", re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\n\n")

# What writers of mailboxes add or change, and Gmail's export.
_BOOKKEEPING = re.compile(
    rb"^(?:X-GM-[^:\n]*|X-Gmail-[^:\n]*|Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|Content-Length|Lines)[ \t]*:"
    rb"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*",
    re.MULTILINE | re.IGNORECASE,
)

# A search for these few words is much cheaper than the pattern, and most mails have none of them.
_TO_LOOK_FOR = (b"x-gm", b"status", b"x-keywords", b"x-uid", b"x-imap", b"content-length", b"lines")


def content_hash(data: bytes) -> bytes:
    """16 bytes that are equal for one mail in every mbox dialect, in Maildir and over IMAP.

    Quoted and unquoted bytes give the same. Left out: the kind of line ends, the quoting of lines that begin with
    ``From ``, headers of mailbox bookkeeping (Status, Content-Length and so on) and of Gmail's export in the top
    header block, and line ends at the end.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b">From " in data:
        data = _QUOTED.sub(b"From ", data)
    end = _END_OF_HEADER.search(data)
    body_at = end.start() + 1 if end else len(data)
    head = data[:body_at]
    if not head.endswith(b"\n"):
        head += b"\n"
    lower = head.lower()
    kept = _BOOKKEEPING.sub(b"", head) if any(name in lower for name in _TO_LOOK_FOR) else head
    digest = blake2b(kept.rstrip(b"\n"), digest_size=16)
    body = memoryview(data)[body_at:] if data[-1:] != b"\n" else data[body_at:].rstrip(b"\n")
    if len(body):
        digest.update(b"\n")
        digest.update(body)
    return digest.digest()


def unquote(data: bytes, dialect: Dialect) -> bytes:
    """The mail as it was before it was written to an mbox of this dialect; other dialects quote nothing."""
    if dialect not in (Dialect.MBOXO, Dialect.MBOXRD) or b">From " not in data:
        return data
    if dialect is Dialect.MBOXO:
        return _QUOTED_O.sub(b"From ", data)
    return _QUOTED_RD.sub(rb"\1", data)

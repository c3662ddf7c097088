"""Mail as it came (RawMessage) and mail as understood (Message)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Dialect(StrEnum):
    """How lines that begin with ``From `` were quoted by whoever wrote the bytes."""

    NONE = "none"
    MBOXO = "mboxo"
    MBOXRD = "mboxrd"
    MBOXCL2 = "mboxcl2"


@dataclass(frozen=True, slots=True)
class FileSpan:
    """Bytes that lie in a plain file; read by whoever needs them, so that they need not travel."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One mail as fetched, with the ids of its source.

    ``content`` is the mail without its mbox From_ line and without the blank line that separates it from the next
    mail, otherwise byte for byte as it came (still quoted by ``dialect``). ``source_id`` is the source's own stable id;
    None where a mail is known by its content only (files). ``received_at`` is the source's own time of arrival in
    seconds since the epoch, where it has one. ``label`` texts are decoded. ``where`` names the place for people
    (a file with a byte offset, a folder with a UID) and never holds mail content.
    """

    content: bytes | FileSpan
    folder: str
    where: str
    source_id: str | None = None
    labels: tuple[str, ...] = ()
    from_line: bytes | None = None
    dialect: Dialect = Dialect.NONE
    gmail_id: str | None = None
    gmail_thread_id: str | None = None
    received_at: int | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of RFC 5322 section 3.4; ``email`` is lower case in its domain, either may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is a file for people: its MIME part path (``1.2``), decoded name, type and decoded size in bytes."""

    part: str
    name: str
    content_type: str
    size: int
    inline: bool = False


@dataclass(frozen=True, slots=True)
class TextPart:
    """A readable part, decoded: ``text`` is the plain text, or the decoded source of an HTML part.

    Evidence spans count characters of ``text``.
    """

    part: str
    content_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed, immutable mail.

    ``message_id``, ``in_reply_to`` and ``references`` are without angle brackets. ``date`` is in seconds since the
    epoch (UTC), None when the mail has none that can be read; ``date_offset`` is the zone of its author in
    minutes east of UTC. ``headers`` are decoded, in order, names as written. ``text`` is what a person reads (plain
    part, else HTML as text). ``defects`` tells what was wrong and got repaired; ``unreadable`` what could not be
    decoded (a problem).
    """

    subject: str
    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: int | None
    date_offset: int | None
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    parts: tuple[TextPart, ...]
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...] = field(default=())
    unreadable: tuple[str, ...] = field(default=())

    def header(self, name: str) -> str | None:
        """The first header of that name, decoded; names are compared without case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

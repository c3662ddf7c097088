"""Reads one plain file: mails as spans of it, so that their bytes need not travel."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailmill.domain.errors import Interrupted, PositionLost, SourceUnavailable
from mailmill.domain.message import FileSpan, RawMessage
from mailmill.sources.files.dialect import rules_of
from mailmill.sources.files.fromline import arrival, style_of
from mailmill.sources.files.gmailheaders import gmail_facts
from mailmill.sources.files.limits import MAIL_BYTES, SAMPLE_BYTES, SNIFF_BYTES
from mailmill.sources.files.mbox import Piece, Rules, Splitter, header_end
from mailmill.sources.files.names import is_mbox_name, is_message_name, stem
from mailmill.sources.files.position import Fingerprint, Position
from mailmill.sources.files.sniff import leading_blank
from mailmill.sources.files.tree import Entry, delivered_at, flags_of
from mailmill.sources.files.window import Window


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a file names: a mail, or one that is gone or can't be delivered.

    ``number`` counts, within one file or archive entry and one run, what the file was seen to hold; it is not derived
    from what was delivered. ``size`` is in bytes. ``position`` lies right after it.
    """

    folder: str
    number: int
    position: Position
    size: int = 0
    message: RawMessage | None = None
    gone: bool = False
    undelivered: str | None = None


@dataclass(slots=True)
class Run:
    """What one read shares between its files.

    ``folders`` are those wanted (empty: all). ``notes`` are sentences for people. ``others`` names the files that hold
    no mail; ``recognised`` counts those that do.
    """

    folders: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    recognised: int = 0

    def wants(self, folder: str) -> bool:
        """Whether this folder is to be read."""
        return not self.folders or folder in self.folders


@dataclass(frozen=True, slots=True)
class Plain:
    """An open plain file as it was when it was opened; what is appended later is not read in this run."""

    descriptor: int
    path: str
    size: int
    start: bytes
    name: str
    stop: threading.Event

    def reader(self, offset: int) -> Window:
        """A window that begins at ``offset``."""
        place = offset

        def read(count: int) -> bytes:
            nonlocal place
            if self.stop.is_set():
                raise Interrupted("The files account was closed while it was read.")
            wanted = min(count, self.size - place)
            chunk = self.at(place, wanted) if wanted > 0 else b""
            if wanted > 0 and not chunk:
                raise SourceUnavailable(f"{self.name} ended at byte {place} while it was read: it became shorter.")
            place += len(chunk)
            return chunk

        return Window(read, offset)

    def at(self, offset: int, count: int) -> bytes:
        """Bytes from ``offset`` on."""
        try:
            return os.pread(self.descriptor, count, offset)
        except OSError as error:
            raise SourceUnavailable(f"{self.name} can't be read at byte {offset}: {error.strerror}.") from error


def header_of(mail: bytes) -> bytes:
    """The header of the mail that begins with these bytes, as far as they show it."""
    end = header_end(mail)
    return mail if end < 0 else mail[:end]


def single(plain: Plain, entry: Entry) -> Step:
    """A file that is one mail."""
    line = plain.start.partition(b"\n")[0]
    from_line = line.rstrip(b"\r") if style_of(line.rstrip(b"\r"), b"x:") else None
    begin = len(line) + 1 if from_line else 0
    facts = gmail_facts(header_of(plain.start[begin:]), from_line)
    folder = entry.parent or stem(entry.relative)
    if plain.size > MAIL_BYTES:
        return Step(folder, 1, after(entry), undelivered=too_large(entry.relative, 0, plain.size))
    message = RawMessage(
        content=FileSpan(os.path.abspath(plain.path), begin, max(plain.size - begin, 0)),
        folder=folder,
        where=f"{entry.relative} @byte {begin}",
        labels=(flags_of(plain.path) if entry.unique is not None else ()) + facts.labels,
        from_line=from_line,
        gmail_id=facts.message_id,
        gmail_thread_id=facts.thread_id,
        received_at=(delivered_at(entry.unique) if entry.unique else None)
        or (arrival(from_line) if from_line else None),
    )
    return Step(folder, 1, after(entry), plain.size, message)


def mbox(plain: Plain, entry: Entry, resume: Position | None, run: Run) -> Iterator[Step]:
    """The mails of an mbox; a file that a delivery agent wrote for one mail belongs to the folder it lies in."""
    folder = mbox_folder(entry.relative)
    lone = is_message_name(entry.relative) and bool(entry.key)
    if not run.wants(folder) and not (lone and run.wants(entry.parent)):
        return
    place, rules = _begin(plain, resume)
    mark = Fingerprint.of(plain.size, plain.start)
    whole = is_message_name(entry.relative) and place <= leading_blank(plain.start)
    for piece in Splitter(plain.reader(place), rules, keep=False, lone_is_whole=whole).pieces(place):
        ended = piece.resume >= plain.size
        position = Position(entry.key, piece.resume, ended, consumed=piece.resume, fingerprint=mark, rules=rules)
        content = FileSpan(os.path.abspath(plain.path), piece.start, piece.stop - piece.start)
        alone = lone and whole and ended and piece.number == 1
        yield mail_of(piece, content, entry.parent if alone else folder, entry.relative, position)


def mbox_folder(relative: str) -> str:
    """The folder that an mbox stands for: its path without suffix (Apple's ``Name.mbox/mbox`` is ``Name``)."""
    parent, _, name = relative.rpartition("/")
    return stem(parent) if name == "mbox" and is_mbox_name(parent) else stem(relative)


def mail_of(piece: Piece, content: bytes | FileSpan | None, folder: str, name: str, position: Position) -> Step:
    """One mail of an mbox as a step."""
    size = piece.stop - piece.start
    if content is None or size > MAIL_BYTES:
        return Step(folder, piece.number, position, undelivered=too_large(name, piece.start, size))
    facts = gmail_facts(piece.head, piece.from_line)
    assert position.rules is not None
    message = RawMessage(
        content=content,
        folder=folder,
        where=f"{name} @byte {piece.start}",
        labels=facts.labels,
        from_line=piece.from_line,
        dialect=position.rules.dialect,
        gmail_id=facts.message_id,
        gmail_thread_id=facts.thread_id,
        received_at=arrival(piece.from_line),
    )
    return Step(folder, piece.number, position, size, message)


def _begin(plain: Plain, resume: Position | None) -> tuple[int, Rules]:
    """Where to go on in this mbox, and by which rules."""
    if resume is None or resume.rules is None or resume.fingerprint is None:
        place = leading_blank(plain.start)
        line, _, following = plain.start[place:].partition(b"\n")
        style = style_of(line.rstrip(b"\r"), following)
        assert style is not None, "the file was recognised as an mbox"
        return place, rules_of(plain.at(place, min(SAMPLE_BYTES, plain.size - place)), style)
    ahead = plain.at(resume.offset, SNIFF_BYTES)[: max(plain.size - resume.offset, 0)]
    place = resume.offset + leading_blank(ahead)
    if place < plain.size and not plain.at(place, 5) == b"From ":
        raise PositionLost(f"No mail begins at byte {place} of {plain.name} any more; it is read again.")
    return place, resume.rules


def too_large(name: str, offset: int, size: int) -> str:
    """Why this mail is not delivered."""
    return f"{name} @byte {offset}: {size} bytes are more than the {MAIL_BYTES} that one mail may have"


def after(entry: Entry) -> Position:
    """The position behind a file."""
    return Position(entry.key, entry.size, ended=True, consumed=entry.size)

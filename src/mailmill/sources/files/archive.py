"""Reads the mails of one archive: mbox files and .eml files inside, in the archive's order."""

import io
from collections.abc import Iterator

from mailmill.domain.errors import PositionLost
from mailmill.domain.message import RawMessage
from mailmill.sources.files.dialect import rules_of
from mailmill.sources.files.fromline import style_of
from mailmill.sources.files.gmailheaders import gmail_facts
from mailmill.sources.files.limits import MAIL_BYTES, SAMPLE_BYTES, SNIFF_BYTES
from mailmill.sources.files.mbox import Rules, Splitter
from mailmill.sources.files.names import is_message_name, shown, stem
from mailmill.sources.files.plain import Plain, Run, Step, header_of, mail_of, mbox_folder, too_large
from mailmill.sources.files.position import Fingerprint, Position
from mailmill.sources.files.sniff import Kind, kind_of, leading_blank
from mailmill.sources.files.tars import gzip_entries, plain_tar_entries
from mailmill.sources.files.tree import Entry
from mailmill.sources.files.unpack import Packed
from mailmill.sources.files.window import Window
from mailmill.sources.files.zips import zip_entries


def archive_steps(plain: Plain, kind: Kind, entry: Entry, resume: Position | None, run: Run) -> Iterator[Step]:
    """Every mail of the archive, from ``resume`` on: what lies before is unpacked again, but not delivered."""
    if resume and resume.ended:
        run.recognised += 1
        return
    first = resume.entry or 0 if resume else 0
    mark = Fingerprint.of(plain.size, plain.start)
    for packed in _entries(plain, kind, first, run):
        if packed.number < first:
            continue
        inside = resume if resume and packed.number == first else None
        if inside and inside.entry_name != packed.name:
            raise PositionLost(f"{plain.name} is another file than the one that was read up to now; it is read again.")
        yield from _Inside(plain, packed, entry, mark, run).steps(inside)


def _entries(plain: Plain, kind: Kind, first: int, run: Run) -> Iterator[Packed]:
    file = io.BufferedReader(io.FileIO(plain.descriptor, closefd=False))
    if kind is Kind.ZIP:
        return zip_entries(file, plain.size, plain.name, run.stop, first)
    if kind is Kind.GZIP:
        return gzip_entries(file, plain.name, stem(plain.name.rpartition("/")[2]), run.stop)
    return plain_tar_entries(file, plain.name, run.stop)


class _Inside:
    """One entry of an archive."""

    def __init__(self, plain: Plain, packed: Packed, entry: Entry, mark: Fingerprint, run: Run) -> None:
        self._plain = plain
        self._packed = packed
        self._entry = entry
        self._mark = mark
        self._run = run
        self._name = shown(packed.name)
        self._where = f"{plain.name}/{self._name}"
        self._window = Window(packed.read)
        self._before = packed.consumed()

    def steps(self, resume: Position | None) -> Iterator[Step]:
        """The mails of this entry, from ``resume`` on."""
        self._window.look(SNIFF_BYTES)
        start = self._window.cut(0, SNIFF_BYTES)
        kind = kind_of(start, self._name)
        if kind in (Kind.MAIL, Kind.MBOX, Kind.EMPTY):
            self._run.recognised += 1
        if kind is Kind.MAIL and not (resume and resume.offset):
            yield from self._mail()
        elif kind is Kind.MBOX:
            yield from self._mbox(start, resume)
        elif kind in (Kind.ZIP, Kind.GZIP, Kind.TAR):
            self._run.notes.append(
                f"{self._where} is an archive inside an archive and was left out: unpack it yourself."
            )
        elif kind is Kind.OTHER:
            self._run.others.append(self._where)

    def _parent(self) -> str:
        return self._name.rpartition("/")[0] or stem(self._plain.name.rpartition("/")[2])

    def _mail(self) -> Iterator[Step]:
        if not self._run.wants(self._parent()):
            return
        while self._window.end <= MAIL_BYTES and self._window.more():
            pass
        size = self._window.end
        if size > MAIL_BYTES:
            yield Step(self._parent(), 1, self._position(size), undelivered=too_large(self._where, 0, size))
            return
        content = self._window.cut(0, size)
        facts = gmail_facts(header_of(content[:SNIFF_BYTES]), None)
        message = RawMessage(
            content=content,
            folder=self._parent(),
            where=f"{self._where} @byte 0",
            labels=facts.labels,
            gmail_id=facts.message_id,
            gmail_thread_id=facts.thread_id,
        )
        yield Step(self._parent(), 1, self._position(size), size, message)

    def _mbox(self, start: bytes, resume: Position | None) -> Iterator[Step]:
        folder = mbox_folder(self._name)
        lone = is_message_name(self._name)
        if not self._run.wants(folder) and not (lone and self._run.wants(self._parent())):
            return
        place, rules = self._begin(start, resume)
        whole = lone and place <= leading_blank(start)
        for piece in Splitter(self._window, rules, keep=True, lone_is_whole=whole).pieces(place):
            ended = self._window.finished and piece.resume >= self._window.end
            alone = whole and ended and piece.number == 1
            position = self._position(piece.resume, rules)
            yield mail_of(piece, piece.content, self._parent() if alone else folder, self._where, position)

    def _begin(self, start: bytes, resume: Position | None) -> tuple[int, Rules]:
        if resume and resume.rules:
            while self._window.end < resume.offset and self._window.more():
                self._window.drop(min(self._window.end, resume.offset))
            self._window.drop(resume.offset)
            return resume.offset, resume.rules
        place = leading_blank(start)
        line, _, following = start[place:].partition(b"\n")
        style = style_of(line.rstrip(b"\r"), following)
        assert style is not None, "the entry was recognised as an mbox"
        self._window.look(SAMPLE_BYTES)
        return place, rules_of(self._window.cut(place, SAMPLE_BYTES), style)

    def _consumed(self, offset: int) -> int:
        """How much of the archive stands for the content up to ``offset``: unpacking is ahead of it."""
        share = min(offset / self._window.end, 1.0) if self._window.end else 1.0
        ahead = self._packed.consumed() - self._before
        return min(self._before + int(ahead * share), self._entry.size)

    def _position(self, offset: int, rules: Rules | None = None) -> Position:
        return Position(
            self._entry.key,
            offset,
            consumed=self._consumed(offset),
            entry=self._packed.number,
            entry_name=self._packed.name,
            fingerprint=self._mark,
            rules=rules,
        )

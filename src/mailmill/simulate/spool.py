"""A generated mailbox on disk, as the simulated provider serves it: an index in memory, the bytes in a file."""

import tempfile
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from mailmill.simulate.scene import Simulated


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail's place in the spool; ``key`` orders a folder, newest first, ``at`` is seconds since the epoch."""

    id: str
    at: int
    sender: str
    labels: tuple[str, ...]
    thread: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mails are asked for: ``since`` inclusive, ``until`` exclusive, in seconds since the epoch."""

    since: int | None = None
    until: int | None = None
    senders: frozenset[str] = frozenset()

    def takes(self, entry: Entry) -> bool:
        """Whether that mail is asked for."""
        return (
            (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and (not self.senders or entry.sender in self.senders)
        )


class Spool:
    """All mails of an account, by folder, newest first. Holds one open temporary file."""

    def __init__(self, mails: Iterable[Simulated]) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the spool
        self.folders: dict[str, list[Entry]] = {}
        self._by_id: dict[str, Entry] = {}
        offset = 0
        for mail in mails:
            self._file.write(mail.raw)
            entry = Entry(
                id=f"{mail.gmail_id:x}",
                at=int(mail.received_at.timestamp()),
                sender=mail.sender.lower(),
                labels=mail.labels,
                thread=f"{mail.thread_id:x}",
                offset=offset,
                length=len(mail.raw),
            )
            offset += entry.length
            self.folders.setdefault(mail.folder, []).append(entry)
            self._by_id[entry.id] = entry
        for entries in self.folders.values():
            entries.sort(key=lambda one: (one.at, one.id), reverse=True)

    def select(self, folder: str, wanted: Wanted) -> list[Entry]:
        """The mails of that folder that are asked for, newest first; an unknown folder is empty."""
        return [entry for entry in self.folders.get(folder, []) if wanted.takes(entry)]

    def page(self, folder: str, wanted: Wanted, after: tuple[int, str] | None, size: int) -> list[Entry]:
        """At most ``size`` mails that come after that (time, id) in the order of the folder."""
        entries = self.folders.get(folder, [])
        start = 0 if after is None else bisect_left(entries, (-after[0], _Reversed(after[1])), key=_order)
        out: list[Entry] = []
        for entry in entries[start:]:
            if after is not None and (entry.at, entry.id) >= after:
                continue
            if wanted.since is not None and entry.at < wanted.since:
                break
            if wanted.takes(entry):
                out.append(entry)
                if len(out) == size:
                    break
        return out

    def entry(self, mail_id: str) -> Entry | None:
        """The mail of that id."""
        return self._by_id.get(mail_id)

    def read(self, entry: Entry) -> bytes:
        """The bytes of that mail."""
        self._file.seek(entry.offset)
        return self._file.read(entry.length)

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class _Reversed:
    """Text in descending order."""

    text: str

    def __lt__(self, other: "_Reversed") -> bool:
        return other.text < self.text


def _order(entry: Entry) -> tuple[int, _Reversed]:
    return -entry.at, _Reversed(entry.id)

"""Walks over a folder in an order that is always the same: by name in bytes, folders among files.

A folder that holds ``cur`` and ``new`` is a Maildir; its mails are ordered by the part of their names that flags do
not change, so that a mail read meanwhile keeps its place. Links to files are followed, links to folders are not (so
there are no loops). Pipes, sockets and devices are never opened. Only one folder's names are held at a time.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from mailmill.sources.files.limits import TREE_DEPTH
from mailmill.sources.files.names import maildir_folder, shown

_FLAGS = {"D": "\\Draft", "F": "\\Flagged", "R": "\\Answered", "S": "\\Seen", "T": "\\Deleted"}
_MAILDIR = ("cur", "new", "tmp")

Key = tuple[str, ...]
Order = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an account.

    ``key`` orders it and finds it again. ``relative`` is its path for people. ``parent`` is the folder it lies in, as
    an account's folder. ``unique`` is the name of a mail in a Maildir without its flags, None elsewhere. ``fault`` is
    why it can't even be looked at.
    """

    key: Key
    path: str
    relative: str
    parent: str
    size: int = 0
    unique: str | None = None
    fault: str | None = None


class Tree:
    """One location: a file, or a folder with all that is below. ``notes`` collects what was left out and why."""

    def __init__(self, root: str) -> None:
        """``root`` must exist."""
        self._root = root
        self.notes: list[str] = []
        self.maildirs = 0

    def entries(self, after: Key | None) -> Iterator[Entry]:
        """The files in order, from the one with key ``after`` on (that one included)."""
        if not os.path.isdir(self._root):
            name = os.path.basename(os.path.abspath(self._root))
            yield Entry((), self._root, shown(name), "", os.stat(self._root).st_size)
            return
        yield from self._folder(self._root, (), _order(after or ()))

    def _folder(self, path: str, key: Key, after: Order) -> Iterator[Entry]:
        try:
            with os.scandir(path) as found:
                items = sorted(found, key=lambda item: os.fsencode(item.name))
        except OSError as error:
            fault = error.strerror or "it can't be opened"
            yield Entry(key, path, self._relative(key), self._named(key[:-1]), fault=fault)
            return
        names = {item.name for item in items if _is_folder(item)}
        maildir = {"cur", "new"} <= names
        if maildir:
            self.maildirs += 1
            yield from self._mails(path, key, after)
        for item in items:
            below = (*key, item.name)
            if _is_before(below, after) or (maildir and item.name in _MAILDIR):
                continue
            if item.name in names:
                yield from self._deeper(item.path, below, after)
            else:
                yield from self._file(item, below, maildir)

    def _deeper(self, path: str, key: Key, after: Order) -> Iterator[Entry]:
        if len(key) > TREE_DEPTH:
            self.notes.append(f"{self._relative(key)} lies more than {TREE_DEPTH} folders deep and was left out.")
            return
        yield from self._folder(path, key, after)

    def _file(self, item: os.DirEntry[str], key: Key, maildir: bool) -> Iterator[Entry]:
        """A plain file as an entry; everything else as a note."""
        relative = self._relative(key)
        try:
            status = item.stat()
        except FileNotFoundError:
            if item.is_symlink():
                self.notes.append(f"{relative} is a link to nothing and was left out.")
            else:
                yield Entry(key, item.path, relative, self._named(key[:-1]))
            return
        except OSError as error:
            self.notes.append(f"{relative} was left out: {error.strerror}.")
            return
        if stat.S_ISDIR(status.st_mode):
            self.notes.append(
                f"{relative} is a link to a folder and was not followed: import that folder by its own path."
            )
        elif not stat.S_ISREG(status.st_mode):
            self.notes.append(f"{relative} is not a plain file (a pipe, socket or device) and was left out.")
        elif not maildir:
            yield Entry(key, item.path, relative, self._named(key[:-1]), status.st_size)

    def _mails(self, path: str, key: Key, after: Order) -> Iterator[Entry]:
        """The mails of one Maildir; where ``new`` and ``cur`` both hold one, it was just moved to ``cur``."""
        found = {os.fsencode(unique): name for unique, name in current_names(path).items()}
        folder = self._named(key, maildir=True)
        for order in sorted(found):
            unique, name = os.fsdecode(order), found[order]
            mail = (*key, "", unique)
            if _is_before(mail, after):
                continue
            full = os.path.join(path, name)
            yield Entry(mail, full, self._relative((*key, name)), folder, _size(full), unique)

    def _relative(self, key: Key) -> str:
        return shown(os.path.join(*key)) if key else shown(self._root)

    def _named(self, key: Key, *, maildir: bool = False) -> str:
        """The folder of an account that this directory stands for."""
        parts = [maildir_folder(part) if part.startswith(".") else shown(part) for part in key]
        if maildir:
            return "/".join(parts) or "INBOX"
        return "/".join(parts) or shown(os.path.basename(os.path.abspath(self._root)))


def current_names(maildir: str) -> dict[str, str]:
    """The mails of one Maildir: the unique part of each name, and where it lies now (``cur/name:2,S``)."""
    names: dict[str, str] = {}
    for part in ("new", "cur"):
        for name in os.listdir(os.path.join(maildir, part)):
            if not name.startswith("."):
                names[name.partition(":2,")[0]] = f"{part}/{name}"
    return names


def flags_of(path: str) -> tuple[str, ...]:
    """The flags of a Maildir name as IMAP names them; other letters are a program's own and are left out."""
    flags = os.path.basename(path).partition(":2,")[2]
    return tuple(_FLAGS[flag] for flag in sorted(set(flags)) if flag in _FLAGS)


def delivered_at(unique: str) -> int | None:
    """The delivery time that a Maildir name begins with, in seconds since the epoch."""
    seconds = unique.partition(".")[0]
    return int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) in (9, 10) else None


def _order(key: Key) -> Order:
    return tuple(os.fsencode(part) for part in key)


def _is_before(key: Key, after: Order) -> bool:
    """Whether this file, and all below this folder, come before ``after``."""
    return _order(key)[: len(after)] < after[: len(key)]


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0

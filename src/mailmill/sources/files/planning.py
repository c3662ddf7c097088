"""What can be told of a location before it is read."""

import os

from mailmill.domain.errors import InvalidInput, SourceUnavailable
from mailmill.sources.base import Plan
from mailmill.sources.files.names import shown
from mailmill.sources.files.plain import Run
from mailmill.sources.files.position import Position
from mailmill.sources.files.steps import steps
from mailmill.sources.files.tree import Entry, Tree

_SAMPLE = 300


def plan_of(location: str, limit: int | None, run: Run) -> Plan:
    """Count the mails of plain files; estimate those of archives from the first 300."""
    check(location, None)
    mails, size, exact = 0, 0, True
    tree = Tree(location)
    for entry in tree.entries(None):
        more, bigger, counted = _file(entry, run)
        mails, size, exact = mails + more, size + bigger, exact and counted
    check_found(location, tree, run)
    if limit is not None and mails > limit:
        return Plan(limit, size * limit // mails, exact=False)
    return Plan(mails, size, exact)


def check_found(location: str, tree: Tree, run: Run) -> None:
    """A folder in which nothing looks like mail is the wrong folder."""
    if not run.recognised and not tree.maildirs:
        raise InvalidInput(f"{shown(location)} holds no mail: no mbox, no .eml file, no Takeout archive, no Maildir.")


def check(location: str, start: Position | None) -> None:
    """Nothing there: a wrong path at the first read, a disk that is away later."""
    try:
        os.stat(location)
    except OSError as error:
        if start is not None:
            raise SourceUnavailable(f"{shown(location)} is away: {error.strerror}.") from error
        raise InvalidInput(f"{shown(location)} can't be read: {error.strerror}. Check the path.") from error


def _file(entry: Entry, run: Run) -> tuple[int, int, bool]:
    """Mails, bytes, and whether they were counted."""
    mails = size = 0
    for step in steps(entry, None, run):
        mails += step.message is not None
        size += step.size
        consumed = step.position.consumed
        if step.position.entry is not None and mails == _SAMPLE and 0 < consumed < entry.size:
            return mails * entry.size // consumed, size * entry.size // consumed, False
    return mails, size, True

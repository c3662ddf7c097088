"""Opens one file of an account and reads it, whatever it is."""

import os
from collections.abc import Iterator

from mailmill.domain.errors import InvalidInput, PositionLost
from mailmill.sources.files.archive import archive_steps
from mailmill.sources.files.limits import SNIFF_BYTES
from mailmill.sources.files.names import is_mbox_name, shown
from mailmill.sources.files.plain import Plain, Run, Step, after, mbox, single
from mailmill.sources.files.position import Position
from mailmill.sources.files.sniff import Kind, described, kind_of
from mailmill.sources.files.spans import open_quickly
from mailmill.sources.files.tree import Entry, current_names


def steps(entry: Entry, resume: Position | None, run: Run) -> Iterator[Step]:
    """Everything that this file holds, from ``resume`` on (a position in this very file)."""
    if entry.unique is not None and not run.wants(entry.parent):
        run.recognised += 1
        return
    if resume and resume.ended and entry.unique is not None:
        return
    opened = _opened(entry, run)
    if isinstance(opened, Step):
        if run.wants(entry.parent):
            run.recognised += 1
            yield opened
        return
    try:
        _check_same(opened, resume)
        yield from _by_kind(opened, entry, resume, run)
    finally:
        os.close(opened.descriptor)


def _opened(entry: Entry, run: Run) -> Plain | Step:
    """The open file, or what is to be told where it is gone or locked."""
    path = entry.path
    for path in _candidates(entry):
        try:
            descriptor = open_quickly(path, os.O_RDONLY)
            break
        except FileNotFoundError:
            continue
        except OSError as error:
            return _locked(entry, entry.fault or error.strerror or str(error))
    else:
        run.notes.append(f"{entry.relative} was there when the folder was listed and is gone now.")
        return Step(entry.parent, 1, after(entry), gone=True)
    size = os.fstat(descriptor).st_size
    return Plain(descriptor, path, size, os.pread(descriptor, SNIFF_BYTES, 0)[:size], entry.relative, run.stop)


def _candidates(entry: Entry) -> Iterator[str]:
    """Where the file may be: a Maildir renames a mail when its flags change."""
    yield entry.path
    if entry.unique is not None:
        maildir = os.path.dirname(os.path.dirname(entry.path))
        name = current_names(maildir).get(entry.unique)
        if name:
            yield os.path.join(maildir, name)


def _locked(entry: Entry, reason: str) -> Step:
    if not entry.key:
        raise InvalidInput(f"{shown(entry.path)} can't be read: {reason}. Let the user that runs Mailmill read it.")
    return Step(entry.parent, 1, after(entry), undelivered=f"{entry.relative} can't be read: {reason}")


def _check_same(plain: Plain, resume: Position | None) -> None:
    """A position counts bytes of one file: of this one, which an mbox may have grown since."""
    if resume is None or resume.fingerprint is None:
        return
    if not resume.fingerprint.fits(plain.size, plain.start, may_grow=resume.entry is None):
        raise PositionLost(f"{plain.name} was changed since it was read up to byte {resume.offset}; it is read again.")


def _by_kind(plain: Plain, entry: Entry, resume: Position | None, run: Run) -> Iterator[Step]:
    """Choose by content; a file in a Maildir is one mail whatever it looks like."""
    kind = kind_of(plain.start, entry.relative)
    if kind is Kind.EMPTY:
        run.recognised += 1
        if not is_mbox_name(entry.relative):
            run.notes.append(f"{entry.relative} is empty: there is no mail in it.")
    elif entry.unique is not None or kind is Kind.MAIL:
        run.recognised += 1
        if not (resume and resume.ended) and run.wants(entry.parent):
            yield single(plain, entry)
    elif kind is Kind.MBOX:
        run.recognised += 1
        yield from mbox(plain, entry, resume, run)
    elif kind in (Kind.ZIP, Kind.GZIP, Kind.TAR):
        yield from archive_steps(plain, kind, entry, resume, run)
    elif not entry.key:
        raise InvalidInput(
            f"{shown(entry.path)} is not a mail file: it looks like {described(plain.start)}. "
            "Give an mbox, a .eml file, a Google Takeout archive (.zip or .tgz), a Maildir, or a folder of these."
        )
    else:
        run.others.append(entry.relative)

"""The adapters that the conformance suite runs against; a new adapter adds its cases to CASES.

A case prepares a mailbox (files, or a server that runs as long as the context) and says which mails are in it.
"""

import gzip
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mailmill.sources.base import Source
from mailmill.sources.files import open_files
from tests.sources.mailfiles import (
    TAKEOUT_LINE,
    maildir_of,
    mails,
    mbox_bytes,
    mboxcl2_bytes,
    tar_of,
    with_length,
    write,
    zip_of,
)

COUNT = 270


@dataclass(frozen=True)
class Prepared:
    """A mailbox to read: how to open it, the mails it holds, one of its folders and the mails of that one.

    ``files`` is where files must be closed again, None for a source without files.
    """

    open: Callable[[], Source]
    mails: list[bytes]
    folder: str
    in_folder: list[bytes]
    files: Path | None = None


@dataclass(frozen=True)
class Case:
    """One adapter with one kind of mailbox. ``ordered``: mails come in the order in which they were put in."""

    name: str
    prepare: Callable[[Path], AbstractAsyncContextManager[Prepared]]
    ordered: bool = True


def _files(
    build: Callable[[Path], tuple[Path, list[bytes], str, list[bytes]]],
) -> Callable[[Path], AbstractAsyncContextManager[Prepared]]:
    @asynccontextmanager
    async def prepare(folder: Path) -> AsyncIterator[Prepared]:
        path, content, name, inside = build(folder)
        yield Prepared(lambda: open_files(os.fspath(path)), content, name, inside, path)

    return prepare


_Built = tuple[Path, list[bytes], str, list[bytes]]


def _mbox(folder: Path) -> _Built:
    content = mails(COUNT)
    return write(folder / "Sent.mbox", mbox_bytes(content)), content, "Sent", content


def _mbox_crlf(folder: Path) -> _Built:
    content = [content.replace(b"\n", b"\r\n") for content in mails(COUNT)]
    path = write(folder / "Sent.mbox", mbox_bytes(content, end=b"\r\n"))
    return path, content, "Sent", content


def _mboxcl2(folder: Path) -> _Built:
    plain = [content + b"\n" + b"From a@example.com Tue Mar 04 03:33:20 2003\nno mail\n" for content in mails(COUNT)]
    content = [with_length(content) for content in plain]
    return write(folder / "Sent", mboxcl2_bytes(plain)), content, "Sent", content


def _takeout_entries() -> tuple[dict[str, bytes], list[bytes]]:
    content = mails(COUNT)
    entries = {
        "Takeout/archive_browser.html": b"<html></html>",
        "Takeout/Mail/All mail.mbox": mbox_bytes(content[:-2], TAKEOUT_LINE),
        "Takeout/Mail/a.eml": content[-2],
        "Takeout/Mail/b.eml": content[-1],
    }
    return entries, content


def _zip(folder: Path) -> _Built:
    entries, content = _takeout_entries()
    return zip_of(folder / "takeout.zip", entries), content, "Takeout/Mail/All mail", content[:-2]


def _tgz(folder: Path) -> _Built:
    entries, content = _takeout_entries()
    return tar_of(folder / "takeout.tgz", entries), content, "Takeout/Mail", content[-2:]


def _tar(folder: Path) -> _Built:
    entries, content = _takeout_entries()
    return tar_of(folder / "takeout.tar", entries, "w"), content, "Takeout/Mail", content[-2:]


def _gzip(folder: Path) -> _Built:
    content = mails(COUNT)
    path = write(folder / "list.mbox.gz", gzip.compress(mbox_bytes(content)))
    return path, content, "list", content


def _maildir(folder: Path) -> _Built:
    content = mails(COUNT)
    maildir_of(folder / "Maildir", content[:150], "FS")
    maildir_of(folder / "Maildir", content[150:200])
    maildir_of(folder / "Maildir" / ".Sent", content[200:])
    return folder / "Maildir", content, "Sent", content[200:]


def _eml(folder: Path) -> _Built:
    content = mails(COUNT)
    for number, each in enumerate(content):
        write(folder / "saved" / ("2024" if number < 150 else "2025") / f"{number:04}.eml", each)
    return folder / "saved", content, "2025", content[150:]


def _mixed(folder: Path) -> _Built:
    content = mails(COUNT)
    root = folder / "everything"
    write(root / "a" / "notes.json", b'{"no": "mail"}')
    write(root / "a" / "one.eml", content[0])
    write(root / "b.mbox", mbox_bytes(content[1:150]))
    zip_of(root / "c.zip", {"inner/Old.mbox": mbox_bytes(content[150:200])})
    maildir_of(root / "d", content[200:], "S")
    return root, content, "inner/Old", content[150:200]


CASES = [
    Case("mbox", _files(_mbox)),
    Case("mbox with CRLF", _files(_mbox_crlf)),
    Case("mboxcl2", _files(_mboxcl2)),
    Case("takeout zip", _files(_zip)),
    Case("takeout tgz", _files(_tgz)),
    Case("tar", _files(_tar)),
    Case("gzip", _files(_gzip)),
    Case("maildir", _files(_maildir), ordered=False),
    Case("folder of eml", _files(_eml)),
    Case("mixed folder", _files(_mixed), ordered=False),
]

"""Writes simulated mails as mbox, Maildir or a folder of .eml files, with constant memory and all or nothing.

Everything is written under a temporary name beside the target and renamed at the end, so that a target that exists is
whole. A target that exists already is refused.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mailmill.domain.errors import InvalidInput
from mailmill.domain.message import Dialect
from mailmill.simulate.compose import asctime
from mailmill.simulate.scene import Simulated

_FROM_LINE = re.compile(rb"(?m)^From ")
_ANY_FROM_LINE = re.compile(rb"(?m)^(>*From )")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_PER_FOLDER = 1000


def write_mbox(path: Path, mails: Iterable[Simulated], dialect: Dialect = Dialect.MBOXRD) -> None:
    """One mbox in that dialect; mails keep their own line ends, From_ and separating lines end with LF."""
    put = _quoting(dialect)
    with replacing(path) as temporary, temporary.open("wb") as file:
        for mail in mails:
            file.write(b"From %s %s\n" % (mail.sender.encode("ascii"), asctime(mail.received_at).encode("ascii")))
            put_mail(file, put(mail.raw))


def write_maildir(path: Path, mails: Iterable[Simulated]) -> None:
    """A Maildir++ (INBOX on top, ``.Sent`` and so on beneath); unread mails lie in ``new``."""
    with replacing(path) as temporary:
        for below in ("", ".Sent", ".Spam", ".Lists"):
            for name in ("cur", "new", "tmp"):
                (temporary / below / name).mkdir(parents=True)
        for mail in mails:
            folder = "" if mail.folder == "INBOX" else f".{mail.folder}"
            unread = "Unread" in mail.labels
            name = f"{int(mail.received_at.timestamp())}.M{mail.index}P{mail.gmail_id % 32768}.brevmail"
            place = temporary / folder / ("new" if unread else "cur")
            (place / (name if unread else f"{name}:2,S")).write_bytes(mail.raw)


def write_eml_folder(path: Path, mails: Iterable[Simulated]) -> None:
    """A folder per mailbox folder with a thousand numbered .eml files in each of its subfolders."""
    with replacing(path) as temporary:
        temporary.mkdir()
        for mail in mails:
            place = temporary / mail.folder / f"{mail.index // _PER_FOLDER:05d}"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{mail.index:08d}.eml").write_bytes(mail.raw)


def put_mail(file: BinaryIO, content: bytes) -> None:
    """Write one mail of an mbox and the empty line behind it."""
    file.write(content)
    file.write(b"\n" if content.endswith(b"\n") else b"\n\n")


def quote_mboxrd(raw: bytes) -> bytes:
    """One more ``>`` before every line that begins with any number of them and ``From ``; reversible."""
    return _ANY_FROM_LINE.sub(rb">\1", raw)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when all went well, and vanishes when not.

    Raises InvalidInput when ``path`` exists or its folder does not.
    """
    if path.exists():
        raise InvalidInput(f"{path} exists already; choose another name.", field="path")
    if not path.parent.is_dir():
        raise InvalidInput(f"There is no folder {path.parent}.", field="path")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        temporary.rename(path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _quoting(dialect: Dialect) -> Callable[[bytes], bytes]:
    ways = {Dialect.MBOXO: _quote_mboxo, Dialect.MBOXRD: quote_mboxrd, Dialect.MBOXCL2: _with_length}
    if dialect not in ways:
        raise InvalidInput("An mbox needs a dialect: mboxo, mboxrd or mboxcl2.", field="dialect")
    return ways[dialect]


def _quote_mboxo(raw: bytes) -> bytes:
    return _FROM_LINE.sub(b">From ", raw)


def _with_length(raw: bytes) -> bytes:
    """Content-Length as last header, no quoting."""
    end = _BLANK_LINE.search(raw)
    if end is None:
        head, newline, body = raw.rstrip(b"\r\n"), b"\n", b""
    else:
        newline = b"\r\n" if end.group().startswith(b"\r") else b"\n"
        head, body = raw[: end.start()], raw[end.end() :]
    return b"%s%sContent-Length: %d%s%s%s" % (head, newline, len(body), newline, newline, body)

"""Mails found in a folder, and the forms in which they are written again: one mbox, a Maildir.

Nothing of the product's reading is used here: an mbox is split by Python's ``mailbox``, every other file is one mail.
"""

import mailbox
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

PATTERNS = ("*.eml", "*.msg", "*.txt", "*.mbox", "mbox", "mbox.*")
NO_FROM_LINE = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970"

_ANY_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_BARE_FROM = re.compile(rb"^From ", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_ONCE = re.compile(rb"^>From ", re.MULTILINE)
_LENGTH_FIELD = re.compile(rb"^Content-Length[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE | re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: ``content`` without its From_ line, which is kept beside without its line end."""

    place: str
    content: bytes
    from_line: bytes | None = None


def collect(folder: Path, patterns: Sequence[str] = PATTERNS) -> list[Mail]:
    """Every mail in the files below ``folder`` whose name or relative path fits a pattern."""
    return [mail for file in chosen(folder, patterns) for mail in _mails_of(file, str(file.relative_to(folder)))]


def chosen(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """The files that are mails, in a stable order."""
    for file in sorted(folder.rglob("*")):
        place = str(file.relative_to(folder))
        if file.is_file() and any(fnmatch(file.name.lower(), p) or fnmatch(place, p) for p in patterns):
            yield file


def is_mbox(file: Path) -> bool:
    """Whether the name says that many mails may be in it."""
    return file.suffix.lower() == ".mbox" or file.name.lower().startswith("mbox")


def write_mbox(path: Path, mails: Sequence[Mail], dialect: str) -> list[Mail]:
    """Write one mbox (mboxo, mboxrd, mboxcl2); returns the mails as their bytes now stand in it."""
    write = _DIALECTS[dialect]
    written: list[Mail] = []
    with path.open("wb") as file:
        for mail in mails:
            content = write(mail.content)
            content += b"" if content.endswith(b"\n") else b"\n"
            if dialect == "mboxcl2":
                content = _with_length(content)
            from_line = mail.from_line or NO_FROM_LINE
            file.write(from_line + b"\n" + content + b"\n")
            written.append(replace(mail, content=content, from_line=from_line))
    return written


def write_maildir(path: Path, mails: Sequence[Mail]) -> list[Mail]:
    """Write a Maildir; returns the mails as they stand in it, which is without From_ lines."""
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (path / "cur" / f"{1_000_000_000 + number}.M{number}P1.proof:2,S").write_bytes(mail.content)
    return [replace(mail, from_line=None) for mail in mails]


def unquoted(content: bytes, dialect: str) -> bytes:
    """What a reader of that dialect sees."""
    if dialect == "mboxrd":
        return _QUOTED.sub(rb"\1", content)
    return _QUOTED_ONCE.sub(b"From ", content) if dialect == "mboxo" else content


def unmarked(content: bytes) -> bytes:
    """The mail without any mark before ``From `` at the beginning of a line."""
    return _ANY_FROM.sub(b"From ", content)


def with_line_ends(mails: Sequence[Mail], line_end: bytes) -> list[Mail]:
    """The same mails with every line ended by ``line_end``."""
    return [replace(mail, content=re.sub(rb"\r\n|\n", line_end, mail.content)) for mail in mails]


def _mails_of(file: Path, place: str) -> Iterator[Mail]:
    content = file.read_bytes()
    if not content.startswith(b"From "):
        if content:
            yield Mail(place, content)
    elif is_mbox(file):
        yield from _pieces(file, place)
    else:
        line, _, rest = content.partition(b"\n")
        yield Mail(place, rest, line.rstrip(b"\r"))


def _pieces(file: Path, place: str) -> Iterator[Mail]:
    """The mails of an mbox as Python's own reader splits it."""
    box = mailbox.mbox(file, create=False)
    try:
        for key in sorted(box.iterkeys()):
            line, _, content = box.get_bytes(key, from_=True).partition(b"\n")
            yield Mail(f"{place} #{key}", content, line.rstrip(b"\r"))
    finally:
        box.close()


def _quoted_rd(content: bytes) -> bytes:
    return _ANY_FROM.sub(rb">\1", content)


def _quoted_o(content: bytes) -> bytes:
    return _BARE_FROM.sub(b">From ", content)


def _as_it_is(content: bytes) -> bytes:
    return content


def _with_length(content: bytes) -> bytes:
    """Content-Length as the last header, in place of any that was there."""
    blank = _BLANK.search(content)
    head, body = (content[: blank.start()], content[blank.end() :]) if blank else (content.rstrip(b"\r\n"), b"")
    end = b"\r\n" if blank and blank.group().startswith(b"\r") else b"\n"
    kept = _LENGTH_FIELD.sub(b"", head + end)
    return kept + b"Content-Length: %d" % len(body) + end + end + body


_DIALECTS: dict[str, Callable[[bytes], bytes]] = {"mboxo": _quoted_o, "mboxrd": _quoted_rd, "mboxcl2": _as_it_is}

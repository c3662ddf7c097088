"""What the command line calls: simulate a mailbox into files, with the truth beside it, and tell what was written."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TextIO

from mailmill.domain.errors import InvalidInput
from mailmill.domain.message import Dialect
from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Simulated
from mailmill.simulate.takeout import write_takeout_tgz, write_takeout_zip
from mailmill.simulate.writers import replacing, write_eml_folder, write_maildir, write_mbox

_MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*<([^>\s]+)>")


class Format(StrEnum):
    """The forms in which a simulated mailbox can be written."""

    MBOX = "mbox"
    MBOXO = "mboxo"
    MBOXCL2 = "mboxcl2"
    MAILDIR = "maildir"
    EML = "eml"
    TAKEOUT_ZIP = "takeout-zip"
    TAKEOUT_TGZ = "takeout-tgz"


_WRITERS: Mapping[Format, Callable[[Path, Iterable[Simulated]], None]] = {
    Format.MBOX: write_mbox,
    Format.MBOXO: partial(write_mbox, dialect=Dialect.MBOXO),
    Format.MBOXCL2: partial(write_mbox, dialect=Dialect.MBOXCL2),
    Format.MAILDIR: write_maildir,
    Format.EML: write_eml_folder,
    Format.TAKEOUT_ZIP: write_takeout_zip,
    Format.TAKEOUT_TGZ: write_takeout_tgz,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written: ``kinds`` counts mails by kind, ``html`` those with an HTML part, sizes are in bytes."""

    path: Path
    truth_path: Path
    mails: int
    bytes: int
    html: int
    receipts: int
    kinds: Mapping[str, int]

    @property
    def mean_size(self) -> int:
        """Bytes per mail."""
        return self.bytes // max(1, self.mails)


@dataclass(slots=True)
class Tally:
    """Counts mails while they pass."""

    mails: int = 0
    bytes: int = 0
    html: int = 0
    receipts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, mail: Simulated) -> None:
        """Count one mail."""
        self.mails += 1
        self.bytes += len(mail.raw)
        self.html += b"text/html" in mail.raw
        self.receipts += bool(mail.truth["receipts"])
        self.kinds[mail.kind] += 1


def simulate_to(
    path: Path, form: Format | str, count: int, seed: int, *, progress: Callable[[int], None] | None = None
) -> Summary:
    """Write ``count`` mails of that seed to ``path``, and their truth to ``<path>.truth.jsonl``.

    ``progress`` is called with the number of mails written so far. Raises InvalidInput for an unknown form, a
    negative count, or a path that exists already.
    """
    write = _WRITERS[_known(form)]
    if count < 0:
        raise InvalidInput("The count can't be negative.", field="count")
    truth_path = path.with_name(f"{path.name}.truth.jsonl")
    tally = Tally()
    with replacing(truth_path) as temporary, temporary.open("w", encoding="utf-8") as truth:
        write(path, _passing(generate(seed, count), tally, truth, progress))
    return Summary(path, truth_path, tally.mails, tally.bytes, tally.html, tally.receipts, dict(tally.kinds))


def truth_line(mail: Simulated) -> str:
    """One line of the truth file: the mail's fields, its truth, its Message-ID, and SHA-256 of its bytes."""
    found = _MESSAGE_ID.search(mail.raw)
    return json.dumps(
        {
            "index": mail.index,
            "kind": mail.kind,
            "labels": mail.labels,
            "folder": mail.folder,
            "received_at": mail.received_at.isoformat(),
            "sender": mail.sender,
            "message_id": found.group(1).decode("ascii", "replace") if found else None,
            "sha256": hashlib.sha256(mail.raw).hexdigest(),
            "truth": dict(mail.truth),
        },
        ensure_ascii=False,
    )


def _known(form: Format | str) -> Format:
    try:
        return Format(form)
    except ValueError as error:
        raise InvalidInput(f"The format is one of {', '.join(Format)}.", field="format") from error


def _passing(
    mails: Iterable[Simulated], tally: Tally, truth: TextIO, progress: Callable[[int], None] | None
) -> Iterator[Simulated]:
    for mail in mails:
        tally.add(mail)
        truth.write(truth_line(mail) + "\n")
        yield mail
        if progress and tally.mails % 100 == 0:
            progress(tally.mails)
    if progress:
        progress(tally.mails)

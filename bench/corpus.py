"""The mails that are measured: real ones and simulated ones, as one Maildir and as one mbox of the same mails.

They are made once for a count and a seed, and kept. Real mails of 2002 are mostly short plain text; so that the whole
looks like a mailbox of today, all simulated mails with HTML are taken and so many of those without that the share of
HTML is as wanted.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from bench import npmset
from bench.processes import Failed
from mailmill.simulate.mailbox import generate

WHOLE = 20_000
"""Mails of the full measurement: it has all the real mails, a smaller one has its part of them."""
HTML_WANTED = 0.62
HTML_LEAST = 0.60
MEAN_LEAST = 20_000
_FROM = re.compile(rb"(?m)^(>*From )")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was made. ``left_out`` counts simulated mails without HTML that were not taken; ``bytes`` are the mails'."""

    folder: str
    mails: int
    real: int
    left_out: int
    bytes: int
    html: int
    seed: int
    digest: str

    @property
    def maildir(self) -> Path:
        """The mails as a Maildir, all in ``cur``."""
        return Path(self.folder) / "maildir"

    @property
    def mbox(self) -> Path:
        """The mails as one mbox (mboxrd)."""
        return Path(self.folder) / "mails.mbox"

    @property
    def html_share(self) -> float:
        """The part of the mails that has HTML."""
        return self.html / max(1, self.mails)

    @property
    def mean(self) -> float:
        """Bytes per mail."""
        return self.bytes / max(1, self.mails)


def corpus(cache: Path, count: int, seed: int, npm: Path) -> Corpus:
    """So many mails of that seed, from the cache or made now. Raises Failed when they are too small or too plain."""
    folder = cache / f"mails-{count}-{seed}"
    noted = folder / "corpus.json"
    if not noted.exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "maildir").mkdir(parents=True)
        made = _make(folder, count, seed, npmset.fetch(npm))
        noted.write_text(json.dumps(asdict(made)))
    found = Corpus(**(json.loads(noted.read_text()) | {"folder": str(folder)}))
    if found.html_share < HTML_LEAST or found.mean < MEAN_LEAST:
        raise Failed(
            f"These mails are no measure: {found.html_share:.0%} have HTML (at least {HTML_LEAST:.0%} must) and their "
            f"mean size is {found.mean:,.0f} bytes (at least {MEAN_LEAST:,})."
        )
    return found


def warm(given: Corpus) -> None:
    """Read every file once, so that all that are measured find them in the page cache."""
    for path in (given.mbox, *(given.maildir / "cur").iterdir()):
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def _make(folder: Path, count: int, seed: int, npm: Path) -> Corpus:
    for name in ("cur", "new", "tmp"):
        (folder / "maildir" / name).mkdir()
    choosing = _Choosing(count, seed, npm)
    size, html, digest = 0, 0, hashlib.sha256()
    with (folder / "mails.mbox").open("wb") as mbox:
        for number, content in enumerate(choosing.mails()):
            (folder / "maildir" / "cur" / f"{1_600_000_000 + number}.M{number}P1.bench:2,S").write_bytes(content)
            _append(mbox, content)
            size += len(content)
            html += _has_html(content)
            digest.update(content)
    return Corpus(
        str(folder), count, choosing.real, choosing.left_out, size, html, seed, digest.hexdigest()[:16]
    )  # fmt: skip


class _Choosing:
    """Which mails are taken, real and simulated ones evenly mixed."""

    def __init__(self, count: int, seed: int, npm: Path) -> None:
        self.real = min(npmset.MAILS, round(count * npmset.MAILS / WHOLE))
        self.left_out = 0
        self._count = count
        self._seed = seed
        self._npm = npm

    def mails(self) -> Iterator[bytes]:
        step = npmset.MAILS / max(1, self.real)
        every = list(npmset.mails(self._npm))
        real = [every[int(number * step)] for number in range(self.real)]
        plain = self._count - round(HTML_WANTED * self._count) - sum(not _has_html(one) for one in real)
        simulated = self._simulated(self._count - self.real, max(0, plain))
        taken = 0
        for number in range(self._count):
            if taken < self.real and taken * self._count <= number * self.real:
                yield real[taken]
                taken += 1
            else:
                yield next(simulated)

    def _simulated(self, wanted: int, plain: int) -> Iterator[bytes]:
        """``wanted`` mails of which ``plain`` have no HTML, spread evenly."""
        given = short = 0
        for mail in generate(self._seed, wanted * 4 // 3):
            if not _has_html(mail.raw):
                if short * wanted > given * plain:
                    self.left_out += 1
                    continue
                short += 1
            given += 1
            yield mail.raw
            if given == wanted:
                return


def _has_html(content: bytes) -> bool:
    return b"text/html" in content.lower()


def _append(mbox: BinaryIO, content: bytes) -> None:
    mbox.write(b"From bench@localhost Thu Jan  1 00:00:00 2026\n")
    mbox.write(_FROM.sub(rb">\1", content))
    mbox.write(b"\n" if content.endswith(b"\n") else b"\n\n")

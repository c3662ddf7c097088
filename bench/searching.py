"""Searches in an archive of 100,000 mails, each kind asked with words that are taken from its own mails."""

import hashlib
import random
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bench.corpus import Corpus
from bench.mill import importing
from bench.processes import environment, measure
from mailmill.bootstrap import Instance, open_instance
from mailmill.domain.query import Query, parse
from mailmill.settings import load
from mailmill.simulate.command import Format, simulate_to
from mailmill.store import accounts, messages, search
from mailmill.store.db import Connection
from mailmill.store.messages import StoredMessage
from mailmill.store.packed import unpack_index
from mailmill.store.tables.archive import message_texts

MAILS = 100_000
SAMPLES = 100
_PAGE = 50
_FIRST_DAY = 631_152_000
"""1990: some broken mails bear the date of another age."""
_SOURCES = Path(__file__).resolve().parents[1] / "src" / "mailmill"


class Sample(NamedTuple):
    """A mail of the archive to take words from."""

    words: Sequence[str]
    subject: Sequence[str]
    sender: str
    day: datetime


def _dated(sample: Sample) -> str:
    return f"{sample.words[0]} after:{sample.day:%Y/%m/%d} before:{sample.day + timedelta(days=30):%Y/%m/%d}"


KINDS: Mapping[str, Callable[[Sample], str]] = {
    "nothing (all mail)": lambda sample: "",
    "a word of the text": lambda sample: sample.words[0],
    "two words": lambda sample: f"{sample.words[0]} {sample.words[-1]}",
    "a phrase of three": lambda sample: '"' + " ".join(sample.words[:3]) + '"',
    "one word or another": lambda sample: f"{sample.words[0]} OR {sample.words[-1]}",
    "a word, not another": lambda sample: f"{sample.words[0]} -{sample.words[-1]}",
    "from: an address": lambda sample: f"from:{sample.sender}",
    "subject: a word": lambda sample: f"subject:{sample.subject[0]}",
    "from: and a word": lambda sample: f"from:{sample.sender} {sample.words[0]}",
    "a word in 30 days": _dated,
    "30 days alone": lambda sample: _dated(sample).partition(" ")[2],
    "has:attachment, word": lambda sample: f"has:attachment {sample.words[0]}",
    "filename:pdf": lambda sample: "filename:pdf",
    "in: a folder, word": lambda sample: f"in:INBOX {sample.words[0]}",
    "a word nobody wrote": lambda sample: f"{sample.words[0]}qxz",
}


def archive_of(cache: Path, given: Corpus, mails: int, cores: Sequence[int], say: Callable[[str], None]) -> Path:
    """A data folder with so many mails: those of the corpus and simulated ones; kept as long as the code stays."""
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_SOURCES.rglob("*.py")))).hexdigest()[:12]
    folder = cache / f"archive-{mails}-{given.digest}-{code}"
    if not (folder / "whole").exists():
        for old in cache.glob(f"archive-{mails}-*"):
            shutil.rmtree(old)
        for path in (given.mbox, _more(cache, mails - given.mails, given.seed + 1, say)):
            say(f"importing {path.name} for the searches …")
            measure(importing(folder, path), environment=environment(), cores=cores)
        (folder / "whole").touch()
    return folder


def _more(cache: Path, count: int, seed: int, say: Callable[[str], None]) -> Path:
    path = cache / f"more-{count}-{seed}.mbox"
    if not path.exists():
        say(f"simulating {count:,} more mails …")
        simulate_to(path, Format.MBOX, max(0, count), seed)
    return path


def search_times(folder: Path, seed: int) -> tuple[int, Mapping[str, list[float]]]:
    """How many mails there are, and seconds for each search by kind: from the words of the query to the first page."""
    instance = open_instance(load(data_dir=folder))
    try:
        workspace, _ = instance.database.write_now(lambda conn: accounts.ensure_owner(conn, int(time.time() * 1000)))
        count = instance.database.read_now(lambda conn: messages.count(conn, workspace))
        samples = instance.database.read_now(lambda conn: _samples(conn, workspace, count, random.Random(seed)))  # noqa: S311
        for ask in KINDS.values():
            _timed(instance, workspace, ask(samples[0]))
        return count, {
            kind: [_timed(instance, workspace, ask(sample)) for sample in samples] for kind, ask in KINDS.items()
        }
    finally:
        instance.close()


def _timed(instance: Instance, workspace: int, words: str) -> float:
    started = time.perf_counter()
    query: Query = parse(words, now=int(time.time()), zone=UTC)
    instance.database.read_now(lambda conn: search.search(conn, [workspace], query, limit=_PAGE))
    return time.perf_counter() - started


def _samples(conn: Connection, workspace: int, count: int, chance: random.Random) -> list[Sample]:
    found: list[Sample] = []
    while len(found) < SAMPLES:
        for mail in messages.page(conn, workspace, after=chance.randrange(count), limit=1):
            sample = _sample(conn, mail)
            if sample is not None:
                found.append(sample)
    return found


def _sample(conn: Connection, mail: StoredMessage) -> Sample | None:
    content = conn.execute(
        message_texts.select().with_only_columns(message_texts.c.content).where(message_texts.c.message_id == mail.id)
    ).scalar_one()
    words, subject = _words(unpack_index(content)[4]), _words(mail.subject)
    if len(words) < 6 or not subject or " " in mail.from_email or "@" not in mail.from_email:
        return None
    if mail.date is None or mail.date < _FIRST_DAY:
        return None
    return Sample(words[len(words) // 2 - 3 :][:6], subject, mail.from_email, datetime.fromtimestamp(mail.date, UTC))


def _words(text: str) -> list[str]:
    """Plain words, so that none of them is an operator."""
    return [
        word
        for word in text.split()
        if word.isascii() and word.isalpha() and len(word) > 2 and word not in ("AND", "OR")
    ]

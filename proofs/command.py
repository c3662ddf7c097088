"""The installed command, run from outside, and what it left in its database, read without it."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zstandard import ZstdDecompressor

MAILMILL = Path(sys.executable).with_name("mailmill")

# A job's view is JSON of the product.
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Archived:
    """One mail as it lies in the database; ``receipts`` is how many were found in it."""

    content: bytes
    from_line: bytes | None
    dialect: str
    receipts: int


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder of the product, and the command that works on it."""

    path: Path

    def run(self, *arguments: str) -> str:
        """What the command printed. Raises RuntimeError with it when the exit code is not 0."""
        done = subprocess.run(
            [MAILMILL, *arguments, "--data-dir", self.path],
            check=False,
            capture_output=True,
            text=True,
            env=environment(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"mailmill {' '.join(arguments)} ended with {done.returncode}:\n{_both(done)}")
        return done.stdout

    def mails(self) -> Iterator[Archived]:
        """Every mail, in the order of its arrival in the archive."""
        statement = (
            "SELECT r.content, m.from_line, m.dialect, (SELECT count(*) FROM receipts WHERE message_id = m.id) "
            "FROM messages m JOIN raw_messages r ON r.message_id = m.id ORDER BY m.id"
        )
        with closing(self._database()) as connection:
            for content, from_line, dialect, receipts in connection.execute(statement):
                yield Archived(ZstdDecompressor().decompress(content), from_line, dialect, receipts)

    def last_totals(self) -> Json:
        """The totals of the newest job's report."""
        with closing(self._database()) as connection:
            view = connection.execute("SELECT view FROM jobs ORDER BY number DESC LIMIT 1").fetchone()[0]
        totals: Json = json.loads(view)["report"]["totals"]
        return totals

    def fingerprint(self) -> str:
        """Changes with every byte and every row of the archive's mails."""
        digest = hashlib.blake2b()
        statement = (
            "SELECT m.id, m.sort_key, m.identity, m.from_line, r.content "
            "FROM messages m JOIN raw_messages r ON r.message_id = m.id ORDER BY m.id"
        )
        with closing(self._database()) as connection:
            for row in connection.execute(statement):
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.path / 'mailmill.db'}?mode=ro", uri=True)


def environment() -> dict[str, str]:
    """The environment without settings of somebody's own instance."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAILMILL_")}


def _both(done: "subprocess.CompletedProcess[str]") -> str:
    return f"{done.stdout[-2000:]}{done.stderr[-2000:]}"

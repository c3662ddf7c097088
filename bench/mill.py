"""The installed ``mailmill import``, and what it left in its data folder, read without it."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Failed, Measured, environment, measure

# A job's report is JSON of the product.
Json = dict[str, Any]

MAILMILL = Path(sys.executable).with_name("mailmill")
DATABASE = "mailmill.db"
_ANY_MAIL = "SELECT rowid FROM message_index WHERE message_index MATCH 'marks : mailmillzevery' LIMIT 1"


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: ``first`` is seconds until a mail could be found, ``disk`` the bytes of the data folder after it."""

    run: Measured
    first: float
    disk: int
    receipts: int
    problems: int


def import_(
    folder: Path, mail: Path, mails: int, cores: Sequence[int], *, more: dict[str, str] | None = None
) -> Imported:
    """Import into a fresh data folder. Raises Failed when not every mail is accounted for afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    first = _First(folder / DATABASE)
    run = measure(importing(folder, mail), environment=environment(**(more or {})), cores=cores, look=first.look)
    report = _last_report(folder)
    totals = report["totals"]
    if totals["listed"] != mails:
        raise Failed(f"Mailmill listed {totals['listed']} of {mails} mails.")
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Imported(run, first.seconds or run.wall, disk, report["receipts"], totals["problem"])


def _last_report(folder: Path) -> Json:
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as connection:
        view = connection.execute("SELECT view FROM jobs ORDER BY number DESC LIMIT 1").fetchone()[0]
    report: Json = json.loads(view)["report"]
    return report


def importing(folder: Path, mail: Path) -> list[str]:
    """The words of the command."""
    return [str(MAILMILL), "import", str(mail.resolve()), "--data-dir", str(folder)]


class _First:
    """Notes when the first mail can be found."""

    def __init__(self, database: Path) -> None:
        self.seconds: float | None = None
        self._database = database

    def look(self, seconds: float) -> None:
        """Try, unless it was found before."""
        if self.seconds is None and self._database.exists() and self._finds():
            self.seconds = seconds

    def _finds(self) -> bool:
        try:
            with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=0)) as connection:
                return connection.execute(_ANY_MAIL).fetchone() is not None
        except sqlite3.Error:  # the table is not made yet
            return False

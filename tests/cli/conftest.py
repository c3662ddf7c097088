"""The installed command in processes of its own, each test with a data folder of its own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailmill.simulate.command import Format, simulate_to

MAILMILL = Path(sys.executable).with_name("mailmill")
LONGEST = 120


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Its output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def told_plainly(self, code: int, *words: str) -> None:
        """It ended with this code, and said these words on standard error, in one short line without a traceback."""
        assert self.code == code, (self.out, self.err)
        assert "Traceback" not in self.out + self.err
        assert len(self.err.splitlines()) == 1, self.err
        assert self.err.startswith("mailmill: ")
        assert self.err.endswith(".\n"), self.err
        for word in words:
            assert word in self.err


@dataclass(frozen=True)
class Folder:
    """A data folder and the command on it."""

    path: Path

    def command(self, *arguments: object) -> list[str]:
        """The command line."""
        return [str(MAILMILL), *map(str, arguments), "--data-dir", str(self.path)]

    def run(self, *arguments: object, **settings: str) -> Ended:
        """Run it to its end, with these settings in its environment."""
        done = subprocess.run(
            self.command(*arguments),
            check=False,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: object, **settings: str) -> "subprocess.Popen[str]":
        """Start it and go on."""
        return subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(**settings),
        )

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the database from outside."""
        with closing(sqlite3.connect(f"file:{self.path / 'mailmill.db'}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    def mails(self) -> list[tuple[Any, ...]]:
        """What the archive holds, whatever the order it came in."""
        return self.ask(
            "SELECT m.identity, m.from_line, r.content FROM messages m JOIN raw_messages r ON r.message_id = m.id "
            "ORDER BY m.identity"
        )

    def state(self) -> str:
        """The state of the newest job."""
        return str(self.ask("SELECT state FROM jobs ORDER BY number DESC LIMIT 1")[0][0])


def environment(**settings: str) -> dict[str, str]:
    """The environment of this process without settings, and with these."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILMILL_")}
    return {**clean, "COLUMNS": "160", **settings}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty data folder."""
    return Folder(tmp_path / "data")


@pytest.fixture
def other(tmp_path: Path) -> Folder:
    """A second empty data folder."""
    return Folder(tmp_path / "other")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An mbox of 60 mails."""
    path = tmp_path_factory.mktemp("small") / "box.mbox"
    simulate_to(path, Format.MBOX, 60, 3)
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An mbox that takes some seconds to import."""
    path = tmp_path_factory.mktemp("large") / "large.mbox"
    simulate_to(path, Format.MBOX, 2500, 4)
    return path


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory, small: Path) -> Path:
    path = tmp_path_factory.mktemp("filled") / "data"
    assert Folder(path).run("import", small).code == 0
    return path


@pytest.fixture
def filled(_filled: Path, tmp_path: Path) -> Folder:
    """A data folder into which the small mbox was imported."""
    return Folder(Path(shutil.copytree(_filled, tmp_path / "filled")))


Simulate = Callable[[str, int], Path]


@pytest.fixture
def simulate(tmp_path: Path) -> Simulate:
    """Write a simulated mailbox in that form."""

    def write(form: str, count: int) -> Path:
        path = tmp_path / f"box-{form}"
        simulate_to(path, form, count, 3)
        return path

    return write

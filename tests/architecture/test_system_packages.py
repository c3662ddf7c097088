"""What `make test` does about commands of the system: install them where it can, name them where it can't."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.planting import REPOSITORY

SCRIPT = REPOSITORY / "tests" / "system-packages"


def run(folder: Path, user: int, *wanted: str) -> tuple[str, list[str]]:
    """What was said, and the calls of apt-get, on a system where this user has this apt-get."""
    calls = folder / "calls"
    for name, line in {"id": f"echo {user}", "apt-get": f'echo "$@" >> {calls}'}.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run([SCRIPT, *wanted], env={"PATH": path}, capture_output=True, text=True, check=True)
    return done.stdout, calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


def test_root_gets_what_is_missing_after_one_update(tmp_path: Path) -> None:
    said, calls = run(tmp_path, 0, "no-such-a:package-a", "no-such-b", "sh")
    assert said == ""
    assert [call.split()[0] for call in calls] == ["update", "install"]
    assert calls[1].split()[-2:] == ["package-a", "no-such-b"]


def test_others_are_told_what_is_missing(tmp_path: Path) -> None:
    said, calls = run(tmp_path, 1000, "no-such-a:package-a", "sh")
    assert said == "Not installed, so some tests will be skipped: package-a\n"
    assert calls == []


@pytest.mark.parametrize("user", [0, 1000])
def test_nothing_happens_when_nothing_is_missing(user: int, tmp_path: Path) -> None:
    assert run(tmp_path, user, "sh") == ("", [])

"""Commands that follow a job: Ctrl-C, termination, two at once, a backup meanwhile, and what a terminal shows."""

import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mailmill.cli import exits
from tests.cli.conftest import LONGEST, Folder, environment

_STYLING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def some_mails_are_there(folder: Folder) -> None:
    """Wait until the first batches are committed."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if _has_tables(folder) and folder.ask("SELECT count(*) FROM messages")[0][0]:
            return
        time.sleep(0.02)  # looks again; what is waited for is the row
    raise AssertionError("nothing was archived")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_an_import_pauses_says_how_to_continue_and_the_same_command_continues(
    folder: Folder, other: Folder, large: Path, number: signal.Signals
) -> None:
    importing = folder.start("import", large)
    some_mails_are_there(folder)
    importing.send_signal(number)
    told, _ = importing.communicate(timeout=LONGEST)
    assert importing.returncode == exits.JOB_PAUSED, told
    assert folder.state() == "paused"
    assert "Traceback" not in told
    assert "nothing of it is lost" in told
    assert "Continue: mailmill jobs resume 1" in told
    before = len(folder.mails())
    again = folder.run("import", large)
    assert again.code == exits.OK
    assert "Job 1 of this account is unfinished" in again.out
    assert len(folder.mails()) > before
    assert other.run("import", large).code == exits.OK
    assert folder.mails() == other.mails()


def test_of_two_commands_the_second_watches_and_takes_over_when_the_first_is_killed(
    folder: Folder, other: Folder, large: Path
) -> None:
    first = folder.start("import", large)
    some_mails_are_there(folder)
    second = folder.start("import", large)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=LONGEST)
    told, _ = second.communicate(timeout=LONGEST)
    assert second.returncode == exits.OK, told
    assert "Job 1 of this account is unfinished" in told
    assert len(folder.ask("SELECT * FROM jobs")) == 1
    assert other.run("import", large).code == exits.OK
    assert folder.mails() == other.mails()


def test_a_backup_taken_while_importing_is_whole_and_its_import_can_be_continued(
    folder: Folder, other: Folder, large: Path, tmp_path: Path
) -> None:
    importing = folder.start("import", large)
    some_mails_are_there(folder)
    assert folder.run("backup", tmp_path / "backup").code == exits.OK
    importing.communicate(timeout=LONGEST)
    assert other.run("restore", tmp_path / "backup").code == exits.OK
    assert 0 < len(other.mails()) <= len(folder.mails())
    assert set(other.mails()) <= set(folder.mails())
    assert other.run("import", large).code == exits.OK
    assert other.mails() == folder.mails()


def test_a_terminal_shows_phase_count_rate_and_time_left(folder: Folder, large: Path) -> None:
    shown = on_a_terminal(folder.command("import", large))
    assert "Reading large" in shown
    assert re.search(r"[\d,]+ mails, [\d.]+ \wB of [\d.]+ MB", shown)
    assert re.search(r"[\d,]+ mails/s", shown)
    assert re.search(r"\d+ (s|min) left", shown)
    assert "100%" in shown
    assert "Job 1 succeeded" in shown


def _has_tables(folder: Folder) -> bool:
    made = (folder.path / "mailmill.db").exists()
    return made and bool(folder.ask("SELECT 1 FROM sqlite_master WHERE name = 'messages'"))


def on_a_terminal(command: list[str]) -> str:
    """What a command writes to a terminal of its own, without the styling."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(TERM="xterm-256color")
    ) as process:
        os.close(theirs)
        parts: list[bytes] = []
        while part := _read(ours):
            parts.append(part)
    os.close(ours)
    assert process.returncode == exits.OK
    return _STYLING.sub("", b"".join(parts).decode(errors="replace"))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux tells that the other side has closed it
        return b""

"""The installed command as a process group of its own: started, watched and signalled from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

MAILMILL = Path(sys.executable).with_name("mailmill")
DATABASE = "mailmill.db"
_CHOSEN = ("MAILMILL_PARSERS",)  # whoever runs this may choose how many processes parse
_NOT_OURS = ("MAILMILL_", "PYTHONDONTWRITEBYTECODE")
PATIENCE = 300.0
"""Seconds after which a command that ought to end by itself counts as hanging."""


class Hanging(Exception):
    """Something that had to happen did not."""


class Command:
    """``mailmill ARGUMENTS --data-dir FOLDER``, running; output goes to a file beside the data folder."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        settings: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
        show: str = "warning",
    ) -> None:
        """``settings`` are environment variables, ``within`` a program (strace) that the command runs under."""
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.{time.time_ns()}.log")
        environment = {
            name: value for name, value in os.environ.items() if name in _CHOSEN or not name.startswith(_NOT_OURS)
        }
        # Compiled once, as an installed command is: else each of many starts takes seconds.
        environment |= {"PYTHONPYCACHEPREFIX": str(folder.with_name("bytecode"))}
        environment |= {"MAILMILL_LOG_LEVEL": show, **(settings or {})}
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*within, str(MAILMILL), *arguments, "--data-dir", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id; of the program it runs under, where there is one."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def told(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def kill(self, *, whole_group: bool) -> bool:
        """SIGKILL the process alone, or its whole group, and wait until nothing of it is left.

        False when it had ended before. Raises Hanging when child processes live on.
        """
        descendants = psutil.Process(self.pid).children(recursive=True) if self.running() else []
        if whole_group:
            os.killpg(self.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        _, left = psutil.wait_procs(descendants, timeout=20)
        if left:
            os.killpg(self.pid, signal.SIGKILL)
            raise Hanging(f"{len(left)} child processes outlived the command that was killed")
        return self._process.returncode == -signal.SIGKILL

    def stop(self) -> None:
        """SIGSTOP it, and wait until it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        until(lambda: _stands_still(self.pid) or not self.running(), "it did not stop", 20)

    def go_on(self) -> None:
        """SIGCONT, if it is still there."""
        if self.running():
            os.kill(self.pid, signal.SIGCONT)

    def children(self) -> list[psutil.Process]:
        """Its child processes just now."""
        return psutil.Process(self.pid).children() if self.running() else []

    def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; returns the exit code, negative for a signal."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(whole_group=True)
            raise Hanging(f"the command did not end in {seconds:g} s:\n{self.told()[-2000:]}") from None


def _stands_still(pid: int) -> bool:
    """Whether every thread is stopped (proc(5), field 3)."""
    try:
        stats = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:  # a thread ended meanwhile
        return False
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


def until(holds: Callable[[], bool], otherwise: str, seconds: float = PATIENCE, every: float = 0.01) -> None:
    """Wait until it holds. Raises Hanging with the sentence ``otherwise`` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Hanging(otherwise)
        time.sleep(every)

"""Runs a command and measures it: wall time, CPU time, and the anonymous memory of all its processes together."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.05
"""Seconds between two looks at a running command."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A command that ended well. ``wall`` and ``cpu`` are seconds, ``memory`` the greatest sum of RssAnon in bytes."""

    wall: float
    cpu: float
    memory: int
    output: str


class Failed(Exception):
    """A measured command ended badly; the message has the end of what it printed."""


def measure(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    cores: Sequence[int],
    look: Callable[[float], None] | None = None,
) -> Measured:
    """Run a command on these cores to its end; ``look`` is called again and again with the seconds since its start.

    Raises Failed when its exit code is not 0.
    """
    words = ["taskset", "--cpu-list", ",".join(map(str, cores)), *command]
    with tempfile.NamedTemporaryFile() as output:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
        ]
        started = time.monotonic()
        pid = os.posix_spawn(_found(words[0]), words, dict(environment), file_actions=actions)
        with _Watching(pid, started, look) as watching:
            _, status, used = os.wait4(pid, 0)
            wall = time.monotonic() - started
        told = Path(output.name).read_text(errors="replace")
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise Failed(f"{' '.join(words)} ended with {code}:\n{told[-3000:]}")
    return Measured(wall, used.ru_utime + used.ru_stime, watching.memory, told)


def environment(**more: str) -> dict[str, str]:
    """The environment without settings of somebody's own instance, with ``more``."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAILMILL_", "PYTHON"))}
    return own | more


class _Watching:
    """Looks at a process and all below it, in a thread, as long as it is entered."""

    def __init__(self, pid: int, started: float, look: Callable[[float], None] | None) -> None:
        self.memory = 0
        self._pid = pid
        self._started = started
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bench-watch")

    def __enter__(self) -> "_Watching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY if self._look is None else EVERY / 5):
            self.memory = max(self.memory, sum(map(_anonymous, family(self._pid))))
            if self._look is not None:
                self._look(time.monotonic() - self._started)


def family(pid: int) -> list[int]:
    """This process and all that descend from it."""
    found = [pid]
    for one in found:
        for task in _listed(Path(f"/proc/{one}/task")):
            found.extend(map(int, _read(task / "children").split()))
    return found


def _anonymous(pid: int) -> int:
    """RssAnon of proc(5) in bytes; 0 for a process that is gone."""
    _, _, rest = _read(Path(f"/proc/{pid}/status")).partition("RssAnon:")
    return int(rest.split(maxsplit=1)[0]) * 1024 if rest else 0


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""


def _found(command: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise Failed(f"The command {command} is missing.")
    return path

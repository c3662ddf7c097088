"""One runner per data folder: a locked file, a heartbeat, and takeover from a process that died or froze.

The operating system lets go of the lock when its holder dies. A holder that is frozen keeps it, and perhaps the
database's write lock too: when its heartbeat is older than the limit it is killed, and only then is the lock free.
"""

import fcntl
import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from mailmill.log import log


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the lock: id, start time in clock ticks since boot, seconds since it was heard."""

    pid: int
    started: int
    silent: float


class RunnerLock:
    """The right to run jobs in a data folder."""

    def __init__(self, folder: Path, limit: float) -> None:
        """A holder that is silent for longer than ``limit`` seconds counts as frozen."""
        self._path = folder / "runner.lock"
        self._limit = limit
        self._descriptor: int | None = None
        self._beating = threading.Event()
        self._suspect: tuple[float, float] | None = None

    @property
    def held(self) -> bool:
        """Whether this process is the runner."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock when it is free, or when its holder is frozen; never waits long."""
        if self.held:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            self.kill_when_frozen()
            return False
        self._hold(descriptor)
        return True

    def release(self) -> None:
        """Let another process run the jobs."""
        if self._descriptor is not None:
            self._beating.set()
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Who holds the lock, as far as the file tells; None when nobody does."""
        try:
            noted = json.loads(self._path.read_text())
            silent = time.time() - self._path.stat().st_mtime
        except (FileNotFoundError, ValueError):
            return None
        pid, started = int(noted["pid"]), int(noted["started"])
        return Holder(pid, started, silent) if _started(pid) == started else None

    def _hold(self, descriptor: int) -> None:
        noted = json.dumps({"pid": os.getpid(), "started": _started(os.getpid())})
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, noted.encode(), 0)
        self._descriptor = descriptor
        self._beating = threading.Event()
        threading.Thread(target=self._beat, args=(descriptor, self._beating), name="heartbeat", daemon=True).start()

    def _beat(self, descriptor: int, stop: threading.Event) -> None:
        while not stop.wait(min(self._limit / 6, 5.0)):
            os.utime(descriptor)

    def kill_when_frozen(self) -> None:
        """Kill the holder when it was silent for too long twice, a second apart; to be called again and again.

        Twice, because after a sleep of the whole machine everybody looks silent for a moment.
        """
        holder = self.holder()
        if holder is None or holder.silent <= self._limit or holder.pid == os.getpid():
            self._suspect = None
            return
        heard = self._path.stat().st_mtime
        if self._suspect is None or self._suspect[0] != heard:
            self._suspect = (heard, time.monotonic())
        elif time.monotonic() - self._suspect[1] >= min(1.0, self._limit):
            log.warning("WORKER_FROZEN", pid=holder.pid, silent=round(holder.silent, 1))
            os.kill(holder.pid, signal.SIGKILL)
            self._suspect = None


def _started(pid: int) -> int | None:
    """The start time of a process in clock ticks since boot (proc(5), field 22); None when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[19])

"""A fair lock between the processes that write one SQLite file.

SQLite's own busy handler sleeps and polls, so a process that imports at full speed can keep another one waiting for
seconds. Two locked files make a turnstile: who wants to write first takes the door, then the room, and lets the door
go as soon as the room is taken. While somebody waits for the room, the door is held, so the writer that just left
cannot come in again first. Locks are the operating system's (flock): a process that dies leaves none behind.
"""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from mailmill.domain.errors import StoreUnavailable

_STEP = 0.001
_LOOK = 0.2


class Turnstile:
    """One process's pair of lock files; used by one thread."""

    def __init__(self, folder: Path, patience: float, blocked: Callable[[], None] = lambda: None) -> None:
        """Wait at most ``patience`` seconds for a turn; ``blocked`` is called now and then while that lasts.

        A process that was frozen inside its transaction keeps the room for good: whoever knows how to tell such a
        process from a busy one can end it there.
        """
        self._door = os.open(folder / "write.door", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._room = os.open(folder / "write.room", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._patience = patience
        self._blocked = blocked

    def enter(self) -> None:
        """Wait for the turn. Raises StoreUnavailable when another process keeps the room too long."""
        deadline = time.monotonic() + self._patience
        self._take(self._door, deadline)
        try:
            self._take(self._room, deadline)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._room, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files back."""
        os.close(self._door)
        os.close(self._room)

    def _take(self, descriptor: int, deadline: float) -> None:
        look = time.monotonic() + _LOOK
        while not _taken(descriptor):
            now = time.monotonic()
            if now > deadline:
                raise StoreUnavailable("Another process has been writing for too long.")
            if now > look:
                self._blocked()
                look = now + _LOOK
            time.sleep(_STEP)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

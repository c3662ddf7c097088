"""What another process has committed to a SQLite file, read from the outside without taking any lock.

The write-ahead log is a header and frames (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). A frame that
ends a transaction carries the size of the database in its header; after a reset the log begins again with new salts.
"""

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")


class WalWatch:
    """Counts the commits in a log since this was made."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-wal")
        self._salts: tuple[int, int] | None = None
        self._next = _HEADER.size
        self._count = 0
        self.commits()
        self._count = 0

    def commits(self) -> int:
        """Commits so far. One whose last page is just being written may count already."""
        try:
            with self._path.open("rb") as file:
                head = file.read(_HEADER.size)
                if len(head) == _HEADER.size:
                    page, salts = _HEADER.unpack(head)[2], _HEADER.unpack(head)[4:6]
                    if salts != self._salts:
                        self._salts, self._next = salts, _HEADER.size
                    self._read_on(file.fileno(), page)
        except FileNotFoundError:
            self._salts = None
        return self._count

    def wait_for(self, commits: int, deadline: float, alive: Callable[[], bool]) -> bool:
        """Wait until so many were seen; False when the process ended or ``deadline`` (monotonic) passed before."""
        while self.commits() < commits:
            if time.monotonic() > deadline or not alive():
                return False
            time.sleep(0.002)
        return True

    def _read_on(self, descriptor: int, page: int) -> None:
        at = self._next
        while len(head := os.pread(descriptor, _FRAME.size, at)) == _FRAME.size:
            _, size, *salts = _FRAME.unpack(head)[:4]
            if tuple(salts) != self._salts:
                return
            at += _FRAME.size + page
            if size:
                self._count += 1
                self._next = at

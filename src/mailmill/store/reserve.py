"""Room on the disk that is kept for the moment when it is full, so that jobs can still say why they wait.

A job that can't write its rows has to write that it waits, and that needs room too. So a file of one megabyte lies
beside the database. When a small write finds the disk full, the file is given up and the write is tried again; bulk
work and new attempts then wait until there is room for the file again.
"""

import os
from pathlib import Path

SIZE = 1 << 20
NAME = "reserve"


class Reserve:
    """The reserve of one data folder; every process may give it up or make it again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def kept(self) -> bool:
        """Whether the reserve is there, or could be made just now."""
        return self._is_there() or self._make()

    def give_up(self) -> bool:
        """Free the room; False when there was none to free."""
        there = self._is_there()
        self._path.unlink(missing_ok=True)
        return there

    def _is_there(self) -> bool:
        try:
            return self._path.stat().st_size == SIZE
        except FileNotFoundError:
            return False

    def _make(self) -> bool:
        """Only where as much again stays free: else it would come and go at the edge."""
        new = self._path.with_name(f"{NAME}.{os.getpid()}.new")
        try:
            disk = os.statvfs(self._path.parent)
            if disk.f_bavail * disk.f_frsize < 2 * SIZE:
                return False
            with new.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)
            return False
        return True

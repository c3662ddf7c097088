"""What the readers of archives share: an entry, and a guard around whatever unpacks it."""

import gzip
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from mailmill.domain.errors import Interrupted, MailmillError, SourceBroken, SourceUnavailable
from mailmill.sources.files.limits import ARCHIVE_RATIO, ARCHIVE_RATIO_FREE_BYTES
from mailmill.sources.files.window import Read

_PIECE = 64 * 1024
_ENOUGH = 256 * 1024
_DAMAGE = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Packed:
    """One entry of an archive: its number in it, its name, how to read it on, and how far the archive was read."""

    number: int
    name: str
    read: Read
    consumed: Callable[[], int]


class Guard:
    """Reads one unpacking stream: counts, keeps to the ratio, and turns damage into one sentence.

    What was unpacked before a fault is given out first; the fault is raised by the read after it.
    """

    def __init__(self, unpack: Read, packed: Callable[[], int], name: str, stop: threading.Event) -> None:
        """``packed`` tells how many packed bytes stand for what ``unpack`` has given so far."""
        self._unpack = unpack
        self._packed = packed
        self._name = name
        self._stop = stop
        self._fault: MailmillError | None = None
        self.offset = 0

    def read(self, count: int) -> bytes:
        """The next bytes, at most ``count``; nothing at the end."""
        parts: list[bytes] = []
        size = 0
        while not self._fault and size < min(count, _ENOUGH):
            part = self._piece(min(_PIECE, count - size))
            if not part:
                break
            parts.append(part)
            size += len(part)
        if self._fault and not parts:
            raise self._fault
        return b"".join(parts)

    def _piece(self, count: int) -> bytes:
        if self._stop.is_set():
            raise Interrupted("The files account was closed while it was read.")
        try:
            part = self._unpack(count)
        except _DAMAGE as error:
            self._fault = damaged(self._name, self.offset, error)
            return b""
        except OSError as error:
            self._fault = SourceUnavailable(f"{self._name} can't be read at byte {self.offset}: {error.strerror}.")
            return b""
        self.offset += len(part)
        if self.offset > max(ARCHIVE_RATIO_FREE_BYTES, ARCHIVE_RATIO * self._packed()):
            self._fault = SourceBroken(
                f"{self._name} unpacks to more than {ARCHIVE_RATIO} times its size at byte {self.offset}: this looks "
                "like a trap for programs that unpack. If it is mail, unpack it yourself and give the folder."
            )
            return b""
        return part


def damaged(name: str, offset: int, cause: Exception) -> SourceBroken:
    """The sentence for a fault in an archive."""
    why = str(cause).rstrip(".") or type(cause).__name__
    return SourceBroken(
        f"{name} is cut off or damaged at byte {offset} of its content ({why}). The mails before that byte were read; "
        "download or copy the archive again."
    )

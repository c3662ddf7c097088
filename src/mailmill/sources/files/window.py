"""A view that moves forward over a stream of bytes and holds no more of it than is needed."""

from collections.abc import Callable

from mailmill.domain.errors import MailmillError
from mailmill.sources.files.limits import CHUNK_BYTES

Read = Callable[[int], bytes]
"""Gives at most so many of the next bytes; nothing at the end. Its errors are Mailmill's."""


class Window:
    """Bytes ``base`` to ``end`` of a stream, in the stream's own offsets.

    Plain files come through here as well, read in chunks: a memory map would kill the process when somebody shortens
    the file meanwhile, and searching a chunk is no slower.
    """

    def __init__(self, read: Read, base: int = 0) -> None:
        """``read`` continues at offset ``base``."""
        self._read = read
        self._bytes = bytearray()
        self.base = base
        self.finished = False
        self._fault: MailmillError | None = None

    @property
    def end(self) -> int:
        """The offset after the last byte held."""
        return self.base + len(self._bytes)

    def more(self) -> bool:
        """Read one chunk further; False at the end of the stream."""
        if self._fault:
            raise self._fault
        chunk = b"" if self.finished else self._read(CHUNK_BYTES)
        self._bytes += chunk
        self.finished = not chunk
        return not self.finished

    def reach(self, offset: int) -> bool:
        """Read until ``offset`` is held; False where the stream ends before."""
        while self.end < offset and self.more():
            pass
        return self.end >= offset

    def look(self, offset: int) -> None:
        """Read ahead to ``offset`` where possible; a fault on the way is raised once the bytes before it are used."""
        try:
            self.reach(offset)
        except MailmillError as error:
            self._fault = error

    def drop(self, offset: int) -> None:
        """Forget what lies before ``offset``."""
        count = min(offset, self.end) - self.base
        if count > 0:
            del self._bytes[:count]
            self.base += count

    def find(self, wanted: bytes, start: int) -> int:
        """Where ``wanted`` begins in what is held, from ``start`` on; -1 where it does not."""
        found = self._bytes.find(wanted, max(start - self.base, 0))
        return found if found < 0 else found + self.base

    def cut(self, start: int, stop: int) -> bytes:
        """The bytes held from ``start`` to ``stop``, as a copy."""
        return bytes(self._bytes[max(start - self.base, 0) : max(stop - self.base, 0)])

    def line(self, start: int, limit: int) -> bytes:
        """The line at ``start`` with its end, or as much of it as ``limit`` bytes show."""
        place = start - self.base
        while (stop := self._bytes.find(b"\n", place, place + limit)) < 0 and self.end < start + limit and self.more():
            pass
        return bytes(self._bytes[place : place + limit if stop < 0 else stop + 1])

"""Where a read of files stands, as text."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace

from mailmill.domain.errors import PositionLost
from mailmill.domain.message import Dialect
from mailmill.sources.files.fromline import Style
from mailmill.sources.files.limits import FINGERPRINT_BYTES
from mailmill.sources.files.mbox import Rules
from mailmill.sources.files.tree import Key

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """By what a file is known again: its size, and a hash of its first ``length`` bytes (at most 4 KB)."""

    size: int
    length: int
    digest: str

    @classmethod
    def of(cls, size: int, start: bytes) -> "Fingerprint":
        """The fingerprint of a file of this size that begins with ``start``."""
        part = start[: min(size, FINGERPRINT_BYTES)]
        return cls(size, len(part), hashlib.sha256(part).hexdigest()[:16])

    def fits(self, size: int, start: bytes, *, may_grow: bool) -> bool:
        """Whether a file of this size and beginning is the same one, perhaps with something appended."""
        same_size = size >= self.size if may_grow else size == self.size
        return same_size and hashlib.sha256(start[: self.length]).hexdigest()[:16] == self.digest


@dataclass(frozen=True, slots=True)
class Position:
    """Right after the last mail delivered.

    ``key`` names the file, ``entry`` the archive's entry (by its number and name), ``offset`` the (unpacked) byte at
    which the next mail's From_ line begins. ``ended`` says that the file was read to its end as it was.
    ``consumed`` is the part of the file's size that lies behind. ``done`` counts bytes and ``mails`` mails of the whole
    read. ``rules`` are those the file was begun with.
    """

    key: Key
    offset: int = 0
    ended: bool = False
    consumed: int = 0
    done: int = 0
    mails: int = 0
    entry: int | None = None
    entry_name: str | None = None
    fingerprint: Fingerprint | None = None
    rules: Rules | None = field(default=None)

    def counted(self, done: int, mails: int) -> "Position":
        """The same place with the counts of the whole read."""
        return replace(self, done=done, mails=mails)

    def text(self) -> str:
        """As stored; ASCII, whatever the file is called."""
        return json.dumps({"v": _VERSION, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "Position":
        """The position that ``text`` stands for; PositionLost where another version or source wrote it."""
        try:
            stored = json.loads(text)
            if stored.pop("v") != _VERSION:
                raise PositionLost
            mark, rules = stored.pop("fingerprint"), stored.pop("rules")
            return cls(
                **{**stored, "key": tuple(stored["key"])},
                fingerprint=Fingerprint(**mark) if mark else None,
                rules=Rules(Style(rules["style"]), Dialect(rules["dialect"]), rules["by_length"]) if rules else None,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PositionLost("The stored position is not one of a files account; the read starts again.") from error

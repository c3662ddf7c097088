"""What was wrong with a mail while it was read."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Notes:
    """What was repaired and what could not be read, for the whole mail; each sentence once."""

    defects: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    parts: int = 0

    def defect(self, text: str) -> None:
        """Something was wrong and got repaired."""
        if text not in self.defects:
            self.defects.append(text)

    def lost(self, text: str) -> None:
        """Something could not be read."""
        if text not in self.unreadable:
            self.unreadable.append(text)


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the mail, for notes about it."""

    path: str
    notes: Notes

    def defect(self, text: str) -> None:
        """Something was wrong with this part and got repaired."""
        self.notes.defect(f"part {self.path}: {text}")

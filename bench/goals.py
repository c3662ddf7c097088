"""What is promised, and whether this run kept it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of this run with its limits: the first goal, and where there is one the later, harder one."""

    name: str
    value: float
    shown: str
    first: float
    later: float | None = None
    at_least: bool = False

    @property
    def missed(self) -> bool:
        """Whether any of the limits is missed."""
        return not all(self._kept(limit) for limit in (self.first, self.later) if limit is not None)

    def line(self) -> str:
        """The goal, the figure and the verdict, for people."""
        told = [self._verdict("goal", self.first)]
        if self.later is not None:
            told.append(self._verdict("then", self.later))
        return f"  {self.name:<46}{self.shown:>12}   {', '.join(told)}"

    def _verdict(self, word: str, limit: float) -> str:
        sign = "≥" if self.at_least else "<"
        return f"{word} {sign} {limit:g}: {'kept' if self._kept(limit) else 'MISSED'}"

    def _kept(self, limit: float) -> bool:
        return self.value >= limit if self.at_least else self.value < limit


def ratio(name: str, value: float, first: float, later: float | None = None) -> Goal:
    """How many times as fast; at least so much."""
    return Goal(name, value, f"{value:.2f} ×", first, later, at_least=True)


def below(
    name: str, value: float, unit: str, first: float, *, show: Callable[[float], str] = lambda value: f"{value:.1f}"
) -> Goal:
    """A figure that stays below a limit in the same unit."""
    return Goal(name, value, f"{show(value)} {unit}".rstrip(), first)

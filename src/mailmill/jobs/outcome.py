"""How an attempt can end. Matched in one place, ``attempt.settle``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailmill.domain.job import Waiting


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished, and its report adds up."""

    report: Mapping[str, Any]  # JSON, see docs/events.md


@dataclass(frozen=True, slots=True)
class Later:
    """Back to the queue: an outage or a limit that waiting mends, until ``run_after`` (milliseconds since the epoch).

    ``failure`` tells that it was an unexpected error, of which only a few in a row are tried.
    """

    waiting_for: Waiting
    run_after: int
    reason: str
    outage: bool = True
    failure: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Paused by itself: the time budget is used up, or a person has to sign in."""

    waiting_for: Waiting
    run_after: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The job can't succeed without a person; ``error`` is the traceback for those who operate the instance."""

    code: str
    message: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody else decided meanwhile (cancel, pause, takeover): nothing more to say."""


@dataclass(frozen=True, slots=True)
class HandedBack:
    """This process is shutting down; the job goes back to the queue and goes on elsewhere."""


Outcome = Done | Later | Pause | Failed | Stopped | HandedBack


class BudgetSpent(Exception):
    """The attempt has committed and used up its time."""

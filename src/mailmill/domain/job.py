"""Jobs: kinds, states, what may follow what, and what each kind requires."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class JobKind(StrEnum):
    """The kinds of work there are."""

    SYNC = "sync"
    RECEIPTS = "receipts"
    REEXTRACT = "reextract"


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Waiting(StrEnum):
    """Why a job that is queued or paused does not run."""

    SLOT = "slot"
    ACCOUNT = "account"
    WORKER = "worker"
    COOLDOWN = "cooldown"
    RETRY = "retry"
    SCHEDULE = "schedule"
    QUOTA = "quota"
    USER = "user"
    BUDGET = "budget"
    LOGIN = "login"


class Action(StrEnum):
    """What a person may ask of a job."""

    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"


class Lane(IntEnum):
    """The order in which waiting jobs start; a smaller number goes first."""

    HIGH = 0
    DEFAULT = 1
    LOW = 2


ACTIVE = frozenset({State.QUEUED, State.RUNNING, State.PAUSED})
FINISHED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})

TRANSITIONS = frozenset(
    {
        (State.QUEUED, State.RUNNING),
        (State.QUEUED, State.PAUSED),
        (State.QUEUED, State.CANCELLED),
        (State.RUNNING, State.QUEUED),
        (State.RUNNING, State.PAUSED),
        (State.RUNNING, State.SUCCEEDED),
        (State.RUNNING, State.FAILED),
        (State.RUNNING, State.CANCELLED),
        (State.PAUSED, State.QUEUED),
        (State.PAUSED, State.CANCELLED),
        (State.PAUSED, State.FAILED),
        (State.FAILED, State.QUEUED),
        (State.CANCELLED, State.QUEUED),
    }
)
"""Every change of state there is. ``paused → failed`` is the login that nobody gave in 14 days."""


def allowed_actions(state: State, waiting_for: Waiting | None) -> tuple[Action, ...]:
    """What a person may ask now.

    A job that is paused by its user can be paused again without effect, but that is not offered.
    """
    if state in (State.FAILED, State.CANCELLED):
        return (Action.RETRY,)
    if state in (State.QUEUED, State.RUNNING):
        return (Action.CANCEL, Action.PAUSE)
    if state is not State.PAUSED:
        return ()
    if waiting_for is Waiting.USER:
        return (Action.CANCEL, Action.RESUME)
    if waiting_for is Waiting.LOGIN:
        return (Action.CANCEL, Action.PAUSE)
    return (Action.CANCEL, Action.PAUSE, Action.RESUME)


@dataclass(frozen=True, slots=True)
class KindRules:
    """What a kind requires: at most one active job per account, and sole reading of the account's source."""

    single_flight: bool
    reads_account: bool


RULES: dict[JobKind, KindRules] = {
    JobKind.SYNC: KindRules(single_flight=True, reads_account=True),
    JobKind.RECEIPTS: KindRules(single_flight=True, reads_account=True),
    JobKind.REEXTRACT: KindRules(single_flight=True, reads_account=False),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcomes of the mails that one folder listed; each listed mail has exactly one."""

    listed: int = 0
    new: int = 0
    had: int = 0
    filtered: int = 0
    problem: int = 0
    gone: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.listed + other.listed,
            self.new + other.new,
            self.had + other.had,
            self.filtered + other.filtered,
            self.problem + other.problem,
            self.gone + other.gone,
        )

    @property
    def missing(self) -> int:
        """Mails that were listed and have no outcome; negative when there are more outcomes than mails."""
        return self.listed - (self.new + self.had + self.filtered + self.problem + self.gone)


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row, without its view: what the job layer decides on. Times are milliseconds since the epoch.

    ``slot`` is True from admission until the work has really ended, ``busy`` while an attempt works on it.
    ``attempt`` is the fence; ``failures`` counts attempts that ended in an unexpected error since the last progress;
    ``outage_since`` is when the present outage began. ``round`` counts the times that the reading began anew (a new
    generation, a lost position).
    """

    id: str
    number: int
    workspace_id: int
    starter_id: int
    account_id: int | None
    kind: JobKind
    parameters: Mapping[str, Any]  # JSON, checked when the job was started; see docs/parameters.md
    lane: Lane
    exempt: bool
    state: State
    waiting_for: Waiting | None
    run_after: int | None
    slot: bool
    busy: bool
    attempt: int
    generation: int
    round: int
    failures: int
    outage_since: int | None
    last_seq: int
    created_at: int
    queued_at: int
    finished_at: int | None

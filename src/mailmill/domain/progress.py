"""Events of a job, and the view that is folded from them.

Every live view is ``fold`` over the stored events; the view on the job's row is the same fold, kept so that nobody has
to fold again. Times are milliseconds since the epoch. Nothing here holds mail content.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from mailmill.domain.job import State, Waiting


class EventType(StrEnum):
    """The closed set of facts that a job can record."""

    CREATED = "created"
    QUEUED = "queued"
    STARTED = "started"
    PHASE = "phase"
    PROGRESS = "progress"
    WAITING = "waiting"
    WARNING = "warning"
    PROBLEMS = "problems"
    POSITION_LOST = "position_lost"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


Data = Mapping[str, Any]  # JSON as stored: its shape depends on the event's type and is documented in docs/events.md


@dataclass(frozen=True, slots=True)
class Event:
    """A numbered, stored fact about a job; numbers start at 1 and have no gaps."""

    seq: int
    at: int
    type: EventType
    data: Data


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One phase on the time line; ``ended_at`` is None while it is the current one."""

    name: str
    label: str
    started_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class JobView:
    """What page, API and command line show of a job.

    ``done`` of ``total`` count in ``unit``; ``percent`` never goes back within a generation and is 100 only on success.
    ``rate`` is in mails a second, ``eta`` the (low, high) seconds left as of ``updated_at``. ``active_ms`` is the time
    spent running before ``running_since``. ``pace`` and ``span`` serve the fold alone.
    """

    id: str
    number: int
    kind: str
    state: State
    created_at: int
    updated_at: int
    seq: int
    waiting_for: Waiting | None = None
    run_after: int | None = None
    reason: str | None = None
    attempt: int = 0
    generation: int = 1
    phase: str | None = None
    label: str = ""
    done: int = 0
    total: int | None = None
    estimated: bool = False
    unit: str = "messages"
    percent: float = 0.0
    rate: float | None = None
    eta: tuple[int, int] | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    problems: int = 0
    phases: tuple[PhaseView, ...] = ()
    warnings: tuple[str, ...] = ()
    error_code: str | None = None
    error_message: str | None = None
    report: Mapping[str, Any] | None = None  # JSON of the report, see docs/events.md
    active_ms: int = 0
    running_since: int | None = None
    finished_at: int | None = None
    pace: tuple[float, float] | None = None
    span: tuple[float, float] = (0.0, 100.0)

    def to_json(self) -> dict[str, Any]:
        """The view as stored and sent."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "JobView":
        """The view that ``to_json`` gave."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in stored.items() if key in known}
        values["state"] = State(values["state"])
        values["waiting_for"] = Waiting(values["waiting_for"]) if values.get("waiting_for") else None
        values["phases"] = tuple(PhaseView(**phase) for phase in values.get("phases", ()))
        values["warnings"] = tuple(values.get("warnings", ()))
        for pair in ("eta", "pace", "span"):
            if values.get(pair) is not None:
                values[pair] = tuple(values[pair])
        return cls(**values)

    def elapsed_ms(self, now: int) -> int:
        """Time spent running, up to ``now``."""
        return self.active_ms + (max(0, now - self.running_since) if self.running_since is not None else 0)


def fold_all(events: Iterable[Event]) -> JobView | None:
    """The view after all these events; None when there are none."""
    view: JobView | None = None
    for event in events:
        view = fold(view, event)
    return view


def fold(view: JobView | None, event: Event) -> JobView:
    """The view after one more event. Pure; the same log always gives the same view."""
    if view is None:
        return _created(event)
    view = replace(view, seq=event.seq, updated_at=event.at)
    return _FOLDS[event.type](view, event)


def _created(event: Event) -> JobView:
    data = event.data
    return JobView(
        id=data["id"],
        number=data["number"],
        kind=data["kind"],
        state=State.QUEUED,
        created_at=event.at,
        updated_at=event.at,
        seq=event.seq,
    )


def _queued(view: JobView, event: Event) -> JobView:
    data = event.data
    generation = data.get("generation", view.generation)
    if generation != view.generation:
        view = replace(
            view, percent=0.0, done=0, total=None, phase=None, label="", counters={}, phases=(), problems=0, warnings=()
        )
    waiting_for = Waiting(data["waiting_for"])
    return replace(
        _stop_clock(view, event.at),
        state=State.QUEUED,
        waiting_for=waiting_for,
        run_after=data.get("run_after"),
        reason=data.get("reason"),
        generation=generation,
        error_code=None,
        error_message=None,
        finished_at=None,
        report=None,
    )


def _started(view: JobView, event: Event) -> JobView:
    return replace(
        view,
        state=State.RUNNING,
        attempt=event.data["attempt"],
        waiting_for=None,
        run_after=None,
        reason=None,
        running_since=event.at,
        pace=None,
        rate=None,
        eta=None,
    )


def _phase(view: JobView, event: Event) -> JobView:
    data = event.data
    phases = tuple(replace(p, ended_at=event.at) if p.ended_at is None else p for p in view.phases)
    return replace(
        view,
        phase=data["phase"],
        label=data["label"],
        span=(data["span"][0], data["span"][1]),
        phases=(*phases, PhaseView(data["phase"], data["label"], event.at)),
        done=0,
        total=data.get("total"),
        estimated=False,
        unit=data.get("unit", view.unit),
        pace=None,
        eta=None,
    )


def _progress(view: JobView, event: Event) -> JobView:
    data = event.data
    done, total = data["done"], data.get("total")
    counters = data.get("counters", view.counters)
    seconds = max(event.at - (view.running_since or event.at), 1) / 1000
    pace = _paced(view, event, done)
    listed = counters.get("listed", done) - view.counters.get("listed", view.done)
    step = _step_seconds(view, event)
    rate = view.rate if step is None else _blend(view.rate, listed / step, 0.2 if seconds > 2 else 0.6)
    low, high = view.span
    share = min(done / total, 1.0) if total else 0.0
    return replace(
        view,
        done=done,
        total=total,
        estimated=data.get("estimated", False),
        unit=data.get("unit", view.unit),
        label=data.get("label", view.label),
        counters=counters,
        pace=pace,
        rate=rate,
        percent=max(view.percent, min(99.9, round(low + (high - low) * share, 1))),
        eta=_eta(pace, done, total),
        reason=None,
        run_after=None,
    )


def _step_seconds(view: JobView, event: Event) -> float | None:
    """Seconds since the last progress of this attempt, as folded into ``running_since`` and the last event."""
    since = event.data.get("since")
    return None if since is None or event.at <= since else (event.at - since) / 1000


def _paced(view: JobView, event: Event, done: int) -> tuple[float, float] | None:
    """Units a second: a quick and a slow moving average; the ETA lies between what they promise."""
    step = _step_seconds(view, event)
    if step is None:
        return view.pace
    now = max(done - view.done, 0) / step
    if view.pace is None:
        return (now, now)
    return (_blend(view.pace[0], now, 0.3), _blend(view.pace[1], now, 0.05))


def _blend(old: float | None, new: float, weight: float) -> float:
    return round(new if old is None else old + weight * (new - old), 3)


def _eta(pace: tuple[float, float] | None, done: int, total: int | None) -> tuple[int, int] | None:
    if pace is None or total is None or min(pace) <= 0:
        return None
    left = max(total - done, 0)
    return (int(left / max(pace) * 0.9), int(left / min(pace) * 1.1) + 1)


def _waiting(view: JobView, event: Event) -> JobView:
    return replace(view, reason=event.data["reason"], run_after=event.data.get("until"))


def _warning(view: JobView, event: Event) -> JobView:
    return replace(view, warnings=(*view.warnings, event.data["message"])[-20:])


def _problems(view: JobView, event: Event) -> JobView:
    return replace(view, problems=view.problems + event.data["count"])


def _position_lost(view: JobView, event: Event) -> JobView:
    return replace(view, done=0, eta=None, pace=None, counters={}, problems=0)


def _paused(view: JobView, event: Event) -> JobView:
    return replace(
        _stop_clock(view, event.at),
        state=State.PAUSED,
        waiting_for=Waiting(event.data["waiting_for"]),
        run_after=event.data.get("run_after"),
        reason=event.data.get("reason"),
    )


def _succeeded(view: JobView, event: Event) -> JobView:
    view = _finished(view, event, State.SUCCEEDED)
    return replace(view, percent=100.0, report=event.data["report"])


def _failed(view: JobView, event: Event) -> JobView:
    view = _finished(view, event, State.FAILED)
    return replace(view, error_code=event.data["code"], error_message=event.data["message"])


def _cancelled(view: JobView, event: Event) -> JobView:
    return _finished(view, event, State.CANCELLED)


def _finished(view: JobView, event: Event, state: State) -> JobView:
    phases = tuple(replace(p, ended_at=event.at) if p.ended_at is None else p for p in view.phases)
    view = replace(_stop_clock(view, event.at), state=state, finished_at=event.at, phases=phases)
    return replace(view, waiting_for=None, run_after=None, reason=None)


def _stop_clock(view: JobView, at: int) -> JobView:
    return replace(view, active_ms=view.elapsed_ms(at), running_since=None, eta=None, pace=None)


_FOLDS = {
    EventType.QUEUED: _queued,
    EventType.STARTED: _started,
    EventType.PHASE: _phase,
    EventType.PROGRESS: _progress,
    EventType.WAITING: _waiting,
    EventType.WARNING: _warning,
    EventType.PROBLEMS: _problems,
    EventType.POSITION_LOST: _position_lost,
    EventType.PAUSED: _paused,
    EventType.SUCCEEDED: _succeeded,
    EventType.FAILED: _failed,
    EventType.CANCELLED: _cancelled,
}

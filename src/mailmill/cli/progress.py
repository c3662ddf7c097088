"""A job's progress on the screen: a bar on a terminal, a line now and then when piped, objects for programs."""

from typing import Protocol, Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from mailmill.cli.out import Out
from mailmill.cli.words import amount_done, duration, eta, standing
from mailmill.domain.job import FINISHED, State
from mailmill.domain.progress import JobView
from mailmill.store.admission import Place

LINE_EVERY_MS = 2000


class Display(Protocol):
    """Shows each new state of one job."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def show(self, view: JobView, place: Place | None, now: int) -> None:
        """Show where the job stands at ``now`` (milliseconds since the epoch)."""
        ...


def display_for(out: Out) -> Display:
    """The display that fits where the output goes."""
    if out.as_json:
        return _Objects(out)
    return _Bar(out) if out.live else _Lines(out)


def details(view: JobView, place: Place | None, now: int) -> str:
    """“1,204 mails, 12.0 of 88.1 MB · 310 mails/s · 3 to 5 min left · 4 s”, or why it waits, or how it ended."""
    if view.state in FINISHED:
        return str(view.state)
    if view.state is not State.RUNNING:
        return standing(view, place)
    parts = [amount_done(view)]
    if view.reason:
        parts.append(f"waiting: {view.reason.rstrip('.')}")
    if view.rate:
        parts.append(f"{view.rate:,.0f} mails/s")
    if view.eta is not None:
        parts.append(eta(*view.eta))
    parts.append(duration(view.elapsed_ms(now) / 1000))
    return " · ".join(parts)


class _Quiet:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None


class _Bar:
    def __init__(self, out: Out) -> None:
        columns = (
            TextColumn("{task.fields[label]}"),
            BarColumn(28),
            TaskProgressColumn(),
            TextColumn("{task.fields[details]}"),
        )
        self._progress = Progress(*columns, console=out.console)
        self._task = self._progress.add_task("", total=100, label="", details="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, view: JobView, place: Place | None, now: int) -> None:
        """Draw the bar anew."""
        label = "Done" if view.state in FINISHED else view.label or "Starting"
        self._progress.update(self._task, completed=view.percent, label=label, details=details(view, place, now))


class _Lines(_Quiet):
    def __init__(self, out: Out) -> None:
        self._out = out
        self._last: tuple[State, str | None] | None = None
        self._at = 0

    def show(self, view: JobView, place: Place | None, now: int) -> None:
        """Print a line when the state changes, and every two seconds while it runs."""
        standing_now = (view.state, view.phase)
        if standing_now == self._last and (now - self._at < LINE_EVERY_MS or view.state is not State.RUNNING):
            return
        self._last, self._at = standing_now, now
        label = f"{view.label}: " if view.label and view.state not in FINISHED else ""
        self._out.say(f"[{view.percent:5.1f} %] {label}{details(view, place, now)}")


class _Objects(_Quiet):
    def __init__(self, out: Out) -> None:
        self._out = out
        self._seq = -1

    def show(self, view: JobView, place: Place | None, now: int) -> None:
        """Print the view when it has changed."""
        if view.seq != self._seq:
            self._seq = view.seq
            self._out.object({"job": view.to_json(), "elapsed_ms": view.elapsed_ms(now)})

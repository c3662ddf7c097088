"""What holds for every job of every test, read from the database file afterwards."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from mailmill.domain.job import TRANSITIONS, State
from mailmill.domain.progress import Event, EventType, JobView, fold, fold_all

_STATE_AFTER = {
    EventType.CREATED: State.QUEUED,
    EventType.QUEUED: State.QUEUED,
    EventType.STARTED: State.RUNNING,
    EventType.PAUSED: State.PAUSED,
    EventType.SUCCEEDED: State.SUCCEEDED,
    EventType.FAILED: State.FAILED,
    EventType.CANCELLED: State.CANCELLED,
}


def hold_against_the_rules(database: Path) -> None:
    """Every job's view is the fold of its log, the log has no gap, states and percent went as they may."""
    with closing(sqlite3.connect(database)) as connection:
        jobs = connection.execute("SELECT id, last_seq, view, state FROM jobs ORDER BY number").fetchall()
        for job_id, last_seq, view, state in jobs:
            rows = connection.execute("SELECT seq, at, type, data FROM events WHERE job_id = ? ORDER BY seq", (job_id,))
            log = [Event(seq, at, EventType(type_), json.loads(data)) for seq, at, type_, data in rows]
            assert [event.seq for event in log] == list(range(1, last_seq + 1))
            folded = fold_all(log)
            assert folded is not None
            assert folded == JobView.from_json(json.loads(view))
            assert folded.state == state
            _only_allowed_changes(log)
            _percent_never_goes_back(log)


def _only_allowed_changes(log: Sequence[Event]) -> None:
    states = [_STATE_AFTER[event.type] for event in log if event.type in _STATE_AFTER]
    steps = {(before, after) for before, after in pairwise(states) if before != after}
    assert steps <= TRANSITIONS


def _percent_never_goes_back(log: Sequence[Event]) -> None:
    view: JobView | None = None
    generation, percent = 1, 0.0
    for event in log:
        view = fold(view, event)
        if view.generation != generation:
            generation, percent = view.generation, 0.0
        assert view.percent >= percent
        assert (view.percent == 100) == (view.state is State.SUCCEEDED)
        percent = view.percent

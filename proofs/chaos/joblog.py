"""The part of a dump that tells of jobs: counters, report, final view, event log; and the rules that a log obeys."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailmill.domain.progress import Event, EventType, JobView, fold, fold_all

Row = Mapping[str, Any]  # column values
COUNTS = ("listed", "new", "had", "filtered", "problem", "gone")
ATTEMPTS = {EventType.QUEUED, EventType.STARTED, EventType.PROGRESS, EventType.WAITING}
"""Events that tell how often and how far an attempt came, and not what came of it."""
VIEW = (
    *("number", "kind", "state", "waiting_for", "generation", "phase", "label", "done", "total", "estimated", "unit"),
    *("percent", "counters", "problems", "warnings", "error_code", "error_message"),
)
OF_THE_RUN = ("messages_per_second", "waited_seconds", "attempts")


def job_lines(connection: sqlite3.Connection, job: Row) -> Iterator[list[object]]:
    """Everything about one job that a disturbance must not change."""
    number, view = job["number"], json.loads(job["view"])
    yield ["job", number, {name: job[name] for name in ("kind", "parameters", "state", "generation", "round", "lane")}]
    for row in connection.execute("SELECT * FROM tallies WHERE job_id = ?", (job["id"],)):
        yield ["tally", number, row["round"], row["folder"], {name: row[name] for name in COUNTS}]
    for row in connection.execute("SELECT * FROM checkpoints WHERE job_id = ?", (job["id"],)):
        yield ["checkpoint", number, row["phase"], row["position"]]
    phases = [[phase["name"], phase["label"], phase["ended_at"] is None] for phase in view["phases"]]
    yield ["view", number, {name: view[name] for name in VIEW}, phases, _report(view["report"])]
    for place, told in enumerate(_told(events_of(connection, job["id"]))):
        yield ["event", number, place, *told]


def events_of(connection: sqlite3.Connection, job_id: str) -> list[Event]:
    """The log of a job, in order."""
    rows = connection.execute("SELECT seq, at, type, data FROM events WHERE job_id = ? ORDER BY seq", (job_id,))
    return [Event(seq, at, EventType(type_), json.loads(data)) for seq, at, type_, data in rows]


def breaches_of_job(connection: sqlite3.Connection, job: Row) -> Iterator[str]:
    """Gaps in the log, a view that is not the fold of it, a percent that went back, counters unlike the rows."""
    name, log = f"Job {job['number']}", events_of(connection, job["id"])
    if [event.seq for event in log] != list(range(1, job["last_seq"] + 1)):
        yield f"{name}: the event log has gaps: {[event.seq for event in log]}, last_seq {job['last_seq']}"
    folded, stored = fold_all(log), JobView.from_json(json.loads(job["view"]))
    if folded is None or json.dumps(folded.to_json()) != json.dumps(stored.to_json()):
        yield f"{name}: the stored view is not the fold of the log: {stored} is stored, {folded} is folded"
    if _goes_back(log):
        yield f"{name}: the percent went back"
    if job["busy"] or job["slot"]:
        yield f"{name}: it is {job['state']} and holds busy={job['busy']}, slot={job['slot']}"
    yield from _miscounted(connection, job, stored)
    yield from _lost_attempts(connection, job, log)


def _report(report: Row | None) -> Row | None:
    return None if report is None else {name: report[name] for name in report if name not in OF_THE_RUN}


def _told(log: Sequence[Event]) -> list[list[object]]:
    """The log without attempts and ticks; a batch may be cut in two by time, so problems in a row are summed."""
    told: list[list[object]] = []
    for event in log:
        if event.type in ATTEMPTS:
            continue
        data = dict(event.data)
        if event.type is EventType.CREATED:
            del data["id"]
        if event.type is EventType.SUCCEEDED:
            data["report"] = _report(data["report"])
        last = told[-1] if told else None
        if event.type is EventType.PROBLEMS and last is not None and last[0] == event.type:
            last[1] = {"count": last[1]["count"] + data["count"]}  # type: ignore[index]  # JSON of the same type
        else:
            told.append([event.type, data])
    return told


def _goes_back(log: Sequence[Event]) -> bool:
    view, before = None, (0, 0.0)
    for event in log:
        view = fold(view, event)
        now = (view.generation, view.percent)
        if now < before or (view.percent == 100 and view.state != "succeeded"):
            return True
        before = now
    return False


def _miscounted(connection: sqlite3.Connection, job: Row, view: JobView) -> Iterator[str]:
    mine = (job["id"],)
    rows = connection.execute("SELECT * FROM tallies WHERE job_id = ?", mine).fetchall()
    tally = {name: sum(row[name] for row in rows) for name in COUNTS}
    archived = connection.execute("SELECT COUNT(*) FROM messages WHERE job_id = ?", mine).fetchone()[0]
    if job["round"] == 1 and {name: view.counters.get(name, 0) for name in COUNTS} != tally:
        yield f"Job {job['number']}: the view counts {dict(view.counters)}, the tallies {tally}"
    if archived != tally["new"]:
        yield f"Job {job['number']}: {tally['new']} mails are counted as new, {archived} are archived"
    if job["state"] == "succeeded" and tally["listed"] != sum(tally[name] for name in COUNTS[1:]):
        yield f"Job {job['number']}: {tally} do not add up"


def _lost_attempts(connection: sqlite3.Connection, job: Row, log: Sequence[Event]) -> Iterator[str]:
    rows = connection.execute("SELECT attempt, ended_at FROM attempts WHERE job_id = ? ORDER BY attempt", (job["id"],))
    known = rows.fetchall()
    started = [event.data["attempt"] for event in log if event.type is EventType.STARTED]
    if [row["attempt"] for row in known] != started or started != list(range(1, job["attempt"] + 1)):
        yield f"Job {job['number']}: attempts {[row['attempt'] for row in known]}, started {started}"
    if any(row["ended_at"] is None for row in known):
        yield f"Job {job['number']}: an attempt never ended"

"""Schedules: rows in and out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from mailmill.domain.errors import NotFound
from mailmill.store.tables.work import schedules


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job of that kind starts by itself; times are milliseconds since the epoch, ``window`` local HH:MM."""

    id: int
    workspace_id: int
    creator_id: int
    account_id: int
    kind: str
    parameters: Mapping[str, Any]  # JSON, as of a job
    cron: str
    time_zone: str
    window: tuple[str, str] | None
    next_at: int
    last_job_id: str | None = None


def add(conn: Connection, new: Schedule) -> int:
    """Store a schedule (its ``id`` is ignored); returns its id."""
    values = {
        "workspace_id": new.workspace_id,
        "creator_id": new.creator_id,
        "account_id": new.account_id,
        "kind": new.kind,
        "parameters": dict(new.parameters),
        "cron": new.cron,
        "time_zone": new.time_zone,
        "window_from": new.window[0] if new.window else None,
        "window_to": new.window[1] if new.window else None,
        "next_at": new.next_at,
    }
    key: int = conn.execute(insert(schedules).values(values)).inserted_primary_key[0]  # type: ignore[index] # one row
    return key


def listed(conn: Connection, workspace_id: int) -> list[Schedule]:
    """All schedules of a workspace."""
    query = select(schedules).where(schedules.c.workspace_id == workspace_id).order_by(schedules.c.id)
    return [_schedule(row) for row in conn.execute(query)]


def due(conn: Connection, now: int) -> list[Schedule]:
    """Those whose time has come."""
    query = select(schedules).where(schedules.c.next_at <= now).order_by(schedules.c.id)
    return [_schedule(row) for row in conn.execute(query)]


def next_start(conn: Connection) -> int | None:
    """When the next one is due."""
    return conn.execute(select(func.min(schedules.c.next_at))).scalar()


def started(conn: Connection, schedule_id: int, now: int, next_at: int, job_id: str | None) -> None:
    """Note that it ran and when it runs again."""
    values = {"last_at": now, "next_at": next_at, "last_job_id": job_id}
    conn.execute(update(schedules).where(schedules.c.id == schedule_id).values(values))


def remove(conn: Connection, workspace_id: int, schedule_id: int) -> None:
    """Delete it. Raises NotFound."""
    mine = (schedules.c.id == schedule_id) & (schedules.c.workspace_id == workspace_id)
    if conn.execute(delete(schedules).where(mine)).rowcount == 0:
        raise NotFound(f"There is no schedule {schedule_id}.")


def _schedule(row: Row[*tuple[Any, ...]]) -> Schedule:
    return Schedule(
        id=row.id,
        workspace_id=row.workspace_id,
        creator_id=row.creator_id,
        account_id=row.account_id,
        kind=row.kind,
        parameters=row.parameters,
        cron=row.cron,
        time_zone=row.time_zone,
        window=(row.window_from, row.window_to) if row.window_from else None,
        next_at=row.next_at,
        last_job_id=row.last_job_id,
    )

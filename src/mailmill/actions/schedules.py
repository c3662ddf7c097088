"""Add, list and remove schedules; whatever can be wrong is said when a schedule is added, not when it is due."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailmill.actions.jobs import Actor, Given
from mailmill.domain.errors import InvalidInput, NotFound
from mailmill.domain.job import JobKind
from mailmill.domain.parameters import Defaults
from mailmill.jobs.clock import now_ms
from mailmill.jobs.enqueue import resolved, spelled_out
from mailmill.jobs.schedule import next_time
from mailmill.store import accounts
from mailmill.store import schedules as store
from mailmill.store.db import Connection, Database
from mailmill.store.schedules import Schedule

Window = tuple[str, str]


class Schedules:
    """What a user may ask of schedules. Every method is one transaction."""

    def __init__(self, database: Database, defaults: Mapping[JobKind, Defaults] | None = None) -> None:
        self._database = database
        self._defaults = defaults or {}

    async def add(
        self,
        actor: Actor,
        kind: JobKind,
        account_id: int,
        given: Given,
        *,
        cron: str,
        time_zone: str | None = None,
        window: Window | None = None,
    ) -> Schedule:
        """Start a job of that kind whenever ``cron`` (five fields) says, in ``time_zone`` (that of the account).

        With a ``window`` (local HH:MM to HH:MM, may pass midnight) a job that falls due outside of it waits for it to
        open. Raises InvalidInput naming the field, and NotFound (account).
        """
        now = now_ms()

        def work(conn: Connection) -> Schedule:
            account = accounts.get(conn, account_id)
            if account.workspace_id != actor.workspace_id:
                raise NotFound(f"There is no account {account_id}.")
            zone = _zone(time_zone or account.time_zone)
            _check_window(window)
            resolved(kind, given, self._defaults, account.time_zone, now)
            parameters: dict[str, Any] = spelled_out(kind, given, self._defaults)  # JSON
            first = next_time(cron, zone, now)
            new = Schedule(
                0, actor.workspace_id, actor.user_id, account_id, kind, parameters, cron, zone, window, first
            )
            return replace(new, id=store.add(conn, new))

        return await self._database.write(work)

    async def listed(self, actor: Actor) -> list[Schedule]:
        """The schedules of the workspace, oldest first."""
        return await self._database.read(lambda conn: store.listed(conn, actor.workspace_id))

    async def remove(self, actor: Actor, schedule_id: int) -> None:
        """Delete a schedule; a job that it has started goes on. Raises NotFound."""
        await self._database.write(lambda conn: store.remove(conn, actor.workspace_id, schedule_id))


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"There is no time zone “{name}”.", field="time_zone") from error


def _check_window(window: Window | None) -> None:
    if window is None:
        return
    try:
        opens, closes = (time.fromisoformat(text) for text in window)
    except ValueError:
        raise InvalidInput("A window is two local times, such as 22:00 and 06:00.", field="window") from None
    if opens == closes or opens.tzinfo or closes.tzinfo:
        raise InvalidInput("A window opens and closes at different local times.", field="window")

"""Connect, list and remove accounts."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailmill.actions.jobs import Actor
from mailmill.domain.account import Account, AccountKind
from mailmill.domain.errors import Conflict, InvalidInput, NotFound
from mailmill.jobs.clock import now_ms
from mailmill.store import accounts as store
from mailmill.store import jobs as job_store
from mailmill.store import messages, problems, removal
from mailmill.store.db import Connection, Database

LONGEST_NUMBER = 19
"""Digits from which on a number is none of ours: the database holds 64 bits."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account with what it holds; ``synced_at`` in milliseconds since the epoch, None before the first sync."""

    account: Account
    messages: int
    open_problems: int
    synced_at: int | None


class Accounts:
    """What a user may ask of accounts. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owner(self) -> Actor:
        """The user and workspace that the command line acts for; made on first use."""
        workspace_id, user_id = await self._database.write(lambda conn: store.ensure_owner(conn, now_ms()))
        return Actor(user_id, workspace_id)

    async def ensure_files(self, actor: Actor, path: Path, name: str | None, time_zone: str) -> Account:
        """The account that reads this path; connected when it is new. The path must exist."""
        location = str(path.resolve())
        if not path.exists():
            raise InvalidInput(f"There is no file or folder {path}. Check the path.", field="path")
        if not path.is_file() and not path.is_dir():
            raise InvalidInput(f"{path} is neither a file nor a folder. Name the mail file itself.", field="path")
        return await self._ensure(actor, AccountKind.FILES, location, name or _free_name(path), time_zone)

    async def ensure_simulated(self, actor: Actor, address: str, name: str, time_zone: str) -> Account:
        """The account that reads the simulated server at that address, ``http://host:port``."""
        if not address.startswith("http://"):
            raise InvalidInput(
                f"“{address}” is not the address of a simulator: it looks like http://127.0.0.1:8025.", field="address"
            )
        return await self._ensure(actor, AccountKind.SIMULATED, address, name, time_zone)

    async def find(self, actor: Actor, key: str) -> Account:
        """An account by its number or name. Raises NotFound."""

        def work(conn: Connection) -> Account:
            found = store.named(conn, actor.workspace_id, key)
            if found is None and key.isascii() and key.isdigit() and len(key) < LONGEST_NUMBER:
                found = store.get(conn, int(key))
            if found is None or found.workspace_id != actor.workspace_id:
                raise NotFound(f"There is no account “{key}”.")
            return found

        return await self._database.read(work)

    async def listed(self, actor: Actor) -> list[AccountState]:
        """All accounts of the workspace with their figures."""

        def work(conn: Connection) -> list[AccountState]:
            return [
                AccountState(
                    account,
                    messages.count_account(conn, account.id),
                    problems.count_open(conn, account.id),
                    store.synced_at(conn, account.id),
                )
                for account in store.listed(conn, actor.workspace_id)
            ]

        return await self._database.read(work)

    async def remove(self, actor: Actor, account: Account) -> int:
        """Delete an account with the mail that no other account has; returns how many mails went."""

        def work(conn: Connection) -> tuple[bool, int]:
            for stored in job_store.active_on(conn, account.id):
                raise Conflict(f"Job {stored.job.number} is active on this account: cancel it first.")
            before = messages.count(conn, account.workspace_id)
            more = removal.delete_account(conn, account.id)
            if not more:
                store.remove(conn, account.id)
            return more, before - messages.count(conn, account.workspace_id)

        gone, more = 0, True
        while more:
            more, some = await self._database.write(work)
            gone += some
        return gone

    async def _ensure(self, actor: Actor, kind: AccountKind, location: str, name: str, time_zone: str) -> Account:
        _check_zone(time_zone)

        def work(conn: Connection) -> Account:
            found = store.at(conn, actor.workspace_id, kind, location)
            if found is not None:
                return found
            free = name
            count = 1
            while store.named(conn, actor.workspace_id, free) is not None:
                count += 1
                free = f"{name} {count}"
            return store.add(conn, Account(0, actor.workspace_id, kind, free, location, time_zone), now_ms())

        return await self._database.write(work)


def _free_name(path: Path) -> str:
    return path.resolve().name or str(path)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"There is no time zone “{name}”.", field="time_zone") from error

"""Workspaces, users and accounts: rows in and out."""

from sqlalchemy import Connection, delete, insert, select, update

from mailmill.domain.account import Account, AccountKind
from mailmill.domain.errors import NotFound
from mailmill.store.tables.people import accounts, members, users, workspaces


def ensure_owner(conn: Connection, now: int) -> tuple[int, int]:
    """The workspace and the user that the command line acts for; made when missing. Returns their ids."""
    found = conn.execute(select(members.c.workspace_id, members.c.user_id).order_by(members.c.workspace_id)).first()
    if found is not None:
        return found.workspace_id, found.user_id
    conn.execute(insert(workspaces).values(id=1, name="Home", created_at=now))
    conn.execute(insert(users).values(id=1, name="owner", created_at=now))
    conn.execute(insert(members).values(workspace_id=1, user_id=1, role="admin"))
    return 1, 1


def add(conn: Connection, new: Account, now: int) -> Account:
    """Store an account (its ``id`` is ignored)."""
    values = {
        "workspace_id": new.workspace_id,
        "kind": new.kind,
        "name": new.name,
        "location": new.location,
        "time_zone": new.time_zone,
        "created_at": now,
    }
    key = conn.execute(insert(accounts).values(values)).inserted_primary_key
    assert key is not None
    return get(conn, key[0])


def get(conn: Connection, account_id: int) -> Account:
    """The account of that id. Raises NotFound."""
    found = _select(conn, accounts.c.id == account_id)
    if not found:
        raise NotFound(f"There is no account {account_id}.")
    return found[0]


def named(conn: Connection, workspace_id: int, name: str) -> Account | None:
    """The account of that name in the workspace."""
    found = _select(conn, (accounts.c.workspace_id == workspace_id) & (accounts.c.name == name))
    return found[0] if found else None


def at(conn: Connection, workspace_id: int, kind: AccountKind, location: str) -> Account | None:
    """The account that reads that place."""
    here = (accounts.c.workspace_id == workspace_id) & (accounts.c.kind == kind) & (accounts.c.location == location)
    found = _select(conn, here)
    return found[0] if found else None


def listed(conn: Connection, workspace_id: int) -> list[Account]:
    """All accounts of a workspace, oldest first."""
    return _select(conn, accounts.c.workspace_id == workspace_id)


def remove(conn: Connection, account_id: int) -> None:
    """Delete the account's row, and with it its jobs, schedules and problems; its mail is the archive's matter."""
    conn.execute(delete(accounts).where(accounts.c.id == account_id))


def synced_at(conn: Connection, account_id: int) -> int | None:
    """When a job last read the account to the end, in milliseconds since the epoch."""
    return conn.execute(select(accounts.c.synced_at).where(accounts.c.id == account_id)).scalar()


def note_synced(conn: Connection, account_id: int, now: int) -> None:
    """Note that a job has read the account to the end."""
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(synced_at=now))


def backfill_accepted_at(conn: Connection, account_id: int) -> int | None:
    """When a backfill of the account was last accepted, in milliseconds since the epoch."""
    return conn.execute(select(accounts.c.backfill_accepted_at).where(accounts.c.id == account_id)).scalar()


def note_backfill(conn: Connection, account_id: int, at: int) -> None:
    """Note that a backfill was accepted; the next one has to keep its distance."""
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(backfill_accepted_at=at))


def tier(conn: Connection, user_id: int) -> str:
    """The user's tier: ``standard`` or ``premium``. Raises NotFound."""
    found: str | None = conn.execute(select(users.c.tier).where(users.c.id == user_id)).scalar()
    if found is None:
        raise NotFound(f"There is no user {user_id}.")
    return found


def _select(conn: Connection, where: object) -> list[Account]:
    columns = (accounts.c[n] for n in ("id", "workspace_id", "kind", "name", "location", "time_zone"))
    rows = conn.execute(select(*columns).where(where).order_by(accounts.c.id))  # type: ignore[arg-type] # a clause
    return [Account(r.id, r.workspace_id, AccountKind(r.kind), r.name, r.location, r.time_zone) for r in rows]

"""Accounts and ranges: which mailbox, and which part of it."""

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """The adapters that can read an account."""

    FILES = "files"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox connected to a workspace.

    ``location`` is the path of a files account, or the address of a simulated server. ``time_zone`` is an IANA name.
    """

    id: int
    workspace_id: int
    kind: AccountKind
    name: str
    location: str
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Range:
    """Which mails are wanted; bounds are seconds since the epoch, ``since`` inclusive, ``until`` exclusive."""

    since: int | None = None
    until: int | None = None
    max_messages: int | None = None
    senders: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

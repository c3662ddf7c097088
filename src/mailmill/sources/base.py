"""What every source adapter promises."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailmill.domain.account import Range
from mailmill.domain.message import RawMessage


@dataclass(frozen=True, slots=True)
class Listed:
    """What a source says of one folder within one batch, counted in mails by the source itself.

    ``listed`` counts every mail that the source named, ``had`` those not fetched because their source id is archived,
    ``filtered`` those it left out because they are not wanted, ``gone`` those that vanished between listing and
    fetching. ``undelivered`` names mails that were listed and that the source neither delivered nor called gone.
    """

    listed: int
    had: int = 0
    filtered: int = 0
    gone: int = 0
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """A step of reading: committed as a whole, together with ``position``.

    For every folder ``listed = messages of that folder + had + filtered + gone + len(undelivered)``.
    ``position`` is opaque text from which ``read`` continues right after this batch. ``done`` and ``total`` are in
    ``unit`` ("messages" or "bytes") and count the whole read, also what was done before a resume;
    ``total`` is None while unknown, ``estimated`` says that it may still change.
    ``warnings`` are sentences for people about what was odd and how it was read (never mail content). ``retried`` are
    the numbers of the problems that this batch tries again.
    """

    messages: tuple[RawMessage, ...]
    listed: Mapping[str, Listed]
    position: str
    done: int
    total: int | None
    estimated: bool = False
    unit: str = "messages"
    warnings: tuple[str, ...] = ()
    retried: tuple[int, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Plan:
    """What a read would bring, told before it starts. Bytes and messages are estimates unless ``exact``."""

    messages: int
    bytes: int
    exact: bool
    since: int | None = None
    until: int | None = None


Known = Callable[[str, Sequence[str]], Awaitable[frozenset[str]]]
"""Tells which of these source ids of that folder are archived already."""


class Source(Protocol):
    """Reads one account. Holds sockets and files only between ``read`` and ``close``.

    Errors: SourceUnavailable (waiting helps; carries ``retry_after``), SourceRefused (login), SourceBroken (will not
    get better), PositionLost (the position no longer fits: start the read again), InvalidInput (no such path, wrong
    type of file).
    """

    def read(self, position: str | None, wanted: Range, known: Known) -> AsyncIterator[Batch]:
        """Every mail wanted, in a stable order, from ``position`` on (None: from the beginning).

        Memory does not grow with the size of the source. At least one batch per 20 fetched messages or 2 s where the
        source is slow; at most 100 messages or 4 MB (one bigger mail alone) where it is fast.
        """
        ...

    async def plan(self, wanted: Range) -> Plan:
        """What ``read`` would bring, without reading it all where that can be avoided."""
        ...

    async def close(self) -> None:
        """Close sockets and files at once. Safe to call twice, and while ``read`` is suspended."""
        ...

"""The scripted provider as the tests of jobs use it: a mailbox behind a socket, its faults, and its log."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Json, Simulated
from mailmill.simulate.serving import serving

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Request:
    """A line of the provider's log; ``time`` in seconds since the epoch."""

    name: str
    status: int
    fault: str | None
    ids: int
    delivered: int
    time: float


@dataclass(frozen=True, slots=True)
class Provider:
    """A running provider. ``ids`` are those of its mails, newest first within each folder."""

    address: str
    ids: tuple[str, ...]

    async def log(self) -> list[Request]:
        """Every request so far, oldest first."""
        text = await asyncio.to_thread(self._call, "/_log")
        return [_request(json.loads(line)) for line in text.splitlines()]

    async def requests(self, name: str) -> list[Request]:
        """Those of one name: folders, count, list or fetch."""
        return [request for request in await self.log() if request.name == name]

    async def delivered(self) -> int:
        """Mails delivered so far, each time counted."""
        return sum(request.delivered for request in await self.requests("fetch"))

    async def play(self, script: Mapping[str, Json]) -> None:
        """Replace the script."""
        await asyncio.to_thread(self._call, "/_script", json.dumps(script).encode())

    async def consent(self) -> None:
        """The user signs in again."""
        await asyncio.to_thread(self._call, "/v1/consent", b"")

    def _call(self, path: str, body: bytes | None = None) -> str:
        with _DIRECT.open(self.address + path, body, 10) as answer:
            data: bytes = answer.read()
            return data.decode()


@contextmanager
def providing(count: int, script: Mapping[str, Json], *, one_folder: bool = True, seed: int = 7) -> Iterator[Provider]:
    """A provider with ``count`` mails, in INBOX alone or in the folders where they were written to lie."""
    mails = _mails(seed, count)
    if one_folder:
        mails = tuple(replace(mail, folder="INBOX") for mail in mails)
    newest = sorted(mails, key=lambda mail: (int(mail.received_at.timestamp()), f"{mail.gmail_id:x}"), reverse=True)
    with serving(mails, dict(script)) as address:
        yield Provider(address, tuple(f"{mail.gmail_id:x}" for mail in newest))


@cache
def _mails(seed: int, count: int) -> tuple[Simulated, ...]:
    return tuple(generate(seed, count))


def _request(line: Mapping[str, Json]) -> Request:
    fault, ids, delivered, status = line["fault"], line["ids"], line["delivered"], line["status"]
    assert isinstance(ids, int)
    assert isinstance(delivered, int)
    assert isinstance(status, int)
    time = line["time"]
    assert isinstance(time, float)
    return Request(str(line["request"]), status, str(fault) if fault else None, ids, delivered, time)

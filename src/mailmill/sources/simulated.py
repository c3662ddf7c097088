"""Reads the scripted provider that ships with Mailmill (protocol: JSON over HTTP, pages by token, mails by id).

Folders are read one after the other, each newest first. A position holds the folder, the page token, and the last mail
that a batch covered: the provider promises strictly descending (time, id), so a page that is repeated, or that begins
with mails named before, is recognised without memory and the counts are the same after any resume.
"""

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite
from typing import Any, NoReturn

import httpx

from mailmill.domain.account import Range
from mailmill.domain.errors import (
    Interrupted,
    InvalidInput,
    Outage,
    PositionLost,
    QuotaExhausted,
    SourceBroken,
    SourceRefused,
    SourceUnavailable,
)
from mailmill.domain.message import RawMessage
from mailmill.sources.base import Batch, Known, Listed, Plan

# Any: parsed JSON of the provider, checked where it is taken apart.
_BATCH = 20
_BATCH_BYTES = 4 * 2**20
_PAGE = 100
_SLOW_SECONDS = 2.0
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Item:
    """A mail as the provider lists it."""

    id: str
    at: int
    size: int

    @property
    def key(self) -> tuple[int, str]:
        """Descends strictly within a folder."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class _Place:
    """A position: what lies before it has been read. ``done`` counts the mails of the whole read."""

    folder: str = ""
    page: str = ""
    at: int | None = None
    id: str = ""
    done: int = 0

    def text(self) -> str:
        """The opaque text of it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def past(self, item: _Item) -> bool:
        """Whether that mail was read already."""
        return self.at is not None and item.key >= (self.at, self.id)


@dataclass(slots=True)
class _Arrived:
    """What came so far of one step, by id; ``reached`` is the number of the step's mails that are decided."""

    messages: dict[str, RawMessage]
    gone: set[str]
    reached: int = 0


class SimulatedSource:
    """A mailbox behind ``http://host:port``.

    Beside the errors of `Source`: 429 is QuotaExhausted, a lost page token PositionLost. ``timeout`` is in seconds, for
    connecting and for each silence of the provider.
    """

    def __init__(self, location: str, *, timeout: float = _TIMEOUT_SECONDS) -> None:
        url = httpx.URL(location)
        if url.scheme not in {"http", "https"} or not url.host:
            raise InvalidInput("A simulated account needs an address like http://127.0.0.1:8080.", field="location")
        self._url = url
        self._timeout = timeout
        self._client: httpx.AsyncClient | None = None

    async def read(self, position: str | None, wanted: Range, known: Known) -> AsyncIterator[Batch]:
        """See `Source.read`; ``total`` is exact as long as nothing arrives meanwhile."""
        place = _parse(position) if position else _Place()
        client = self._connected()
        folders = await _folders(client, wanted)
        if place.folder and place.folder not in folders:
            raise PositionLost("The folder that was being read is gone.")
        total = (await _count(client, wanted)).messages
        start = folders.index(place.folder) if place.folder else 0
        for folder in folders[start:]:
            if wanted.max_messages is not None and place.done >= wanted.max_messages:
                return
            if place.folder != folder:
                place = _Place(folder=folder, done=place.done)
            async for batch in _Reading(client, folder, wanted, known, total).batches(place):
                place = _parse(batch.position)
                yield batch

    async def plan(self, wanted: Range) -> Plan:
        """Exact, by one request; the bytes are estimated where ``max_messages`` bounds the read."""
        client = self._connected()
        await _folders(client, wanted)
        return await _count(client, wanted)

    async def close(self) -> None:
        """Close the sockets; a read that was going on ends with Interrupted."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None or self._client.is_closed:
            encrypted = self._url.scheme == "https"  # loading the authorities' certificates takes 30 ms
            self._client = httpx.AsyncClient(
                base_url=self._url, timeout=self._timeout, verify=encrypted, trust_env=False
            )
        return self._client


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one folder."""

    client: httpx.AsyncClient
    folder: str
    wanted: Range
    known: Known
    total: int

    async def batches(self, place: _Place) -> AsyncIterator[Batch]:
        """Every batch of the folder from ``place`` on."""
        while True:
            items, following = await self._page(place.page)
            fresh = [item for item in items if not place.past(item)]
            if self.wanted.max_messages is not None:
                fresh = fresh[: max(0, self.wanted.max_messages - place.done)]
            had = await self.known(self.folder, [item.id for item in fresh]) if fresh else frozenset()
            for step in _steps(fresh, had):
                async for batch in self._read(step, had, place):
                    place = _parse(batch.position)
                    yield batch
            if not following or (self.wanted.max_messages is not None and place.done >= self.wanted.max_messages):
                return
            if following == place.page:
                raise SourceBroken("The source's pages do not end.")
            place = replace(place, page=following)

    async def _read(self, step: list[_Item], had: frozenset[str], place: _Place) -> AsyncIterator[Batch]:
        """One step of at most 20 mails to fetch: one batch, more where the provider is slow or breaks off."""
        order = {item.id: number for number, item in enumerate(step, start=1)}
        arrived, began = _Arrived({}, set()), time.monotonic()
        try:
            async for line in self._fetch([item.id for item in step if item.id not in had]):
                self._take(line, order, arrived)
                if arrived.reached and time.monotonic() - began >= _SLOW_SECONDS:
                    batch = self._batch(step[: arrived.reached], had, arrived, place)
                    step, place = step[arrived.reached :], _parse(batch.position)
                    order = {item.id: number for number, item in enumerate(step, start=1)}
                    yield batch
                    arrived, began = _Arrived({}, set()), time.monotonic()
        except Outage:
            if arrived.reached:
                yield self._batch(step[: arrived.reached], had, arrived, place)
            raise
        if step:
            yield self._batch(step, had, arrived, place)

    def _take(self, line: Mapping[str, Any], order: Mapping[str, int], arrived: _Arrived) -> None:
        """Keep one line of the answer; lines about mails nobody asked for are dropped."""
        mail_id = str(line.get("id"))
        if mail_id not in order:
            return
        arrived.reached = max(arrived.reached, order[mail_id])
        if line.get("gone"):
            arrived.gone.add(mail_id)
        else:
            arrived.messages[mail_id] = _message(line, self.folder)

    def _batch(self, items: list[_Item], had: frozenset[str], arrived: _Arrived, place: _Place) -> Batch:
        ids = [item.id for item in items]
        messages = tuple(arrived.messages[one] for one in ids if one in arrived.messages)
        decided = arrived.messages.keys() | arrived.gone | had
        listed = Listed(
            listed=len(ids),
            had=sum(one in had for one in ids),
            gone=sum(one in arrived.gone for one in ids),
            undelivered=tuple(one for one in ids if one not in decided),
        )
        last = items[-1]
        after = replace(place, at=last.at, id=last.id, done=place.done + len(ids))
        return Batch(messages, {self.folder: listed}, after.text(), after.done, max(self.total, after.done))

    async def _page(self, token: str) -> tuple[list[_Item], str]:
        """The mails of a page, newest first, without what it names twice, and the token of the next page."""
        query = {**_query(self.wanted), "folder": self.folder, "size": str(_PAGE), "page": token}
        found = await _get(self.client, "/v1/messages", query)
        try:
            listed = {
                str(one["id"]): _Item(str(one["id"]), int(one["at"]), int(one["size"])) for one in found["messages"]
            }
            return sorted(listed.values(), key=lambda one: one.key, reverse=True), str(found.get("next") or "")
        except (KeyError, TypeError, ValueError) as error:
            raise SourceUnavailable("The source's list can't be understood.") from error

    async def _fetch(self, ids: list[str]) -> AsyncIterator[Mapping[str, Any]]:
        """The lines of the provider's answer as they come; SourceUnavailable when it was cut."""
        if not ids:
            return
        async with _answer(self.client, "POST", "/v1/messages", json={"ids": ids}) as response:
            async for text in response.aiter_lines():
                line = _line(text)
                if self.client.is_closed:
                    raise Interrupted
                if line.get("end"):
                    return
                yield line
        raise SourceUnavailable("The source's answer was cut short.")


def _steps(items: list[_Item], had: frozenset[str]) -> Iterator[list[_Item]]:
    """Runs of mails with at most 20 to fetch, 4 MB together; one bigger mail stands alone."""
    step: list[_Item] = []
    to_fetch = size = 0
    for item in items:
        if item.id not in had:
            if to_fetch == _BATCH or (to_fetch and size + item.size > _BATCH_BYTES):
                yield step
                step, to_fetch, size = [], 0, 0
            to_fetch, size = to_fetch + 1, size + item.size
        step.append(item)
    if step:
        yield step


async def _folders(client: httpx.AsyncClient, wanted: Range) -> list[str]:
    """The folders to read, in the provider's order."""
    found = await _get(client, "/v1/folders", {})
    try:
        names = [str(one["name"]) for one in found["folders"]]
    except (KeyError, TypeError) as error:
        raise SourceUnavailable("The source's folders can't be understood.") from error
    missing = [name for name in wanted.folders if name not in names]
    if missing:
        raise InvalidInput(f"The source has no folder {missing[0]!r}.", field="folders")
    return [name for name in names if not wanted.folders or name in wanted.folders]


async def _count(client: httpx.AsyncClient, wanted: Range) -> Plan:
    found = await _get(client, "/v1/count", {**_query(wanted), "folder": list(wanted.folders)})
    try:
        messages, size = int(found["messages"]), int(found["bytes"])
    except (KeyError, TypeError, ValueError) as error:
        raise SourceUnavailable("The source's count can't be understood.") from error
    limit = wanted.max_messages
    if limit is None or limit >= messages:
        return Plan(messages, size, exact=True, since=wanted.since, until=wanted.until)
    return Plan(limit, size * limit // messages, exact=False, since=wanted.since, until=wanted.until)


def _query(wanted: Range) -> dict[str, str | list[str]]:
    query: dict[str, str | list[str]] = {"sender": list(wanted.senders)}
    if wanted.since is not None:
        query["since"] = str(wanted.since)
    if wanted.until is not None:
        query["until"] = str(wanted.until)
    return query


async def _get(client: httpx.AsyncClient, path: str, query: Mapping[str, str | list[str]]) -> Any:
    """The parsed answer; its shape is for the caller to check."""
    async with _answer(client, "GET", path, query=query) as response:
        text = await response.aread()
    try:
        return json.loads(text)
    except ValueError as error:
        raise SourceUnavailable("The source's answer can't be understood.") from error


@asynccontextmanager
async def _answer(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    query: Mapping[str, str | list[str]] | None = None,
    json: Mapping[str, list[str]] | None = None,
) -> AsyncIterator[httpx.Response]:
    """The provider's good answer while it is being read; anything else becomes the error that fits."""
    if client.is_closed:
        raise Interrupted
    try:
        async with client.stream(method, path, params=query, json=json) as response:
            if response.status_code != HTTPStatus.OK:
                _refuse(response)
            yield response
    except httpx.TimeoutException as error:
        raise SourceUnavailable("The source does not answer.") from error
    except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
        if client.is_closed:
            raise Interrupted from error
        raise SourceUnavailable("The connection to the source broke.") from error


def _refuse(response: httpx.Response) -> NoReturn:
    """Raise what that status means."""
    status = response.status_code
    wait = _retry_after(response.headers.get("Retry-After"))
    if status == HTTPStatus.UNAUTHORIZED:
        raise SourceRefused
    if status == HTTPStatus.GONE:
        raise PositionLost
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise QuotaExhausted(retry_after=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        raise SourceUnavailable(retry_after=wait, status=status)
    raise SourceBroken(f"The source answered {status} to a request it should know.", status=status)


def _retry_after(value: str | None) -> float | None:
    """Seconds from now (RFC 9110 section 10.2.3): a number, or a date; None where it is neither."""
    if value is None:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if isfinite(seconds) else None
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _line(text: str) -> Mapping[str, Any]:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise SourceUnavailable("The source's answer was cut short.") from error
    if not isinstance(line, dict):
        raise SourceUnavailable("The source's answer can't be understood.")
    return line


def _message(line: Mapping[str, Any], folder: str) -> RawMessage:
    try:
        content = base64.b64decode(line["raw"], validate=True)
        mail_id, received_at = str(line["id"]), int(line["at"])
        labels = tuple(str(label) for label in line.get("labels", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceUnavailable("The source's answer can't be understood.") from error
    return RawMessage(content, folder, f"{folder} {mail_id}", mail_id, labels, received_at=received_at)


def _parse(position: str) -> _Place:
    """The place that this text means; a foreign one is PositionLost."""
    try:
        found = json.loads(position)
        at = found["at"]
        return _Place(
            str(found["folder"]),
            str(found["page"]),
            None if at is None else int(at),
            str(found["id"]),
            int(found["done"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PositionLost from error

"""A scripted mail provider over a real socket: serves a generated mailbox, and does wrong what its script says.

The protocol (JSON over HTTP/1.1; times are seconds since the epoch; ids are opaque text, unique in the account):

``GET /v1/folders``
    ``{"folders": [{"name": "INBOX", "messages": 12}, …]}``, in a stable order.
``GET /v1/count?folder=&folder=&since=&until=&sender=``
    ``{"messages": 12, "bytes": 345678}`` over these folders (none: all). ``since`` is inclusive, ``until``
    exclusive, ``sender`` may be repeated and is compared with the whole address of From.
``GET /v1/messages?folder=INBOX&since=&until=&sender=&page=&size=``
    ``{"messages": [{"id", "at", "size"}, …], "next": "token"}``, newest first: strictly descending by (``at``, ``id``).
    ``size`` is 1 to 500 (default 100); ``next`` is null on the last page. A page token stays valid until the script
    expires it. A provider may name again what the page before named; such entries are not in descending order.
``POST /v1/messages`` ``{"ids": [at most 100]}``
    One JSON object a line, in the order asked for: ``{"id", "at", "labels", "thread", "raw"}`` with ``raw`` in
    base64, or ``{"id", "gone": true}``, and ``{"end": true}`` as the last line; an answer without it was cut. An id
    that has no line was not delivered.
``POST /v1/consent``
    The user signs in again: refused logins are accepted from now on. 204.

401 means that the login is refused, 410 that a page token is no longer valid, 429 and 503 that waiting helps (for
Retry-After seconds, where given), 400 and 404 that the request is wrong.

For tests: ``POST /_script`` replaces the script (see `script`), ``GET /_script`` tells how often each fault met,
``GET /_log`` gives one JSON object a line for each of the last 10,000 requests (``n``, ``time``, ``request``,
``status``, ``fault``, ``ids``, ``delivered``). These are never delayed, refused or counted.
"""

import asyncio
import base64
import json
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.scene import Json
from mailmill.simulate.script import Fault, Script, parse_script
from mailmill.simulate.spool import Entry, Spool, Wanted

_LOG_LENGTH = 10_000
_MOST_IDS = 100
_MOST_PER_PAGE = 500
_LARGEST_BODY = 1 << 20
_REPEATED = 5
Answer = Callable[["Request", "Call"], Awaitable[Response]]


class ConnectionCutOnPurpose(Exception):
    """The script closes this connection in the middle of a body."""


@dataclass(slots=True)
class Call:
    """One request as the log tells it."""

    request: str
    number: int
    fault: Fault | None
    ids: int = 0
    delivered: int = 0
    status: int = 0
    time: float = field(default_factory=time.time)

    def line(self) -> str:
        """The line of the log."""
        return json.dumps(
            {
                "n": self.number,
                "time": self.time,
                "request": self.request,
                "status": self.status,
                "fault": self.fault.fault if self.fault else None,
                "ids": self.ids,
                "delivered": self.delivered,
            }
        )


class Provider:
    """The account, its script and its log."""

    def __init__(self, spool: Spool, script: Script) -> None:
        self.spool = spool
        self.script = script
        self.consented = False
        self.log: deque[Call] = deque(maxlen=_LOG_LENGTH)
        self._calls = 0

    def app(self) -> Starlette:
        """The routes of the protocol."""
        return Starlette(
            routes=[
                Route("/v1/folders", self._scripted("folders", self._folders)),
                Route("/v1/count", self._scripted("count", self._count)),
                Route("/v1/messages", self._scripted("list", self._list), methods=["GET"]),
                Route("/v1/messages", self._scripted("fetch", self._fetch), methods=["POST"]),
                Route("/v1/consent", self._consent, methods=["POST"]),
                Route("/_script", self._set_script, methods=["POST"]),
                Route("/_script", self._show_script, methods=["GET"]),
                Route("/_log", self._show_log),
            ]
        )

    def _scripted(self, name: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """The answer after what the script has for requests of that name."""

        async def handle(request: Request) -> Response:
            self._calls += 1
            call = Call(name, self._calls, self.script.fault_for(name))
            self.log.append(call)
            await asyncio.sleep(self.script.delay)
            response = await self._faulty(call) or await self._checked(answer, request, call)
            call.status = response.status_code
            return response

        return handle

    async def _checked(self, answer: Answer, request: Request, call: Call) -> Response:
        try:
            response = await answer(request, call)
        except (InvalidInput, ValueError) as error:
            return PlainTextResponse(str(error), 400)
        return _spoiled(response, call.fault)

    async def _faulty(self, call: Call) -> Response | None:
        """The answer in place of the real one, where the script has one."""
        fault = call.fault
        if fault is None:
            return None
        if fault.fault == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.fault == "refuse" and not self._has_consent():
            return PlainTextResponse("sign in again", 401)
        if fault.fault == "expire":
            return PlainTextResponse("this page token is no longer valid", 410)
        if fault.fault == "status":
            headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            return PlainTextResponse("not now", fault.status, headers)
        return None

    def _has_consent(self) -> bool:
        path = self.script.consent_file
        return self.consented or bool(path and Path(path).exists())

    async def _folders(self, _request: Request, _call: Call) -> Response:
        found = self.spool.folders.items()
        return JSONResponse({"folders": [{"name": name, "messages": len(entries)} for name, entries in found]})

    async def _count(self, request: Request, _call: Call) -> Response:
        wanted = _wanted(request)
        folders = request.query_params.getlist("folder") or list(self.spool.folders)
        found = [entry for folder in folders for entry in self.spool.select(folder, wanted)]
        return JSONResponse({"messages": len(found), "bytes": sum(entry.length for entry in found)})

    async def _list(self, request: Request, call: Call) -> Response:
        query = request.query_params
        size = min(_MOST_PER_PAGE, max(1, int(query.get("size") or 100)))
        after = _read_token(query.get("page") or "")
        wanted, folder = _wanted(request), query.get("folder", "")
        found = self.spool.page(folder, wanted, after, size + 1)
        page, more = found[:size], len(found) > size
        following = f"{page[-1].at}-{page[-1].id}" if more else None
        if call.fault and call.fault.fault == "repeat" and after:
            before = [one for one in self.spool.select(folder, wanted) if (one.at, one.id) >= after]
            page = [*before[-_REPEATED:], *page]
        call.ids = len(page)
        items = [{"id": entry.id, "at": entry.at, "size": entry.length} for entry in page]
        return JSONResponse({"messages": items, "next": following})

    async def _fetch(self, request: Request, call: Call) -> Response:
        body = await _limited_body(request)
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not 1 <= len(ids) <= _MOST_IDS:
            raise InvalidInput(f"ids is a list of 1 to {_MOST_IDS}.", field="ids")
        call.ids = len(ids)
        return StreamingResponse(self._lines([str(one) for one in ids], call), media_type="application/jsonl")

    async def _lines(self, ids: list[str], call: Call) -> AsyncIterator[bytes]:
        lost, gone, pace = self.script.ids("lost"), self.script.ids("gone"), self.script.pace
        for mail_id in ids:
            entry = self.spool.entry(mail_id)
            if mail_id in lost:
                continue
            if entry is None or mail_id in gone:
                yield _line({"id": mail_id, "gone": True})
                continue
            if pace:
                await asyncio.sleep(1 / pace)
            yield _line(self._mail(entry))
            call.delivered += 1
        yield _line({"end": True})

    def _mail(self, entry: Entry) -> dict[str, Json]:
        raw = base64.b64encode(self.spool.read(entry)).decode("ascii")
        labels: list[Json] = [*entry.labels]
        return {"id": entry.id, "at": entry.at, "labels": labels, "thread": entry.thread, "raw": raw}

    async def _consent(self, _request: Request) -> Response:
        self.consented = True
        return Response(status_code=204)

    async def _set_script(self, request: Request) -> Response:
        try:
            self.script = parse_script(await _limited_body(request))
        except (InvalidInput, ValueError) as error:
            return PlainTextResponse(str(error), 422)
        self.consented = False
        return Response(status_code=204)

    async def _show_script(self, _request: Request) -> Response:
        met = [{"fault": one.fault, "seen": one.seen, "met": one.met} for one in self.script.faults]
        return JSONResponse({"pace": self.script.pace, "delay": self.script.delay, "faults": met})

    async def _show_log(self, _request: Request) -> Response:
        return PlainTextResponse("".join(call.line() + "\n" for call in self.log))


def _spoiled(response: Response, fault: Fault | None) -> Response:
    """The response with its body cut or stalled."""
    if fault is None or fault.fault not in {"cut", "stall"}:
        return response
    if isinstance(response, StreamingResponse):
        response.body_iterator = _damaged(response.body_iterator, fault)
        return response
    return StreamingResponse(_damaged(_once(bytes(response.body)), fault), response.status_code)


async def _damaged(body: AsyncIterable[str | bytes | memoryview], fault: Fault) -> AsyncIterator[bytes]:
    left = fault.after_bytes
    async for chunk in body:
        data = chunk.encode() if isinstance(chunk, str) else bytes(chunk)
        if len(data) < left:
            left -= len(data)
            yield data
            continue
        yield data[:left]
        if fault.fault == "cut":
            raise ConnectionCutOnPurpose
        await asyncio.sleep(fault.seconds)
        yield data[left:]
        left = 1 << 62


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _limited_body(request: Request) -> Json:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _LARGEST_BODY:
            raise InvalidInput("The body is too large.", field="body")
    parsed: Json = json.loads(data)
    return parsed


def _wanted(request: Request) -> Wanted:
    query = request.query_params
    since, until = query.get("since"), query.get("until")
    return Wanted(
        int(since) if since else None,
        int(until) if until else None,
        frozenset(sender.lower() for sender in query.getlist("sender")),
    )


def _read_token(token: str) -> tuple[int, str] | None:
    at, _, mail_id = token.partition("-")
    return (int(at), mail_id) if token else None


def _line(value: dict[str, Json]) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"

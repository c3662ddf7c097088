"""The adapter for the scripted provider, over a real socket: each fault is the right error, each position resumes."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mailmill.domain.account import Range
from mailmill.domain.errors import (
    Interrupted,
    InvalidInput,
    MailmillError,
    PositionLost,
    QuotaExhausted,
    SourceBroken,
    SourceRefused,
    SourceUnavailable,
)
from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Json, Simulated
from mailmill.simulate.serving import serving
from mailmill.sources.base import Batch
from mailmill.sources.simulated import SimulatedSource

COUNT = 130
EVERYTHING = Range()
CONTROL = httpx.Client(verify=False, trust_env=False)


@pytest.fixture(scope="module")
def mails() -> list[Simulated]:
    return list(generate(17, COUNT))


@pytest.fixture(scope="module")
def server(mails: list[Simulated]) -> Iterator[str]:
    with serving(mails) as address:
        yield address


@pytest.fixture
def scripted(server: str) -> Iterator[Callable[[Json], str]]:
    """Sets the script of the one server; it is cleared afterwards."""

    def use(script: Json) -> str:
        CONTROL.post(f"{server}/_script", json=script).raise_for_status()
        return server

    yield use
    use({})


@pytest.fixture
async def source(server: str) -> AsyncIterator[SimulatedSource]:
    opened = SimulatedSource(server, timeout=5)
    yield opened
    await opened.close()


class Archive:
    """Which ids are archived, as the store would tell."""

    def __init__(self) -> None:
        self.ids: dict[str, set[str]] = {}
        self.asked = 0

    async def known(self, folder: str, ids: Sequence[str]) -> frozenset[str]:
        self.asked += len(ids)
        return frozenset(self.ids.get(folder, set()).intersection(ids))

    def keep(self, batch: Batch) -> None:
        for message in batch.messages:
            assert message.source_id
            self.ids.setdefault(message.folder, set()).add(message.source_id)


async def _nothing_known(_folder: str, _ids: Sequence[str]) -> frozenset[str]:
    return frozenset()


async def _read(source: SimulatedSource, wanted: Range = EVERYTHING, position: str | None = None) -> list[Batch]:
    batches = [batch async for batch in source.read(position, wanted, _nothing_known)]
    for batch in batches:
        _balanced(batch)
    return batches


async def _collect(source: SimulatedSource, batches: list[Batch]) -> None:
    """Put batches into the list as they come, so that they are there after an error too."""
    async for batch in source.read(None, EVERYTHING, _nothing_known):
        _balanced(batch)
        batches.append(batch)


def _balanced(batch: Batch) -> None:
    for folder, listed in batch.listed.items():
        came = sum(message.folder == folder for message in batch.messages)
        assert listed.listed == came + listed.had + listed.filtered + listed.gone + len(listed.undelivered)


def _ids(batches: list[Batch]) -> list[str]:
    return [str(message.source_id) for batch in batches for message in batch.messages]


def _log(server: str, request: str) -> list[dict[str, Json]]:
    lines = [json.loads(line) for line in CONTROL.get(f"{server}/_log").text.splitlines()]
    return [line for line in lines if line["request"] == request]


@contextmanager
def _new_requests(server: str, request: str) -> Iterator[list[dict[str, Json]]]:
    """The log lines of that kind that come within the block, filled in at its end."""
    before = len(_log(server, request))
    found: list[dict[str, Json]] = []
    yield found
    found += _log(server, request)[before:]


async def test_everything_is_read_once_newest_first(source: SimulatedSource, mails: list[Simulated]) -> None:
    batches = await _read(source)
    ids = _ids(batches)
    assert len(ids) == len(set(ids)) == COUNT
    contents = {message.content for batch in batches for message in batch.messages}
    assert contents == {mail.raw for mail in mails}
    for folder in {mail.folder for mail in mails}:
        times = [m.received_at for b in batches for m in b.messages if m.folder == folder]
        assert times == sorted(times, key=lambda at: -(at or 0))
    assert all(len(batch.messages) <= 20 for batch in batches)
    assert batches[-1].done == batches[-1].total == COUNT


async def test_the_plan_tells_what_a_read_brings(source: SimulatedSource, mails: list[Simulated]) -> None:
    plan = await source.plan(EVERYTHING)
    assert (plan.messages, plan.bytes, plan.exact) == (COUNT, sum(len(mail.raw) for mail in mails), True)
    bounded = await source.plan(Range(max_messages=10))
    assert (bounded.messages, bounded.exact) == (10, False)


async def test_a_read_goes_on_from_every_position(source: SimulatedSource) -> None:
    batches = await _read(source, Range(max_messages=COUNT))
    whole = _ids(batches)
    read = 0
    for batch in batches:
        read += len(batch.messages)
        rest = await _read(source, EVERYTHING, batch.position)
        assert _ids(rest) == whole[read:]
        assert not rest or rest[-1].done == COUNT


async def test_archived_mails_are_counted_and_not_fetched(source: SimulatedSource, server: str) -> None:
    archive = Archive()
    for batch in (await _read(source))[::2]:
        archive.keep(batch)
    with _new_requests(server, "fetch") as fetches:
        batches = [batch async for batch in source.read(None, EVERYTHING, archive.known)]
    held = sum(len(ids) for ids in archive.ids.values())
    assert sum(listed.had for batch in batches for listed in batch.listed.values()) == held
    assert sum(int(str(line["ids"])) for line in fetches) == COUNT - held
    assert batches[-1].done == COUNT
    assert archive.asked == COUNT


async def test_when_all_is_archived_nothing_is_fetched(source: SimulatedSource, server: str) -> None:
    archive = Archive()
    for batch in await _read(source):
        archive.keep(batch)
    with _new_requests(server, "fetch") as fetches:
        batches = [batch async for batch in source.read(None, EVERYTHING, archive.known)]
    assert fetches == []
    assert sum(listed.had for batch in batches for listed in batch.listed.values()) == COUNT


async def test_the_range_is_obeyed(source: SimulatedSource, mails: list[Simulated]) -> None:
    since, until = (int(mails[at].received_at.timestamp()) for at in (30, 90))
    inside = [mail.raw for mail in mails if since <= int(mail.received_at.timestamp()) < until]
    batches = await _read(source, Range(since=since, until=until))
    assert Counter(message.content for batch in batches for message in batch.messages) == Counter(inside)
    assert batches[-1].total == len(inside)


async def test_folders_senders_and_the_largest_number_are_obeyed(
    source: SimulatedSource, mails: list[Simulated]
) -> None:
    spam = await _read(source, Range(folders=("Spam",)))
    assert {message.folder for batch in spam for message in batch.messages} == {"Spam"}
    sender = mails[0].sender
    found = await _read(source, Range(senders=(sender,)))
    assert len(_ids(found)) == sum(mail.sender == sender for mail in mails)
    first = await _read(source, Range(max_messages=33))
    assert len(_ids(first)) == first[-1].done == 33
    assert _ids(await _read(source, Range(max_messages=33), first[0].position)) == _ids(first)[20:]


async def test_an_unknown_folder_is_said(source: SimulatedSource) -> None:
    with pytest.raises(InvalidInput, match="Nowhere"):
        await source.plan(Range(folders=("Nowhere",)))


@pytest.mark.parametrize(
    ("fault", "error", "retry_after"),
    [
        ({"fault": "status", "status": 429, "retry_after": 7}, QuotaExhausted, 7.0),
        ({"fault": "status", "status": 429}, QuotaExhausted, None),
        ({"fault": "status", "status": 503, "retry_after": 0.5}, SourceUnavailable, 0.5),
        ({"fault": "status", "status": 500}, SourceUnavailable, None),
        ({"fault": "cut", "after_bytes": 10}, SourceUnavailable, None),
        ({"fault": "stall", "seconds": 60, "after_bytes": 10}, SourceUnavailable, None),
        ({"fault": "delay", "seconds": 60}, SourceUnavailable, None),
        ({"fault": "refuse"}, SourceRefused, None),
        ({"fault": "expire"}, PositionLost, None),
        ({"fault": "status", "status": 404}, SourceBroken, None),
    ],
)
@pytest.mark.parametrize("on", ["folders", "count", "list", "fetch"])
async def test_each_fault_is_its_error_on_every_request(
    scripted: Callable[[Json], str],
    on: str,
    fault: dict[str, Json],
    error: type[MailmillError],
    retry_after: float | None,
) -> None:
    source = SimulatedSource(scripted({"faults": [{**fault, "on": on}]}), timeout=0.3)
    with pytest.raises(error) as raised:
        await _read(source)
    assert type(raised.value) is error
    assert getattr(raised.value, "retry_after", None) == retry_after
    await source.close()


async def test_a_provider_that_is_not_there_is_unavailable() -> None:
    with serving([]) as address:
        pass
    source = SimulatedSource(address)
    with pytest.raises(SourceUnavailable):
        await source.plan(EVERYTHING)
    await source.close()


async def test_what_came_before_a_cut_is_kept_and_the_rest_follows(
    scripted: Callable[[Json], str], source: SimulatedSource
) -> None:
    whole = _ids(await _read(source))
    scripted({"faults": [{"fault": "cut", "after_bytes": 400_000, "on": "fetch", "at": [2]}]})
    batches: list[Batch] = []
    with pytest.raises(SourceUnavailable):
        await _collect(source, batches)
    assert 20 < len(_ids(batches)) < 40
    assert _ids(batches) + _ids(await _read(source, EVERYTHING, batches[-1].position)) == whole


async def test_lost_mails_are_named_and_gone_mails_are_counted(
    scripted: Callable[[Json], str], source: SimulatedSource
) -> None:
    whole = _ids(await _read(source))
    lost, gone = whole[3:60:7], whole[4:60:9]
    scripted({"faults": [{"fault": "lost", "ids": list(lost)}, {"fault": "gone", "ids": list(gone)}]})
    batches = await _read(source)
    listed = [one for batch in batches for one in batch.listed.values()]
    assert [mail for one in listed for mail in one.undelivered] == lost
    assert sum(one.gone for one in listed) == len(set(gone) - set(lost))
    assert sum(one.listed for one in listed) == COUNT
    assert _ids(batches) == [mail for mail in whole if mail not in {*lost, *gone}]


async def test_mails_named_twice_are_read_once(scripted: Callable[[Json], str], source: SimulatedSource) -> None:
    whole = _ids(await _read(source))
    scripted({"faults": [{"fault": "repeat", "on": "list"}]})
    batches = await _read(source)
    assert _ids(batches) == whole
    assert sum(listed.listed for batch in batches for listed in batch.listed.values()) == COUNT


async def test_a_refused_login_works_again_after_consent(
    scripted: Callable[[Json], str], source: SimulatedSource, tmp_path: Path
) -> None:
    address = scripted({"faults": [{"fault": "refuse"}]})
    with pytest.raises(SourceRefused):
        await source.plan(EVERYTHING)
    CONTROL.post(f"{address}/v1/consent").raise_for_status()
    assert (await source.plan(EVERYTHING)).messages == COUNT
    scripted({"faults": [{"fault": "refuse"}], "consent_file": str(tmp_path / "consent")})
    with pytest.raises(SourceRefused):
        await source.plan(EVERYTHING)
    (tmp_path / "consent").touch()
    assert (await source.plan(EVERYTHING)).messages == COUNT


async def test_a_slow_provider_is_paced_and_gives_small_batches(
    scripted: Callable[[Json], str], source: SimulatedSource
) -> None:
    scripted({"pace": 4})
    began = time.monotonic()
    batches = await _read(source, Range(max_messages=12))
    assert time.monotonic() - began > 2.5
    assert len(batches) > 1
    assert len(_ids(batches)) == 12


@pytest.mark.parametrize("position", ["", "nonsense", "[]", '{"folder":"INBOX"}', '{"folder":1,"page":2,"at":"x"}'])
async def test_a_foreign_position_is_lost(source: SimulatedSource, position: str) -> None:
    with pytest.raises(PositionLost):
        await _read(source, EVERYTHING, position or "x")


async def test_a_position_in_a_folder_that_is_gone_is_lost(source: SimulatedSource) -> None:
    with pytest.raises(PositionLost):
        await _read(source, EVERYTHING, '{"folder":"Old","page":"","at":1,"id":"a","done":3}')


@pytest.mark.parametrize("location", ["", "127.0.0.1:80", "/a/path", "ftp://somewhere"])
def test_an_address_that_is_none_is_refused(location: str) -> None:
    with pytest.raises(InvalidInput):
        SimulatedSource(location)


async def test_close_ends_a_read_that_waits(scripted: Callable[[Json], str]) -> None:
    address = scripted({"faults": [{"fault": "stall", "seconds": 60, "on": "fetch"}]})
    source = SimulatedSource(address)
    waiting = asyncio.create_task(_read(source))
    async with httpx.AsyncClient(base_url=address, verify=False, trust_env=False) as asking:
        while (await asking.get("/_script")).json()["faults"][0]["met"] == 0:
            continue
    began = time.monotonic()
    await source.close()
    with pytest.raises(Interrupted):
        await waiting
    assert time.monotonic() - began < 1
    await source.close()


async def test_a_read_that_was_suspended_when_closed_ends_and_a_new_one_works(source: SimulatedSource) -> None:
    reading = source.read(None, EVERYTHING, _nothing_known)
    await anext(reading)
    await source.close()
    with pytest.raises(Interrupted):
        async for _ in reading:
            pass
    assert len(_ids(await _read(source))) == COUNT


def test_the_server_refuses_what_it_does_not_understand(server: str) -> None:
    assert CONTROL.post(f"{server}/v1/messages", json={"ids": []}).status_code == 400
    assert CONTROL.post(f"{server}/v1/messages", content=b"{").status_code == 400
    assert CONTROL.get(f"{server}/v1/messages", params={"folder": "INBOX", "page": "x-y"}).status_code == 400
    assert CONTROL.get(f"{server}/v1/count", params={"since": "soon"}).status_code == 400
    assert CONTROL.post(f"{server}/_script", json={"faults": [{"fault": "explode"}]}).status_code == 422


def test_the_script_tells_how_often_each_fault_was_met(scripted: Callable[[Json], str]) -> None:
    address = scripted({"faults": [{"fault": "status", "status": 503, "times": 1}]})
    assert [CONTROL.get(f"{address}/v1/folders").status_code for _ in range(3)] == [503, 200, 200]
    told = CONTROL.get(f"{address}/_script").json()
    assert told["faults"] == [{"fault": "status", "seen": 3, "met": 1}]

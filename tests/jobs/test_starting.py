"""Starting: at once, checked before, one of a kind on an account, one reader, and a distance between backfills."""

import asyncio
import time
from typing import Any

import pytest

from mailmill.domain.errors import AlreadyRunning, InvalidInput, NotFound, TooSoon
from mailmill.domain.job import JobKind, State, Waiting
from mailmill.domain.progress import EventType
from mailmill.jobs.clock import now_ms
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.gate import Gate
from tests.jobs.house import House


@pytest.mark.serial
async def test_a_start_takes_less_than_100_ms_while_a_job_is_reading(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house()
    accounts = [await house.account(f"http://127.0.0.1:9/{n}") for n in range(100)]
    async with house.working():
        reading = await house.sync(provider(200, pace=40).address)
        await house.reading(reading)
        took = []
        for account in accounts:
            began = time.perf_counter()
            await house.jobs.start(house.owner, JobKind.SYNC, account, {})
            took.append(time.perf_counter() - began)
        assert (await house.load(reading)).job.busy
    assert sorted(took)[98] < 0.1


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("mode", {"mode": "everything"}),
        ("days", {"days": 0}),
        ("from_date", {"from_date": "2026-02-30"}),
        ("from_date", {"from_date": "2026-03-01", "to_date": "2026-02-01"}),
        ("max_messages", {"max_messages": "many"}),
        ("senders", {"senders": "one@example.org"}),
        ("extract", {"extract": ["miracles"]}),
        ("max_seconds_per_run", {"run_to_completion": False, "max_seconds_per_run": -1}),
        ("then", {"then": [{"kind": "nothing"}]}),
        ("days", {"then": [{"kind": "receipts", "parameters": {"days": 0}}]}),
        ("surprise", {"surprise": 1}),
    ],
)
async def test_a_wrong_parameter_is_refused_before_anything_is_queued(
    field: str, given: dict[str, Any], house: House
) -> None:
    account = await house.account("http://127.0.0.1:9")
    with pytest.raises(InvalidInput) as refused:
        await house.jobs.start(house.owner, JobKind.SYNC, account, given)
    assert refused.value.details["field"] == field
    assert house.sql("SELECT count(*) FROM jobs") == [(0,)]


async def test_nobody_starts_or_steers_jobs_of_a_workspace_that_is_not_theirs(house: House) -> None:
    stranger = await house.user("stranger")
    job = await house.sync("http://127.0.0.1:9")
    assert job.job.account_id is not None
    with pytest.raises(NotFound):
        await house.jobs.start(stranger, JobKind.SYNC, job.job.account_id, {})
    for wish in (house.jobs.cancel, house.jobs.pause, house.jobs.resume, house.jobs.retry):
        with pytest.raises(NotFound):
            await wish(stranger, job.job.id)


@pytest.mark.parametrize("kind", [JobKind.SYNC, JobKind.RECEIPTS, JobKind.REEXTRACT])
async def test_a_second_start_of_a_kind_on_an_account_names_the_active_job(kind: JobKind, house: House) -> None:
    account = await house.account("http://127.0.0.1:9")
    first = await house.jobs.start(house.owner, kind, account, {})
    with pytest.raises(AlreadyRunning) as refused:
        await house.jobs.start(house.owner, kind, account, {})
    assert refused.value.details["job_id"] == first.job.id
    assert str(first.job.number) in refused.value.message
    await house.jobs.pause(house.owner, first.job.id)
    with pytest.raises(AlreadyRunning):
        await house.jobs.start(house.owner, kind, account, {})
    await house.jobs.cancel(house.owner, first.job.id)
    assert (await house.jobs.start(house.owner, kind, account, {})).job.number == first.job.number + 1


async def test_of_many_starts_at_once_exactly_one_is_accepted(open_house: MakeHouse) -> None:
    houses = [await open_house(), await open_house()]
    account = await houses[0].account("http://127.0.0.1:9")
    starts = [house.jobs.start(house.owner, JobKind.SYNC, account, {}) for house in houses * 5]
    ends = await asyncio.gather(*starts, return_exceptions=True)
    assert sum(isinstance(end, AlreadyRunning) for end in ends) == 9
    assert houses[0].sql("SELECT count(*) FROM jobs") == [(1,)]


async def test_a_job_has_one_id_and_one_number_made_by_the_server(house: House) -> None:
    first, second = await house.sync("http://127.0.0.1:9/a"), await house.sync("http://127.0.0.1:9/b")
    assert (first.job.number, second.job.number) == (1, 2)
    for job in (first, second):
        assert len(job.job.id) == 32
        assert int(job.job.id, 16)
        assert (job.view.id, job.view.number) == (job.job.id, job.job.number)
        (created,) = await house.events(job, EventType.CREATED)
        assert (created.data["id"], created.data["number"]) == (job.job.id, job.job.number)
        assert (await house.jobs.cancel(house.owner, job.job.number)).job.id == job.job.id


async def test_only_one_job_reads_an_account_and_nothing_is_fetched_twice(house: House, provider: MakeProvider) -> None:
    source = provider(60, pace=80)
    account = await house.account(source.address)
    async with house.working():
        sync = await house.jobs.start(house.owner, JobKind.SYNC, account, {})
        receipts = await house.jobs.start(house.owner, JobKind.RECEIPTS, account, {"months_back": 100})
        await house.reading(sync)
        waiting = await house.place(receipts)
        assert waiting is not None
        assert (waiting.waiting_for, waiting.behind) == (Waiting.ACCOUNT, sync.job.number)
        done = [await house.ended(sync), await house.ended(receipts)]
    assert [job.view.state for job in done] == [State.SUCCEEDED] * 2
    assert await source.delivered() == 60
    assert [job.view.counters["new"] for job in done] == [60, 0]
    assert done[1].view.counters["had"] == 60


async def test_a_second_backfill_in_the_cooldown_is_too_soon_and_names_the_running_job(house: House) -> None:
    account = await house.account("http://127.0.0.1:9")
    began = now_ms()
    first = await house.jobs.start_backfill(house.owner, account, {"days": 60})
    with pytest.raises(TooSoon) as refused:
        await house.jobs.start_backfill(house.owner, account, {"days": 60})
    assert began + 300_000 <= refused.value.retry_at <= now_ms() + 300_000
    assert refused.value.details["job_id"] == first.job.id
    assert f"Job {first.job.number} is running" in refused.value.message
    await house.jobs.cancel(house.owner, first.job.id)
    with pytest.raises(TooSoon) as refused:
        await house.jobs.start_backfill(house.owner, account, {"days": 60})
    assert refused.value.details["job_id"] is None


async def test_after_the_cooldown_a_second_backfill_meets_single_flight(open_house: MakeHouse) -> None:
    house = await open_house(backfill_cooldown=0)
    account = await house.account("http://127.0.0.1:9")
    first = await house.jobs.start_backfill(house.owner, account, {"days": 60})
    with pytest.raises(AlreadyRunning) as refused:
        await house.jobs.start_backfill(house.owner, account, {"days": 60})
    assert refused.value.details["job_id"] == first.job.id


async def test_a_start_that_was_refused_does_not_begin_the_cooldown(house: House) -> None:
    account = await house.account("http://127.0.0.1:9")
    with pytest.raises(InvalidInput):
        await house.jobs.start_backfill(house.owner, account, {"days": 0})
    assert (await house.jobs.start_backfill(house.owner, account, {"days": 60})).job.number == 1


async def test_retries_resumes_and_slices_are_exempt_from_the_cooldown(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(budget_pause=0.05)
    account = await house.account(provider(100, pace=60).address)
    async with house.working():
        given = {"months_back": 100, "run_to_completion": False, "max_seconds_per_run": 1}
        job = await house.jobs.start_backfill(house.owner, account, given)
        await house.until(job, lambda one: one.job.attempt >= 2)
        await house.jobs.pause(house.owner, job.job.id)
        await house.jobs.resume(house.owner, job.job.id)
        await house.jobs.cancel(house.owner, job.job.id)
        await house.jobs.retry(house.owner, job.job.id)
        assert (await house.ended(job)).view.state is State.SUCCEEDED


async def test_a_job_starts_the_jobs_that_it_names_when_it_succeeds(house: House, provider: MakeProvider) -> None:
    account = await house.account(provider(20).address)
    then = [{"kind": "reextract"}, {"kind": "receipts", "parameters": {"months_back": 100}}]
    async with house.working():
        first = await house.jobs.start(house.owner, JobKind.SYNC, account, {"then": then})
        await house.ended(first)
        for number, kind in ((2, JobKind.REEXTRACT), (3, JobKind.RECEIPTS)):
            job = await house.ended(await house.find(number))
            assert (job.job.kind, job.job.starter_id) == (kind, house.owner.user_id)
            assert (job.view.state, job.job.account_id) == (State.SUCCEEDED, account)
    assert house.sql("SELECT count(*) FROM jobs") == [(3,)]


async def test_a_job_that_does_not_succeed_starts_none_of_the_jobs_that_it_names(house: House) -> None:
    gate = Gate()
    async with house.working(gate.kinds):
        job = await house.sync("http://127.0.0.1:9", then=[{"kind": "reextract"}])
        await house.until(job, lambda one: one.job.busy)
        await house.jobs.cancel(house.owner, job.job.id)
        await house.ended(job)
    assert house.sql("SELECT count(*) FROM jobs") == [(1,)]

"""Outages, limits, refused logins, lost positions and unexpected errors: what waits, what pauses, what fails."""

import sqlite3
import time
from contextlib import closing

import pytest

from mailmill.domain.errors import Conflict
from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import EventType
from mailmill.jobs.clock import now_ms
from mailmill.store.jobs import Stored
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House

BREAK_AT_40 = (
    "CREATE TRIGGER break BEFORE INSERT ON messages WHEN (SELECT count(*) FROM messages) >= {} "
    "BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": "status", "status": 503}, Waiting.RETRY),
        ({"fault": "status", "status": 500}, Waiting.RETRY),
        ({"fault": "status", "status": 429}, Waiting.QUOTA),
        ({"fault": "cut", "after_bytes": 5000}, Waiting.RETRY),
    ],
    ids=["503", "500", "429", "cut"],
)
async def test_an_outage_sends_the_job_back_to_the_queue_and_it_goes_on_by_itself(
    fault: dict[str, object], reason: Waiting, house: House, provider: MakeProvider
) -> None:
    source = provider(60, faults=[{**fault, "on": "fetch", "at": [2, 3]}])
    async with house.working():
        job = await house.sync(source.address)
        done = await house.ended(job)
    waits = [event for event in await house.events(job, EventType.QUEUED) if event.data["run_after"]]
    assert {event.data["waiting_for"] for event in waits} == {reason}
    assert len(waits) == 2
    assert (done.view.state, done.view.counters["new"], done.view.attempt) == (State.SUCCEEDED, 60, 3)
    assert done.view.report is not None
    assert reason in done.view.report["waited_seconds"]


async def test_a_provider_that_is_not_there_is_an_outage(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.until(await house.sync("http://127.0.0.1:9"), lambda one: one.job.attempt >= 3)
    assert job.view.state in (State.QUEUED, State.RUNNING)


async def test_retry_after_is_obeyed(house: House, provider: MakeProvider) -> None:
    source = provider(60, faults=[{"fault": "status", "status": 503, "retry_after": 1.2, "on": "fetch", "at": [2]}])
    async with house.working():
        job = await house.sync(source.address)
        await house.ended(job)
    log = await source.log()
    refused = next(n for n, request in enumerate(log) if request.status == 503)
    assert log[refused + 1].time - log[refused].time >= 1.2
    (wait,) = [event for event in await house.events(job, EventType.QUEUED) if event.data["run_after"]]
    assert wait.data["run_after"] - wait.at >= 1100


async def test_waits_in_an_outage_grow_and_are_jittered(open_house: MakeHouse, provider: MakeProvider) -> None:
    house = await open_house(backoff_first=0.1, backoff_most=300)
    async with house.working():
        job = await house.sync(provider(20, faults=[{"fault": "status", "status": 503}]).address)
        await house.until(job, lambda one: one.job.attempt >= 5)
    waits = [event for event in await house.events(job, EventType.QUEUED) if event.data["run_after"]]
    seconds = [(event.data["run_after"] - event.at) / 1000 for event in waits]
    assert seconds[-1] > 2 * seconds[0]
    assert len({round(wait * 1000) for wait in seconds}) > 1


async def test_a_short_wait_for_a_limit_stays_running(house: House, provider: MakeProvider) -> None:
    source = provider(60, faults=[{"fault": "status", "status": 429, "retry_after": 1.2, "on": "fetch", "at": [2]}])
    async with house.working():
        job = await house.sync(source.address)
        waiting = await house.until(job, lambda one: one.view.run_after is not None)
        assert (waiting.view.state, waiting.view.waiting_for) == (State.RUNNING, None)
        assert waiting.view.reason
        done = await house.ended(job)
    assert (done.view.attempt, done.view.counters["new"]) == (1, 60)
    log = await source.log()
    refused = next(n for n, request in enumerate(log) if request.status == 429)
    assert log[refused + 1].time - log[refused].time >= 1.2


async def test_a_wait_for_a_limit_of_more_than_a_minute_is_in_the_queue(house: House, provider: MakeProvider) -> None:
    source = provider(60, faults=[{"fault": "status", "status": 429, "retry_after": 61, "on": "fetch"}])
    async with house.working():
        job = await house.sync(source.address)
        waiting = await house.until(job, lambda one: one.view.waiting_for is Waiting.QUOTA and not one.job.busy)
        asked = len(await source.log())
        await house.ended(await house.sync(provider(60, seed=8).address))
    assert (waiting.view.state, waiting.job.slot) == (State.QUEUED, False)
    assert waiting.view.run_after is not None
    assert 50_000 < waiting.view.run_after - now_ms() <= 61_000
    assert len(await source.log()) == asked


async def test_short_waits_that_bring_no_progress_end_as_an_outage(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(outage_patience=1)
    source = provider(60, faults=[{"fault": "status", "status": 429, "retry_after": 0.2, "on": "fetch"}])
    async with house.working():
        done = await house.ended(await house.sync(source.address))
    assert (done.view.state, done.view.error_code) == (State.FAILED, "quota_exhausted")


async def test_an_outage_beyond_the_patience_fails_with_its_error_and_can_be_retried(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(outage_patience=1)
    source = provider(60, faults=[{"fault": "status", "status": 503, "on": "fetch"}])
    async with house.working():
        job = await house.sync(source.address)
        failed = await house.ended(job)
        assert (failed.view.state, failed.view.error_code) == (State.FAILED, "source_unavailable")
        assert failed.view.attempt > 2
        await source.play({})
        await house.jobs.retry(house.owner, job.job.id)
        assert (await house.ended(job)).view.counters["new"] == 60


async def test_progress_ends_an_outage(open_house: MakeHouse, provider: MakeProvider) -> None:
    house = await open_house(outage_patience=1)
    fault = {"fault": "status", "status": 503, "retry_after": 0.5, "on": "fetch", "at": [2, 4, 6, 8, 10]}
    async with house.working():
        done = await house.ended(await house.sync(provider(120, faults=[fault]).address))
    assert (done.view.state, done.view.attempt) == (State.SUCCEEDED, 6)


async def test_a_database_that_is_locked_is_an_outage(open_house: MakeHouse, provider: MakeProvider) -> None:
    house = await open_house(database_patience=0.3)
    async with house.working() as dispatcher:
        job = await house.sync(provider(100, pace=60).address)
        await house.reading(job)
        with closing(sqlite3.connect(house.path, timeout=10, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            until = time.monotonic() + 1.5
            await house.until(job, lambda _: time.monotonic() > until)
            other.execute("ROLLBACK")
        done = await house.ended(job)
        assert dispatcher.is_runner
    assert (done.view.state, done.view.counters["new"]) == (State.SUCCEEDED, 100)


async def test_an_unexpected_error_without_progress_is_tried_five_times_then_fails_with_a_typed_error(
    house: House, provider: MakeProvider
) -> None:
    house.sql(BREAK_AT_40.format(40))
    async with house.working():
        job = await house.sync(provider(80).address)
        failed = await house.ended(job)
    assert (failed.view.state, failed.view.error_code) == (State.FAILED, "unexpected")
    assert failed.view.counters["new"] == 40
    assert failed.view.attempt == 5
    assert failed.view.error_message is not None
    assert "broken on purpose" not in failed.view.error_message
    ends = house.sql("SELECT outcome, error FROM attempts ORDER BY attempt")
    assert [outcome for outcome, _ in ends] == ["later"] * 4 + ["failed"]
    assert all("broken on purpose" in error for _, error in ends)


async def test_progress_between_unexpected_errors_gives_all_tries_back(house: House, provider: MakeProvider) -> None:
    house.sql(BREAK_AT_40.format("20 * (SELECT max(attempt) FROM attempts)"))
    async with house.working():
        done = await house.ended(await house.sync(provider(160).address))
    assert (done.view.state, done.view.counters["listed"]) == (State.SUCCEEDED, 160)
    assert done.view.attempt > 5


async def test_a_refused_login_pauses_and_the_same_job_continues_after_consent(
    house: House, provider: MakeProvider
) -> None:
    source = provider(60, faults=[{"fault": "refuse", "on": "fetch", "at": [2]}])
    async with house.working():
        job = await house.sync(source.address)
        waiting = await house.paused(job, Waiting.LOGIN)
        assert waiting.view.counters["new"] == 20
        with pytest.raises(Conflict) as refused:
            await house.jobs.resume(house.owner, job.job.id)
        assert refused.value.details["allowed"] == "cancel,pause"
        await source.consent()
        assert waiting.job.account_id is not None
        (continued,) = await house.jobs.login_given(house.owner, waiting.job.account_id)
        done = await house.ended(job)
    assert continued.job.id == job.job.id
    assert (done.view.state, done.view.counters["new"], done.view.generation) == (State.SUCCEEDED, 60, 1)


async def test_a_login_that_nobody_gives_fails_the_job_and_it_can_be_retried(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(login_patience=0.5)
    source = provider(60, faults=[{"fault": "refuse", "on": "fetch", "at": [2]}])
    async with house.working():
        job = await house.sync(source.address)
        failed = await house.ended(job)
        assert (failed.view.state, failed.view.error_code) == (State.FAILED, "login_missing")
        assert await _seconds_between(house, job, EventType.PAUSED, EventType.FAILED) >= 0.5
        await source.consent()
        await house.jobs.retry(house.owner, job.job.id)
        done = await house.ended(job)
    assert (done.view.state, done.view.counters["new"]) == (State.SUCCEEDED, 60)


async def test_a_lost_position_restarts_the_phase_and_says_so(house: House, provider: MakeProvider) -> None:
    source = provider(130, faults=[{"fault": "expire", "on": "list", "at": [2]}])
    async with house.working():
        job = await house.sync(source.address)
        done = await house.ended(job)
    (lost,) = await house.events(job, EventType.POSITION_LOST)
    assert lost.data["phase"] == "read"
    assert (done.view.state, done.view.attempt) == (State.SUCCEEDED, 1)
    assert await source.delivered() == 130
    assert done.view.report is not None
    totals = done.view.report["totals"]
    assert (totals["listed"], totals["new"] + totals["had"]) == (130, 130)
    assert totals["had"] >= 80


async def test_a_position_that_is_lost_again_and_again_fails_the_job(house: House, provider: MakeProvider) -> None:
    async with house.working():
        done = await house.ended(await house.sync(provider(130, faults=[{"fault": "expire", "on": "list"}]).address))
    assert (done.view.state, done.view.error_code) == (State.FAILED, "position_lost")


async def _seconds_between(house: House, job: Stored, first: EventType, second: EventType) -> float:
    (began,), (ended,) = await house.events(job, first), await house.events(job, second)
    return (ended.at - began.at) / 1000

"""Cancel, pause, resume and retry: in every state, at once, for good, and nothing that the states do not allow."""

import time

import psutil
import pytest

from mailmill.domain.errors import AlreadyRunning, Conflict
from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import EventType
from mailmill.store.jobs import Stored
from tests.jobs.bringing import PLACES, brought
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House
from tests.jobs.provider import Provider


@pytest.mark.parametrize("place", PLACES)
async def test_cancel_works_in_every_state_that_is_not_finished(
    place: str, open_house: MakeHouse, provider: MakeProvider
) -> None:
    async with brought(place, open_house, provider) as (house, _, job):
        cancelled = await house.jobs.cancel(house.owner, job.job.id)
        assert cancelled.view.state is State.CANCELLED
        assert not (await house.ended(job)).job.slot


@pytest.mark.parametrize("place", PLACES)
async def test_pause_works_in_every_state_that_is_not_finished(
    place: str, open_house: MakeHouse, provider: MakeProvider
) -> None:
    async with brought(place, open_house, provider) as (house, _, job):
        paused = await house.jobs.pause(house.owner, job.job.id)
        assert (paused.view.state, paused.view.waiting_for) == (State.PAUSED, Waiting.USER)
        assert not (await house.paused(job, Waiting.USER)).job.slot


@pytest.mark.parametrize("wish", ["cancel", "pause"])
async def test_a_stopped_job_commits_and_requests_nothing_more_and_closes_its_sockets(
    wish: str, house: House, provider: MakeProvider
) -> None:
    source, other = provider(200, pace=50), provider(60, seed=8)
    async with house.working():
        job = await house.sync(source.address)
        await house.reading(job)
        asked = time.time()
        stopped = await getattr(house.jobs, wish)(house.owner, job.job.id)
        assert time.time() - asked < 1
        assert stopped.view.state in (State.CANCELLED, State.PAUSED)
        await house.until(job, lambda one: not one.job.busy and not one.job.slot, 1 + asked - time.time())
        assert _sockets_to(source) == 0
        await house.ended(await house.sync(other.address))
    assert (await house.load(job)).job.last_seq == stopped.job.last_seq
    assert house.sql("SELECT count(*) FROM messages WHERE job_id = ?", job.job.id) == [(stopped.view.counters["new"],)]
    assert max(request.time for request in await source.log()) < asked + 1


async def test_the_slot_of_a_stopped_job_is_free_when_its_work_has_ended(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(running_jobs_per_user=1)
    async with house.working():
        first = await house.sync(provider(100, pace=50).address)
        second = await house.sync(provider(20, seed=8).address)
        await house.reading(first)
        await house.jobs.pause(house.owner, first.job.id)
        await house.ended(second)
    (left,) = await house.events(first, EventType.PAUSED)
    began = (await house.events(second, EventType.STARTED))[0].at
    ended = house.sql("SELECT ended_at FROM attempts WHERE job_id = ?", first.job.id)[0][0]
    assert left.at <= ended <= began


@pytest.mark.parametrize("wish", ["cancel", "pause"])
async def test_a_stopped_job_stays_so_after_a_restart(wish: str, open_house: MakeHouse, provider: MakeProvider) -> None:
    source = provider(100, pace=50)
    before = await open_house()
    async with before.working():
        job = await before.sync(source.address)
        await before.reading(job)
        stopped = await getattr(before.jobs, wish)(before.owner, job.job.id)
    asked = len(await source.log())
    after = await open_house()
    async with after.working():
        await after.ended(await after.sync(provider(20, seed=8).address))
        assert (await after.load(job)).view == stopped.view
    assert len(await source.log()) == asked


@pytest.mark.parametrize(
    ("place", "wish", "allowed"),
    [
        ("queued", "resume", "cancel,pause"),
        ("queued", "retry", "cancel,pause"),
        ("running", "resume", "cancel,pause"),
        ("running", "retry", "cancel,pause"),
        ("paused by its user", "retry", "cancel,resume"),
        ("paused for its budget", "retry", "cancel,pause,resume"),
        ("waiting for login", "resume", "cancel,pause"),
        ("waiting for login", "retry", "cancel,pause"),
    ],
)
async def test_an_illegal_wish_is_a_conflict_that_names_what_is_allowed(
    place: str, wish: str, allowed: str, open_house: MakeHouse, provider: MakeProvider
) -> None:
    async with brought(place, open_house, provider) as (house, _, job):
        with pytest.raises(Conflict) as refused:
            await getattr(house.jobs, wish)(house.owner, job.job.id)
        assert refused.value.details["allowed"] == allowed


async def test_a_finished_job_allows_nothing_or_a_retry(house: House, provider: MakeProvider) -> None:
    async with house.working():
        done = await house.ended(await house.sync(provider(20).address))
        for wish in ("cancel", "pause", "resume", "retry"):
            assert await _refused(house, done, wish) == ""
        other = await house.sync(provider(100, seed=8, pace=20).address)
        await house.jobs.cancel(house.owner, other.job.id)
        for wish in ("cancel", "pause", "resume"):
            assert await _refused(house, other, wish) == "retry"


async def test_pausing_a_job_that_is_paused_for_its_budget_makes_it_wait_for_its_user(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(budget_pause=0.5)
    async with house.working():
        source = provider(100, pace=50)
        job = await house.sync(source.address, run_to_completion=False, max_seconds_per_run=1)
        await house.paused(job, Waiting.BUDGET)
        await house.jobs.pause(house.owner, job.job.id)
        await house.ended(await house.sync(provider(60, seed=8, pace=60).address))
        left = await house.load(job)
    assert (left.view.state, left.view.waiting_for, left.view.run_after) == (State.PAUSED, Waiting.USER, None)


async def test_a_resumed_job_goes_on_from_its_checkpoint(house: House, provider: MakeProvider) -> None:
    source = provider(100, pace=60)
    async with house.working():
        job = await house.sync(source.address)
        await house.reading(job, 20)
        await house.jobs.pause(house.owner, job.job.id)
        paused = await house.paused(job, Waiting.USER)
        await source.play({})
        await house.jobs.resume(house.owner, job.job.id)
        done = await house.ended(job)
    assert done.view.counters["new"] == 100
    last = (await house.events(job, EventType.PROGRESS))[-1]
    assert last.data["done"] == 100
    fetched = [request.ids for request in (await source.requests("fetch"))[-5:]]
    assert sum(fetched) <= 100
    assert done.view.percent > paused.view.percent >= 20


async def test_a_retried_job_keeps_its_id_and_its_checkpoint(house: House, provider: MakeProvider) -> None:
    source = provider(100, pace=60)
    async with house.working():
        job = await house.sync(source.address)
        await house.reading(job, 40)
        await house.jobs.cancel(house.owner, job.job.id)
        cancelled = await house.ended(job)
        await source.play({})
        before = await source.delivered()
        retried = await house.jobs.retry(house.owner, job.job.number)
        done = await house.ended(job)
    kept = cancelled.view.counters["listed"]
    assert (retried.job.id, retried.job.generation) == (job.job.id, 1)
    assert retried.view.percent == cancelled.view.percent
    assert await source.delivered() - before == 100 - kept
    assert (done.view.state, done.view.counters["listed"], done.view.counters["new"]) == ("succeeded", 100, 100)


async def test_a_retry_from_the_start_begins_a_new_generation_with_percent_from_zero(
    house: House, provider: MakeProvider
) -> None:
    source = provider(60, pace=60)
    async with house.working():
        job = await house.sync(source.address)
        await house.reading(job, 20)
        await house.jobs.cancel(house.owner, job.job.id)
        cancelled = await house.ended(job)
        await source.play({})
        retried = await house.jobs.retry(house.owner, job.job.id, from_start=True)
        done = await house.ended(job)
    had = cancelled.view.counters["new"]
    assert (retried.job.id, retried.view.generation, retried.view.percent) == (job.job.id, 2, 0.0)
    assert done.view.report is not None
    assert done.view.report["totals"] | {"new": 60 - had, "had": had, "listed": 60} == done.view.report["totals"]


async def test_a_retry_never_makes_a_second_active_job(house: House, provider: MakeProvider) -> None:
    source = provider(60, pace=60)
    first = await house.sync(source.address)
    await house.jobs.cancel(house.owner, first.job.id)
    second = await house.sync(source.address)
    with pytest.raises(AlreadyRunning) as refused:
        await house.jobs.retry(house.owner, first.job.id)
    assert refused.value.details["job_id"] == second.job.id


async def _refused(house: House, job: Stored, wish: str) -> object:
    with pytest.raises(Conflict) as refused:
        await getattr(house.jobs, wish)(house.owner, job.job.id)
    return refused.value.details["allowed"]


def _sockets_to(source: Provider) -> int:
    port = int(source.address.rpartition(":")[2])
    open_now = psutil.Process().net_connections("tcp")
    return sum(bool(one.raddr) and one.raddr.port == port and one.status == "ESTABLISHED" for one in open_now)

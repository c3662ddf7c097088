"""Who runs when: slots per starter with positions, lanes that age, and a hog that delays nobody."""

import asyncio
from typing import Any

import pytest

from mailmill.actions.jobs import Actor
from mailmill.domain.account import Account, AccountKind
from mailmill.domain.job import FINISHED, JobKind, Lane, State
from mailmill.domain.progress import EventType
from mailmill.jobs.clock import now_ms
from mailmill.jobs.enqueue import NewJob, enqueue, resolved
from mailmill.store import accounts
from mailmill.store.db import Connection
from mailmill.store.jobs import Stored
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.gate import Gate
from tests.jobs.house import House, eventually

NOWHERE = "http://127.0.0.1:9"


async def test_two_jobs_of_a_starter_run_and_the_others_show_their_position(house: House) -> None:
    gate = Gate()
    async with house.working(gate.kinds):
        jobs = [await house.sync(f"{NOWHERE}/{n}") for n in range(5)]
        await house.until(jobs[1], lambda one: one.job.busy)
        assert [await _where(house, job) for job in jobs] == [None, None, ("slot", 1), ("slot", 2), ("slot", 3)]
        await house.jobs.cancel(house.owner, jobs[0].job.id)
        await house.until(jobs[2], lambda one: one.job.busy)
        assert [await _where(house, job) for job in jobs[2:]] == [None, ("slot", 1), ("slot", 2)]
        gate.open()
        assert [(await house.ended(job)).view.state for job in jobs[1:]] == [State.SUCCEEDED] * 4
    assert gate.most == 2
    assert gate.started == [1, 2, 3, 4, 5]


async def test_the_number_of_running_jobs_per_starter_is_a_setting(open_house: MakeHouse) -> None:
    house, gate = await open_house(running_jobs_per_user=3), Gate()
    async with house.working(gate.kinds):
        jobs = [await house.sync(f"{NOWHERE}/{n}") for n in range(4)]
        await house.until(jobs[2], lambda one: one.job.busy)
        assert await _where(house, jobs[3]) == ("slot", 1)
        gate.open()
        await house.ended(jobs[3])
    assert gate.most == 3


async def test_bulk_actions_and_plans_do_not_count_against_the_limit(house: House) -> None:
    gate = Gate()
    async with house.working(gate.kinds):
        jobs = [await house.sync(f"{NOWHERE}/{n}") for n in range(3)]
        account = await house.account(f"{NOWHERE}/exempt")
        exempt = await house.jobs.start(house.owner, JobKind.SYNC, account, {}, exempt=True)
        await house.until(exempt, lambda one: one.job.busy)
        assert await _where(house, jobs[2]) == ("slot", 1)
        gate.open()
        await house.ended(jobs[2])


async def test_the_starter_of_a_chains_job_is_its_creator(house: House) -> None:
    ada, gate = await house.user("ada"), Gate()
    async with house.working(gate.kinds):
        first = await house.sync(NOWHERE, ada, then=[{"kind": "receipts"}])
        second = await house.sync(f"{NOWHERE}/second", ada)
        third = await house.sync(f"{NOWHERE}/third", ada)
        await house.until(second, lambda one: one.job.busy)
        gate.open()
        await house.ended(third)
        assert (await house.ended(await house.find(4))).job.starter_id == ada.user_id
    assert gate.most == 2
    assert (await house.load(first)).view.state is State.SUCCEEDED


async def test_a_worker_runs_no_more_jobs_than_its_setting_and_the_others_wait_for_a_worker(
    open_house: MakeHouse,
) -> None:
    house, gate = await open_house(jobs_per_worker=2), Gate()
    people = [await house.user(f"user {n}") for n in range(4)]
    async with house.working(gate.kinds):
        jobs = [await house.sync(NOWHERE, actor) for actor in people]
        await house.until(jobs[1], lambda one: one.job.busy)
        assert [await _where(house, job) for job in jobs] == [None, None, ("worker", 1), ("worker", 2)]
        gate.open()
        await house.ended(jobs[3])
    assert gate.most == 2


async def test_positions_for_a_worker_are_the_order_of_the_starts(open_house: MakeHouse) -> None:
    house, gate = await open_house(jobs_per_worker=1), Gate()
    people = [await house.user(name, "premium" if name == "dora" else "standard") for name in ("ada", "bert", "dora")]
    async with house.working(gate.kinds):
        jobs = [await house.sync(NOWHERE)]
        await house.until(jobs[0], lambda one: one.job.busy)
        jobs += [await house.sync(NOWHERE, actor) for actor in people]
        places = [await _where(house, job) for job in jobs]
        gate.open()
        for job in jobs:
            await house.ended(job)
    assert places == [None, ("worker", 2), ("worker", 3), ("worker", 1)]
    assert gate.started == [1, 4, 2, 3]


async def test_a_starter_with_fewer_running_jobs_goes_first_when_a_worker_is_free(open_house: MakeHouse) -> None:
    house, gate = await open_house(jobs_per_worker=2), Gate()
    ada, bert = await house.user("ada"), await house.user("bert")
    async with house.working(gate.kinds):
        long, other = await house.sync(NOWHERE, ada), await house.sync(NOWHERE)
        await house.until(other, lambda one: one.job.busy)
        second = await house.sync(f"{NOWHERE}/second", ada)
        first = await house.sync(NOWHERE, bert)
        assert [await _where(house, job) for job in (second, first)] == [("worker", 2), ("worker", 1)]
        await house.jobs.cancel(house.owner, other.job.id)
        await house.until(first, lambda one: one.job.busy)
        assert not (await house.load(second)).job.attempt
        gate.open()
        await house.ended(long)


async def test_jobs_of_premium_users_go_first_and_those_of_schedules_last(open_house: MakeHouse) -> None:
    house, gate = await open_house(jobs_per_worker=1), Gate(is_open=True)
    premium = await house.user("paula", "premium")
    account = await house.account(f"{NOWHERE}/scheduled")
    await house.schedules.add(house.owner, JobKind.SYNC, account, {}, cron="* * * * *")
    house.sql("UPDATE schedules SET next_at = 1")
    async with house.working(Gate(is_open=False).kinds):
        scheduled = await house.find(1)
    normal, high = await house.sync(NOWHERE), await house.sync(NOWHERE, premium)
    assert [job.job.lane for job in (scheduled, normal, high)] == [Lane.LOW, Lane.DEFAULT, Lane.HIGH]
    async with house.working(gate.kinds):
        for job in (scheduled, normal, high):
            await house.ended(job)
    assert gate.started == [high.job.number, normal.job.number, scheduled.job.number]


@pytest.mark.parametrize("ageing", [1.0, 600.0])
async def test_a_full_high_lane_does_not_starve_the_low_lane(ageing: float, open_house: MakeHouse) -> None:
    house, gate = await open_house(jobs_per_worker=1, lane_ageing=ageing), Gate(is_open=True)
    low = await house.sync(NOWHERE)
    house.sql("UPDATE jobs SET lane = 2")
    people = [await house.user(f"premium {n}", "premium") for n in range(3)]
    full = asyncio.Event()

    async def keep_full(actor: Actor) -> None:
        while not full.is_set():
            jobs = [await house.sync(f"{NOWHERE}/{n}", actor) for n in range(3)]
            full.set() if (await house.load(low)).job.attempt else None
            for job in jobs:
                await house.ended(job)

    async with house.working(gate.kinds):
        pushing = [asyncio.create_task(keep_full(actor)) for actor in people]
        if ageing > 60:
            await eventually(lambda: _many(gate, 30))
            assert low.job.number not in gate.started
            full.set()
        await asyncio.gather(*pushing)
        done = await house.ended(low)
    if ageing < 60:
        began = (await house.events(low, EventType.STARTED))[0].at
        assert 1000 * ageing <= began - done.job.created_at <= 2000 * ageing + 2000
        assert len(gate.started) > 5


@pytest.mark.serial
async def test_a_thousand_jobs_of_one_user_delay_the_first_starts_of_twenty_others_by_less_than_a_second(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house()
    source = provider(3)
    hog = await house.user("hog")
    others = [await house.user(f"user {n}") for n in range(20)]
    for actor in (hog, *others):
        await house.account(source.address, actor)
    await _many_jobs(house, hog, source.address, 1000)
    async with house.working():
        await eventually(lambda: _finished(house, 4))
        jobs = [await house.sync(source.address, actor) for actor in others]
        for job in jobs:
            await house.ended(job)
        left = house.sql("SELECT count(*) FROM jobs WHERE starter_id = ? AND state = 'queued'", hog.user_id)[0][0]
        delays = [await _delay(house, job) for job in jobs]
    assert left > 500
    assert max(delays) <= 1000


async def _many_jobs(house: House, actor: Actor, address: str, count: int) -> None:
    """So many accounts that read the one provider, and a job on each, started in one transaction."""

    def work(conn: Connection) -> None:
        for n in range(count):
            new = Account(0, actor.workspace_id, AccountKind.SIMULATED, f"account {n}", address, "UTC")
            account = accounts.add(conn, new, 0)
            given = resolved(JobKind.SYNC, {}, {}, "UTC", now_ms())
            enqueue(conn, NewJob(actor.workspace_id, actor.user_id, account.id, JobKind.SYNC, given), now_ms())

    await house.instance.database.write(work)


async def _where(house: House, job: Stored) -> tuple[str, int | None] | None:
    found = await house.place(job)
    return (found.waiting_for.value, found.position) if found else None


async def _many(gate: Gate, count: int) -> bool | None:
    return len(gate.started) >= count or None


async def _finished(house: House, count: int) -> Any:  # truth
    return house.sql("SELECT count(*) FROM jobs WHERE state = 'succeeded'")[0][0] >= count or None


async def _delay(house: House, job: Stored) -> int:
    began = (await house.events(job, EventType.STARTED))[0].at
    assert (await house.load(job)).job.state in FINISHED
    return began - job.job.created_at

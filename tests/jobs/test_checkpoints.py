"""Checkpoints, fence and takeover: what is committed is committed once, with everything that belongs to it."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest

from mailmill.domain.errors import LeaseLost
from mailmill.domain.job import State
from mailmill.domain.progress import EventType
from mailmill.jobs.attempt import claim, settle
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import JobContext, Progress, Step
from mailmill.jobs.outcome import Done
from mailmill.jobs.upkeep import recover
from mailmill.store import jobs as store
from mailmill.store.db import Connection
from mailmill.store.jobs import Stored
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House

FAIL_THE_THIRD_PROGRESS = (
    "CREATE TRIGGER break BEFORE INSERT ON events WHEN NEW.type = 'progress' AND (SELECT count(*) FROM events WHERE "
    "type = 'progress') >= 2 BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
)


async def test_rows_checkpoint_counters_and_event_are_committed_together_or_not_at_all(
    house: House, provider: MakeProvider
) -> None:
    house.sql(FAIL_THE_THIRD_PROGRESS)
    async with house.working():
        job = await house.sync(provider(80).address)
        failed = await house.ended(job)
    progress = await house.events(job, EventType.PROGRESS)
    position = await house.instance.database.read(partial(store.position, job_id=job.job.id, phase="read"))
    assert position is not None
    assert '"done":40' in position
    assert house.sql("SELECT count(*) FROM messages") == [(40,)]
    assert house.sql("SELECT sum(new), sum(listed) FROM tallies") == [(40, 40)]
    assert failed.view.counters["new"] == progress[-1].data["counters"]["new"] == 40


async def test_a_checkpoint_comes_at_least_every_20_fetched_mails(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.sync(provider(130).address)
        await house.ended(job)
    listed = [0, *(event.data["counters"]["listed"] for event in await house.events(job, EventType.PROGRESS))]
    assert listed[-1] == 130
    assert max(after - before for before, after in pairwise(listed)) <= 20


async def test_a_checkpoint_comes_every_two_seconds_where_the_source_is_slow(
    house: House, provider: MakeProvider
) -> None:
    async with house.working():
        job = await house.sync(provider(18, pace=4).address)
        await house.ended(job)
    progress = await house.events(job, EventType.PROGRESS)
    assert 2 <= len(progress) <= 4
    (began,) = await house.events(job, EventType.STARTED)
    assert progress[0].at - began.at < 4000


async def test_a_restart_reads_again_what_was_not_committed_and_no_mail_twice(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    source = provider(120, pace=60)
    before = await open_house()
    async with before.working():
        job = await before.sync(source.address)
        await before.reading(job, 40)
    handed_back = await before.load(job)
    assert (handed_back.view.state, handed_back.job.slot) == (State.QUEUED, True)
    kept, fetched = handed_back.view.counters["listed"], await source.delivered()
    await source.play({})
    after = await open_house()
    async with after.working():
        done = await after.ended(job)
    assert (done.view.state, done.view.attempt, done.view.counters["new"]) == (State.SUCCEEDED, 2, 120)
    assert 0 <= fetched - kept <= 20
    assert await source.delivered() == fetched + 120 - kept
    assert after.sql("SELECT count(*) FROM messages") == [(120,)]


async def test_a_stale_attempt_can_commit_nothing(house: House) -> None:
    job = await house.sync("http://127.0.0.1:9")
    frozen = await _claimed(house, job, "frozen")
    await house.instance.database.write(lambda conn: recover(conn, house.rules.limits, now_ms()))
    mine = await _claimed(house, job, "mine")
    await mine.commit("read", "mine", _writes("mine"), Progress(10, 100, "Reading"))
    before = (await house.load(job)).view, await house.events(job)
    with pytest.raises(LeaseLost):
        await frozen.commit("read", "frozen", _writes("frozen"), Progress(90, 100, "Reading"))
    with pytest.raises(LeaseLost):
        await frozen.phase("other", "Other")
    await house.instance.database.write(
        lambda conn: settle(conn, job.job.id, frozen.job.attempt, Done({}), house.rules, now_ms())
    )
    assert ((await house.load(job)).view, await house.events(job)) == before
    assert house.sql("SELECT position FROM checkpoints") == [("mine",)]
    assert house.sql("SELECT name FROM users WHERE name IN ('mine', 'frozen')") == [("mine",)]


async def test_each_claim_raises_the_attempt_and_only_one_of_many_wins(house: House) -> None:
    job = await house.sync("http://127.0.0.1:9")
    claims = [house.instance.database.write(lambda conn: claim(conn, job.job.id, "w", now_ms())) for _ in range(5)]
    won = [stored for stored in await asyncio.gather(*claims) if stored is not None]
    assert [stored.job.attempt for stored in won] == [1]


async def test_jobs_of_a_dead_worker_continue_once_from_their_checkpoints(house: House, provider: MakeProvider) -> None:
    source = provider(60)
    job = await house.sync(source.address)
    await _claimed(house, job, "dead")
    async with house.working():
        done = await house.ended(job)
    queued = [event.data["reason"] for event in await house.events(job, EventType.QUEUED)]
    assert queued == [None, "The worker died"]
    assert (done.view.state, done.view.attempt) == (State.SUCCEEDED, 2)
    assert await source.delivered() == 60


async def test_a_job_that_was_cancelled_while_its_worker_was_dead_stays_cancelled_and_frees_its_slot(
    house: House, provider: MakeProvider
) -> None:
    job = await house.sync("http://127.0.0.1:9")
    await _claimed(house, job, "dead")
    await house.jobs.cancel(house.owner, job.job.id)
    assert (await house.load(job)).job.slot
    async with house.working():
        ended = await house.ended(job)
    assert (ended.view.state, ended.job.slot) == (State.CANCELLED, False)


async def _claimed(house: House, job: Stored, worker: str) -> JobContext:
    claimed = await house.instance.database.write(lambda conn: claim(conn, job.job.id, worker, now_ms()))
    assert claimed is not None
    return JobContext(claimed, house.instance.database, house.children, house.rules)


def _writes(name: str) -> Callable[[Connection], Step]:
    def work(conn: Connection) -> Step:
        conn.exec_driver_sql("INSERT INTO users (name, created_at) VALUES (?, 0)", (name,))
        return Step()

    return work

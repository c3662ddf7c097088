"""The installed command: jobs are steered from one process while another one runs them, dies or freezes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import EventType
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House

MAILMILL = str(Path(sys.executable).with_name("mailmill"))


async def test_a_job_that_another_process_runs_is_paused_resumed_and_cancelled_from_the_command_line(
    house: House, provider: MakeProvider
) -> None:
    source = provider(200, pace=4)
    async with _worker(house):
        job = await house.sync(source.address)
        await house.reading(job)
        assert (await _run(house, "jobs", "pause", "1"))[1]["state"] == "paused"
        paused = await house.paused(job, Waiting.USER)
        code, refused = await _run(house, "jobs", "retry", "1")
        assert (code, refused["code"], refused["allowed"]) == (3, "conflict", "cancel,resume")
        await _run(house, "jobs", "resume", "--detach", job.job.id)
        await house.reading(job, paused.view.counters["listed"] + 1)
        assert (await _run(house, "jobs", "cancel", "1"))[1]["state"] == "cancelled"
        await house.ended(job)
    code, refused = await _run(house, "jobs", "pause", "1")
    assert (code, refused["allowed"]) == (3, "retry")


async def test_a_job_that_was_stopped_stays_so_when_its_worker_is_killed(house: House, provider: MakeProvider) -> None:
    sources = [provider(200, pace=12), provider(200, pace=12, seed=8)]
    async with _worker(house) as worker:
        jobs = [await house.sync(source.address) for source in sources]
        for job in jobs:
            await house.reading(job)
        await asyncio.gather(
            house.jobs.cancel(house.owner, jobs[0].job.id), house.jobs.pause(house.owner, jobs[1].job.id)
        )
        worker.kill()
        await worker.wait()
    stopped = [await house.load(job) for job in jobs]
    assert [one.view.state for one in stopped] == [State.CANCELLED, State.PAUSED]
    asked = [len(await source.log()) for source in sources]
    async with house.working():
        await house.ended(await house.sync(provider(20, seed=9).address))
        after = [await house.load(job) for job in jobs]
    assert [one.view for one in after] == [one.view for one in stopped]
    assert [one.job.slot for one in after] == [False, False]
    assert [len(await source.log()) for source in sources] == asked


async def test_the_job_of_a_killed_worker_goes_on_elsewhere_from_its_checkpoint_and_repeats_no_effect(
    house: House, provider: MakeProvider
) -> None:
    source = provider(100, pace=20)
    job = await house.sync(source.address)
    async with _worker(house) as worker:
        await house.reading(job, 40)
        async with house.working() as here:
            assert not here.is_runner
            worker.kill()
            left = await house.load(job)
            await source.play({})
            done = await house.ended(job)
    assert (done.view.state, done.view.attempt, done.view.counters["new"]) == (State.SUCCEEDED, 2, 100)
    assert left.view.counters["listed"] >= 40
    assert house.sql("SELECT count(*) FROM messages") == [(100,)]
    assert len(await house.events(job, EventType.SUCCEEDED)) == 1
    assert await source.delivered() < 200


async def test_a_frozen_worker_is_noticed_by_its_heartbeat_and_its_jobs_continue_elsewhere_once(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(heartbeat=1)
    source = provider(100, pace=20)
    job = await house.sync(source.address)
    async with _worker(house) as worker:
        await house.reading(job, 20)
        async with house.working() as here:
            worker.send_signal(signal.SIGSTOP)
            await source.play({})
            done = await house.ended(job)
            assert here.is_runner
        assert await asyncio.wait_for(worker.wait(), 10) == -signal.SIGKILL
    assert (done.view.state, done.view.attempt, done.view.counters["new"]) == (State.SUCCEEDED, 2, 100)
    assert house.sql("SELECT count(*) FROM messages") == [(100,)]


async def test_the_command_line_refuses_a_second_backfill_with_the_time_and_the_running_job(
    house: House, provider: MakeProvider
) -> None:
    account = await house.account(provider(100, pace=30).address)
    first = await house.jobs.start_backfill(house.owner, account, {"days": 60})
    code, refused = await _run(house, "sync", str(account), "--backfill")
    assert (code, refused["code"], refused["job_id"]) == (3, "too_soon", first.job.id)
    assert refused["retry_at"] == first.job.created_at + 300_000
    code, refused = await _run(house, "jobs", "show", "77")
    assert (code, refused["code"]) == (3, "not_found")


async def test_a_command_beside_a_worker_watches_the_job_and_ends_with_its_code(
    house: House, provider: MakeProvider
) -> None:
    account = await house.account(provider(40, pace=60).address)
    async with _worker(house):
        code, view = await _run(house, "sync", str(account))
    assert (code, view["state"], view["counters"]["new"]) == (0, "succeeded", 40)
    (worker,) = house.sql("SELECT worker FROM attempts")
    assert worker[0] != "here"


async def test_ctrl_c_pauses_the_job_of_a_command_that_runs_it(house: House, provider: MakeProvider) -> None:
    source = provider(200, pace=12)
    account = await house.account(source.address)
    command = await _started(house, "sync", str(account))
    job = await house.find(1)
    await house.reading(job)
    command.send_signal(signal.SIGINT)
    out, _ = await command.communicate()
    assert command.returncode == 7
    assert _unwrapped(out.splitlines()[-1])["state"] == "paused"
    assert (await house.paused(job, Waiting.USER)).job.slot is False


@asynccontextmanager
async def _worker(house: House) -> AsyncIterator[asyncio.subprocess.Process]:
    """``mailmill worker`` in a process of its own, ready to run jobs."""
    process = await _started(house, "worker")
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        await process.communicate()


async def _run(house: House, *arguments: str) -> tuple[int, dict[str, Any]]:  # exit code and the last JSON object
    process = await _started(house, *arguments)
    out, errors = await process.communicate()
    lines = (out or errors).splitlines()
    assert process.returncode is not None
    return process.returncode, _unwrapped(lines[-1])


def _unwrapped(line: bytes) -> dict[str, Any]:  # JSON
    """The view or the error; commands that follow a job wrap its view."""
    found: dict[str, Any] = json.loads(line)
    return found["job"] if isinstance(found.get("job"), dict) else found


async def _started(house: House, *arguments: str) -> asyncio.subprocess.Process:
    chosen = {
        "MAILMILL_DATA_DIR": str(house.instance.folder),
        "MAILMILL_HEARTBEAT": str(house.rules.heartbeat),
        "MAILMILL_PARSERS": "1",
    }
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        MAILMILL, *arguments, "--json", env={**os.environ, **chosen}, stdout=pipe, stderr=pipe
    )

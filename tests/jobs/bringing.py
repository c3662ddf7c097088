"""Bring a job into each state that it can wait or run in, with a worker at hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mailmill.domain.job import State, Waiting
from mailmill.store.jobs import Stored
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House
from tests.jobs.provider import Provider

PLACES = ("queued", "queued for a retry", "running", "paused by its user", "paused for its budget", "waiting for login")


@asynccontextmanager
async def brought(
    place: str, open_house: MakeHouse, make: MakeProvider
) -> AsyncIterator[tuple[House, Provider, Stored]]:
    """A job in that place; a worker is running for as long as the block does."""
    house = await open_house(budget_pause=600, backoff_first=600, backoff_most=600)
    faults: list[dict[str, object]] = []
    if place == "queued for a retry":
        faults = [{"fault": "status", "status": 503, "on": "fetch"}]
    if place == "waiting for login":
        faults = [{"fault": "refuse", "on": "fetch"}]
    provider = make(100, pace=50, faults=faults)
    if place == "queued":
        yield house, provider, await house.sync(provider.address)
        return
    slices: dict[str, Any] = (
        {"run_to_completion": False, "max_seconds_per_run": 1} if place == "paused for its budget" else {}
    )
    async with house.working():
        job = await house.sync(provider.address, **slices)
        yield house, provider, await _reach(place, house, job)


async def _reach(place: str, house: House, job: Stored) -> Stored:
    match place:
        case "running":
            return await house.reading(job)
        case "paused by its user":
            await house.reading(job)
            await house.jobs.pause(house.owner, job.job.id)
            return await house.paused(job, Waiting.USER)
        case "paused for its budget":
            return await house.paused(job, Waiting.BUDGET)
        case "waiting for login":
            return await house.paused(job, Waiting.LOGIN)
        case _:
            return await house.until(
                job, lambda one: (one.job.state, one.job.waiting_for) == (State.QUEUED, Waiting.RETRY)
            )

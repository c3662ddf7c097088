"""Follow a job to its end: run it here when nobody else does, else watch; Ctrl-C pauses cleanly."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from mailmill.actions.jobs import Actor, Jobs
from mailmill.bootstrap import Instance, Worker, worker_of
from mailmill.cli.out import Out
from mailmill.cli.progress import Display, display_for
from mailmill.domain.errors import Conflict
from mailmill.domain.job import FINISHED, State, Waiting
from mailmill.domain.progress import JobView
from mailmill.jobs.clock import now_ms
from mailmill.store import jobs as store
from mailmill.store.admission import Place, place
from mailmill.store.db import Connection

TICK = 0.1


async def follow(instance: Instance, jobs: Jobs, actor: Actor, job_id: str, out: Out) -> JobView:
    """The view at the end: finished, or paused until a person acts."""
    async with _working(instance) as (worker, running):
        with display_for(out) as display:
            pressed = _on_interrupt()
            view = await _watch(instance, job_id, display, pressed, running)
            if pressed.is_set() and view.state not in FINISHED and worker.dispatcher.is_runner:
                view = await _pause(instance, jobs, actor, view)
        return view


@asynccontextmanager
async def _working(instance: Instance) -> AsyncIterator[tuple[Worker, asyncio.Task[None]]]:
    """A dispatcher beside the watching; it runs jobs as soon as no other process of this data folder does."""
    worker = worker_of(instance)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.dispatcher.run(stop))
    try:
        yield worker, running
    finally:
        stop.set()
        await running
        worker.close()


async def _watch(
    instance: Instance, job_id: str, display: Display, pressed: asyncio.Event, running: asyncio.Task[None]
) -> JobView:
    seen = -1
    while True:
        if running.done():  # only an error ends it before it is told to stop; nobody would be left to do the work
            running.result()
        if (version := instance.database.version()) != seen:
            seen = version
            view, where = await instance.database.read(partial(_look, job_id=job_id, instance=instance))
        display.show(view, where, now_ms())
        if pressed.is_set() or _is_over(view):
            return view
        await _nap(pressed)


async def _nap(pressed: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(pressed.wait(), TICK)
    except TimeoutError:
        return


def _look(conn: Connection, *, job_id: str, instance: Instance) -> tuple[JobView, Place | None]:
    stored = store.load(conn, job_id)
    return stored.view, place(conn, stored.job, now_ms(), instance.rules.limits)


def _is_over(view: JobView) -> bool:
    waits_for_person = view.state is State.PAUSED and view.waiting_for is not Waiting.BUDGET
    return view.state in FINISHED or waits_for_person


def _on_interrupt() -> asyncio.Event:
    """An event that Ctrl-C sets; a second Ctrl-C ends the process at once (nothing is lost then either)."""
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def press() -> None:
        if pressed.is_set():
            loop.remove_signal_handler(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        pressed.set()

    loop.add_signal_handler(signal.SIGINT, press)
    loop.add_signal_handler(signal.SIGTERM, pressed.set)
    return pressed


async def _pause(instance: Instance, jobs: Jobs, actor: Actor, view: JobView) -> JobView:
    with suppress(Conflict):  # it may have finished in the same moment
        await jobs.pause(actor, view.id)
    return (await instance.database.read(partial(store.load, job=view.id))).view

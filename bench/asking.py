"""Small writes while an import runs at full speed: how long a person's wish takes who starts and steers jobs.

python -m bench.asking DATA-FOLDER OUT MAILBOXES [MAIL]: with MAIL this process imports it and asks meanwhile, without
it only asks, from a line on its standard input until SIGTERM. MAILBOXES is a folder with small mailboxes, whose jobs
are started, paused, resumed and cancelled in turn; they never run, because the import has the only slot. Every wish has
a time at which it is due, whatever became of the others, and its latency is counted from there, so that a stall counts
for every wish that fell into it.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mailmill import log
from mailmill.actions.accounts import Accounts
from mailmill.actions.jobs import Actor, Jobs
from mailmill.bootstrap import Instance, defaults_of, open_instance, worker_of
from mailmill.domain.account import Account
from mailmill.domain.errors import Conflict
from mailmill.domain.job import FINISHED, JobKind
from mailmill.settings import load
from mailmill.store import jobs as store

INTERVAL = 0.1
"""Seconds from one wish to the next."""


@dataclass(slots=True)
class Asked:
    """Wishes: (seconds of the machine's monotonic clock when due, seconds until committed), and the import's span."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0


async def _main(folder: Path, out: Path, mailboxes: Path, mail: Path | None) -> None:
    log.configure("error")
    instance = open_instance(load(data_dir=folder, running_jobs_per_user=1))
    accounts = Accounts(instance.database)
    actor = await accounts.owner()
    jobs = Jobs(instance.database, instance.rules, defaults_of(instance.settings))
    small = [await accounts.ensure_files(actor, path, None, "UTC") for path in sorted(mailboxes.iterdir())]
    asked, stop = Asked(), asyncio.Event()
    try:
        if mail is None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            _tell("ready")
            await asyncio.to_thread(sys.stdin.readline)
            await _ask(jobs, actor, small, asked, stop.is_set)
        else:
            big = await accounts.ensure_files(actor, mail, None, "UTC")
            await _import(instance, jobs, actor, big, small, asked)
    finally:
        instance.close()
    out.write_text(json.dumps({"waits": asked.waits, "began": asked.began, "ended": asked.ended}))


async def _import(
    instance: Instance, jobs: Jobs, actor: Actor, big: Account, small: list[Account], asked: Asked
) -> None:
    """Import in this process, and ask from its first commit to its end."""
    async with _working(instance):
        started = await jobs.start(actor, JobKind.SYNC, big.id, {})
        while (await _view(instance, started.job.id))[1] == 0:
            await asyncio.sleep(0.01)
        asked.began = time.monotonic()
        _tell("importing")
        over = asyncio.Event()
        asking = asyncio.create_task(_ask(jobs, actor, small, asked, over.is_set))
        while not (await _view(instance, started.job.id))[0]:
            await asyncio.sleep(0.1)
        asked.ended = time.monotonic()
        over.set()
        await asking


def _tell(line: str) -> None:
    """To whoever started this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _view(instance: Instance, job_id: str) -> tuple[bool, int]:
    """Whether the job is over, and how much of it is done."""
    view = (await instance.database.read(lambda conn: store.load(conn, job_id))).view
    return view.state in FINISHED, view.done or 0


@asynccontextmanager
async def _working(instance: Instance) -> AsyncIterator[None]:
    worker, stop = worker_of(instance), asyncio.Event()
    running = asyncio.create_task(worker.dispatcher.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
        worker.close()


async def _ask(jobs: Jobs, actor: Actor, small: list[Account], asked: Asked, over: Callable[[], bool]) -> None:
    """One line of wishes for each account, so that a slow one does not hold up all others."""

    async def line(account: Account, due: float) -> None:
        while True:
            async for wish in _wishes(jobs, actor, account):
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if over():
                    return
                try:
                    await wish()
                except Conflict:  # the import is over, so the slot is free and the job has run
                    return
                asked.waits.append((due, time.monotonic() - due))
                due += INTERVAL * len(small)

    now = time.monotonic()
    await asyncio.gather(*(line(account, now + INTERVAL * number) for number, account in enumerate(small)))


async def _wishes(jobs: Jobs, actor: Actor, account: Account) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Start, pause, resume and cancel a job of this account."""
    number = 0

    async def start() -> None:
        nonlocal number
        number = (await jobs.start(actor, JobKind.SYNC, account.id, {})).job.number

    yield start
    yield lambda: jobs.pause(actor, number)
    yield lambda: jobs.resume(actor, number)
    yield lambda: jobs.cancel(actor, number)


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    asyncio.run(_main(given[0], given[1], given[2], given[3] if len(given) > 3 else None))

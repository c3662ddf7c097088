"""The composition root: settings, database, dispatcher, services. The only place that wires."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailmill.domain.errors import WrongSetting
from mailmill.domain.job import JobKind
from mailmill.domain.parameters import Defaults
from mailmill.jobs.children import ChildLimits, Children
from mailmill.jobs.dispatch.local import LocalDispatcher
from mailmill.jobs.dispatch.runner import RunnerLock
from mailmill.jobs.executor import Executor, Handler
from mailmill.jobs.rules import Rules
from mailmill.pipeline.handlers import handlers
from mailmill.settings import Settings
from mailmill.store.db import Database
from mailmill.store.migrate import migrate

DATABASE_NAME = "mailmill.db"
PARSERS = "mailmill.pipeline.digest"
"""What the child processes load when they start."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One opened data folder."""

    settings: Settings
    rules: Rules
    database: Database

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.settings.data_dir

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self.database.close()


@dataclass(frozen=True, slots=True)
class Worker:
    """What runs jobs in this process."""

    dispatcher: LocalDispatcher
    children: Children

    def close(self) -> None:
        """End the child processes."""
        self.children.close()


def open_instance(settings: Settings) -> Instance:
    """Open the data folder, making and migrating its database as needed. Raises WrongSetting when it can't be used."""
    folder = data_folder(settings)
    path = folder / DATABASE_NAME
    try:
        migrate(path)
    except OSError as error:
        raise _unusable(folder, error) from error
    # A runner that was frozen inside a transaction keeps everybody from writing: whoever waits for it may end it.
    runner = RunnerLock(folder, settings.heartbeat)
    database = Database(path, patience=settings.database_patience, blocked=runner.kill_when_frozen)
    return Instance(settings, rules_of(settings), database)


def data_folder(settings: Settings) -> Path:
    """The data folder, made when it is not there. Raises WrongSetting when it can't be."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise WrongSetting(f"The data folder {folder} can't be used: it is a file. Name a folder.") from error
    except OSError as error:
        raise _unusable(folder, error) from error
    return folder


def worker_of(instance: Instance) -> Worker:
    """A dispatcher for the instance, not yet running."""
    settings = instance.settings
    limits = ChildLimits(settings.item_deadline, settings.item_memory_mb << 20)
    children = Children(settings.parsers, limits, PARSERS)
    kinds: Mapping[JobKind, Handler] = handlers()
    name = f"{socket.gethostname()}:{os.getpid()}"
    executor = Executor(instance.database, kinds, children, instance.rules, name)
    lock = RunnerLock(instance.folder, settings.heartbeat)
    return Worker(LocalDispatcher(instance.database, executor, lock, instance.rules), children)


def rules_of(settings: Settings) -> Rules:
    """The rules of the job layer as the settings have them."""
    return Rules(
        running_per_starter=settings.running_jobs_per_user,
        jobs_per_worker=settings.jobs_per_worker,
        lane_ageing=settings.lane_ageing,
        heartbeat=settings.heartbeat,
        budget_pause=settings.budget_pause,
        outage_patience=settings.outage_patience,
        login_patience=settings.login_patience,
        cooldown=settings.backfill_cooldown,
        history=settings.history_days * 86_400,
    )


def defaults_of(settings: Settings) -> Mapping[JobKind, Defaults]:
    """What holds where a start says nothing: the receipts form has a time budget, other jobs run through."""
    receipts = Defaults(
        run_to_completion=settings.run_to_completion,
        max_seconds_per_run=settings.max_seconds_per_run,
        months_back=36,
    )
    return {JobKind.RECEIPTS: receipts}


def _unusable(folder: Path, error: OSError) -> WrongSetting:
    return WrongSetting(f"The data folder {folder} can't be used: {error.strerror}. Name another with --data-dir.")

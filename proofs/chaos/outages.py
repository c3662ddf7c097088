"""A full disk, and a database that another program keeps locked: the job waits, tells why, and goes on by itself."""

import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, Command, until
from proofs.chaos.dump import differences, take
from proofs.chaos.freezes import frozen
from proofs.chaos.look import waits

_ROOM = 64 << 20


def full_disk(bench: Bench, mailbox: Path, undisturbed: Undisturbed) -> None:
    """Fill the disk after the first batch; make room when the job waits and has said why."""
    bench.case("full disk", lambda folder: _filled(bench, mailbox, undisturbed, folder))


def locked(bench: Bench, mailbox: Path, undisturbed: Undisturbed, seconds: float, patience: float) -> None:
    """Lock the database for so long after the first batch; writes give up and wait as a job after ``patience``."""
    name = f"locked for {seconds:g} s with a patience of {patience:g} s"
    bench.case(name, lambda folder: _locked(bench, mailbox, undisturbed, folder, seconds, patience))


def _filled(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path) -> list[str]:
    with _small_disk(folder) as disk:
        command = frozen(bench, mailbox, folder, settings={})
        disk.fill(command)
        command.go_on()
        until(lambda: waits(folder) is not None or not command.running(), "the job does not tell that the disk is full")
        if not command.running():
            return [f"the command ended with {command.ended()} when the disk was full: {command.told()[-1000:]}"]
        reason = waits(folder)
        bench.figures["outages"] += 1
        disk.free(command)
        if (code := command.ended()) != 0:
            return [f"exit code {code} with room again: {command.told()[-1000:]}"]
        wrong = [] if reason in disk.reasons else [f"the reason given is {reason!r}"]
        return [*wrong, *differences(undisturbed.dump, take(folder / DATABASE))]


def _locked(
    bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, seconds: float, patience: float
) -> list[str]:
    command = frozen(bench, mailbox, folder, settings={"MAILMILL_DATABASE_PATIENCE": f"{patience}"})
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        command.go_on()
        time.sleep(seconds)
        still = command.running()
        other.execute("ROLLBACK")
    if not still:
        return [f"the command ended with {command.ended()} while the database was locked: {command.told()[-1000:]}"]
    bench.figures["outages"] += 1
    if (code := command.ended()) != 0:
        return [f"exit code {code} after the lock: {command.told()[-1000:]}"]
    return differences(undisturbed.dump, take(folder / DATABASE))


class _Tmpfs:
    """A small file system in memory, filled by a file."""

    reasons = ("The disk is full: free some space, the work goes on by itself.",)

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self, _command: Command) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def free(self, _command: Command) -> None:
        self._ballast.unlink()


class _Limit:
    """Where nothing can be mounted: the process may not make any file longer than the log is now."""

    reasons = (
        "The disk is full: free some space, the work goes on by itself.",
        "The database file can't be reached just now.",
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, command: Command) -> None:
        size = (self._folder / f"{DATABASE}-wal").stat().st_size
        resource.prlimit(command.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free(self, command: Command) -> None:
        resource.prlimit(command.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def _small_disk(folder: Path) -> Iterator[_Tmpfs | _Limit]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM},mode=700", "mailmill-chaos", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield _Limit(folder)
        return
    try:
        yield _Tmpfs(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)

"""SIGSTOP: a worker that stands still longer than its heartbeat is taken over, and commits nothing when it wakes up.

Whether a process stands inside of a transaction is told by the kernel's list of locks: SQLite's write lock is byte 120
of the file beside the log (https://www.sqlite.org/walformat.html#write_lock).
"""

import signal
import time
from collections.abc import Mapping
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, Command, Hanging, until
from proofs.chaos.dump import differences, take
from proofs.chaos.look import attempt, is_through, wait_for_a_batch

_WRITE_LOCK = "120"
_LOST = '"outcome": "stopped"'
TRIES = 25
_SOON = {"MAILMILL_HEARTBEAT": "1", "MAILMILL_PARSERS": "1"}


def taken_over(bench: Bench, mailbox: Path, undisturbed: Undisturbed, *, inside: bool) -> None:
    """Freeze it in or out of a transaction; a second command kills it, which holds the runner's place, and goes on."""
    name = f"frozen {'inside' if inside else 'outside'} a transaction, taken over"
    bench.case(name, lambda folder: _taken_over(bench, mailbox, undisturbed, folder, inside=inside))


def fenced(bench: Bench, mailbox: Path, undisturbed: Undisturbed, *, late: bool) -> None:
    """Freeze it and let its job be taken over without killing it: it wakes up while that runs on, or after it."""
    name = f"frozen and not killed, wakes {'after' if late else 'while'} another runs its job"
    bench.case(name, lambda folder: _fenced(bench, mailbox, undisturbed, folder, late=late))


def _taken_over(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, *, inside: bool) -> list[str]:
    first = frozen(bench, mailbox, folder, inside=inside)
    second = Command(folder, "import", str(mailbox), settings=_SOON)
    try:
        code = second.ended()
    finally:
        first.go_on()
    found = [] if code == 0 else [f"the second command ended with {code}: {second.told()[-1000:]}"]
    if (code := first.ended()) != -signal.SIGKILL:
        found.append(f"the frozen command was not killed but ended with {code}")
    bench.figures["freezes"] += 1
    return [*found, *differences(undisturbed.dump, take(folder / DATABASE))]


def _fenced(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, *, late: bool) -> list[str]:
    """The second command finds no lock, because its file was removed, so the first one lives on and wakes up.

    While the first one finds out, the second stands still, so that the job is surely running under another attempt.
    """
    first = frozen(bench, mailbox, folder, inside=False)
    (folder / "runner.lock").unlink()
    second = Command(folder, "import", str(mailbox))
    try:
        until(lambda: attempt(folder) == 2 or not second.running(), "the job was not taken over")
        if late:
            second.ended()
        else:
            _stop(bench, second, inside=False)
            first.go_on()
            until(lambda: _LOST in first.told() or not first.running(), "the woken command keeps its job")
    finally:
        second.go_on()
        first.go_on()
    codes = [first.ended(), second.ended()]
    found = [] if not any(codes) else [f"exit codes {codes}: {first.told()[-500:]} {second.told()[-500:]}"]
    if not late and _LOST not in first.told():
        found.append(f"the woken command does not tell that it lost its job: {first.told()[-500:]}")
    bench.figures["freezes"] += 1
    return [*found, *differences(undisturbed.dump, take(folder / DATABASE))]


def frozen(
    bench: Bench, mailbox: Path, folder: Path, *, inside: bool = False, settings: Mapping[str, str] = _SOON
) -> Command:
    """An import that stands still after its first batch and before its last, in or out of a transaction."""
    for _ in range(TRIES):
        command = Command(folder, "import", str(mailbox), settings=settings, show="info")
        wait_for_a_batch(command)
        if _stop(bench, command, inside=inside) and not is_through(folder):
            return command
        command.go_on()
        command.ended()
        bench.remove(folder)
    raise Hanging(f"no import stood {'inside' if inside else 'outside'} a transaction in {TRIES} tries")


def _stop(bench: Bench, command: Command, *, inside: bool) -> bool:
    """Stop it in or out of a transaction; False when it was through before that succeeded."""
    while command.running():
        command.stop()
        if _writes(command) == inside:
            return True
        command.go_on()
        time.sleep(bench.chance.uniform(0, 0.01))
    return False


def _writes(command: Command) -> bool:
    """Whether the process holds SQLite's write lock, or one of the files that Mailmill locks on the way to it."""
    inodes = {file.stat().st_ino for file in (*command.folder.glob("*-shm"), *command.folder.glob("write.*"))}
    for line in Path("/proc/locks").read_text().splitlines():
        _, kind, _, mode, pid, file, first, last = line.replace("-> ", "").split()
        mine = int(pid) == command.pid and mode == "WRITE" and int(file.rpartition(":")[2]) in inodes
        if mine and (kind == "FLOCK" or first == last == _WRITE_LOCK):
            return True
    return False

"""SIGSTOP: a worker that stands still longer than its heartbeat is taken over, and commits nothing when it wakes up.

Whether a process stands inside of a transaction is told by the kernel's list of locks: SQLite's write lock is byte 120
of the file beside the log (https://www.sqlite.org/walformat.html#write_lock).
"""

import time
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, Command, Hanging, until
from proofs.chaos.dump import differences, take
from proofs.chaos.look import attempt, wait_for_a_batch

_WRITE_LOCK = "120"
_SOON = {"MAILMILL_HEARTBEAT": "1"}


def freezes(bench: Bench, mailbox: Path, undisturbed: Undisturbed) -> None:
    """Each kind of freeze once."""
    for inside in (False, True):
        where = "inside" if inside else "outside"
        bench.case(
            f"frozen {where} a transaction, taken over",
            lambda folder, inside=inside: _taken_over(bench, mailbox, undisturbed, folder, inside=inside),  # type: ignore[misc]
        )
    for late in (False, True):
        when = "after" if late else "while"
        bench.case(
            f"frozen and not killed, wakes {when} another runs its job",
            lambda folder, late=late: _fenced(bench, mailbox, undisturbed, folder, late=late),  # type: ignore[misc]
        )


def _taken_over(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, *, inside: bool) -> list[str]:
    """The second command kills the first, which holds the place of the runner, and goes on."""
    first = Command(folder, "import", str(mailbox), settings=_SOON)
    _freeze(bench, first, inside=inside)
    second = Command(folder, "import", str(mailbox), settings=_SOON)
    try:
        code = second.ended()
    finally:
        first.go_on()
    found = [] if code == 0 else [f"the second command ended with {code}: {second.told()[-1000:]}"]
    if (code := first.ended()) != -9:
        found.append(f"the frozen command was not killed but ended with {code}")
    bench.figures["freezes"] += 1
    return [*found, *differences(undisturbed.dump, take(folder / DATABASE))]


def _fenced(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, *, late: bool) -> list[str]:
    """The second command finds no lock, because its file was removed, so the first one lives on and wakes up."""
    first = Command(folder, "import", str(mailbox), show="info")
    _freeze(bench, first, inside=False)
    (folder / "runner.lock").unlink()
    second = Command(folder, "import", str(mailbox))
    try:
        until(lambda: attempt(folder) == 2 or not second.running(), "the job was not taken over")
        codes = [second.ended()] if late else []
    finally:
        first.go_on()
    codes += [first.ended(), second.ended()]
    found = [] if not any(codes) else [f"exit codes {codes}: {first.told()[-500:]} {second.told()[-500:]}"]
    if "outcome=stopped" not in first.told():
        found.append(f"the woken command does not tell that it lost its job: {first.told()[-500:]}")
    bench.figures["freezes"] += 1
    return [*found, *differences(undisturbed.dump, take(folder / DATABASE))]


def _freeze(bench: Bench, command: Command, *, inside: bool) -> None:
    """Stop it once it has committed a batch, in or out of a transaction, before its last batch."""
    wait_for_a_batch(command)
    while command.running():
        command.stop()
        if _writes(command) == inside:
            return
        command.go_on()
        time.sleep(bench.chance.uniform(0, 0.01))
    raise Hanging(f"the command was through before it stood {'inside' if inside else 'outside'} a transaction")


def _writes(command: Command) -> bool:
    """Whether the process holds SQLite's write lock."""
    inode = str((command.folder / f"{DATABASE}-shm").stat().st_ino)
    for line in Path("/proc/locks").read_text().splitlines():
        words = line.split()
        first, last = words[-2:]
        held = "POSIX" in words and "WRITE" in words and f"{command.pid}" in words
        if held and words[-3].rpartition(":")[2] == inode and first <= _WRITE_LOCK <= last:
            return True
    return False

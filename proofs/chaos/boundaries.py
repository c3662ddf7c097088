"""SIGKILL exactly at every commit: before its first page, between its last header and page, and right after it.

Method. ``strace -f -P FILE -e inject=pwrite64:signal=KILL:when=K`` delivers SIGKILL when a thread enters its K-th write
to one of the database's files; the call is not carried out. SQLite writes a transaction as frames of the write-ahead
log, each a header of 24 bytes and then a page; the frame that commits has the database's size in its header. So an
undisturbed import under strace tells the number K of each write. For each commit these are aimed at: the first write of
its transaction (all commits before are there, nothing of this one), the page of its committing frame (all is there but
that page), and the first write after it, which is the next transaction's first or one to the database file itself.
The numbers count by thread, and the thread that makes the file comes first, so its writes are hit in runs of their own;
so is the first write to the file itself, when the log is moved into it at the end, with the log's writes not counted.
Strace's own log of the killed run then tells where the kill really came: pages differ a little between runs, as times
do. What was not hit is tried again with the number that the latest log suggests, and is a failure if it can't be hit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailmill.store.migrate import migrate
from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, Command, Hanging

TRIES = 4
_CALL = re.compile(r"^(\d+) +pwrite64\(\d+<((?:\\x..)*)>, \"((?:\\x..)*)\"(?:\.\.\.)?, (\d+), (\d+)")
_FRAME_HEADER = 24


@dataclass(frozen=True, slots=True)
class Write:
    """One write to the database's files: by which thread, the how manieth of it, and where in its transactions.

    ``commits`` counts the commits to the log by all threads before it, ``place`` is begin, middle, last or file (no
    frame: the file itself, or the journal from which it is made).
    """

    thread: int
    number: int
    commits: int
    place: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A place to be hit: after so many commits, at this place; ``number`` of the thread's write when last seen.

    ``made`` tells that the database file is made before, so that the main thread, which makes it, writes nothing.
    """

    commits: int
    place: str
    number: int
    made: bool

    @property
    def alone(self) -> bool:
        """Whether only writes to the file itself count."""
        return self.made and self.place == "file"


def boundary_kills(bench: Bench, mailbox: Path, undisturbed: Undisturbed, most: int | None = None) -> None:
    """Kill at each boundary once, each in a data folder of its own; or at ``most`` of those after the making."""
    goals = [
        goal
        for made in ((False, True) if most is None else (True,))
        for goal in _goals(_profile(bench, mailbox, made=made), made=made)
    ]
    if most is not None:
        goals = bench.chance.sample(goals, min(most, len(goals)))
    for goal in goals:
        name = f"kill {'' if goal.made else 'of the making '}after {goal.commits} commits at {goal.place}"
        bench.case(name, lambda folder, goal=goal: _hit(bench, mailbox, undisturbed, folder, goal))  # type: ignore[misc]
    bench.figures["commit boundaries"] += len(goals)


def _profile(bench: Bench, mailbox: Path, *, made: bool) -> list[Write]:
    """The writes of an undisturbed import."""
    folder = bench.folder("profile")
    command = _under_strace(folder, mailbox, None, made=made)
    if command.ended() != 0:
        raise Hanging(f"the import under strace failed:\n{command.told()}")
    writes = list(_writes(_trace_of(folder)))
    bench.remove(folder)
    return writes


def _goals(writes: Sequence[Write], *, made: bool) -> list[Goal]:
    """The first of each place after each commit, the middles of transactions left out; of the making, only its own."""
    goals: dict[tuple[int, str], Goal] = {}
    for write in writes:
        if write.place != "middle" and (made or (write.commits <= 1 and write.thread == writes[0].thread)):
            number = 1 if made and write.place == "file" else write.number
            goals.setdefault((write.commits, write.place), Goal(write.commits, write.place, number, made))
    return list(goals.values())


def _hit(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, goal: Goal) -> list[str]:
    """Kill there, start again, compare. When the kill came elsewhere the result is compared all the same."""
    number = goal.number
    for attempt in range(TRIES):
        place = folder.with_name(f"{folder.name}.{attempt}") if attempt else folder
        hit, seen = _killed_at(place, mailbox, number, goal)
        bench.figures["kills at a commit"] += hit is not None
        found = bench.brought_to_its_end(place, mailbox, undisturbed)
        if attempt:
            bench.remove(place)
        if found or (hit is not None and (goal.alone or (hit.commits, hit.place) == (goal.commits, goal.place))):
            return found
        number = _aim(goal, seen, number)
    return [f"this boundary was not hit in {TRIES} tries"]


def _killed_at(folder: Path, mailbox: Path, number: int, goal: Goal) -> tuple[Write | None, list[Write]]:
    """The write at which the kill came (None when the import was through before), and all writes up to it."""
    command = _under_strace(folder, mailbox, number, made=goal.made, alone=goal.alone)
    code = command.ended()
    writes = list(_writes(_trace_of(folder)))
    return (None if code == 0 else writes[-1]), writes


def _aim(goal: Goal, seen: Sequence[Write], number: int) -> int:
    """The number of the goal in a run that wrote otherwise: as seen there, else a step further or back."""
    for write in seen:
        if (write.commits, write.place) == (goal.commits, goal.place):
            return write.number
    last = seen[-1]
    behind = last.commits < goal.commits or (last.commits == goal.commits and goal.place == "last")
    return number + 2 if behind else max(1, number - 2)


def _trace_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.0.log")


def _under_strace(folder: Path, mailbox: Path, kill_at: int | None, *, made: bool, alone: bool = False) -> Command:
    if made:
        folder.mkdir()
        migrate(folder / DATABASE)
    files = [f"{folder / DATABASE}{suffix}" for suffix in (("",) if alone else ("", "-wal", "-journal"))]
    options = ["-f", "-y", "-xx", "-s", "24", "-e", "trace=pwrite64", "-o", str(_trace_of(folder))]
    for file in files:
        options += ["-P", file]
    if kill_at is not None:
        options += ["-e", f"inject=pwrite64:signal=KILL:when={kill_at}"]
    return Command(folder, "import", str(mailbox), within=("strace", *options))


def _writes(trace: Path) -> Iterator[Write]:
    """The writes in a trace, in order. The killed one is the last."""
    numbers: dict[int, int] = {}
    commits, begun, committing = 0, False, False
    for line in trace.read_text().splitlines():
        if (call := _CALL.match(line)) is None:
            continue
        thread, size = int(call[1]), int(call[4])
        numbers[thread] = numbers.get(thread, 0) + 1
        file, start = (bytes.fromhex(text.replace("\\x", "")) for text in call.group(2, 3))
        if not file.endswith(b"-wal"):
            yield Write(thread, numbers[thread], commits, "file")
        elif size == _FRAME_HEADER:
            yield Write(thread, numbers[thread], commits, "middle" if begun else "begin")
            begun, committing = True, start[4:8] != b"\0\0\0\0"
        elif begun:
            yield Write(thread, numbers[thread], commits, "last" if committing else "middle")
            if committing:
                commits, begun, committing = commits + 1, False, False
        else:
            yield Write(thread, numbers[thread], commits, "middle")  # the log's own header

"""Mailmill and its peers on the same mails, in turn, run after run; what counts are the medians."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import mill, peers
from bench.corpus import Corpus, warm
from bench.figures import median, megabytes
from bench.mill import Imported
from bench.processes import Measured

NOTMUCH, MU = "notmuch new", "mu index"
MAILDIR, MBOX = "mailmill import, Maildir", "mailmill import, mbox"


@dataclass(slots=True)
class Comparison:
    """All runs by name, on some number of cores."""

    cores: Sequence[int]
    runs: dict[str, list[Measured]] = field(default_factory=dict)
    imports: list[Imported] = field(default_factory=list)

    def wall(self, name: str) -> float:
        """The median of a name's seconds."""
        return median([run.wall for run in self.runs[name]])

    def times_as_fast(self, name: str, peer: str) -> float:
        """The median of the ratios within each round, so that a slow moment of the machine hits both."""
        pairs = zip(self.runs[peer], self.runs[name], strict=True)
        return median([of_peer.wall / own.wall for of_peer, own in pairs])

    def lines(self, mails: int) -> Iterator[str]:
        """A table for people."""
        yield f"{len(self.cores)} core{'s' * (len(self.cores) > 1)}: medians of {len(self.imports_rounds())} rounds"
        head = ("seconds", "all runs", "mails/s", "CPU s", "memory", "× notmuch", "× mu")
        yield f"  {'':<26}{head[0]:>9}{head[2]:>9}{head[3]:>8}{head[4]:>9}{head[5]:>11}{head[6]:>7}   {head[1]}"
        for name, runs in self.runs.items():
            wall, cpu = self.wall(name), median([run.cpu for run in runs])
            memory = megabytes(max(run.memory for run in runs))
            ratios = f"{self.times_as_fast(name, NOTMUCH):>11.2f}{self.times_as_fast(name, MU):>7.2f}"
            every = " ".join(f"{run.wall:.1f}" for run in runs)
            yield f"  {name:<26}{wall:>9.2f}{mails / wall:>9,.0f}{cpu:>8.2f}{memory:>9}{ratios}   {every}"

    def imports_rounds(self) -> Sequence[Measured]:
        """One entry a round."""
        return self.runs[NOTMUCH]


def compare(
    given: Corpus, work: Path, cores: Sequence[int], rounds: int, say: Callable[[str], None], *, mbox: bool = True
) -> Comparison:
    """Run everything ``rounds`` times, each time in another order, every index fresh and every file cached."""
    found = Comparison(cores)

    def imported(home: Path, mail: Path) -> Measured:
        done = mill.import_(home, mail, given.mails, cores)
        found.imports.append(done)
        return done.run

    contestants: dict[str, Callable[[Path], Measured]] = {
        NOTMUCH: lambda home: peers.notmuch(home, given.maildir, given.mails, cores),
        MU: lambda home: peers.mu(home, given.maildir, given.mails, cores),
        MAILDIR: lambda home: imported(home, given.maildir),
    }
    if mbox:
        contestants[MBOX] = lambda home: imported(home, given.mbox)
    found.runs = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found.runs[name].append(_fresh(given, work, contestants[name]))
            say(f"  round {number + 1} of {rounds}: {name} {found.runs[name][-1].wall:.2f} s")
    return found


def _fresh(given: Corpus, work: Path, run: Callable[[Path], Measured]) -> Measured:
    """In a folder of its own, with the mails in the cache and nothing of the run before still to be written."""
    home = work / "home"
    shutil.rmtree(home, ignore_errors=True)
    warm(given)
    os.sync()
    try:
        return run(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)

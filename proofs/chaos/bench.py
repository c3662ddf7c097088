"""One mailbox, what an undisturbed import of it leaves, and the figures of everything that is held against it."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from mailmill.simulate.command import Format, simulate_to
from proofs.chaos.command import DATABASE, Command, Hanging
from proofs.chaos.dump import Dump, differences, take
from proofs.chaos.look import has_succeeded
from proofs.chaos.wal import WalWatch


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What an import leaves that nobody disturbs, and how long its commits took: seconds from the first to the last."""

    dump: Dump
    window: float
    commits: int


@dataclass(slots=True)
class Bench(AbstractContextManager["Bench"]):
    """Where data folders come and go. ``figures`` counts what was done, ``failures`` what went wrong, with details."""

    root: Path
    chance: random.Random
    say: Callable[[str], None]
    keep: bool = False
    figures: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _count: int = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the folders of failures for a look, remove the rest."""
        if not self.failures and not self.keep and error is None:
            shutil.rmtree(self.root, ignore_errors=True)

    def mailbox(self, name: str, count: int) -> Path:
        """A simulated mailbox of so many mails, the same for the same seed of the whole proof."""
        path = self.root / f"{name}.mbox"
        simulate_to(path, Format.MBOX, count, self.chance.randrange(10**6))
        return path

    def run(self, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Command:
        """Run a command to its end. Raises Hanging when it takes too long or fails."""
        command = Command(folder, *arguments, settings=settings)
        code = command.ended()
        if code != 0:
            raise Hanging(f"exit code {code}: mailmill {' '.join(arguments)}\n{command.told()[-2000:]}")
        return command

    def brought_to_its_end(self, folder: Path, mailbox: Path, undisturbed: "Undisturbed") -> list[str]:
        """After a kill: give the same command once more, and compare. A job that had ended is not done again."""
        ended = has_succeeded(folder)
        command = Command(folder, *(("jobs", "list") if ended else ("import", str(mailbox))))
        self.figures["kills after the last commit"] += ended
        if (code := command.ended()) != 0:
            return [f"exit code {code}: {command.told()[-1000:]}"]
        return differences(undisturbed.dump, take(folder / DATABASE))

    def folder(self, name: str) -> Path:
        """A fresh place for a data folder; it is not made yet."""
        self._count += 1
        return self.root / f"{self._count:04d}-{name}"

    def undisturbed(self, mailbox: Path) -> Undisturbed:
        """Import twice, so that it is known that a second run leaves the same; the slower one gives the window."""
        first, second = self._measured(mailbox), self._measured(mailbox)
        for line in differences(first.dump, second.dump):
            self.failures.append(f"two undisturbed imports differ: {line}")
        return max(first, second, key=lambda run: run.window)

    def case(self, name: str, work: Callable[[Path], list[str]]) -> None:
        """Do one case in a folder of its own; it returns what differs. Folders of cases without a finding go."""
        folder = self.folder(name.replace(" ", "-"))
        started = time.monotonic()
        try:
            found = work(folder)
        except Hanging as error:
            found = [str(error)]
        self.figures["cases"] += 1
        self.say(f"{'differs' if found else 'same'}  {name} ({time.monotonic() - started:.1f} s)")
        for line in found:
            self.say(f"    {line}")
        if found:
            self.failures.append(f"{name}, data folder {folder}")
        elif not self.keep:
            self.remove(folder)

    def remove(self, folder: Path) -> None:
        """Remove a data folder and the output of its commands."""
        shutil.rmtree(folder, ignore_errors=True)
        for log in folder.parent.glob(f"{folder.name}.*.log"):
            log.unlink()

    def _measured(self, mailbox: Path) -> Undisturbed:
        folder = self.folder("undisturbed")
        command, watch = Command(folder, "import", str(mailbox)), WalWatch(folder / DATABASE)
        times: list[float] = []
        while command.running():
            if watch.commits() > len(times):
                times.extend([time.monotonic()] * (watch.commits() - len(times)))
            time.sleep(0.002)
        if command.ended() != 0:
            raise Hanging(f"an undisturbed import failed:\n{command.told()}")
        dump = take(folder / DATABASE)
        self.failures.extend(f"undisturbed: {breach}" for breach in dump.breaches)
        self.remove(folder)
        return Undisturbed(dump, times[-1] - times[0], len(times))

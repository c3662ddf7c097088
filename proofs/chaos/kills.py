"""SIGKILL at random times between the first and the last commit, again and again, until the import is through."""

import time
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, PATIENCE, Command
from proofs.chaos.dump import differences, take
from proofs.chaos.look import has_succeeded
from proofs.chaos.wal import WalWatch


def random_kills(bench: Bench, mailbox: Path, undisturbed: Undisturbed, kills: int) -> None:
    """Kill ``kills`` times, over as many data folders as that takes.

    The same command is started again after each kill. Half of the kills come at a time drawn from the whole span
    between first and last commit, which hits the waits; half a few milliseconds around a commit drawn by number, which
    hits the writing. Half of them kill the process alone, whose children then have to go by themselves.
    """
    while bench.figures["random kills"] < kills:
        bench.case("random kills", lambda folder: _until_through(bench, mailbox, undisturbed, folder, kills))


def _until_through(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, kills: int) -> list[str]:
    done = 0
    while bench.figures["random kills"] < kills:
        command = Command(folder, "import", str(mailbox))
        if not _killed(bench, command, undisturbed):
            code = command.ended()
            bench.say(f"      {done} kills, then it ended by itself")
            return differences(undisturbed.dump, take(folder / DATABASE)) if code == 0 else [command.told()[-1000:]]
        done += 1
        bench.figures["random kills"] += 1
        if has_succeeded(folder):
            break
    bench.say(f"      {done} kills")
    return bench.brought_to_its_end(folder, mailbox, undisturbed)


def _killed(bench: Bench, command: Command, undisturbed: Undisturbed) -> bool:
    """Wait for a random moment after its first commit and kill; False when it was through before."""
    watch = WalWatch(command.folder / DATABASE)
    deadline = time.monotonic() + PATIENCE
    by_time = bench.chance.random() < 0.5
    wanted = 1 if by_time else bench.chance.randint(1, undisturbed.commits)
    pause = bench.chance.uniform(0, undisturbed.window) if by_time else bench.chance.uniform(0, 0.05)
    if not watch.wait_for(wanted, deadline, command.running):
        return False
    moment = time.monotonic() + pause
    while command.running() and time.monotonic() < moment:
        time.sleep(min(0.002, max(0.0, moment - time.monotonic())))
    if not command.running():
        return False
    commits = watch.commits()
    if not command.kill(whole_group=bench.chance.random() < 0.5):
        return False
    bench.figures[f"killed after {min(commits, 9)}{'+' if commits > 8 else ''} commits of its own"] += 1
    return True

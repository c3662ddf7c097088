"""``python -m proofs.chaos --kills N --seed S``: every case once, N random kills; exit status 1 on any difference."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.boundaries import boundary_kills
from proofs.chaos.crashes import crashing_parser, killed_children
from proofs.chaos.freezes import fenced, taken_over
from proofs.chaos.kills import random_kills
from proofs.chaos.outages import full_disk, locked

MAILS = 300
MAILS_FOR_BOUNDARIES = 120


def main() -> int:
    """Run the cases that are asked for, and tell."""
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="mailmill-chaos-", dir=options.folder))
    say(f"seed {options.seed}, {options.kills} kills, data folders in {root}")
    started = time.monotonic()
    chance = random.Random(options.seed)  # noqa: S311 - to be repeated, not to be secret
    with Bench(root, chance, say) as bench:
        mailbox = bench.mailbox("m", MAILS)
        undisturbed = bench.undisturbed(mailbox)
        say(
            f"undisturbed: {undisturbed.commits} commits in {undisturbed.window:.1f} s, "
            f"{len(undisturbed.dump.lines)} lines, hash {undisturbed.dump.digest}"
        )
        for name, run in cases(bench, mailbox, undisturbed, options.kills).items():
            if not options.only or name in options.only:
                run()
        return _verdict(bench, options.seed, time.monotonic() - started)


def cases(bench: Bench, mailbox: Path, undisturbed: Undisturbed, kills: int) -> Mapping[str, Callable[[], None]]:
    """Everything that is done to an import, by name."""
    return {
        "kills": lambda: random_kills(bench, mailbox, undisturbed, kills),
        "boundaries": lambda: _boundaries(bench),
        "freezes": lambda: _freezes(bench, mailbox, undisturbed),
        "disk": lambda: full_disk(bench, mailbox, undisturbed),
        "lock": lambda: _locks(bench, mailbox, undisturbed),
        "parser": lambda: crashing_parser(bench, mailbox, undisturbed),
        "children": lambda: killed_children(bench, mailbox, undisturbed, 3),
    }


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def _boundaries(bench: Bench) -> None:
    if shutil.which("strace") is None:
        bench.failures.append("strace is missing, so no commit boundary was hit")
        return
    mailbox = bench.mailbox("few", MAILS_FOR_BOUNDARIES)
    boundary_kills(bench, mailbox, bench.undisturbed(mailbox))


def _freezes(bench: Bench, mailbox: Path, undisturbed: Undisturbed) -> None:
    for yes in (False, True):
        taken_over(bench, mailbox, undisturbed, inside=yes)
        fenced(bench, mailbox, undisturbed, late=yes)


def _locks(bench: Bench, mailbox: Path, undisturbed: Undisturbed) -> None:
    locked(bench, mailbox, undisturbed, seconds=30, patience=60)
    locked(bench, mailbox, undisturbed, seconds=30, patience=2)


def _verdict(bench: Bench, seed: int, seconds: float) -> int:
    for name, count in sorted(bench.figures.items()):
        say(f"  {name}: {count}")
    say(f"seed {seed}, {seconds:.0f} s")
    if bench.failures:
        say(f"DIFFERENT in {len(bench.failures)} cases:")
        for line in bench.failures:
            say(f"  {line}")
        return 1
    say("SAME: every disturbed import left what an undisturbed one leaves.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proofs.chaos", description=(__doc__ or "").split(": ", 1)[1])
    parser.add_argument("--kills", type=int, default=200, help="how many random kills have to hit")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="default: drawn")
    parser.add_argument("--only", action="append", help="only this case (may be repeated)")
    parser.add_argument("--folder", type=Path, help="where to make data folders (default: the system's)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

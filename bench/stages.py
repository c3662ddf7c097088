"""Which stage the CPU time of an import goes to, measured inside its processes.

``install`` puts a clock around the functions listed here, before the command begins. Times are CPU seconds of the
thread, and exclusive: a stage within another one is not counted in both.
"""

import atexit
import functools
import importlib
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = "BENCH_STAGES"
"""The environment variable that names where each process leaves its figures."""

# Calls of any shape are passed on as they come.
Call = Callable[..., Any]
Stage = str | Callable[..., str]


def _table(_conn: object, table: Any, *_rows: object, **_more: object) -> str:  # any SQLAlchemy table
    return f"insert {table.name}"


STAGES: Mapping[str, tuple[tuple[str, str, Stage], ...]] = {
    "parser": (
        ("mailmill.pipeline.digest", "load", "read the bytes"),
        ("mailmill.pipeline.digest", "parse", "parse"),
        ("mailmill.pipeline.digest", "unquote", "parse"),
        ("mailmill.mail.bodies", "to_text", "HTML to text"),
        ("mailmill.extract.receipts.extractor", "ReceiptExtractor.extract", "extract receipts"),
        ("mailmill.pipeline.digest", "receipts_of", "extract receipts"),
        ("mailmill.pipeline.digest", "content_hash", "hash"),
        ("mailmill.pipeline.digest", "_packed", "pack"),
        ("pickle", "dumps", "pickle"),
        ("pickle", "loads", "pickle"),
        ("os", "write", "pipe"),
    ),
    "import": (
        ("pickle", "dumps", "pickle"),
        ("pickle", "loads", "pickle"),
        ("os", "readv", "pipe"),
        ("mailmill.store.db", "Database._write_loop", "writer, elsewhere"),
        ("mailmill.store.db", "Database._checkpoint", "checkpoint of the log"),
        ("mailmill.store.messages", "_sort_out", "look up what is had"),
        ("mailmill.store.messages", "_insert", "make rows"),
        ("mailmill.store.messages", "_locate", "make rows"),
        ("mailmill.store.messages", "_label", "make rows"),
        ("mailmill.store.messages", "insert_rows", _table),
        ("mailmill.store.threads", "insert_rows", _table),
        ("mailmill.store.facts", "insert_rows", _table),
        ("mailmill.store.sortkeys", "assign", "sort keys"),
        ("mailmill.store.threads", "place", "threads"),
        ("mailmill.store.search_sqlite", "index", "full-text index"),
        ("mailmill.store.search_sqlite", "merge_index", "full-text merge"),
        ("mailmill.store.search_sqlite", "optimize_index", "full-text merge"),
        ("mailmill.store.facts", "join_purchases", "purchases"),
        ("mailmill.store.problems", "add", "problems"),
        ("mailmill.store.problems", "solve", "problems"),
        ("mailmill.store.problems", "solve_delivered", "problems"),
        ("mailmill.store.jobs", "advance", "job and events"),
        ("mailmill.store.jobs", "add_tallies", "job and events"),
        ("mailmill.store.jobs", "set_position", "job and events"),
        ("sqlalchemy.engine.default", "DefaultDialect.do_commit", "commit"),
    ),
}
"""By role of the process: module, name in it, and the stage as a word, or as a function of the call that says it."""
GENERATOR = ("mailmill.sources.files.source", "_batches", "split")
COMPRESSOR = ("mailmill.store.packed", "_compressor", "zstd")
_FIRST_WORK = ("split", "read the bytes")


class Clock:
    """CPU seconds by stage, of all threads of this process."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._threads: list[Counter[str]] = []
        self.start: float | None = None
        """CPU seconds of this process before its first work on mail."""

    def enter(self, stage: str) -> None:
        """From now on this thread is in that stage."""
        if self.start is None and stage in _FIRST_WORK:
            self.start = time.process_time()
        stack = self._stack()
        self._charge(stack)
        stack.append(stage)

    def leave(self) -> None:
        """Back to the stage before."""
        stack = self._stack()
        self._charge(stack)
        stack.pop()

    def total(self) -> Counter[str]:
        """Seconds by stage up to the last change of stage."""
        found: Counter[str] = Counter({"start": self.start or 0.0})
        for spent in list(self._threads):
            found.update(spent)
        return found

    def around(self, call: Call, stage: Stage) -> Call:
        """The same call with the clock around it."""

        @functools.wraps(call)
        def timed(*given: Any, **named: Any) -> Any:
            self.enter(stage if isinstance(stage, str) else stage(*given, **named))
            try:
                return call(*given, **named)
            finally:
                self.leave()

        return timed

    def around_steps(self, call: Call, stage: str) -> Call:
        """The same generator function with the clock around each step."""

        @functools.wraps(call)
        def timed(*given: Any, **named: Any) -> Iterator[object]:
            steps = call(*given, **named)
            step = self.around(next, stage)
            try:
                while (value := step(steps, _END)) is not _END:
                    yield value
            finally:
                steps.close()

        return timed

    def _stack(self) -> list[str]:
        local = self._local
        if not hasattr(local, "stack"):
            local.stack, local.since, local.spent = [], 0.0, Counter()
            self._threads.append(local.spent)
        stack: list[str] = local.stack
        return stack

    def _charge(self, stack: list[str]) -> None:
        now = time.thread_time()
        if stack:
            self._local.spent[stack[-1]] += now - self._local.since
        self._local.since = now


_END = object()


class _Compressor:
    """A compressor with the clock around its work."""

    def __init__(self, compressor: Any, clock: Clock) -> None:  # of a C library
        self.compress = clock.around(compressor.compress, COMPRESSOR[2])


def install() -> None:
    """Put the clock into this process, if the environment asks for it."""
    folder = os.environ.get(FOLDER)
    if folder is None or not _is_measured(sys.orig_argv):
        return
    clock, role = Clock(), _role(sys.orig_argv)
    note = functools.partial(_note, clock, Path(folder) / f"{os.getpid()}.json", role)
    for module, name, stage in STAGES[role]:
        _replace(module, name, functools.partial(clock.around, stage=stage))
    if role == "parser":  # it is killed in the end, so it notes its figures after every batch
        _replace("pickle", "dumps", lambda dumps: lambda *given, **named: (dumps(*given, **named), note())[0])
        _replace(*COMPRESSOR[:2], lambda make: functools.cache(lambda level: _Compressor(make(level), clock)))
    else:
        _replace(*GENERATOR[:2], functools.partial(clock.around_steps, stage=GENERATOR[2]))
        atexit.register(note)


def _replace(module: str, name: str, change: Callable[[Call], Call]) -> None:
    owner: object = importlib.import_module(module)
    *path, last = name.split(".")
    for one in path:
        owner = getattr(owner, one)
    setattr(owner, last, change(getattr(owner, last)))


def _note(clock: Clock, path: Path, role: str) -> None:
    spent = {"role": role, "cpu": time.process_time(), "stages": dict(clock.total())}
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(spent))
    temporary.replace(path)


def _is_measured(command: list[str]) -> bool:
    return "mailmill.jobs.child" in command or any(word.endswith("/mailmill") for word in command)


def _role(command: list[str]) -> str:
    return "parser" if "mailmill.jobs.child" in command else "import"

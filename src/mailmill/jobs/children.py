"""Child processes for work on hostile input: a deadline and a memory limit for each item.

A native crash or a hang kills the child and nothing else. The child notes the item it is at in a shared page, so the
culprit is known; it is tried once more alone, and only then becomes a Failure. The other items are replayed. A child
that dies before its first item (killed by somebody, no memory to start in) is nobody's fault: another one is started.
"""

import asyncio
import mmap
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mailmill.domain.errors import Interrupted

_LENGTH = struct.Struct("<Q")
_TICK = 0.2
NO_ITEM = (1 << 64) - 1
"""Stands in the shared page until the child begins with the first item."""
_STARTING = 120.0
"""Seconds for a child to start and load its function: on a busy machine far longer than an item may take."""
_STILLBORN = 5
"""So many children in a row may die before their first item."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that the child could not survive or handle, and why, in words."""

    cause: str


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``deadline`` in seconds for one item; ``memory`` in bytes of the child's own data."""

    deadline: float = 20.0
    memory: int = 1 << 30


class NoChild(Exception):
    """Child processes die again and again before they begin with their first item."""


class Children:
    """A few child processes, each driven by a thread of its own; started when first needed."""

    def __init__(self, count: int, limits: ChildLimits, preload: str = "") -> None:
        """``preload`` names a module that each child loads at once instead of with its first item."""
        self._limits = limits
        self._count = count
        self._preload = preload
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="mailmill-child")
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._all: set[_Child] = set()
        self._closed = False

    async def map(self, function: str, items: Sequence[object]) -> list[object | Failure]:
        """The results of ``function`` ("module:name") for each item, in order. Several calls run side by side."""
        return await asyncio.wrap_future(self._threads.submit(self._run, function, items))

    def warm_up(self) -> None:
        """Start the children that are missing now, so that the first batch need not wait for them."""
        for _ in range(self._count - len(self._all)):
            self._threads.submit(self._spare)

    def close(self) -> None:
        """Kill the children and wait for their threads."""
        self._closed = True
        for child in tuple(self._all):
            child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in tuple(self._all):
            child.dispose()

    def _run(self, function: str, items: Sequence[object]) -> list[object | Failure]:
        results: list[object | Failure] = [Failure("not run")] * len(items)
        todo = list(range(len(items)))
        suspects: set[int] = set()
        stillborn = 0
        while todo:
            part = todo[:1] if todo[0] in suspects else [n for n in todo if n not in suspects]
            outcome = self._attempt(function, [items[n] for n in part])
            if isinstance(outcome, list):
                for n, result in zip(part, outcome, strict=True):
                    results[n] = result
                done = set(part)
            elif outcome.at is None:
                stillborn += 1
                if stillborn > _STILLBORN:
                    raise NoChild(outcome.cause)
                continue
            else:
                culprit = part[outcome.at]
                done = {culprit} if culprit in suspects else set()
                results[culprit] = Failure(outcome.cause)
                suspects.add(culprit)
            todo = sorted(set(todo) - done, key=lambda n: (n in suspects, n))
        return results

    def _attempt(self, function: str, items: list[object]) -> "list[object | Failure] | _Death":
        child = self._spare_or_new()
        outcome = child.call((function, items), self._limits.deadline)
        if isinstance(outcome, _Death):
            self._all.discard(child)
            child.dispose()
            if self._closed:
                raise Interrupted
        else:
            self._idle.put(child)
        return outcome

    def _spare(self) -> None:
        self._idle.put(self._new())

    def _spare_or_new(self) -> "_Child":
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._new()

    def _new(self) -> "_Child":
        if self._closed:
            raise Interrupted
        child = _Child(self._limits.memory, self._preload)
        self._all.add(child)
        return child


@dataclass(frozen=True, slots=True)
class _Death:
    at: int | None
    cause: str


class _Child:
    def __init__(self, memory: int, preload: str) -> None:
        self._marker = tempfile.TemporaryFile()  # noqa: SIM115 - closed by dispose
        self._marker.truncate(mmap.PAGESIZE)
        self._page = mmap.mmap(self._marker.fileno(), mmap.PAGESIZE)
        descriptor = self._marker.fileno()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "mailmill.jobs.child", str(descriptor), str(memory), str(os.getpid()), preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(descriptor,),
            bufsize=0,
        )

    def call(self, request: object, deadline: float) -> "list[object | Failure] | _Death":
        """Send the request, wait for the answer; a death says at which item, None when it was before the first."""
        self._page[:8] = _LENGTH.pack(NO_ITEM)
        try:
            self._send(pickle.dumps(request, protocol=5))
            answer = self._receive(deadline)
        except (BrokenPipeError, EOFError):
            return _Death(self._item(), self._last_words())
        except TimeoutError:
            self.kill()
            self._process.wait()
            return _Death(self._item(), f"took longer than {deadline:g} s")
        result: list[object | Failure] = pickle.loads(answer)  # noqa: S301 - from our own child
        return result

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def dispose(self) -> None:
        """End the process and give its files back."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._page.close()
        self._marker.close()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(_LENGTH.pack(len(data)) + data)
        while view:
            view = view[self._process.stdin.write(view) :]

    def _receive(self, deadline: float) -> bytearray:
        head = self._read(_LENGTH.size, deadline)
        return self._read(_LENGTH.unpack(head)[0], deadline)

    def _read(self, size: int, deadline: float) -> bytearray:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        data = bytearray(size)
        view, got = memoryview(data), 0
        at, since = self._at(), time.monotonic()
        while got < size:
            if not select.select([descriptor], [], [], _TICK)[0]:
                if self._at() != at:
                    at, since = self._at(), time.monotonic()
                elif time.monotonic() - since > (_STARTING if at == NO_ITEM else deadline):
                    raise TimeoutError
                continue
            count = os.readv(descriptor, [view[got:]])
            if count == 0:
                raise EOFError
            got += count
        return data

    def _at(self) -> int:
        at: int = _LENGTH.unpack(self._page[:8])[0]
        return at

    def _item(self) -> int | None:
        at = self._at()
        return None if at == NO_ITEM else at

    def _last_words(self) -> str:
        code = self._process.wait()
        if code < 0:
            return f"the parser crashed ({signal.Signals(-code).name})"
        return f"the parser ended with exit code {code}"

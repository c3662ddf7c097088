"""Child processes for work on hostile input: a deadline and a memory limit for each item.

A native crash or a hang kills the child and nothing else. The child notes the item it is at in a shared page, so the
culprit is known; it is tried once more alone, and only then becomes a Failure. The other items are replayed.
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


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that the child could not survive or handle, and why, in words."""

    cause: str


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``deadline`` in seconds for one item; ``memory`` in bytes of the child's own data."""

    deadline: float = 20.0
    memory: int = 1 << 30


class Children:
    """A few child processes, each driven by a thread of its own; started when first needed."""

    def __init__(self, count: int, limits: ChildLimits) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="mailmill-child")
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._all: set[_Child] = set()
        self._closed = False

    async def map(self, function: str, items: Sequence[object]) -> list[object | Failure]:
        """The results of ``function`` ("module:name") for each item, in order. Several calls run side by side."""
        return await asyncio.wrap_future(self._threads.submit(self._run, function, items))

    def warm_up(self, count: int) -> None:
        """Start ``count`` children now, so that the first batch need not wait for them."""
        for _ in range(count):
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
        while todo:
            part = todo[:1] if todo[0] in suspects else [n for n in todo if n not in suspects]
            outcome = self._attempt(function, [items[n] for n in part])
            if isinstance(outcome, list):
                for n, result in zip(part, outcome, strict=True):
                    results[n] = result
                done = set(part)
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
        child = _Child(self._limits.memory)
        self._all.add(child)
        return child


@dataclass(frozen=True, slots=True)
class _Death:
    at: int
    cause: str


class _Child:
    def __init__(self, memory: int) -> None:
        self._marker = tempfile.TemporaryFile()  # noqa: SIM115 - closed by dispose
        self._marker.truncate(mmap.PAGESIZE)
        self._page = mmap.mmap(self._marker.fileno(), mmap.PAGESIZE)
        descriptor = self._marker.fileno()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "mailmill.jobs.child", str(descriptor), str(memory), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(descriptor,),
            bufsize=0,
        )

    def call(self, request: object, deadline: float) -> "list[object | Failure] | _Death":
        """Send the request, wait for the answer; a death says at which item."""
        self._page[:8] = _LENGTH.pack(0)
        try:
            self._send(pickle.dumps(request, protocol=5))
            answer = self._receive(deadline)
        except (BrokenPipeError, EOFError):
            return _Death(self._at(), self._last_words())
        except TimeoutError:
            self.kill()
            self._process.wait()
            return _Death(self._at(), f"took longer than {deadline:g} s")
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
                elif time.monotonic() - since > deadline:
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

    def _last_words(self) -> str:
        code = self._process.wait()
        if code < 0:
            return f"the parser crashed ({signal.Signals(-code).name})"
        return f"the parser ended with exit code {code}"

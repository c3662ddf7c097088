"""What runs inside a child process: read a request, work through its items, answer, until the parent is gone.

python -m mailmill.jobs.child MARKER-FD MEMORY-LIMIT PARENT-PID MODULE
"""

import ctypes
import functools
import importlib
import mmap
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence

from mailmill.jobs.children import Failure

_LENGTH = struct.Struct("<Q")
_PR_SET_PDEATHSIG = 1


def main(marker: int, memory: int, parent: int, preload: str) -> None:
    """Serve requests on standard input and output."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    page = mmap.mmap(marker, mmap.PAGESIZE)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not end up between the answers
    if preload:
        importlib.import_module(preload)
    while (head := sys.stdin.buffer.read(_LENGTH.size)) and len(head) == _LENGTH.size:
        function, items = pickle.loads(sys.stdin.buffer.read(_LENGTH.unpack(head)[0]))  # noqa: S301 - our own parent
        data = pickle.dumps(_answers(_named(function), items, page), protocol=5)
        _write(answers.fileno(), _LENGTH.pack(len(data)))
        _write(answers.fileno(), data)


def _answers(function: Callable[[object], object], items: Sequence[object], page: mmap.mmap) -> list[object]:
    results: list[object] = []
    for n, item in enumerate(items):
        page[:8] = _LENGTH.pack(n)
        try:
            results.append(function(item))
        except MemoryError:
            results.append(Failure("needs more memory than a mail may take"))
        except RecursionError:
            results.append(Failure("is nested too deeply"))
        except Exception as error:  # noqa: BLE001 - one bad item never stops the others
            results.append(Failure(f"{type(error).__name__}: {error}"[:300]))
    return results


@functools.cache
def _named(function: str) -> Callable[[object], object]:
    module, _, name = function.partition(":")
    found: Callable[[object], object] = getattr(importlib.import_module(module), name)
    return found


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])

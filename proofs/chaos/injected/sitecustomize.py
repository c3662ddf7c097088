"""Puts a fault into Mailmill's parser from outside: Python imports this file by its name, if on the path.

In child processes only: a mail with the header ``X-Chaos: crash`` makes the parser touch memory that is not there, one
with ``X-Chaos: hang`` makes it never return. Everything else stays as it is.
"""

import ctypes
import importlib.abc
import importlib.machinery
import sys
import time
from collections.abc import Sequence
from types import ModuleType

_PARSER = "mailmill.mail.parse"


def _dangerous(parser: ModuleType) -> None:
    parse = parser.parse

    def hurt(data: bytes) -> object:
        head = data[:4000]
        if b"X-Chaos: crash" in head:
            ctypes.string_at(0)
        while b"X-Chaos: hang" in head:
            time.sleep(1)
        return parse(data)

    parser.parse = hurt  # type: ignore[attr-defined]  # a module takes any name


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _dangerous(module)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _PARSER:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


if "mailmill.jobs.child" in sys.orig_argv:
    sys.meta_path.insert(0, _Finder())

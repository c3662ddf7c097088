"""The pinned requirements: whole, hashed, in step with pyproject.toml, and without any address."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from checks.tree import Violation

ADVICE = "run `make lock`."
PIN = re.compile(r"^([A-Za-z0-9._-]+)==\S+")
ADDRESS = re.compile(r"://|^\s*(-i|-f|--index|--extra-index|--find-links|--trusted)")


def requirements(root: Path) -> dict[str, list[str]]:
    """What pyproject.toml asks for: to run Mailmill (``runtime``), to build it (``build``), to develop it (``dev``)."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "runtime": list(project["project"]["dependencies"]),
        "build": _group(project, "build"),
        "dev": _group(project, "dev"),
    }


def normal(requirement: str) -> str:
    """The name of the package in a requirement, as PEP 503 compares it."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def wrong_pins(root: Path) -> Iterator[Violation]:
    """Addresses, pins without a hash, and wanted packages that are not pinned."""
    wanted = requirements(root)
    yield from _wrong_in(root / "requirements.txt", wanted["runtime"] + wanted["build"])
    yield from _wrong_in(root / "requirements-dev.txt", wanted["runtime"] + wanted["dev"])


def _wrong_in(path: Path, wanted: Iterable[str]) -> Iterator[Violation]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pinned: set[str] = set()
    for number, line in enumerate(lines, 1):
        if ADDRESS.search(line):
            yield Violation(path.name, number, f"An address in the requirements ties them to one place: {ADVICE}")
        if pin := PIN.match(line):
            pinned.add(normal(pin[1]))
            if "--hash=" not in line and "--hash=" not in "".join(lines[number : number + 1]):
                yield Violation(path.name, number, f"{pin[1]} is pinned without a hash: {ADVICE}")
    for name in map(normal, wanted):
        if name not in pinned:
            yield Violation(path.name, 1, f"{name} is wanted by pyproject.toml and not pinned: {ADVICE}")


def _group(project: Mapping[str, Any], name: str) -> list[str]:  # Any: parsed TOML
    """The requirements of a dependency group, with the groups it includes (PEP 735)."""
    found: list[str] = []
    for entry in project["dependency-groups"][name]:
        found += [entry] if isinstance(entry, str) else _group(project, entry["include-group"])
    return found

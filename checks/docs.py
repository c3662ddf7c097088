"""The docs hold together: links lead somewhere, decision records have their shape, the README's commands exist."""

import re
from collections.abc import Iterator
from pathlib import Path

from checks.tree import Violation

LINK = re.compile(r"(?<!!)!?\[[^\]\n]*\]\(([^)\s]+)\)")
RECORD = re.compile(r"^\d{4}-[a-z0-9-]+\.md$")
RECORD_LINES = 40
RECORD_PARTS = ("## Context", "## Decision", "## Consequences", "## Enforced by")
CODE_FENCE = re.compile(r"^\s*```")
MAKE_COMMAND = re.compile(r"\bmake ([a-z][a-z-]*)")
MAKE_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def pages(root: Path) -> Iterator[Path]:
    """Every page: those beside the README and those below docs/."""
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))


def dead_links(root: Path) -> Iterator[Violation]:
    """Relative links to files or headings that are not there."""
    for page in pages(root):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for target in LINK.findall(line):
                if not _leads_somewhere(page, target):
                    name = page.relative_to(root).as_posix()
                    yield Violation(name, number, f"The link to {target} leads nowhere: correct or remove it.")


def _leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"^[a-z]+:", target):
        return True
    path, _, heading = target.partition("#")
    goal = (page.parent / path) if path else page
    if not goal.exists():
        return False
    return not heading or heading in _anchors(goal)


def _anchors(page: Path) -> set[str]:
    """The anchors that a Markdown reader makes of the headings."""
    headings = (line.lstrip("#") for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def misshapen_decisions(root: Path) -> Iterator[Violation]:
    """Decision records with a wrong name, a missing part or more than 40 lines, and numbers used twice."""
    numbers: dict[str, str] = {}
    for record in sorted((root / "docs" / "decisions").glob("*.md")):
        name = record.relative_to(root).as_posix()
        if not RECORD.match(record.name):
            yield Violation(name, 1, "A decision record is called NNNN-title.md: rename it.")
        first = numbers.setdefault(record.name[:4], name)
        if first != name:
            yield Violation(name, 1, f"The number is taken by {first}: take the next free one.")
        lines = record.read_text(encoding="utf-8").splitlines()
        if len(lines) > RECORD_LINES:
            yield Violation(name, RECORD_LINES + 1, f"{len(lines)} lines, {RECORD_LINES} are allowed: shorten it.")
        for part in RECORD_PARTS:
            if part not in lines:
                yield Violation(name, 1, f"The part “{part}” is missing: write it.")


def unknown_commands(root: Path) -> Iterator[Violation]:
    """``make`` commands in the README's code that the Makefile does not have."""
    targets = set(MAKE_TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))
    fenced = False
    for number, line in enumerate((root / "README.md").read_text(encoding="utf-8").splitlines(), 1):
        fenced ^= bool(CODE_FENCE.match(line))
        code = line if fenced else " ".join(re.findall(r"`([^`]+)`", line))
        for target in MAKE_COMMAND.findall(code):
            if target not in targets:
                yield Violation("README.md", number, f"The Makefile has no target {target}: write it or drop it here.")

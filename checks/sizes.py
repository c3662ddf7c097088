"""Files and functions stay small enough to be read in one go."""

from collections.abc import Iterator
from pathlib import Path

from checks.tree import Violation, functions, source_files

FILE_LINES = 400
FUNCTION_LINES = 60
RECORDS = "src/mailmill/store/migrations/versions/"
"""Migrations: each is a list of statements, written once and never changed."""


def too_long(root: Path) -> Iterator[Violation]:
    """Files over 400 lines, and functions over 60 counted from ``def`` to their last line; migrations are free."""
    for file in source_files(root):
        if file.path.startswith(RECORDS):
            continue
        lines = len(file.text.splitlines())
        if lines > FILE_LINES:
            yield Violation(
                file.path, FILE_LINES + 1, f"The file has {lines} lines, {FILE_LINES} are allowed: split it by noun."
            )
        for name, node in functions(file.tree):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield Violation(
                    file.path,
                    node.lineno,
                    f"{name} has {length} lines, {FUNCTION_LINES} are allowed: move named steps into functions below.",
                )

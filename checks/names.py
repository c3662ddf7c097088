"""Names say what is inside, and nothing is left for later."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from checks.tree import Violation, source_files

VAGUE = frozenset({"common", "core", "helper", "helpers", "manager", "misc", "service", "services", "util", "utils"})
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def vague_names(root: Path) -> Iterator[Violation]:
    """Files and folders whose name fits any content."""
    for file in source_files(root):
        for part in file.path.removesuffix(".py").split("/"):
            if part in VAGUE:
                yield Violation(file.path, 1, f"“{part}” fits any content: name the thing that is inside.")


def left_for_later(root: Path) -> Iterator[Violation]:
    """Comments that promise work."""
    for file in source_files(root):
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
            if token.type == tokenize.COMMENT and LATER.search(token.string):
                yield Violation(file.path, token.start[0], "A note for later: do it now, or write down the decision.")

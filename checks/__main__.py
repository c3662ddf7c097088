"""Run every check on this tree; exit code 1 when one finds something."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from checks.broad_except import catches_everything
from checks.dependencies import wrong_dependencies
from checks.docs import dead_links, misshapen_decisions, unknown_commands
from checks.documented import undocumented
from checks.names import left_for_later, vague_names
from checks.pins import wrong_pins
from checks.purity import foreign_to_the_domain, input_and_output
from checks.sizes import too_long
from checks.tree import Violation

CHECKS: tuple[Callable[[Path], Iterator[Violation]], ...] = (
    too_long,
    vague_names,
    left_for_later,
    catches_everything,
    foreign_to_the_domain,
    input_and_output,
    wrong_pins,
    wrong_dependencies,
    dead_links,
    misshapen_decisions,
    unknown_commands,
    undocumented,
)


def main() -> int:
    """Print every violation as ``file:line: what to do``."""
    root = Path(__file__).resolve().parents[1]
    found = sorted(violation for check in CHECKS for violation in check(root))
    for violation in found:
        print(violation)
    print(f"checks: {len(CHECKS)} run, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

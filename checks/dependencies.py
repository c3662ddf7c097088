"""What the product imports is what pyproject.toml declares, no more and no less."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

from checks.pins import normal, requirements
from checks.tree import PACKAGE, Violation, source_files

USED_WITHOUT_IMPORT: Mapping[str, str] = {"tzdata": "zoneinfo reads it where the system has no time zones"}


def wrong_dependencies(
    root: Path, owners: Mapping[str, Sequence[str]] | None = None, unimported: Mapping[str, str] = USED_WITHOUT_IMPORT
) -> Iterator[Violation]:
    """Imports of packages that come only by chance, and declared packages that nothing imports.

    ``owners`` tells which distributions bring a top-level module; by default those installed here.
    """
    owners = packages_distributions() if owners is None else owners
    declared = {normal(requirement) for requirement in requirements(root)["runtime"]}
    used: set[str] = set()
    for path, line, module in _foreign_imports(root):
        packages = {normal(owner) for owner in owners.get(module, [module])}
        used |= packages
        if not packages & declared:
            yield Violation(path, line, f"{module} is not declared: add its package to pyproject.toml and `make lock`.")
    for package in sorted(declared - used - set(unimported)):
        yield Violation("pyproject.toml", 1, f"Nothing imports {package}: remove it, and `make lock`.")


def _foreign_imports(root: Path) -> Iterator[tuple[str, int, str]]:
    """(path, line, top-level module) of each import in the product that leaves product and standard library."""
    for file in source_files(root, (PACKAGE,)):
        for node in ast.walk(file.tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for module in {name.split(".")[0] for name in names} - {"mailmill"} - sys.stdlib_module_names:
                yield file.path, getattr(node, "lineno", 1), module

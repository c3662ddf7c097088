"""The rooms in the middle stay pure: what import contracts can't see of it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from checks.tree import PACKAGE, SourceFile, Violation, source_files

DOMAIN = f"{PACKAGE}/domain"
PURE = (DOMAIN, f"{PACKAGE}/mail", f"{PACKAGE}/extract")
CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__"})
MODULES = frozenset({"urllib.request", "importlib.resources"})


def foreign_to_the_domain(root: Path) -> Iterator[Violation]:
    """Imports of the domain that are neither the standard library nor the domain itself."""
    for file in source_files(root, (DOMAIN,)):
        for module, line in _imports(file):
            at_home = module.startswith("mailmill.domain") or module.split(".")[0] in sys.stdlib_module_names
            if not at_home:
                yield Violation(file.path, line, f"The domain imports {module}: it knows the standard library only.")


def input_and_output(root: Path) -> Iterator[Violation]:
    """Calls and imports in pure rooms that read or write something outside their arguments."""
    for file in source_files(root, PURE):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                yield Violation(
                    file.path, node.lineno, f"{node.func.id}() in a pure room: hand the value in as an argument."
                )
        for module, line in (*_imports(file), *_imported_names(file)):
            if module in MODULES:
                yield Violation(file.path, line, f"{module} in a pure room: hand the value in as an argument.")


def _imports(file: SourceFile) -> Iterator[tuple[str, int]]:
    """(module, line) of each import; a relative one keeps its dots."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno


def _imported_names(file: SourceFile) -> Iterator[tuple[str, int]]:
    """(module.name, line) of each ``from module import name``: the name may be a module too."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

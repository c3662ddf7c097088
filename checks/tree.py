"""The tree that is checked, and what a check says about it."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CODE = ("src", "tests", "checks", "proofs", "bench")
PACKAGE = "src/mailmill"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One place that breaks a rule; ``advice`` is a sentence that says what to do."""

    path: str
    line: int
    advice: str

    def __str__(self) -> str:
        """As compilers print it, so that editors can jump there."""
        return f"{self.path}:{self.line}: {self.advice}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Python file with its syntax tree; ``path`` is relative to the root, with slashes."""

    path: str
    text: str
    tree: ast.Module


def source_files(root: Path, folders: Sequence[str] = CODE) -> Iterator[SourceFile]:
    """Every Python file below these folders, in a stable order; folders that are not there are passed over."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield SourceFile(path.relative_to(root).as_posix(), text, ast.parse(text, path.name))


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function with its dotted name inside the module: ``Class.method``, ``outer.inner``."""
    yield from _functions_in(tree, ())


def _functions_in(node: ast.AST, outer: tuple[str, ...]) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, Function | ast.ClassDef)
        names = (*outer, child.name) if isinstance(child, Function | ast.ClassDef) else outer
        if named and isinstance(child, Function):
            yield ".".join(names), child
        yield from _functions_in(child, names)

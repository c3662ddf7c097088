"""Who may catch everything: the few places where one failure must not stop the rest."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from checks.tree import PACKAGE, SourceFile, Violation, functions, source_files

BROAD = frozenset({"Exception", "BaseException"})

ALLOWED: Mapping[tuple[str, str], str] = {
    ("src/mailmill/cli/session.py", "run"): "the entry of every command: a fault is one sentence and its exit code",
    ("src/mailmill/jobs/child.py", "_answers"): "one bad mail never stops the others; it comes back as its problem",
    ("src/mailmill/jobs/executor.py", "Executor._perform"): "whatever a handler raises becomes the attempt's outcome",
    ("src/mailmill/pipeline/digest.py", "digest"): "a mail that an extractor can't handle is archived, with a problem",
    ("src/mailmill/store/db.py", "Database._perform"): "handed on to whoever waits for this write",
}
"""(file, function) → why it may. An entry whose place no longer catches everything has to go."""


def catches_everything(root: Path, allowed: Mapping[tuple[str, str], str] = ALLOWED) -> Iterator[Violation]:
    """Broad handlers in the product outside the list, and entries of the list that nothing needs.

    A handler that ends in a bare ``raise`` only cleans up, hides nothing, and is free.
    """
    seen: set[tuple[str, str]] = set()
    for file in source_files(root, (PACKAGE,)):
        for function, line in _broad_places(file):
            place = (file.path, function)
            seen.add(place)
            if place not in allowed:
                yield Violation(
                    file.path,
                    line,
                    f"{function or 'the module'} catches everything: catch the errors you can act on,"
                    " or enter it with its reason in checks/broad_except.py.",
                )
    for path, function in sorted(set(allowed) - seen):
        yield Violation(path, 1, f"{function} no longer catches everything: remove it from checks/broad_except.py.")


def _broad_places(file: SourceFile) -> Iterator[tuple[str, int]]:
    """(function, line) of each broad handler; the innermost function owns it, the module itself is ''."""
    owners = {id(node): "" for node in ast.walk(file.tree)}
    for name, function in functions(file.tree):  # outer functions come first, so the innermost one wins
        owners.update((id(node), name) for node in ast.walk(function))
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ExceptHandler):
            broad = _is_broad(node.type) and not _only_cleans_up(node)
        else:
            broad = isinstance(node, ast.Call) and _name(node.func) == "suppress" and any(map(_is_broad, node.args))
        if broad and isinstance(node, ast.ExceptHandler | ast.Call):
            yield owners[id(node)], node.lineno


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(map(_is_broad, caught.elts))
    return _name(caught) in BROAD


def _name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _only_cleans_up(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    leaves = any(isinstance(node, ast.Return | ast.Break | ast.Continue) for node in ast.walk(handler))
    return isinstance(last, ast.Raise) and last.exc is None and not leaves

"""A forgiving reader of JSON-LD as it stands in mail; every scalar keeps its place in the source.

Repaired on the way: comments, CDATA marks, trailing and missing commas, ``}{`` side by side, raw line ends in strings,
a missing end.
"""

import re
from typing import NamedTuple, TypeAlias

MAX_DEPTH = 50

_TOKEN = re.compile(
    r'"(?P<string>[^"\\]*(?:\\.[^"\\]*)*)"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)|(?P<mark>[{}\[\]:,])|'
    r"(?P<skip>/\*|//|<!--|-->|<!\[CDATA\[|\]\]>)|(?P<unclosed>\")",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Scalar(NamedTuple):
    """A value as text, and where it stands in the source (a string without its quotes)."""

    text: str
    start: int
    end: int


Node: TypeAlias = "Scalar | dict[str, Node] | list[Node]"


def read(source: str, start: int, end: int) -> list[Node]:
    """Every top-level value in ``source[start:end]``, repaired; offsets count from the beginning of ``source``."""
    roots: list[Node] = []
    stack: list[dict[str, Node] | list[Node]] = []
    keys: list[str | None] = []
    position = start
    while position < end and len(stack) <= MAX_DEPTH:
        token = _TOKEN.search(source, position, end)
        if token is None or token["unclosed"]:  # a quote without an end: looking for it again would be quadratic
            break
        position = token.end()
        mark = token["mark"]
        if token["skip"]:
            position = _skip(source, token, end)
        elif mark in ("{", "["):
            opened: dict[str, Node] | list[Node] = {} if mark == "{" else []
            _attach(opened, roots, stack, keys)
            stack.append(opened)
            keys.append(None)
        elif mark in ("}", "]"):
            if stack:
                stack.pop()
                keys.pop()
        elif mark is None:
            _scalar(token, roots, stack, keys)
    return roots


def _skip(source: str, token: re.Match[str], end: int) -> int:
    closing = {"/*": "*/", "//": "\n"}.get(token["skip"])
    if closing is None:
        return token.end()
    found = source.find(closing, token.end(), end)
    return end if found < 0 else found + len(closing)


def _scalar(
    token: re.Match[str], roots: list[Node], stack: list[dict[str, Node] | list[Node]], keys: list[str | None]
) -> None:
    group = token.lastgroup or "word"
    text = token[group]
    if group == "string" and "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    if stack and isinstance(stack[-1], dict) and keys[-1] is None:
        keys[-1] = text
    elif text != "null":
        _attach(Scalar(" ".join(text.split()), *token.span(group)), roots, stack, keys)
    elif keys:
        keys[-1] = None


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPES.get(code, code)


def _attach(node: Node, roots: list[Node], stack: list[dict[str, Node] | list[Node]], keys: list[str | None]) -> None:
    if not stack:
        roots.append(node)
        return
    parent = stack[-1]
    if isinstance(parent, list):
        parent.append(node)
    elif keys[-1] is not None:
        parent.setdefault(keys[-1], node)
        keys[-1] = None

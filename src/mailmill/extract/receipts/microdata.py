"""HTML microdata (itemscope, itemprop) as the same nodes that JSON-LD gives, with places in the source."""

import re

from turbohtml import Token, TokenType

from mailmill.extract.receipts.html import VOID, located
from mailmill.extract.receipts.jsonld import MAX_DEPTH, Node, Scalar

_VALUE_ATTRIBUTES = ("content", "href", "datetime", "value", "src")


def read(source: str) -> list[Node]:
    """Every top-level item of an HTML source; linear in its length."""
    reader = _Reader(source)
    for token, start, end in located(source):
        kind = token.type
        if kind is TokenType.START_TAG:
            reader.open(token, start, end)
        elif kind is TokenType.END_TAG:
            reader.close(token.tag or "")
        elif kind is TokenType.TEXT:
            reader.text(source[start:end], start, end)
        elif kind is TokenType.CHARACTER_REFERENCE:
            reader.text(token.data or "", start, end)
    return reader.roots


class _Open:
    """An open element: the item it began, and the property whose text it holds."""

    __slots__ = ("end", "item", "name", "prop", "start", "texts")

    def __init__(self, name: str, item: dict[str, Node] | None, prop: str) -> None:
        self.name = name
        self.item = item
        self.prop = prop
        self.texts: list[str] = []
        self.start = -1
        self.end = -1


class _Reader:
    def __init__(self, source: str) -> None:
        self.roots: list[Node] = []
        self._source = source
        self._stack: list[_Open] = []
        self._items: list[dict[str, Node]] = []
        self._open: dict[str, int] = {}
        self._texts: list[_Open] = []

    def open(self, token: Token, start: int, end: int) -> None:
        name = token.tag or ""
        scope, prop = token.attr("itemscope") is not None, token.attr("itemprop") or ""
        item: dict[str, Node] | None = None
        if scope and len(self._items) < MAX_DEPTH:
            item = {"@type": Scalar((token.attr("itemtype") or "").rsplit("/", 1)[-1], start, end)}
            self._give(prop, item)
        elif prop:
            value = next((v for v in map(token.attr, _VALUE_ATTRIBUTES) if v), None)
            if value is not None:
                self._give(prop, _in_tag(self._source, value, start, end))
                prop = ""
        if name in VOID:
            return
        entry = _Open(name, item, "" if scope else prop)
        self._stack.append(entry)
        self._open[name] = self._open.get(name, 0) + 1
        if item is not None:
            self._items.append(item)
        if entry.prop:
            self._texts.append(entry)

    def _give(self, prop: str, node: Node) -> None:
        if not self._items:
            if isinstance(node, dict):
                self.roots.append(node)
            return
        parent = self._items[-1]
        known = parent.get(prop)
        if isinstance(known, list):
            known.append(node)
        elif known is not None:
            parent[prop] = [known, node]
        elif prop:
            parent[prop] = node

    def text(self, text: str, start: int, end: int) -> None:
        if not self._texts or text.isspace():
            return
        entry = self._texts[-1]
        lead = len(text) - len(text.lstrip()) if end - start == len(text) else 0
        tail = len(text) - len(text.rstrip()) if end - start == len(text) else 0
        entry.texts.append(text)
        entry.start = start + lead if entry.start < 0 else entry.start
        entry.end = end - tail

    def close(self, name: str) -> None:
        if not self._open.get(name):
            return
        while self._stack:
            entry = self._stack.pop()
            self._open[entry.name] -= 1
            if entry.prop:
                self._texts.pop()
                if entry.texts:
                    self._give(entry.prop, Scalar(" ".join("".join(entry.texts).split()), entry.start, entry.end))
            if entry.item is not None:
                self._items.pop()
            if entry.name == name:
                return


def _in_tag(source: str, value: str, start: int, end: int) -> Scalar:
    """An attribute's value; where an entity hides its place, the tag stands for it."""
    at = source.find(value, start, end)
    if at < 0:
        return Scalar(value, start, end)
    return Scalar(re.sub(r"\s+", " ", value).strip(), at, at + len(value))

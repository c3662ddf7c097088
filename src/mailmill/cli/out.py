"""What a command prints: tables on a terminal, plain lines when piped, one JSON object a line on request."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


class Out:
    """One command's output. ``as_json`` prints objects only; everything meant for people is then left out."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True)
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)

    @property
    def live(self) -> bool:
        """Whether progress may be drawn over itself."""
        return self.console.is_terminal and not self.as_json

    def say(self, sentence: str = "") -> None:
        """A line for people. Control characters that came with mail are made visible."""
        if not self.as_json:
            self.console.print(Text(printable(sentence)))

    def object(self, values: Mapping[str, Any]) -> None:  # JSON
        """A line for programs."""
        if self.as_json:
            sys.stdout.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> None:
        """A table on a terminal, lines of tab-separated values when piped."""
        if self.as_json:
            return
        if not self.console.is_terminal:
            for row in rows:  # not by the console, which would turn the tabs into spaces
                sys.stdout.write("\t".join(map(_cell, row)) + "\n")
            sys.stdout.flush()
            return
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in columns:
            table.add_column(name, justify="right" if name in numbers else "left", overflow="ellipsis", no_wrap=True)
        for row in rows:
            table.add_row(*(Text(_cell(cell)) for cell in row))
        self.console.print(table)

    def fail(self, sentence: str, details: Mapping[str, Any]) -> None:  # JSON
        """An error, on standard error."""
        if self.as_json:
            sys.stderr.write(json.dumps({"error": sentence, **details}, ensure_ascii=False, default=str) + "\n")
        else:
            self.errors.print(Text(f"mailmill: {printable(sentence)}"))


def printable(text: str) -> str:
    """The text without control characters, which could rewrite a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _cell(text: str) -> str:
    """A value that stays in its row."""
    return printable(text.replace("\n", " "))

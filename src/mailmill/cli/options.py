"""The options that all commands share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mailmill.domain.errors import InvalidInput

MOST = 1 << 62
"""More than anybody has of anything, and still a number that the database can hold."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The data folder (else MAILMILL_DATA_DIR, else ./var).")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, max=MOST, help="Print at most so many.")]


def day(text: str | None, option: str) -> str | None:
    """A day as YYYY-MM-DD. Raises InvalidInput that names the option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidInput(f"{option} must be a day such as 2026-03-31, not “{text}”.", field=option) from None

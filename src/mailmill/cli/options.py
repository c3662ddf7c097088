"""The options that all commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The data folder (else MAILMILL_DATA_DIR, else ./var).")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Print at most so many.")]

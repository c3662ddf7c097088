"""The mailbox simulator: files of any size from a seed, with the truth beside them, or a scripted provider."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailmill.cli import exits
from mailmill.cli.options import Json
from mailmill.cli.out import Out
from mailmill.cli.words import count, size
from mailmill.domain.errors import InvalidInput, MailmillError
from mailmill.simulate.command import Format, simulate_to


def simulate(
    path: Annotated[Path | None, typer.Argument(help="Where to write the mailbox.")] = None,
    mails: Annotated[int, typer.Option("--count", min=0, help="How many mails.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same mailbox.")] = 1,
    form: Annotated[Format, typer.Option("--format", help="The form of the mailbox.")] = Format.MBOX,
    serving: Annotated[bool, typer.Option("--serve", help="Serve it over a loopback socket instead.")] = False,
    script: Annotated[Path | None, typer.Option("--script", help="Faults to play (JSON); with --serve.")] = None,
    port: Annotated[int, typer.Option("--port", help="With --serve; 0 takes a free one.")] = 0,
    as_json: Json = False,
) -> None:
    """Write a simulated mailbox with the truth beside it, or serve one."""
    out = Out(as_json=as_json)
    try:
        if serving:
            from mailmill.simulate.serving import serve  # noqa: PLC0415 - a web server takes long to load

            serve(count=mails, seed=seed, script_file=script, port=port)
            return
        if path is None:
            raise InvalidInput("Name a path to write to, or --serve.", field="path")
        summary = simulate_to(path, form, mails, seed)
    except MailmillError as error:
        out.fail(error.message, {"code": error.code, **error.details})
        raise typer.Exit(exits.of_error(error)) from None
    out.object({name: str(value) if isinstance(value, Path) else value for name, value in asdict(summary).items()})
    html = 100 * summary.html // max(summary.mails, 1)
    shape = f"{size(summary.bytes)}, mean {size(summary.mean_size)}, {html} % with HTML"
    out.say(f"{path}: {count(summary.mails, 'mail')}, {shape}, {count(summary.receipts, 'mail')} about purchases.")
    out.say(f"The truth is in {summary.truth_path}. Import it: mailmill import {path}")

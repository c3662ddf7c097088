"""The command line: ``mailmill``."""

import typer

from mailmill import __version__
from mailmill.cli import accounts, backup, demo, doctor, jobs, mail, problems, receipts, search, simulate

app = typer.Typer(
    name="mailmill",
    help="Turn mailboxes into facts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("import")(mail.import_)
app.command("sync")(mail.sync)
app.add_typer(jobs.app, name="jobs")
app.add_typer(receipts.app, name="receipts")
app.command("search")(search.search)
app.add_typer(accounts.app, name="accounts")
app.add_typer(problems.app, name="problems")
app.command("worker")(mail.worker)
app.command("simulate")(simulate.simulate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Mailmill {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Turn mailboxes into facts."""

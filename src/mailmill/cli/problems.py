"""Problems: mails that could not be handled, and another try at them."""

from typing import Annotated

import typer

from mailmill.cli import exits
from mailmill.cli.follow import follow
from mailmill.cli.jobs import key
from mailmill.cli.options import MOST, DataDir, Json, Limit
from mailmill.cli.results import tell
from mailmill.cli.session import Session, run
from mailmill.store import jobs as store
from mailmill.store import problems
from mailmill.store.db import Connection

app = typer.Typer(help="Mails that could not be handled.", no_args_is_help=True)


@app.command("list")
def list_(
    job: Annotated[str | None, typer.Option("--job", help="Only those of this job.")] = None,
    solved: Annotated[bool, typer.Option("--solved", help="Also those that are solved.")] = False,
    limit: Limit = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """List problems, newest first."""

    async def command(session: Session) -> None:
        def work(conn: Connection) -> list[problems.Problem]:
            job_id = store.load(conn, key(job)).job.id if job is not None else None
            return problems.listed(conn, session.actor.workspace_id, job_id, solved, limit or 1_000_000)

        found = await session.instance.database.read(work)
        for problem in found:
            session.out.object({name: getattr(problem, name) for name in problems.Problem.__slots__})
        rows = [
            (str(p.id), p.folder, p.place, "archived" if p.message_id else "kept aside", p.cause, str(p.tries))
            for p in found
        ]
        session.out.table(("problem", "folder", "place", "mail", "cause", "tries"), rows, ("problem", "tries"))
        if not found:
            session.out.say("No problems.")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def retry(
    account: Annotated[str, typer.Argument(help="The account's name or number.")],
    problem: Annotated[
        list[int] | None, typer.Option("--problem", min=1, max=MOST, help="Only this problem (may be repeated).")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Try the open problems of an account again."""

    async def command(session: Session) -> int:
        found = await session.accounts.find(session.actor, account)
        started = await session.jobs.retry_problems(session.actor, found.id, problem or ())
        view = await follow(session.instance, session.jobs, session.actor, started.job.id, session.out)
        tell(view, session.out)
        return exits.of_view(view)

    run(command, as_json=as_json, data_dir=data_dir)

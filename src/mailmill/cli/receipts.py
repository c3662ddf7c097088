"""Receipts: list, sums, export."""

import csv
import io
import json
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mailmill.cli import exits
from mailmill.cli.follow import follow
from mailmill.cli.options import DataDir, Json, Limit, day
from mailmill.cli.results import tell
from mailmill.cli.session import Session, run
from mailmill.cli.words import count, money
from mailmill.domain.errors import InvalidInput
from mailmill.domain.job import JobKind
from mailmill.store import receipts
from mailmill.store.db import Connection
from mailmill.store.facts import StoredReceipt
from mailmill.store.receipts import MerchantSum, MonthSum, ReceiptFilter

app = typer.Typer(help="What was bought.", no_args_is_help=True)

From = Annotated[str | None, typer.Option("--from", help="From this day on (YYYY-MM-DD).")]
To = Annotated[str | None, typer.Option("--to", help="Up to and with this day (YYYY-MM-DD).")]
Merchant = Annotated[str | None, typer.Option("--merchant", help="A domain, or a part of a name.")]
PAGE = 500
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
FIELDS = (
    "id",
    "date",
    "type",
    "merchant",
    "merchant_domain",
    "processor",
    "total",
    "currency",
    "tax",
    "order_number",
    "invoice_number",
    "confidence",
    "review",
    "purchase_id",
    "counts",
    "message_id",
)


class Format(StrEnum):
    """What ``receipts export`` can write."""

    CSV = "csv"
    JSON = "json"


@app.command("list")
def list_(
    from_date: From = None,
    to_date: To = None,
    merchant: Merchant = None,
    limit: Limit = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """List receipts, newest first."""

    async def command(session: Session) -> None:
        wanted = _wanted(from_date, to_date, merchant)
        found = await session.instance.database.read(lambda conn: _all(conn, session, wanted, limit))
        for one in found:
            session.out.object(plain(one))
        rows = [
            (
                one.date,
                one.merchant,
                one.type,
                _amount(one),
                one.order_number or "",
                "" if one.counts else "not counted",
            )
            for one in found
        ]
        session.out.table(("date", "merchant", "type", "total", "order", ""), rows, ("total",))
        if not found:
            session.out.say("No receipts found.")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def stats(
    from_date: From = None,
    to_date: To = None,
    merchant: Merchant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Sums by month and by merchant; currencies are never mixed."""

    async def command(session: Session) -> None:
        wanted = _wanted(from_date, to_date, merchant)
        workspaces = [session.actor.workspace_id]

        def work(conn: Connection) -> tuple[list[MonthSum], list[MerchantSum]]:
            return receipts.by_month(conn, workspaces, wanted), receipts.by_merchant(conn, workspaces, wanted, limit=20)

        months, merchants = await session.instance.database.read(work)
        for month in months:
            session.out.object({"month": month.month, "currency": month.currency, **_sum(month)})
        for one in merchants:
            named = {"merchant": one.merchant, "merchant_domain": one.merchant_domain, "currency": one.currency}
            session.out.object({**named, **_sum(one)})
        session.out.table(
            ("month", "purchases", "total"),
            [(m.month, str(m.purchases), money(m.total_micros, m.currency)) for m in months],
            ("purchases", "total"),
        )
        session.out.say()
        session.out.table(
            ("merchant", "purchases", "total"),
            [(m.merchant, str(m.purchases), money(m.total_micros, m.currency)) for m in merchants],
            ("purchases", "total"),
        )

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output when left out.")] = None,
    form: Annotated[Format, typer.Option("--format", help="csv or json.")] = Format.CSV,
    from_date: From = None,
    to_date: To = None,
    merchant: Merchant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Write all receipts as CSV or JSON."""

    async def command(session: Session) -> None:
        wanted = _wanted(from_date, to_date, merchant)
        found = await session.instance.database.read(lambda conn: _all(conn, session, wanted, None))
        rows = [plain(one) for one in found]
        text = _csv(rows) if form is Format.CSV else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        if file is None:
            sys.stdout.write(text)
            return
        _write(file, text)
        session.out.object({"file": str(file), "receipts": len(rows)})
        session.out.say(f"{count(len(rows), 'receipt')} written to {file}.")

    run(command, as_json=as_json, data_dir=data_dir)


@app.command()
def reextract(
    account: Annotated[str, typer.Argument(help="The account's name or number.")],
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Read the stored mail of an account again with this release's rules; nothing is fetched."""

    async def command(session: Session) -> int:
        found = await session.accounts.find(session.actor, account)
        started = await session.jobs.start(session.actor, JobKind.REEXTRACT, found.id, {})
        view = await follow(session.instance, session.jobs, session.actor, started.job.id, session.out)
        tell(view, session.out)
        return exits.of_view(view)

    run(command, as_json=as_json, data_dir=data_dir)


def plain(one: StoredReceipt) -> dict[str, Any]:  # JSON
    """A receipt for programs; amounts as decimal text."""
    values = {name: getattr(one, name, None) for name in FIELDS}
    values["total"], values["tax"] = _decimal(one.total_micros), _decimal(one.tax_micros)
    return values


def _wanted(from_date: str | None, to_date: str | None, merchant: str | None) -> ReceiptFilter:
    """Raises InvalidInput for what is no day, and for a range that ends before it begins."""
    since, until = day(from_date, "--from"), day(to_date, "--to")
    if since is not None and until is not None and since > until:
        raise InvalidInput(f"--from ({since}) is after --to ({until}).", field="from_date")
    return ReceiptFilter(since=since, until=until, merchant=merchant)


def _all(conn: Connection, session: Session, wanted: ReceiptFilter, limit: int | None) -> list[StoredReceipt]:
    found: list[StoredReceipt] = []
    cursor: str | None = None
    while limit is None or len(found) < limit:
        size = PAGE if limit is None else min(PAGE, limit - len(found))
        page = receipts.list_receipts(conn, [session.actor.workspace_id], wanted, limit=size, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _sum(one: MonthSum | MerchantSum) -> dict[str, Any]:
    return {"purchases": one.purchases, "total": _decimal(one.total_micros)}


def _amount(one: StoredReceipt) -> str:
    return money(one.total_micros, one.currency) if one.total_micros is not None else ""


def _decimal(micros: int | None) -> str | None:
    if micros is None:
        return None
    sign, whole, part = "-" if micros < 0 else "", abs(micros) // 1_000_000, abs(micros) % 1_000_000
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{digits}"


def _csv(rows: list[dict[str, Any]]) -> str:
    """CSV whose texts no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return text.getvalue()


def _harmless(value: Any) -> Any:  # a cell
    """A text that a spreadsheet would take for a formula gets a mark in front; amounts below zero are numbers."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file} can't be written: {error.strerror}.", field="file") from error

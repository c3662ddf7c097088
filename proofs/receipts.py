"""How well receipts are read, against sets of mails whose truth is known.

``python proofs/receipts.py FOLDER [-v]``: every ``*.jsonl`` below FOLDER is a set, one JSON object a line, of either
shape: ``{"file": NAME, "truth": …}`` for a mail beside it, or ``{"index": n, "truth": …}`` for the n-th mail of the
mbox whose name it bears (``PATH.truth.jsonl`` beside ``PATH``). ``truth`` is null for mail that is no receipt, an
object with any of type, merchant, merchant_domain, processor, total, currency, tax, date, order_number and
invoice_number, or a list of such objects, or an object whose ``receipts`` is that list (those ``in`` a pdf are left
out); where there is a ``kind``, only ``receipt`` and ``purchase`` are receipts.
Fields that a truth does not name are not compared.

``python proofs/receipts.py --ledger FOLDER``: the shape of ledger-tools: ``truth.json``, a list of objects with
subject, date, body (a file), amount, order and vendor.

Prints N, precision, recall and F1 of detection with 95 % Wilson intervals, and exact matches per field. Exit status 2
when there is nothing to compare.
"""

import argparse
import json
import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from email.message import EmailMessage
from math import sqrt
from pathlib import Path
from typing import Any

from mailmill.domain.facts import Receipt
from mailmill.extract.receipts.extractor import ReceiptExtractor
from mailmill.extract.receipts.merge import REVIEW_BELOW, receipts_of
from mailmill.mail.parse import parse

FIELDS = (
    "type", "merchant", "merchant_domain", "processor", "total", "currency", "tax", "date", "order_number",
    "invoice_number",
)  # fmt: skip
AMOUNTS = {"total", "tax"}
RECEIPT_KINDS = {"receipt", "receipts", "purchase"}

# The truth is JSON written by others; its values are looked at one by one.
Json = dict[str, Any]


@dataclass(frozen=True)
class Labelled:
    """A mail with what it says in truth: one object for each purchase, none where it is no receipt."""

    name: str
    content: bytes
    truth: list[Json]


@dataclass
class Score:
    """What was counted."""

    mails: int = 0
    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    review: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Score one folder and print the table."""
    options = _options(arguments)
    mails = ledger_mails(options.folder) if options.ledger else labelled_mails(options.folder)
    score = scored(mails)
    if not score.mails:
        sys.stderr.write("Nothing to compare: no labelled mail found.\n")
        return 2
    sys.stdout.write(table(score))
    if options.verbose:
        sys.stdout.write("\n".join(score.wrong) + "\n")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score the receipt extractor against labelled mail.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ledger", action="store_true", help="the folder has the shape of ledger-tools")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each disagreement")
    return parser.parse_args(arguments)


def labelled_mails(folder: Path) -> Iterator[Labelled]:
    """The mails of every set below ``folder``."""
    for labels in sorted(folder.rglob("*.jsonl")):
        rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines() if line.strip()]
        box = _box(labels)
        for row in rows:
            content = _content(row, labels, box)
            if content is not None:
                yield Labelled(f"{labels.name}:{row.get('file', row.get('index'))}", content, _truth(row))
        if box is not None:
            box.close()


def _box(labels: Path) -> mailbox.mbox | None:
    path = labels.with_name(labels.name.removesuffix(".jsonl").removesuffix(".truth"))
    for candidate in (path, path.with_suffix(".mbox")):
        if candidate.is_file():
            return mailbox.mbox(candidate, create=False)
    return None


def _content(row: Json, labels: Path, box: mailbox.mbox | None) -> bytes | None:
    if row.get("file"):
        path = next(
            (one for one in (labels.parent / row["file"], labels.with_suffix("") / row["file"]) if one.is_file()), None
        )
        return path.read_bytes() if path else None
    if box is not None and isinstance(row.get("index"), int) and row["index"] in box:
        return box.get_bytes(row["index"])
    return None


def _truth(row: Json) -> list[Json]:
    truth = row.get("truth")
    if isinstance(truth, dict) and "receipts" in truth:
        return [one for one in truth["receipts"] if one.get("in") != "pdf"]
    if truth is None or (row.get("kind") and row["kind"] not in RECEIPT_KINDS):
        return []
    return truth if isinstance(truth, list) else [truth]


def ledger_mails(folder: Path) -> Iterator[Labelled]:
    """The mails of a folder in the shape of ledger-tools; their senders are made from the vendor's name."""
    for row in json.loads((folder / "truth.json").read_text("utf-8")):
        mail = EmailMessage()
        mail["From"] = f"noreply@{row['vendor']}.com"
        mail["Subject"] = row["subject"]
        mail["Date"] = row["date"]
        body = (folder / row["body"]).read_text("utf-8")
        mail.set_content(body, subtype="html" if row["body"].endswith("html") else "plain")
        amount = row["amount"].lstrip("$")
        yield Labelled(
            row["file"], mail.as_bytes(), [{"total": amount, "currency": "USD", "order_number": row["order"]}]
        )


def scored(mails: Iterator[Labelled]) -> Score:
    """Read every mail and count."""
    extractor, score = ReceiptExtractor(), Score()
    for mail in mails:
        score.mails += 1
        found = receipts_of(extractor.extract(parse(mail.content)))
        if mail.truth and found:
            score.hits += 1
            score.review += any(one.confidence < REVIEW_BELOW for one in found)
            _compare(mail, found, score)
        elif mail.truth:
            score.misses += 1
            score.wrong.append(f"{mail.name}: missed {mail.truth[0]}")
        elif found:
            score.false_alarms += 1
            score.wrong.append(f"{mail.name}: called a {found[0].type} of {found[0].merchant}")
    return score


def _compare(mail: Labelled, found: tuple[Receipt, ...], score: Score) -> None:
    for position, truth in enumerate(mail.truth):
        number = truth.get("order_number")
        ours = next((one for one in found if number and one.order_number == number), None)
        ours = ours or (found[position] if position < len(found) else None)
        for name in FIELDS:
            if name not in truth:
                continue
            value = getattr(ours, name) if ours else None
            score.compared[name] += 1
            if canonical(name, value) == canonical(name, truth[name]):
                score.exact[name] += 1
            else:
                score.wrong.append(f"{mail.name}: {name} is {truth[name]!r}, read {value!r}")


def canonical(name: str, value: object) -> object:
    """Values as they are compared: amounts without a sign as numbers, texts without regard to case, empty as None."""
    if value is None or value == "":
        return None
    if name in AMOUNTS:
        try:
            return abs(Decimal(str(value)))
        except InvalidOperation:
            return value
    return " ".join(str(value).split()).casefold()


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a proportion, in percent."""
    if not total:
        return 0.0, 100.0
    z, p = 1.96, hits / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    spread = z * sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return 100 * max(0.0, middle - spread), 100 * min(1.0, middle + spread)


def table(score: Score) -> str:
    """The printed result."""
    called, real = score.hits + score.false_alarms, score.hits + score.misses
    f1 = 200 * score.hits / (called + real) if called + real else 0.0
    lines = [
        f"N {score.mails} mails, {real} of them about purchases; {score.review} marked for review",
        _line("precision", score.hits, called),
        _line("recall", score.hits, real),
        f"{'F1':<16}{f1:6.1f} %",
        *(_line(name, score.exact[name], score.compared[name]) for name in FIELDS if score.compared[name]),
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    share = 100 * hits / total if total else 0.0
    return f"{name:<16}{share:6.1f} %  ({hits} of {total}; 95 %: {low:.1f} to {high:.1f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a data folder holds, in a form that is equal whenever the meaning is: sorted lines of JSON, and their hash.

Read with plain SQL, so that a mistake in Mailmill's own reading can't hide one in its writing. Left out is what may
differ between two runs without any loss: row numbers (mails are named by their identity, threads and purchases are sets
of mails), times, rates, the number of attempts, and the steps in which the percent rose. Rules that hold within one
folder are checked on the way (``breaches``).
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from zstandard import ZstdDecompressor

from proofs.chaos.joblog import breaches_of_job, job_lines

Rows = Iterator[dict[str, Any]]  # column values


@dataclass(frozen=True, slots=True)
class Dump:
    """The lines, sorted, and the rules that are broken, as sentences."""

    lines: tuple[str, ...]
    breaches: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The first 16 hex digits of a hash over all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def of(self, *kinds: str) -> "Dump":
        """Only the lines of these kinds."""
        kept = (line for line in self.lines if json.loads(line)[0] in kinds)
        return Dump(tuple(kept), self.breaches)


ARCHIVE = ("mail", "thread", "folder", "location", "label", "attachment", "index", "finding", "receipt", "purchase")
"""The kinds of line that tell of mails and facts, and not of jobs and problems."""


def take(database: Path) -> Dump:
    """The dump of a database file that no process writes any more."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        reader = _Reader(connection)
        lines = sorted(json.dumps(line, sort_keys=True, default=_text) for line in reader.everything())
        return Dump(tuple(lines), tuple(reader.breaches()))


def differences(expected: Dump, found: Dump, limit: int = 12) -> list[str]:
    """What is broken in ``found``, and its first lines that differ; empty when all is well."""
    changed = unified_diff(expected.lines, found.lines, "undisturbed", "disturbed", n=0, lineterm="")
    lines = [line[:400] for line in changed if not line.startswith("@@")]
    more = [f"… and {len(lines) - limit} lines more"] if len(lines) > limit else []
    return [*found.breaches, *lines[:limit], *more]


class _Reader:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._mails = {row["id"]: row["identity"].hex() for row in self._rows("SELECT id, identity FROM messages")}
        self._jobs = {row["id"]: row["number"] for row in self._rows("SELECT id, number FROM jobs")}

    def everything(self) -> Iterator[list[object]]:
        yield from self._archive()
        yield from self._threads()
        yield from self._index()
        yield from self._facts()
        yield from self._problems()
        for job in self._rows("SELECT * FROM jobs"):
            yield from job_lines(self._connection, job)

    def breaches(self) -> Iterator[str]:
        for (sentence,) in self._connection.execute("PRAGMA integrity_check"):
            if sentence != "ok":
                yield f"integrity_check: {sentence}"
        for row in self._connection.execute("PRAGMA foreign_key_check"):
            yield f"foreign_key_check: {tuple(row)}"
        for job in self._rows("SELECT * FROM jobs"):
            yield from breaches_of_job(self._connection, job)

    def _rows(self, statement: str) -> Rows:
        return (dict(row) for row in self._connection.execute(statement))

    def _archive(self) -> Iterator[list[object]]:
        wanted = "SELECT m.*, r.content AS raw FROM messages m LEFT JOIN raw_messages r ON r.message_id = m.id"
        for place, row in enumerate(self._rows(f"{wanted} ORDER BY sort_key")):
            job = self._jobs.get(row.pop("job_id"))
            told = {name: row[name] for name in row if name not in ("id", "thread_id", "sort_key", "raw", "identity")}
            yield ["mail", row["identity"], place, _hash(row["raw"]), told]
            yield ["written", row["identity"], job]
        for row in self._rows("SELECT f.*, a.name AS account FROM folders f JOIN accounts a ON a.id = f.account_id"):
            yield ["folder", row["account"], row["name"], row["key"]]
        places = "SELECT l.*, f.name FROM locations l JOIN folders f ON f.id = l.folder_id"
        for row in self._rows(places):
            yield ["location", self._mails[row["message_id"]], row["name"], row["source_id"], row["gone_at"] is None]
        for row in self._rows("SELECT m.message_id, l.name FROM message_labels m JOIN labels l ON l.id = m.label_id"):
            yield ["label", self._mails[row["message_id"]], row["name"]]
        for row in self._rows("SELECT * FROM attachments"):
            yield ["attachment", self._mails[row.pop("message_id")], row]

    def _threads(self) -> Iterator[list[object]]:
        members: dict[int, list[str]] = defaultdict(list)
        for row in self._rows("SELECT id, thread_id FROM messages"):
            members[row["thread_id"]].append(self._mails[row["id"]])
        referred: dict[int, list[int]] = defaultdict(list)
        for row in self._rows("SELECT hash, thread_id FROM thread_ids"):
            referred[row["thread_id"]].append(row["hash"])
        for row in self._rows("SELECT * FROM threads"):
            about = {name: row[name] for name in ("subject_hash", "rooted", "first_date", "last_date")}
            ids = sorted(referred[row["id"]])
            yield ["thread", sorted(members[row["id"]]), sorted(_numbers(row["people"])), ids, about]

    def _index(self) -> Iterator[list[object]]:
        """The full-text index mail by mail: a hash over its terms and where they stand; and of the text behind it."""
        self._connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, message_index, instance)")
        hashes: dict[int, Any] = defaultdict(hashlib.sha256)
        for term, key, column, offset in self._connection.execute("SELECT term, doc, col, offset FROM temp.terms"):
            hashes[key].update(f"{term}\0{column}\0{offset}\0".encode())
        texts = "SELECT m.id, m.sort_key, t.content FROM messages m LEFT JOIN message_texts t ON t.message_id = m.id"
        for row in self._rows(texts):
            found = hashes.pop(row["sort_key"], None)
            yield ["index", self._mails[row["id"]], found.hexdigest() if found else None, _hash(row["content"])]
        for key in hashes:
            yield ["index", None, f"row {key} belongs to no mail"]

    def _facts(self) -> Iterator[list[object]]:
        for row in self._rows("SELECT * FROM findings"):
            yield ["finding", self._mails[row.pop("message_id")], row]
        purchases: dict[int, list[object]] = defaultdict(list)
        for row in self._rows("SELECT * FROM receipts"):
            name = [self._mails[row["message_id"]], row["item"]]
            purchases[row["purchase_id"]].append([*name, row["counts"]])
            yield ["receipt", name, {key: row[key] for key in row if key not in ("id", "message_id", "purchase_id")}]
        for members in purchases.values():
            yield ["purchase", sorted(members, key=str)]

    def _problems(self) -> Iterator[list[object]]:
        kept = ("folder", "place", "source_id", "code", "cause", "tries", "identity", "carrier")
        for row in self._rows("SELECT * FROM problems"):
            told = {name: row[name] for name in kept}
            mail = self._mails.get(row["message_id"])
            yield ["problem", self._jobs[row["job_id"]], mail, _hash(row["raw"]), row["solved_at"] is None, told]


def _hash(packed: bytes | None) -> str | None:
    return None if packed is None else hashlib.sha256(ZstdDecompressor().decompress(packed)).hexdigest()


def _numbers(packed: bytes) -> Iterator[str]:
    return (packed[at : at + 8].hex() for at in range(0, len(packed), 8))


def _text(value: object) -> str:
    assert isinstance(value, bytes)
    return value.hex()

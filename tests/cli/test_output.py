"""What commands print for programs and for people."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailmill.cli import doctor, exits
from tests.cli.conftest import Folder

COMMANDS = [
    "jobs list",
    "jobs show 1",
    "jobs watch 1",
    "accounts list",
    "search",
    "search from:com OR subject:your --limit 3",
    "receipts list",
    "receipts stats",
    "receipts reextract 1",
    "problems list --solved",
    "sync 1",
    "doctor",
]


@pytest.mark.parametrize("typed", COMMANDS)
def test_with_json_every_line_is_one_object(filled: Folder, typed: str) -> None:
    ended = filled.run(*typed.split(" "), "--json")
    assert ended.code == exits.OK, ended
    assert ended.err == ""
    assert all(isinstance(one, dict) for one in ended.objects)
    assert ended.objects or typed.startswith("problems")


def test_with_json_import_backup_restore_and_export_tell_objects(
    folder: Folder, other: Folder, small: Path, tmp_path: Path
) -> None:
    imported = folder.run("import", small, "--json")
    assert imported.objects[-1]["job"]["state"] == "succeeded"
    assert folder.run("backup", tmp_path / "b", "--json").objects[-1]["messages"] == len(folder.mails())
    assert other.run("restore", tmp_path / "b", "--json").objects[-1]["messages"] == len(folder.mails())
    assert folder.run("receipts", "export", tmp_path / "r.csv", "--json").objects[-1]["receipts"] > 0


def test_with_json_an_error_is_an_object_too(folder: Folder, filled: Folder) -> None:
    ended = filled.run("jobs", "show", "99", "--json")
    assert ended.code == exits.REFUSED
    assert ended.out == ""
    assert '"code": "not_found"' in ended.err


def test_piped_lists_are_tab_separated_lines_without_styling(filled: Folder) -> None:
    found = filled.run("search")
    assert len(found.out.splitlines()) == len(filled.mails())
    assert all(line.count("\t") == 3 for line in found.out.splitlines())
    assert "\x1b" not in found.out


def test_an_exported_cell_is_never_a_formula(filled: Folder) -> None:
    with closing(sqlite3.connect(filled.path / "mailmill.db")) as connection:
        connection.execute("UPDATE receipts SET merchant = '=HYPERLINK(\"http://x\")', order_number = '-1+1'")
        connection.commit()
    rows = list(csv.DictReader(io.StringIO(filled.run("receipts", "export").out)))
    assert rows
    for row in rows:
        assert row["merchant"].startswith("'=")
        assert row["order_number"].startswith("'-")
        assert row["total"] == "" or float(row["total"]) is not None


def test_doctor_tells_by_its_exit_code_what_is_wrong(filled: Folder) -> None:
    assert filled.run("doctor").code == exits.OK
    with closing(sqlite3.connect(filled.path / "mailmill.db")) as connection:
        connection.execute("UPDATE jobs SET state = 'failed'")
        connection.commit()
    failed = filled.run("doctor")
    assert failed.code == doctor.SYNC_FAILED
    assert "mailmill jobs show" in failed.out
    with closing(sqlite3.connect(filled.path / "mailmill.db")) as connection:
        connection.execute("UPDATE jobs SET state = 'queued', finished_at = NULL")
        connection.commit()
    assert filled.run("doctor").code == doctor.NO_WORKER

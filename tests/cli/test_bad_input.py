"""Bad input through the installed command: one clear sentence, the documented exit code, nothing lost."""

import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailmill.cli import exits
from mailmill.domain import errors
from tests.cli.conftest import Folder, Simulate

Make = Callable[[Path], object]

WRONG_FILES: dict[str, tuple[Make, str]] = {
    "rubbish.mbox": (lambda path: path.write_bytes(bytes(range(256)) * 400), "binary data"),
    "paper.pdf": (lambda path: path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n"), "a PDF"),
    "picture.png": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "a picture"),
    "nothing": (Path.mkdir, "holds no mail"),
    "pipe": (os.mkfifo, "neither a file nor a folder"),
    "nowhere": (lambda _path: None, "no file or folder"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_what_is_no_mail_is_named(folder: Folder, tmp_path: Path, name: str) -> None:
    make, words = WRONG_FILES[name]
    make(tmp_path / name)
    folder.run("import", tmp_path / name).told_plainly(exits.INVALID, name, words)


def test_a_path_through_a_file_is_no_path(folder: Folder, small: Path) -> None:
    folder.run("import", small / "deeper").told_plainly(exits.INVALID, "no file or folder")


@pytest.mark.parametrize("name", ["empty", "empty.mbox", "empty.eml"])
def test_an_empty_file_holds_no_mail_and_that_is_said(folder: Folder, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    ended = folder.run("import", tmp_path / name)
    assert ended.code == exits.OK
    assert "There was no mail to read." in ended.out


def test_of_a_truncated_mbox_what_is_there_is_archived_and_the_whole_one_adds_the_rest(
    folder: Folder, tmp_path: Path, small: Path
) -> None:
    box = tmp_path / "box.mbox"
    box.write_bytes(small.read_bytes()[:400_000])
    assert folder.run("import", box).code == exits.OK
    before = len(folder.mails())
    assert before > 1
    box.write_bytes(small.read_bytes())
    assert folder.run("import", box).code == exits.OK
    assert len(folder.mails()) > before


@pytest.mark.parametrize("form", ["takeout-zip", "takeout-tgz"])
def test_of_a_truncated_archive_what_was_read_stays_and_the_same_command_completes_it(
    folder: Folder, other: Folder, tmp_path: Path, simulate: Simulate, form: str
) -> None:
    whole = simulate(form, 60)
    archive = tmp_path / f"archive{form}"
    content = whole.read_bytes()
    archive.write_bytes(content[: len(content) // 2])
    folder.run("import", archive).told_plainly(exits.UNREADABLE, "cut off or damaged at byte", "again")
    assert len(folder.mails()) > 1
    archive.write_bytes(content)
    assert folder.run("import", archive).code == exits.OK
    assert other.run("import", whole).code == exits.OK
    kept, fresh = {row[0] for row in folder.mails()}, {row[0] for row in other.mails()}
    assert fresh <= kept
    assert len(kept - fresh) <= 1  # the mail in which the first archive broke off


def test_a_zip_bomb_is_not_unpacked(folder: Folder, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Takeout/Mail/All.mbox", b"From a@b Thu Jan  1 00:00:00 2026\n" + bytes(60_000_000))
    folder.run("import", bomb).told_plainly(exits.UNREADABLE, "unpacks to more than 200 times", "unpack it yourself")


WRONG_SETTINGS = {
    "MAILMILL_PARSERS": "x",
    "MAX_SECONDS_PER_RUN": "0",
    "MAILMILL_TIME_ZONE": "Mars/Base",
    "MAILMILL_LOG_LEVEL": "loud",
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_a_wrong_setting_is_named(folder: Folder, name: str) -> None:
    folder.run("jobs", "list", **{name: WRONG_SETTINGS[name]}).told_plainly(exits.INVALID, name)
    assert not folder.path.exists()


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, small: Path) -> None:
    (tmp_path / "file").touch()
    for place in ("file", "file/below"):
        for arguments in (["jobs", "list"], ["restore", small]):
            Folder(tmp_path / place).run(*arguments).told_plainly(exits.INVALID, "data folder")


def test_a_data_folder_that_can_not_be_made_is_refused() -> None:
    Folder(Path("/proc/none")).run("jobs", "list").told_plainly(exits.INVALID, "/proc/none")


def test_a_database_that_is_rubbish_is_refused_and_left_alone(folder: Folder) -> None:
    folder.path.mkdir()
    database = folder.path / "mailmill.db"
    database.write_bytes(b"no database at all\n" * 500)
    folder.run("jobs", "list").told_plainly(exits.INVALID, "not a Mailmill database")
    assert database.read_bytes() == b"no database at all\n" * 500


def test_a_database_of_another_program_is_refused_and_left_alone(folder: Folder) -> None:
    folder.path.mkdir()
    with closing(sqlite3.connect(folder.path / "mailmill.db")) as connection:
        connection.execute("CREATE TABLE notes (text)")
    folder.run("jobs", "list").told_plainly(exits.INVALID, "not a Mailmill database")
    assert folder.ask("SELECT name FROM sqlite_master") == [("notes",)]


def test_a_database_of_a_newer_release_is_refused(filled: Folder) -> None:
    with closing(sqlite3.connect(filled.path / "mailmill.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    filled.run("jobs", "list").told_plainly(exits.INVALID, "newer release")


def test_a_damaged_database_is_named(filled: Folder) -> None:
    os.truncate(filled.path / "mailmill.db", 100_000)
    filled.run("search").told_plainly(exits.INVALID, "damaged", "Restore")


REFUSED = [
    ("jobs show 99", exits.REFUSED, "no job 99"),
    ("jobs show 99999999999999999999999", exits.REFUSED, "no job 999"),
    ("jobs watch nonsense", exits.REFUSED, "no job nonsense"),
    ("jobs cancel 1", exits.REFUSED, "nothing is left to do"),
    ("sync nobody", exits.REFUSED, "no account"),
    ("sync 99999999999999999999999", exits.REFUSED, "no account"),
    ("problems retry 1", exits.REFUSED, "no open problems"),
    ("search from:(", exits.INVALID, "parenthesis"),
    ("search frm:ada", exits.INVALID, "no operator frm:"),
    ("search after:2026-13-45", exits.INVALID, "not a date"),
    ('search "open', exits.INVALID, "quote is not closed"),
    ("receipts list --from yesterday", exits.INVALID, "--from must be a day"),
    ("receipts stats --to 31.12.2025", exits.INVALID, "--to must be a day"),
    ("receipts export --from 2026-05-01 --to 2026-01-01", exits.INVALID, "is after"),
    ("sync 1 --from 2026-05-01 --to 2026-01-01", exits.INVALID, "is after"),
    ("sync 1 --days 0", exits.INVALID, "from 1 to 3650"),
    ("sync 1 --days 3 --from 2026-01-01", exits.INVALID, "one range"),
    ("sync 1 --max-messages 0", exits.INVALID, "max_messages"),
    ("accounts add-simulated nonsense", exits.INVALID, "http://"),
    ("accounts remove 1", exits.INVALID, "--yes"),
    ("receipts export /proc/none/receipts.csv", exits.INVALID, "can't be written"),
]


@pytest.mark.parametrize(("typed", "code", "words"), REFUSED)
def test_what_can_not_be_done_is_said(filled: Folder, typed: str, code: int, words: str) -> None:
    before = filled.mails()
    filled.run(*typed.split(" ")).told_plainly(code, words)
    assert filled.mails() == before


def test_a_backup_onto_a_file_is_refused_and_the_file_stays(filled: Folder, small: Path) -> None:
    before = small.read_bytes()
    filled.run("backup", small).told_plainly(exits.INVALID, "exists already")
    assert small.read_bytes() == before


def test_what_is_no_backup_is_not_restored(folder: Folder, small: Path, tmp_path: Path) -> None:
    folder.run("restore", small).told_plainly(exits.INVALID, "not a backup of Mailmill")
    folder.run("restore", tmp_path / "nowhere").told_plainly(exits.INVALID, "no file")
    assert not (folder.path / "mailmill.db").exists()


def test_half_a_backup_is_not_restored(filled: Folder, folder: Folder, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert filled.run("backup", backup).code == exits.OK
    os.truncate(backup, backup.stat().st_size // 2)
    folder.run("restore", backup).told_plainly(exits.INVALID, "damaged")
    assert not (folder.path / "mailmill.db").exists()


def test_every_error_of_the_tree_ends_as_its_class_whether_it_is_raised_or_a_job_failed_with_it() -> None:
    for kind in (errors.SourceUnavailable, errors.StoreUnavailable, errors.QuotaExhausted):
        assert exits.of_code(kind.code) == exits.of_error(kind()) == exits.UNAVAILABLE
    assert exits.of_code(errors.WrongSetting.code) == exits.of_error(errors.WrongSetting()) == exits.INVALID
    assert exits.of_code(errors.AlreadyRunning.code) == exits.of_error(errors.AlreadyRunning()) == exits.REFUSED
    assert exits.of_code("unexpected") == exits.UNEXPECTED
    assert exits.of_code(None) == exits.JOB_FAILED

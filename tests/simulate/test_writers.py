"""The written forms hold every mail, say the truth beside it, and are whole or not there."""

import gzip
import io
import json
import mailbox as stdlib_mailbox
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailmill.domain.errors import InvalidInput
from mailmill.domain.message import Dialect
from mailmill.simulate.command import Format, simulate_to
from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Simulated
from mailmill.simulate.takeout import INSIDE, LANGUAGES, write_takeout_zip
from mailmill.simulate.writers import write_maildir, write_mbox

COUNT = 60


@pytest.mark.parametrize("form", list(Format))
def test_every_form_writes_all_mails_and_their_truth(tmp_path: Path, form: Format) -> None:
    seen: list[int] = []
    summary = simulate_to(tmp_path / "box", form, COUNT, 4, progress=seen.append)
    lines = [json.loads(line) for line in summary.truth_path.read_text(encoding="utf-8").splitlines()]
    assert [line["index"] for line in lines] == list(range(COUNT))
    assert {line["kind"] for line in lines} == set(summary.kinds)
    assert summary.mails == sum(summary.kinds.values()) == COUNT
    assert seen[-1] == COUNT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box", "box.truth.jsonl"]


@pytest.mark.parametrize("form", list(Format))
def test_the_same_seed_writes_the_same_files(tmp_path: Path, form: Format) -> None:
    contents = []
    for name in ("one", "two"):
        simulate_to(tmp_path / name, form, 25, 9)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file()) or [tmp_path / name]
        contents.append([(path.name if path.parent != tmp_path else "", path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_a_plain_mbox_opens_with_the_standard_library(tmp_path: Path) -> None:
    mails = list(generate(4, COUNT))
    write_mbox(tmp_path / "box", mails, Dialect.MBOXO)
    opened = stdlib_mailbox.mbox(tmp_path / "box")
    assert len(opened) == COUNT
    opened.close()


def test_mboxrd_can_be_undone(tmp_path: Path) -> None:
    mails = [mail for mail in generate(4, 400) if re.search(rb"(?m)^>*From ", mail.raw)]
    assert mails
    write_mbox(tmp_path / "box", mails, Dialect.MBOXRD)
    pieces = re.split(rb"(?m)^From [^\n]+ \d{4}\n", (tmp_path / "box").read_bytes())[1:]
    for piece, mail in zip(pieces, mails, strict=True):
        assert re.sub(rb"(?m)^>(>*From )", rb"\1", piece).startswith(mail.raw)


def test_mboxcl2_names_the_length_of_every_body(tmp_path: Path) -> None:
    write_mbox(tmp_path / "box", generate(4, COUNT), Dialect.MBOXCL2)
    data = (tmp_path / "box").read_bytes()
    at = count = 0
    while at < len(data):
        assert data.startswith(b"From ", at)
        found = re.compile(rb"Content-Length: (\d+)\r?\n\r?\n").search(data, at)
        assert found
        at = found.end() + int(found.group(1))
        at += len(data[at : at + 4]) - len(data[at : at + 4].lstrip(b"\n"))
        count += 1
    assert count == COUNT


def test_a_maildir_opens_with_the_standard_library(tmp_path: Path) -> None:
    mails = list(generate(4, COUNT))
    write_maildir(tmp_path / "box", mails)
    opened = stdlib_mailbox.Maildir(tmp_path / "box", create=False)
    folders = [opened, *(opened.get_folder(name) for name in opened.list_folders())]
    assert sorted(raw for folder in folders for raw in map(folder.get_bytes, folder.keys())) == sorted(
        mail.raw for mail in mails
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_takeout_names_labels_in_the_users_language(tmp_path: Path, language: str) -> None:
    write_takeout_zip(tmp_path / "t.zip", generate(4, COUNT), language=language)
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        data = archive.read(INSIDE)
    assert len(re.findall(rb"(?m)^From \d+@xxx \w{3} \w{3} \d\d [\d:]{8} \+0000 \d{4}\r?\n", data)) == COUNT
    assert data.count(b"X-GM-THRID: ") >= COUNT
    words = {"en": b"Inbox", "de": b"Posteingang", "fr": b"Bo=C3=AEte", "es": b"Recibidos"}
    assert words[language] in data


def test_a_tgz_holds_the_mbox_where_takeout_puts_it(tmp_path: Path) -> None:
    simulate_to(tmp_path / "t.tgz", "takeout-tgz", COUNT, 4)
    data = gzip.decompress((tmp_path / "t.tgz").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == [INSIDE]


def test_a_path_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("mine")
    with pytest.raises(InvalidInput, match="exists already"):
        simulate_to(tmp_path / "box", "mbox", 3, 1)
    assert (tmp_path / "box").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


@pytest.mark.parametrize(("form", "count", "place"), [("mobx", 3, "box"), ("mbox", -1, "box"), ("mbox", 3, "no/box")])
def test_a_wrong_wish_is_said(tmp_path: Path, form: str, count: int, place: str) -> None:
    with pytest.raises(InvalidInput):
        simulate_to(tmp_path / place, form, count, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[Simulated]:
        yield from generate(1, 5)
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any
        write_mbox(tmp_path / "box", failing())
    assert list(tmp_path.iterdir()) == []

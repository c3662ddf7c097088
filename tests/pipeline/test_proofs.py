"""The proofs at small scale: real mail kept byte for byte and never twice, and memory that does not grow."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailmill.simulate.command import Format, simulate_to
from proofs import archive, memory
from proofs.command import DataFolder

FAKED_END = (
    b"From: a@b.example\r\nSubject: a blank line that is none\r\nMessage-ID: <1@b.example>\r\n \r\nstill header\r\n"
)


def prove(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the proof of the archive prints; it must hold."""
    monkeypatch.setattr("sys.argv", ["archive", *arguments])
    code = archive.main()
    told = capsys.readouterr().out
    assert code == 0, told
    return told


def hold(told: str, names: Sequence[str]) -> None:
    """Each of these verdicts was given, and all of them hold."""
    assert "FAILED" not in told
    for name in names:
        assert any(line.startswith(name) and line.endswith("ok") for line in told.splitlines()), (name, told)


def test_simulated_mail_is_archived_byte_for_byte_in_every_form_and_never_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate_to(tmp_path / "mails", Format.EML, 150, 8)
    (tmp_path / "mails" / "faked.eml").write_bytes(FAKED_END)
    told = prove(monkeypatch, capsys, str(tmp_path / "mails"))
    assert told.startswith("151 mails")
    forms = ("as a folder", "as one mbox (mboxrd)", "as one mbox (mboxo)", "as one mbox (mboxcl2)", "as a Maildir")
    hold(told, (*forms, "the folder again", "the mboxrd file renamed", "the mboxrd mails shuffled"))
    hold(told, ("the mboxrd file as a Maildir", "the Maildir as an mbox (mboxo)", "the Maildir with CRLF"))


@pytest.mark.serial
def test_an_import_of_50_megabytes_stays_under_300_megabytes_of_memory(tmp_path: Path) -> None:
    written = memory.write(tmp_path / "box.mbox", 50_000_000, 2)
    data = DataFolder(tmp_path / "data")
    samples = memory.measured(data, tmp_path / "box.mbox")
    assert len(samples) > 20
    assert max(sample.total for sample in samples) < 300 * memory.MB
    assert data.last_totals()["listed"] == written.mails

"""Archives: read as streams, whatever is wrong with them, and never unpacked to the disk."""

import gzip
import io
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from mailmill.domain.account import Range
from mailmill.domain.errors import MailmillError, PositionLost, SourceBroken
from mailmill.sources.files import limits, open_files
from tests.sources.mailfiles import (
    TAKEOUT_LINE,
    batches_of,
    content_of,
    contents_of,
    mail,
    mails,
    mbox_bytes,
    messages_of,
    nothing_known,
    read_all,
    tar_of,
    warnings_of,
    write,
    zip_of,
)

NOISE = random.Random(7)


def noisy(number: int) -> bytes:
    """A mail that does not pack well, so that a cut archive is cut in its middle."""
    return mail(number, NOISE.randbytes(1500).hex().encode() + b"\n")


async def read_until_fault(path: Path) -> tuple[list[bytes], MailmillError]:
    """The mails that come before the fault, and the fault."""
    found: list[bytes] = []
    source = open_files(str(path))
    try:
        async for batch in source.read(None, Range(), nothing_known):
            found += [content_of(message) for message in batch.messages]
    except MailmillError as error:
        return found, error
    raise AssertionError("the fault was not told")


def test_takeout_mails_name_their_entry_and_byte(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"Takeout/Mail/All mail.mbox": mbox_bytes(mails(2), TAKEOUT_LINE)})
    second = messages_of(path)[1]
    assert second.folder == "Takeout/Mail/All mail"
    assert second.where.startswith("t.zip/Takeout/Mail/All mail.mbox @byte ")
    assert isinstance(second.content, bytes)


@pytest.mark.parametrize("kind", ["zip", "tgz", "tar"])
async def test_a_cut_archive_gives_what_is_whole_and_then_says_where_it_broke(kind: str, tmp_path: Path) -> None:
    content = [noisy(number) for number in range(400)]
    entries = {"a.eml": content[0], "All.mbox": mbox_bytes(content[1:], TAKEOUT_LINE)}
    path = tmp_path / f"t.{kind}"
    zip_of(path, entries) if kind == "zip" else tar_of(path, entries, "w" if kind == "tar" else "w:gz")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)
    assert 150 < len(found) < 250
    assert found == content[: len(found)]
    assert "All.mbox" in fault.message or kind != "tar"
    assert "byte" in fault.message


async def test_a_cut_zip_of_stored_entries_gives_what_is_whole(tmp_path: Path) -> None:
    content = mails(50)
    path = zip_of(tmp_path / "t.zip", {f"{n:03}.eml": c for n, c in enumerate(content)}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)
    assert found == content[: len(found)]
    assert len(found) > 20


async def test_a_cut_zip_that_was_streamed_gives_what_is_whole(tmp_path: Path) -> None:
    content = [noisy(number) for number in range(60)]
    packed = io.BytesIO()
    with zipfile.ZipFile(_Pipe(packed), "w", zipfile.ZIP_DEFLATED) as archive:
        for number, each in enumerate(content):
            archive.writestr(f"{number:03}.eml", each)
    path = write(tmp_path / "t.zip", packed.getvalue()[: packed.tell() // 2])
    found, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)
    assert found == content[: len(found)]
    assert len(found) > 20


async def test_flipped_bytes_are_told_with_the_entry(tmp_path: Path) -> None:
    content = [noisy(number) for number in range(300)]
    path = zip_of(tmp_path / "t.zip", {"All.mbox": mbox_bytes(content)})
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2 : len(packed) // 2 + 64] = b"\xff" * 64
    path.write_bytes(packed)
    found, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)
    assert "t.zip/All.mbox" in fault.message
    assert found[:100] == content[:100]


@pytest.mark.parametrize("kind", ["zip", "gz", "tgz"])
async def test_a_bomb_is_refused_before_it_bursts(kind: str, tmp_path: Path) -> None:
    content = mbox_bytes([mail(1), mail(2, b"\0" * (limits.ARCHIVE_RATIO_FREE_BYTES + 2**24))])
    if kind == "zip":
        path = zip_of(tmp_path / "t.zip", {"All.mbox": content})
    elif kind == "gz":
        path = write(tmp_path / "t.gz", gzip.compress(content, 9))
    else:
        path = tar_of(tmp_path / "t.tgz", {"All.mbox": content})
    _, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)
    assert "200 times" in fault.message


async def test_an_encrypted_entry_is_named(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"a.eml": mail(1), "b.eml": mail(2)})
    packed = bytearray(path.read_bytes())
    at = packed.index(b"PK\x01\x02", packed.index(b"PK\x01\x02") + 1)
    packed[at + 8] |= 1
    path.write_bytes(packed)
    found, fault = await read_until_fault(path)
    assert found == [mail(1)]
    assert fault.message.startswith("t.zip/b.eml is encrypted.")


def test_an_archive_inside_an_archive_is_left_out_and_named(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", {"a.eml": mail(1)}).read_bytes()
    path = zip_of(tmp_path / "t.zip", {"a.eml": mail(1), "inner.zip": inner})
    assert contents_of(path) == [mail(1)]
    assert "t.zip/inner.zip is an archive inside an archive" in warnings_of(path)


async def test_too_many_entries_are_refused_before_they_are_held(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"a.eml": mail(1)})
    packed = path.read_bytes()
    end = packed.index(b"PK\x05\x06")
    fields = list(struct.unpack("<4s4H2LH", packed[end : end + 22]))
    fields[5] = limits.ARCHIVE_DIRECTORY_BYTES + 1
    path.write_bytes(packed[:end] + struct.pack("<4s4H2LH", *fields))
    _, fault = await read_until_fault(path)
    assert "entries" in fault.message


async def test_a_tar_whose_names_are_endless_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, limits.TAR_HEADER_BYTES + 1
    path = write(tmp_path / "t.tar", info.tobuf() + b"\0" * 2**21)
    _, fault = await read_until_fault(path)
    assert isinstance(fault, SourceBroken)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_in_a_tar_are_read(form: int, tmp_path: Path) -> None:
    name = "/".join(["Posteingang für Ärzte"] * 9) + "/a.eml"
    with tarfile.open(tmp_path / "t.tar", "w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(mail(1))
        archive.addfile(info, io.BytesIO(mail(1)))
    assert messages_of(tmp_path / "t.tar")[0].folder == name.rpartition("/")[0]


def test_links_and_devices_in_a_tar_are_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("../../etc/passwd")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("a.eml")
        info.size = len(mail(1))
        archive.addfile(info, io.BytesIO(mail(1)))
    assert contents_of(tmp_path / "t.tar") == [mail(1)]


def test_another_archive_in_the_same_place_is_read_again(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"All.mbox": mbox_bytes(mails(150))})
    position = read_all(path)[0].position
    zip_of(path, {"All.mbox": mbox_bytes(mails(150, 500))})
    with pytest.raises(PositionLost):
        read_all(path, position)


async def test_the_plan_of_a_large_archive_is_an_estimate(tmp_path: Path) -> None:
    content = [noisy(number) for number in range(2000)]
    path = zip_of(tmp_path / "t.zip", {"All.mbox": mbox_bytes(content)})
    plan = await open_files(str(path)).plan(Range())
    assert not plan.exact
    assert 1000 < plan.messages < 3000


def test_nothing_is_unpacked_to_the_disk(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"../escape.eml": mail(1), "All.mbox": mbox_bytes(mails(150))})
    read_all(path)
    assert [found.name for found in tmp_path.rglob("*")] == ["t.zip"]


async def test_a_zip_without_mail_says_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "t.zip", {"photo.jpg": b"\xff\xd8\xff\xe0"})
    with pytest.raises(MailmillError, match="holds no mail"):
        await batches_of(open_files(str(path)))


class _Pipe(io.RawIOBase):
    """A place to write to that can't go back, so that zip entries are followed by their sizes."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: object) -> int:
        """Write at the end."""
        return self._target.write(data)  # type: ignore[arg-type]  # any buffer

    def flush(self) -> None:
        """Nothing is held back."""

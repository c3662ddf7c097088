"""Folders and Maildirs: what is mail, in which order, and what happens to the rest."""

import asyncio
import mailbox
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mailmill.domain.account import Range
from mailmill.domain.errors import InvalidInput, SourceUnavailable
from mailmill.sources.base import Batch
from mailmill.sources.files import open_files
from tests.sources.mailfiles import (
    content_of,
    contents_of,
    mail,
    maildir_of,
    mails,
    mbox_bytes,
    messages_of,
    nothing_known,
    read_all,
    warnings_of,
    write,
)

NOBODY = 65534


def test_a_folder_is_read_by_name_and_files_by_what_they_are(tmp_path: Path) -> None:
    write(tmp_path / "b" / "mail-without-suffix", mail(2))
    write(tmp_path / "a.eml", mail(1))
    write(tmp_path / "c.txt", mbox_bytes([mail(3), mail(4)]))
    write(tmp_path / "d.mbox", b"\x89PNG\r\n\x1a\n")
    write(tmp_path / "readme.txt", b"Dear reader: this is no mail.\n\nSubject: no\n")
    write(tmp_path / "x.json", b'{"From": "no mail"}')
    found = messages_of(tmp_path)
    assert [content_of(message) for message in found] == [mail(1), mail(2), mail(3), mail(4)]
    assert [message.folder for message in found] == [tmp_path.name, "b", "c", "c"]
    assert "(3): d.mbox, readme.txt, x.json." in warnings_of(tmp_path)


def test_a_single_mail_is_an_account(tmp_path: Path) -> None:
    found = messages_of(write(tmp_path / "one.eml", mail(1)))
    assert [(message.folder, message.where) for message in found] == [("one", "one.eml @byte 0")]


def test_a_mail_with_a_byte_order_mark_or_nuls_is_a_mail(tmp_path: Path) -> None:
    content = [b"\xef\xbb\xbf" + mail(1), mail(2, b"\0\0\0")]
    write(tmp_path / "1.eml", content[0])
    write(tmp_path / "2.eml", content[1])
    assert contents_of(tmp_path) == content


def test_names_that_are_not_utf8_are_read_and_shown(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.mbox"
    with open(raw, "wb") as file:
        file.write(mbox_bytes(mails(150)))
    batches = read_all(tmp_path)
    assert batches[0].messages[0].folder == "caf\\xe9"
    assert sum(len(batch.messages) for batch in read_all(tmp_path, batches[0].position)) == 50


def test_links_pipes_and_sockets_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.eml", mail(1))
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "gone.eml").symlink_to("nowhere")
    (tmp_path / "in" / "b.eml").symlink_to("a.eml")
    os.mkfifo(tmp_path / "in" / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "in" / "sock"))
        assert contents_of(tmp_path / "in") == [mail(1), mail(1)]
        told = warnings_of(tmp_path / "in")
    assert "loop is a link to a folder" in told
    assert "gone.eml is a link to nothing" in told
    assert "self was left out" in told
    assert "pipe is not a plain file" in told
    assert "sock is not a plain file" in told


def test_an_empty_file_among_mails_is_no_mail(tmp_path: Path) -> None:
    write(tmp_path / "a.eml", b"")
    write(tmp_path / "b.eml", mail(1))
    assert contents_of(tmp_path) == [mail(1)]
    assert "a.eml is empty" in warnings_of(tmp_path)


async def test_a_file_that_vanishes_while_the_folder_is_read_counts_as_gone(tmp_path: Path) -> None:
    for number in range(350):
        write(tmp_path / f"{number:03}.eml", mail(number))
    source = open_files(os.fspath(tmp_path))
    read = source.read(None, Range(), nothing_known)
    batches: list[Batch] = [await anext(read)]
    for number in range(330, 340):
        (tmp_path / f"{number}.eml").unlink()
    batches += [batch async for batch in read]
    counts = [counts for batch in batches for counts in batch.listed.values()]
    assert sum(count.listed for count in counts) == 350
    assert sum(count.gone for count in counts) == 10
    assert batches[-1].done == batches[-1].total


def test_a_file_that_may_not_be_read_is_named_and_the_others_come() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder / "a.eml", mail(1))
        write(folder / "b.eml", mail(2)).chmod(0)
        write(folder / "c" / "d.eml", mail(3))
        (folder / "c").chmod(0)
        with as_nobody():
            batches = read_all(folder)
        (folder / "c").chmod(0o755)
    undelivered = [text for batch in batches for counts in batch.listed.values() for text in counts.undelivered]
    assert undelivered == ["b.eml can't be read: Permission denied", "c can't be read: Permission denied"]
    assert sum(len(batch.messages) for batch in batches) == 1


def test_a_location_that_may_not_be_read_says_so() -> None:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = write(Path(name) / "a.mbox", mbox_bytes(mails(2)))
        path.chmod(0)
        with as_nobody(), pytest.raises(InvalidInput, match=r"can't be read: Permission denied\. Let the user"):
            read_all(path)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, where the tests have them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_maildir_has_folders_flags_and_times(tmp_path: Path) -> None:
    box = maildir_of(tmp_path / "Maildir", [mail(1)], "FRSTD")
    maildir_of(box / ".Entw&APw-rfe.2024", [mail(2)])
    found = messages_of(box)
    assert [message.folder for message in found] == ["INBOX", "Entwürfe/2024"]
    assert found[0].labels == ("\\Draft", "\\Flagged", "\\Answered", "\\Seen", "\\Deleted")
    assert found[1].labels == ()
    assert all(message.received_at for message in found)


def test_a_maildir_written_by_the_standard_library_is_read(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "Maildir", create=True)
    message = mailbox.MaildirMessage(mail(1))
    message.set_subdir("cur")
    message.set_flags("FS")
    box.add(message)
    box.add_folder("Sent").add(mail(2))
    box.close()
    found = messages_of(tmp_path / "Maildir")
    assert [(content_of(each), each.folder, each.labels) for each in found] == [
        (mail(1), "INBOX", ("\\Flagged", "\\Seen")),
        (mail(2), "Sent", ()),
    ]


def test_a_from_line_in_a_maildir_is_kept_beside_the_mail(tmp_path: Path) -> None:
    box = maildir_of(tmp_path / "Maildir", [])
    write(box / "cur" / "1.2.host:2,S", b"From a@b Tue Mar 04 03:33:20 2003\n" + mail(1))
    found = messages_of(box)
    assert [(content_of(message), message.from_line) for message in found] == [
        (mail(1), b"From a@b Tue Mar 04 03:33:20 2003")
    ]


def test_an_empty_maildir_is_valid(tmp_path: Path) -> None:
    assert contents_of(maildir_of(tmp_path / "Maildir", [])) == []


def test_flags_that_change_between_two_reads_move_nothing(tmp_path: Path) -> None:
    box = maildir_of(tmp_path / "Maildir", mails(250))
    whole = read_all(box)
    for number, path in enumerate(sorted((box / "new").iterdir())):
        if number % 2:
            path.rename(box / "cur" / f"{path.name}:2,S")
    rest = read_all(box, whole[0].position)
    assert [content_of(message) for batch in rest for message in batch.messages] == [
        content
        for path in sorted([*(box / "new").iterdir(), *(box / "cur").iterdir()], key=lambda p: p.name.split(":2,")[0])[
            100:
        ]
        for content in [path.read_bytes()]
    ]


async def test_a_mail_whose_flags_change_during_the_read_is_found(tmp_path: Path) -> None:
    box = maildir_of(tmp_path / "Maildir", mails(400))
    source = open_files(os.fspath(box))
    read = source.read(None, Range(), nothing_known)
    first = await anext(read)
    for path in sorted((box / "new").iterdir())[300:]:
        path.rename(box / "cur" / f"{path.name}:2,S")
    batches = [first, *[batch async for batch in read]]
    assert sum(len(batch.messages) for batch in batches) == 400
    assert sum(message.labels == ("\\Seen",) for batch in batches for message in batch.messages) == 100


def test_a_disk_that_went_away_is_an_outage_and_a_wrong_path_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(150)))
    position = read_all(path)[0].position
    path.unlink()
    with pytest.raises(SourceUnavailable, match="is away"):
        read_all(path, position)
    with pytest.raises(InvalidInput, match="Check the path"):
        read_all(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        ("a.pst", b"!BDN\0\0", "an Outlook data file"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "an Outlook message"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        ("a.bin", bytes(range(256)), "binary data"),
        ("a.txt", b"Dear Sir or Madam\n", "text without a mail header"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(InvalidInput, match=words):
        read_all(path)


def test_a_folder_without_mail_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no mail"):
        read_all(tmp_path)
    write(tmp_path / "notes.txt", b"nothing\n")
    with pytest.raises(InvalidInput, match="holds no mail"):
        read_all(tmp_path)


@pytest.mark.parametrize("location", ["/dev/zero", "pipe"])
def test_a_device_or_a_pipe_is_refused_at_once(location: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match="not a plain file"):
        read_all(tmp_path / location)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    block = mbox_bytes(mail(number, b"0123456789abcdef\n" * 1500) for number in range(400))
    path = tmp_path / "large.mbox"
    with path.open("wb") as file:
        for _ in range(8):
            file.write(block)
    assert path.stat().st_size > 75 * 2**20
    assert asyncio.run(_peak(path)) < 16 * 2**20


async def _peak(path: Path) -> int:
    """How much anonymous memory grows at most while the file is read."""
    source = open_files(os.fspath(path))
    before = highest = _anonymous()
    async for _ in source.read(None, Range(), nothing_known):
        highest = max(highest, _anonymous())
    return highest - before


def _anonymous() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("this system does not tell RssAnon")

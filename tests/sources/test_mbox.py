"""Where one mail of an mbox ends and the next begins, and how the file was written."""

import mailbox
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailmill.domain.account import Range
from mailmill.domain.errors import PositionLost, SourceUnavailable
from mailmill.domain.message import Dialect, FileSpan
from mailmill.sources.base import Batch
from mailmill.sources.files import open_files, read_span
from mailmill.sources.files.limits import CHUNK_BYTES
from tests.sources.mailfiles import (
    FROM_LINE,
    TAKEOUT_LINE,
    batches_of,
    content_of,
    contents_of,
    mail,
    mails,
    mbox_bytes,
    mboxcl2_bytes,
    messages_of,
    nothing_known,
    read_all,
    with_length,
    write,
)

FROM_LINES = [
    b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011",
    b"From foo@bar  Sat Jan  3 01:05:34 1996",
    b"From - Tue Apr 27 19:42:22 2010",
    b"From aperson at example.com  Mon Apr  2 15:10:12 2001",
    b"From ???@??? Thu Jan  1 00:00:00 1998",
    b"From mboxrd@z Thu Jan  1 00:00:00 1970",
    b"From user@host Sat Apr  7 14:31:02 PDT 2018",
    b"From user@host Sat Apr  7 14:31 2018 remote from site",
    b"From user@host Sat Apr  7 14:31:02 2018 +0200",
    b"From user@host Sat, 07 Apr 2018 14:31:02 +0200",
    b"From 1828754568043628583@xxx Mon Apr 07 14:31:02 +0000 2025",
    b"From -",
    b"From someone",
]

NOT_FROM_LINES = [
    b"From here on everything is different.",
    b"From Monday on we meet at 12:30.",
    b"From: looks like a header",
    b"From me to you, Mon and Tue",
    b"From 12:30 to 14:00 on Sat Jan 3",
]


@pytest.mark.parametrize("line", FROM_LINES)
def test_the_from_lines_of_real_programs_separate_mails(line: bytes, tmp_path: Path) -> None:
    content = mails(3)
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes(content, line)))
    assert [message.from_line for message in found] == [line] * 3
    assert contents_of(tmp_path / "x.mbox") == content


@pytest.mark.parametrize("line", NOT_FROM_LINES)
def test_a_sentence_that_begins_with_from_is_no_separator(line: bytes, tmp_path: Path) -> None:
    content = [mail(1, b"Hello\n\n" + line + b"\nand more: yes\n"), mail(2)]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


def test_a_from_line_without_a_blank_line_before_it_is_text(tmp_path: Path) -> None:
    content = [mail(1, b"Hello\n" + FROM_LINE + b"\nmore\n"), mail(2)]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


def test_in_a_takeout_file_only_a_number_and_a_date_separate(tmp_path: Path) -> None:
    content = [mail(1, b"I quote\n\n" + FROM_LINE + b"\nSubject: old\n\nFrom here\n"), mail(2)]
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes(content, TAKEOUT_LINE, b"\r\n")))
    assert len(found) == 2
    assert contents_of(tmp_path / "x.mbox") == content


def test_the_blank_line_that_separates_is_no_part_of_a_mail_and_others_are(tmp_path: Path) -> None:
    content = [mail(1, b"ends with blank lines\n\n\n"), mail(2, b"too\n\n"), mail(3, b"")]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


def test_the_last_mail_may_end_without_a_line_end(tmp_path: Path) -> None:
    content = [mail(1), mail(2, b"cut off")]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content)[:-1])) == content


def test_one_mail_saved_by_a_delivery_agent_keeps_its_last_blank_line(tmp_path: Path) -> None:
    content = mail(1, b"text\n\n")
    path = write(tmp_path / "ham" / "00001.7c53", FROM_LINE + b"\n" + content)
    assert contents_of(path) == [content]
    assert [message.folder for message in messages_of(tmp_path / "ham")] == ["ham"]


def test_mails_longer_than_what_is_read_at_once_are_whole(tmp_path: Path) -> None:
    long = mail(2, b"0123456789abcde\n" * (3 * CHUNK_BYTES // 16) + b"\n")
    content = [mail(1), long, mail(3)]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


@pytest.mark.parametrize("shift", range(-12, 90, 3))
def test_a_separator_across_the_edge_of_a_read_is_seen(shift: int, tmp_path: Path) -> None:
    head = mail(1, b"")
    filler = CHUNK_BYTES - len(FROM_LINE) - 1 - len(head) - shift
    content = [mail(1, b"x" * (filler - 1) + b"\n"), mail(2), mail(3)]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


def test_content_length_is_believed_where_a_mail_follows(tmp_path: Path) -> None:
    inner = b"forwarded:\n\n" + FROM_LINE + b"\nSubject: inner\n\nbody\n"
    content = [mail(1, inner), mail(2), mail(3, inner)]
    found = messages_of(write(tmp_path / "x.mbox", mboxcl2_bytes(content)))
    assert [message.dialect for message in found] == [Dialect.MBOXCL2] * 3
    assert contents_of(tmp_path / "x.mbox") == [with_length(each) for each in content]


def test_a_wrong_content_length_is_not_believed(tmp_path: Path) -> None:
    right = [with_length(each) for each in mails(40)]
    lying = [mail(90, headers=b"Content-Length: 3\n"), mail(91, headers=b"Content-Length: 999999999\n")]
    content = [*right[:30], *lying, *right[30:]]
    assert contents_of(write(tmp_path / "x.mbox", mbox_bytes(content))) == content


def test_a_content_length_that_leads_nowhere_leaves_an_ordinary_mbox(tmp_path: Path) -> None:
    content = [mail(1, headers=b"Content-Length: 7\n"), mail(2)]
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes(content)))
    assert [message.dialect for message in found] == [Dialect.MBOXO] * 2
    assert contents_of(tmp_path / "x.mbox") == content


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        (b"nothing special\n", Dialect.MBOXO),
        (b"a\n>From here\n", Dialect.MBOXO),
        (b"a\n>From here\nb\n>>From there\nc\n", Dialect.MBOXRD),
        (b"he wrote:\n>> one\n>>From there\n>> two\n", Dialect.MBOXO),
        (b"a\n\nFrom here on\n", Dialect.NONE),
    ],
)
def test_the_dialect_is_told_from_the_file(body: bytes, dialect: Dialect, tmp_path: Path) -> None:
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes([mail(1), mail(2, body)])))
    assert [message.dialect for message in found] == [dialect] * 2


def test_an_mbox_written_by_the_standard_library_is_read_back(tmp_path: Path) -> None:
    content = [mail(1), mail(2, b"blank\n\n"), mail(3, b"From here\n\nFrom there\n")]
    box = mailbox.mbox(tmp_path / "x.mbox")
    for each in content:
        box.add(each)
    box.close()
    expected = [each.replace(b"\nFrom ", b"\n>From ") if b"From here" in each else each for each in content]
    assert contents_of(tmp_path / "x.mbox") == expected


def test_mails_are_spans_of_the_file_and_say_where_they_lie(tmp_path: Path) -> None:
    path = write(tmp_path / "Sent.mbox", mbox_bytes(mails(2)))
    second = messages_of(path)[1]
    assert isinstance(second.content, FileSpan)
    assert second.where == f"Sent.mbox @byte {second.content.offset}"
    assert second.folder == "Sent"
    assert second.source_id is None


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (b"From a@b Tue Mar 04 03:33:20 2003", 1046748800),
        (b"From 17@xxx Mon Apr 07 14:31:02 +0200 2025", 1744029062),
        (b"From someone", None),
    ],
)
def test_the_from_line_tells_when_the_mail_arrived(line: bytes, seconds: int | None, tmp_path: Path) -> None:
    found = messages_of(write(tmp_path / "x.mbox", mbox_bytes(mails(1), line)))
    assert [message.received_at for message in found] == [seconds]


def test_an_empty_mbox_is_valid_and_has_no_mails(tmp_path: Path) -> None:
    batches = read_all(write(tmp_path / "x.mbox", b""))
    assert [message for batch in batches for message in batch.messages] == []
    assert batches[-1].done == batches[-1].total == 0


def test_a_file_that_grew_is_read_on_where_it_ended(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(120)))
    first = read_all(path)
    with path.open("ab") as file:
        file.write(mbox_bytes(mails(5, 120)))
    assert contents_after(path, first[-1].position) == mails(5, 120)
    assert contents_after(path, first[0].position) == mails(25, 100)


@pytest.mark.parametrize("stop", [0, 5, 3000])
def test_a_file_that_became_shorter_is_read_again(stop: int, tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(150)))
    position = read_all(path)[0].position
    path.write_bytes(path.read_bytes()[:stop])
    with pytest.raises(PositionLost):
        read_all(path, position)


def test_a_file_that_was_replaced_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(150)))
    position = read_all(path)[0].position
    write(path, mbox_bytes(mails(300, 1000)))
    with pytest.raises(PositionLost):
        read_all(path, position)


def test_a_file_whose_mails_moved_behind_the_same_beginning_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(150)))
    position = read_all(path)[0].position
    content = mails(150)
    write(path, mbox_bytes([*content[:60], mail(999), *content[60:]]))
    with pytest.raises(PositionLost, match="No mail begins at byte"):
        read_all(path, position)


def test_a_span_of_a_file_that_became_shorter_or_went_away_is_an_outage(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(3)))
    span = messages_of(path)[2].content
    assert isinstance(span, FileSpan)
    path.write_bytes(path.read_bytes()[: span.offset + 4])
    with pytest.raises(SourceUnavailable, match="became shorter"):
        read_span(span)
    path.unlink()
    with pytest.raises(SourceUnavailable, match="No such file"):
        read_span(span)


def contents_after(path: Path, position: str) -> list[bytes]:
    """The bytes of all mails after a position."""
    found = [message.content for message in messages_of(path, position)]
    return [read_span(content) for content in found if isinstance(content, FileSpan)]


async def test_what_is_appended_during_the_read_waits_for_the_next(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mbox", mbox_bytes(mails(250)))
    read = open_files(str(path)).read(None, Range(), nothing_known)
    batches = [await anext(read)]
    with path.open("ab") as file:
        file.write(mbox_bytes(mails(5, 250)))
    batches += [batch async for batch in read]
    assert sum(len(batch.messages) for batch in batches) == 250
    assert contents_of_rest(await batches_of(open_files(str(path)), batches[-1].position)) == mails(5, 250)


async def test_a_file_cut_during_the_read_is_an_outage_and_then_read_again(tmp_path: Path) -> None:
    content = [mail(number, b"0123456789abcde\n" * 4096) for number in range(400)]
    path = write(tmp_path / "x.mbox", mbox_bytes(content))
    read = open_files(str(path)).read(None, Range(), nothing_known)
    first = await anext(read)
    os.truncate(path, path.stat().st_size // 2)
    batches = [first]
    with pytest.raises(SourceUnavailable, match="became shorter"):
        await _collect(read, batches)
    assert 150 < sum(len(batch.messages) for batch in batches) <= 200
    with pytest.raises(PositionLost):
        await batches_of(open_files(str(path)), batches[-1].position)


async def _collect(read: AsyncIterator[Batch], batches: list[Batch]) -> None:
    async for batch in read:
        batches.append(batch)  # noqa: PERF401 - what came before the fault is wanted


def contents_of_rest(batches: list[Batch]) -> list[bytes]:
    """The bytes of all mails of these batches."""
    return [content_of(message) for batch in batches for message in batch.messages]

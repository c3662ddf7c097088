"""Every trap mail is read, right, whatever other readers make of it."""

import time

import pytest

from mailmill.domain.message import Message
from mailmill.mail.parse import parse
from tests.unit.mail.mail_traps import TRAPS, Trap


def test_there_are_at_least_sixty_traps_each_with_a_name_of_its_own() -> None:
    assert len(TRAPS) >= 60
    assert len({trap.name for trap in TRAPS}) == len(TRAPS)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name.replace(" ", "-"))
def test_a_trap_mail_is_read_right(trap: Trap) -> None:
    started = time.process_time()
    message = parse(trap.data)
    assert time.process_time() - started <= 1.0
    assert_as_expected(message, trap)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name.replace(" ", "-"))
def test_a_trap_mail_is_read_the_same_with_crlf(trap: Trap) -> None:
    if b"\r" not in trap.data:
        assert_as_expected(parse(trap.data.replace(b"\n", b"\r\n")), trap)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name.replace(" ", "-"))
def test_whatever_comes_out_can_be_stored(trap: Trap) -> None:
    message = parse(trap.data)
    for value in every_text(message):
        assert "\0" not in value
        value.encode("utf-8")


def assert_as_expected(message: Message, trap: Trap) -> None:
    """Compare what the trap asks for."""
    if trap.subject is not None:
        assert message.subject == trap.subject
    if trap.author is not None:
        assert [(each.name, each.email) for each in message.from_] == [trap.author]
    if trap.to is not None:
        assert tuple((each.name, each.email) for each in message.to) == trap.to
    if trap.date is not None:
        assert (message.date, message.date_offset) == trap.date
    if trap.text is not None:
        assert " ".join(message.text.split()) == trap.text
    if trap.files is not None:
        assert tuple(each.name for each in message.attachments) == trap.files
    if trap.references is not None:
        assert message.references == trap.references


def every_text(message: Message) -> list[str]:
    """All text of a message that a database has to take."""
    people = (*message.from_, *message.to, *message.cc, *message.bcc, *message.reply_to)
    return [
        message.subject,
        message.text,
        message.message_id or "",
        *(text for address in people for text in (address.name, address.email)),
        *(text for header in message.headers for text in header),
        *(text for part in message.parts for text in (part.part, part.content_type, part.text)),
        *(text for each in message.attachments for text in (each.part, each.name, each.content_type)),
        *message.references,
        *message.in_reply_to,
        *message.defects,
        *message.unreadable,
    ]

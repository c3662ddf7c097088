"""Line ends of every kind, also mixed in one mail."""

import pytest

from mailmill.mail.parse import parse

LINES = ["From: Ada <ada@example.org>", "Subject: Hello", "", "Good morning", "and good night", ""]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n", "\r\n"])
def test_a_mail_is_read_whatever_ends_its_lines(end: str, tail: str) -> None:
    message = parse((end.join(LINES) + tail).encode())
    assert message.subject == "Hello"
    assert message.text.split() == ["Good", "morning", "and", "good", "night"]


def test_a_header_with_lone_returns_and_a_line_that_is_no_field_is_read() -> None:
    message = parse(b"Subject: one\rFrom: a@example.org\rno field here\rmore text\nand a last line\n")
    assert message.subject == "one"
    assert "more text" in message.text

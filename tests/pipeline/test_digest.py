"""One mail through the child's work: what makes it the same mail again."""

import pytest

from mailmill.domain.account import Range
from mailmill.domain.message import Dialect, RawMessage
from mailmill.pipeline.digest import digest
from mailmill.pipeline.orders import Order

MAIL = b"Message-ID: <a@example.org>\nSubject: Hello\n\n%bFrom here on\nit goes on\n"


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("quoting", [b"", b">", b">>"])
def test_a_mail_is_the_same_however_its_from_lines_are_quoted(dialect: Dialect, quoting: bytes) -> None:
    made = digest(Order(RawMessage(MAIL % quoting, "INBOX", "here", dialect=dialect), Range(), ()))
    plain = digest(Order(RawMessage(MAIL % b"", "INBOX", "here"), Range(), ()))
    assert made.packed is not None
    assert plain.packed is not None
    assert made.packed.identity == plain.packed.identity

"""One mailbox that most tests look at; it is made once."""

import pytest

from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Simulated


@pytest.fixture(scope="session")
def mailbox() -> list[Simulated]:
    """3,000 mails of one seed."""
    return list(generate(11, 3000))

"""Base subjects and the rule by which a mail without References joins a thread."""

import pytest

from mailmill.domain.message import Message
from mailmill.mail.parse import parse
from mailmill.mail.threads import base_subject, joins_by_subject, looks_like_reply, parents, people


@pytest.mark.parametrize(
    "subject",
    [
        "Lunch on Friday",
        "Re: Lunch on Friday",
        "RE: re: Re:Lunch   on friday",
        "Re[2]: Lunch on Friday",
        "Re (3): Lunch on Friday",
        "AW: WG: Lunch on Friday",
        "Antwort: Lunch on Friday",
        "SV: VS: Lunch on Friday",
        "Fwd: FW: Lunch on Friday",
        "TR: RV: Lunch on Friday",
        "Odp: Ynt: Lunch on Friday",
        "Отв: Lunch on Friday",
        "回复\uff1aLunch on Friday",
        "[list] Re: [list] Lunch on Friday",
        "Re: [List-Name] Lunch on Friday (fwd)",
        "Lunch on Friday (was: Dinner)",
    ],
)
def test_replies_and_forwards_have_the_subject_they_began_with(subject: str) -> None:
    assert base_subject(subject) == "lunch on friday"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("", ""),
        ("Re:", ""),
        ("[x]", "[x]"),
        ("Regarding you", "regarding you"),
        ("Report: May", "report: may"),
        ("Straße", "strasse"),
    ],
)
def test_what_only_looks_like_a_mark_stays(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_only_reply_marks_look_like_a_reply() -> None:
    assert looks_like_reply("Re: x")
    assert looks_like_reply("[list] AW: x")
    assert not looks_like_reply("Fwd: x")
    assert not looks_like_reply("Invoice")


def mail(**headers: str) -> Message:
    """A mail of these headers."""
    return parse("".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()).encode() + b"\nx")


def test_a_reply_joins_a_thread_of_its_people_by_subject() -> None:
    reply = mail(From="Ann@Example.org", To="bob@example.org", Subject="Re: Lunch")
    assert people(reply) == {"ann@example.org", "bob@example.org"}
    assert joins_by_subject(reply, frozenset({"bob@example.org"}))
    assert not joins_by_subject(reply, frozenset({"eve@example.org"}))


def test_a_mail_that_answers_nothing_joins_nothing() -> None:
    fresh = mail(From="ann@example.org", To="bob@example.org", Subject="Lunch")
    assert not joins_by_subject(fresh, people(fresh))
    assert not joins_by_subject(mail(From="ann@example.org", Subject="Re:"), frozenset({"ann@example.org"}))


def test_parents_are_named_nearest_first_and_never_the_mail_itself() -> None:
    reply = mail(Message_ID="<d@x>", In_Reply_To="<c@x>", References="<a@x> <b@x> <c@x> <d@x>")
    assert parents(reply) == ("c@x", "b@x", "a@x")

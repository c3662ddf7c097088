"""What passes between the parts of the simulator: the scene a mail is written in, the draft, and the finished mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias, Union

from mailmill.simulate.compose import Header, Part
from mailmill.simulate.text import Person

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007 - recursive


@dataclass(frozen=True, slots=True)
class Simulated:
    """One finished mail and the truth about it.

    ``raw`` is RFC 5322 with CRLF or LF line ends. ``labels`` are Gmail's English label names, ``folder`` the one place
    where the mail lies. ``gmail_id`` and ``thread_id`` are what X-GM-MSGID and X-GM-THRID carry. ``kind`` says what
    was generated: newsletter, promotion, notification, order, receipt, invoice, refund, cancellation, shipping,
    delivery, renewal, payment_failed, near_receipt (looks like one, is none), the labels of application mails
    (application_received, assessment, interview, offer, rejection, recruiter_outreach, job_alert), thread, list,
    personal, security, spam, broken, duplicate.

    ``truth`` always has ``label`` (the word a labeller should choose) and ``receipts`` (a list, empty where there are
    none; one object per purchase: type, merchant, merchant_domain, processor, total, total_text, currency, tax,
    tax_text, date, order_number, invoice_number, purchase, in). ``total`` and ``tax`` are decimals as text (negative
    for refunds), ``total_text`` the amount as the mail writes it, ``in`` is ``body`` or ``pdf``; null means that the
    mail does not say it. Where they apply: ``thread`` (key), ``application`` (company, role, label), ``broken`` (what
    is broken), ``duplicate_of`` (index) and ``links`` (count of content links).
    """

    index: int
    raw: bytes
    kind: str
    labels: tuple[str, ...]
    folder: str
    received_at: datetime
    sender: str
    gmail_id: int
    thread_id: int
    truth: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a draft is written: whose mailbox, which mail, when, and its own random generator."""

    seed: int
    index: int
    when: datetime
    owner: Person
    rng: Random


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it gets its envelope. ``truth`` holds what goes beyond the defaults of `Simulated.truth`.

    ``break_it`` changes the finished bytes (LF line ends) of broken mails. ``bulk`` mails carry a mailing service's
    headers, ``offset`` is the zone of the author in minutes east of UTC.
    """

    kind: str
    sender: str
    sender_email: str
    subject: str
    part: Part
    labels: tuple[str, ...] = ("Inbox",)
    folder: str = "INBOX"
    truth: Mapping[str, Json] = field(default_factory=dict)
    label: str = "other"
    headers: tuple[Header, ...] = ()
    to: str = ""
    offset: int = 0
    message_id: str = ""
    thread: str = ""
    break_it: Callable[[bytes, Random], bytes] | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A later mail of the same story."""

    after: timedelta
    tell: "Telling"


@dataclass(frozen=True, slots=True)
class Told:
    """A draft, and what will follow from it."""

    draft: Draft
    then: tuple[FollowUp, ...] = ()


Telling: TypeAlias = Callable[[Scene], Told]


def message_id(scene: Scene, domain: str) -> str:
    """A Message-ID without brackets that is stable for the seed and differs for each mail."""
    return f"{scene.rng.getrandbits(64):016x}.{scene.seed}.{scene.index}@{domain}"

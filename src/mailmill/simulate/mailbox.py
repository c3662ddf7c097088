"""Generates a mailbox: mails of many kinds in the order of time, from a seed, with constant memory."""

import base64
import heapq
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from itertools import count as counting
from random import Random
from zlib import crc32

from mailmill.simulate.applications import tell_application, tell_outreach
from mailmill.simulate.broken import tell_broken
from mailmill.simulate.bulk import (
    tell_near_receipt,
    tell_newsletter,
    tell_notification,
    tell_promotion,
    tell_security,
    tell_spam,
)
from mailmill.simulate.compose import Header, assemble, date_header, encoded, mailbox
from mailmill.simulate.scene import Draft, FollowUp, Json, Scene, Simulated, Telling, Told, message_id
from mailmill.simulate.shopping import SERVICES, tell_order, tell_subscription
from mailmill.simulate.talk import tell_foreign, tell_list, tell_personal, tell_thread
from mailmill.simulate.text import Person, between, digits, pick, token

DEFAULT_UNTIL = datetime(2026, 6, 30, 20, 0, tzinfo=UTC)
OWNER = Person("Robin Ashdown", "robin.ashdown@brevmail.example")
_BEGINNING_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_STATE_LIMIT = 4096
_REPEATS_LIMIT = 32
_SUBSCRIPTIONS_LIMIT = 400
_FIRST_ID = 1_500_000_000_000_000_000
_BEGINNINGS: tuple[tuple[Telling, float], ...] = (
    (tell_newsletter, 37.0),
    (tell_promotion, 9.0),
    (tell_notification, 9.0),
    (tell_security, 2.0),
    (tell_spam, 3.0),
    (tell_near_receipt, 2.5),
    (tell_order, 2.9),
    (tell_application, 1.6),
    (tell_outreach, 1.4),
    (tell_thread, 1.7),
    (tell_list, 2.3),
    (tell_personal, 8.5),
    (tell_foreign, 1.6),
    (tell_broken, 1.4),
)
_TELLINGS = tuple(telling for telling, _ in _BEGINNINGS)
_SHARES = tuple(accumulate(share for _, share in _BEGINNINGS))
_SINGLE = (tell_newsletter, tell_notification, tell_personal)


def generate(
    seed: int, count: int, *, until: datetime | None = None, months: int = 36, owner: Person = OWNER
) -> Iterator[Simulated]:
    """``count`` mails that arrived within ``months`` before ``until`` (aware; a fixed day by default), oldest first.

    The same arguments give the same bytes. State is what later mails of open stories need: at most 4,096 of them.
    """
    end = until or DEFAULT_UNTIL
    span = timedelta(days=30.44 * months)
    teller = _Teller(seed, owner)
    teller.subscribe(count, end - span, span)
    for index in range(count):
        slot = end - span + span * ((index + 0.9) / count)
        yield from teller.next(index, slot)


@dataclass(slots=True)
class _Teller:
    """Open stories by the time of their next mail, and mails that will come a second time."""

    seed: int
    owner: Person
    _pending: list[tuple[datetime, int, Telling | Simulated]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=counting)
    _last: datetime = _BEGINNING_OF_TIME
    _repeats: int = 0

    def subscribe(self, count: int, start: datetime, span: timedelta) -> None:
        """Let as many subscriptions run as a mailbox of that size would have: their mails are 1.5 % of it."""
        rng = Random(self.seed)  # noqa: S311 - simulated mail, nothing secret
        payments, months = count * 0.015, max(1, round(span.days / 30.44))
        running = min(_SUBSCRIPTIONS_LIMIT, max(round(payments / months), min(len(SERVICES), round(payments / 3))))
        for card in range(running):
            left = min(months, round(payments / running))
            late = timedelta(days=30.44 * between(rng, 0, months - left))
            tell = partial(tell_subscription, SERVICES[(card + self.seed) % len(SERVICES)], None, card, left)
            self._push(start + late + timedelta(minutes=between(rng, 0, 43_000)), tell)

    def next(self, index: int, slot: datetime) -> Iterator[Simulated]:
        """The mail of that slot: an open story's when one is due, else the beginning of a new one."""
        rng = Random((self.seed << 40) ^ index)  # noqa: S311 - simulated mail, nothing secret
        telling: Telling | Simulated
        if self._pending and self._pending[0][0] <= slot:
            when, _, telling = heapq.heappop(self._pending)
        else:
            when, telling = slot, self._beginning(rng)
        self._last = when = max(when, self._last)
        if isinstance(telling, Simulated):
            self._repeats -= 1
            yield _again(telling, index, when, rng)
            return
        scene = Scene(self.seed, index, when, self.owner, rng)
        told = telling(scene)
        mail = _finish(told.draft, scene)
        self._follow(told, mail, when, rng)
        yield mail

    def _beginning(self, rng: Random) -> Telling:
        if len(self._pending) >= _STATE_LIMIT:
            return pick(rng, _SINGLE)
        return _TELLINGS[bisect_right(_SHARES, rng.random() * _SHARES[-1])]

    def _follow(self, told: Told, mail: Simulated, when: datetime, rng: Random) -> None:
        for later in told.then:
            self._later(later, when)
        if rng.random() < 0.0105 and self._repeats < _REPEATS_LIMIT and mail.kind != "broken":
            self._repeats += 1
            self._push(when + timedelta(minutes=between(rng, 1, 3000)), mail)

    def _later(self, later: FollowUp, when: datetime) -> None:
        if len(self._pending) < _STATE_LIMIT:
            self._push(when + later.after, later.tell)

    def _push(self, when: datetime, what: Telling | Simulated) -> None:
        heapq.heappush(self._pending, (when, next(self._serial), what))


def _finish(draft: Draft, scene: Scene) -> Simulated:
    """Put the draft into its envelope and make the bytes."""
    rng = scene.rng
    raw = assemble(_headers(draft, scene), draft.part)
    if draft.break_it:
        raw = draft.break_it(raw, rng)
    elif rng.random() < 0.7:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    gmail_id = _gmail_id(scene.seed, scene.index)
    thread = _FIRST_ID + crc32(f"{scene.seed} {draft.thread}".encode()) * 2**20 if draft.thread else gmail_id
    truth: dict[str, Json] = {"label": draft.label, "receipts": [], **draft.truth}
    unread = () if rng.random() < 0.8 else ("Unread",)
    return Simulated(
        scene.index, raw, draft.kind, (*draft.labels, *unread), draft.folder, scene.when, draft.sender_email,
        gmail_id, thread, truth,
    )  # fmt: skip


def _again(mail: Simulated, index: int, when: datetime, rng: Random) -> Simulated:
    """The same mail once more: byte for byte, or with the Gmail headers another export gave it."""
    newline = b"\r\n" if b"\r\n" in mail.raw[:2000] else b"\n"
    added = b"X-GM-THRID: %d%sX-Gmail-Labels: Archived,Opened%s" % (mail.thread_id, newline, newline)
    raw = mail.raw if rng.random() < 0.5 else added + mail.raw
    truth = {**mail.truth, "duplicate_of": mail.index}
    number = _gmail_id(0, index)
    return replace(mail, index=index, raw=raw, kind="duplicate", received_at=when, gmail_id=number, truth=truth)


def _headers(draft: Draft, scene: Scene) -> Iterator[Header]:
    """The envelope: what servers on the way add, then what the author's program wrote."""
    rng, owner = scene.rng, scene.owner
    domain = draft.sender_email.partition("@")[2]
    stamp = date_header(scene.when, 0)
    yield "Delivered-To", owner.email
    yield "Received", f"by 2002:a17:{rng.getrandbits(16):x} with SMTP id {token(rng, 14)};\n        {stamp}"
    if draft.folder != "Sent":
        yield "Return-Path", f"<bounce-{token(rng, 20).lower()}@{domain}>"
        yield "Received", f"from mx{between(rng, 1, 9)}.{domain} ({_address(rng)})\n by mx.brevmail.example; {stamp}"
        yield "Authentication-Results", _authenticated(domain, passed=not draft.truth.get("spoof"))
        yield "DKIM-Signature", _signature(rng, domain)
    yield "Message-ID", f"<{draft.message_id or message_id(scene, domain)}>"
    yield "Date", date_header(scene.when, draft.offset)
    yield "From", mailbox(draft.sender, draft.sender_email, how=pick(rng, ("B", "Q")))
    yield "To", draft.to or (mailbox(owner.name, owner.email) if rng.random() < 0.6 else owner.email)
    plain = "=?" in draft.subject or "charset" in draft.truth
    yield "Subject", draft.subject if plain else encoded(draft.subject, how=pick(rng, ("B", "Q")))
    yield from draft.headers


def _authenticated(domain: str, *, passed: bool) -> str:
    word = "pass" if passed else "fail"
    return f"mx.brevmail.example; dkim={word} header.i=@{domain};\n spf={word} smtp.mailfrom={domain}; dmarc={word}"


def _signature(rng: Random, domain: str) -> str:
    hashed = base64.b64encode(rng.randbytes(32)).decode("ascii")
    signed = base64.b64encode(rng.randbytes(256)).decode("ascii")
    lines = "\n         ".join(signed[at : at + 66] for at in range(0, len(signed), 66))
    return (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s{digits(rng, 4)};\n"
        f"        h=from:to:subject:date:message-id; bh={hashed};\n        b={lines}"
    )


def _address(rng: Random) -> str:
    """An address of the documentation range 192.0.2.0/24 (RFC 5737)."""
    return f"[192.0.2.{between(rng, 1, 254)}]"


def _gmail_id(seed: int, index: int) -> int:
    return _FIRST_ID + index * 2**20 + seed % 2**20

"""Mails that break the rules in the ways real ones do; every breakage has a name and leaves the rest readable."""

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from mailmill.simulate.compose import Part, file_part, multipart, text_part
from mailmill.simulate.files import pdf
from mailmill.simulate.scene import Draft, Scene, Told
from mailmill.simulate.text import between, paragraph, person, pick, token, topic

Breaking = Callable[[bytes, Random], bytes]


def tell_broken(scene: Scene) -> Told:
    """A note with one thing broken; ``truth["broken"]`` names it."""
    rng = scene.rng
    name = pick(rng, tuple(BREAKINGS))
    author = person(rng)
    text = f"{paragraph(rng, 'de' if 'charset' in name else 'en', 4)}\nGrüße aus dem Café\n\n{author.name}\n"
    part = _PARTS.get(name, _two_parts)(rng, text)
    draft = Draft("broken", author.name, author.email, topic(rng), part, truth={"broken": name})
    return Told(replace(draft, break_it=BREAKINGS[name]))


def _two_parts(rng: Random, text: str) -> Part:
    page = f"<html><body><p>{text}</p></body></html>\n"
    return multipart(rng, "alternative", (text_part(text, "plain"), text_part(page, "html")))


def _with_file(rng: Random, text: str) -> Part:
    content = file_part(pdf([text[:80]] * 20, compressed=False), "application/pdf", "notes.pdf")
    return multipart(rng, "mixed", (text_part(text, "plain"), content))


def _latin_bytes(_rng: Random, text: str) -> Part:
    return Part(
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", text.encode("cp1252", "replace")
    )


def _unknown_charset(_rng: Random, text: str) -> Part:
    return Part(b"Content-Type: text/plain; charset=x-unknown-8\nContent-Transfer-Encoding: 8bit", text.encode())


def _nested(rng: Random, text: str) -> Part:
    part = text_part(text, "plain")
    for _ in range(between(rng, 60, 120)):
        part = multipart(rng, "mixed", (part,))
    return part


def _plain(_rng: Random, text: str) -> Part:
    return text_part(text, "plain", encoding="8bit")


def _without(name: bytes) -> Breaking:
    pattern = re.compile(rb"(?m)^" + name + rb":.*\n(?:[ \t].*\n)*")
    return lambda raw, _rng: pattern.sub(b"", raw, count=1)


def _no_boundary(raw: bytes, _rng: Random) -> bytes:
    return re.sub(rb';\s+boundary="[^"]+"', b"", raw, count=1)


def _wrong_boundary(raw: bytes, rng: Random) -> bytes:
    return re.sub(rb'boundary="[^"]+"', b'boundary="' + token(rng, 12).encode() + b'"', raw, count=1)


def _no_last_boundary(raw: bytes, _rng: Random) -> bytes:
    return raw[: raw.rstrip(b"\n").rfind(b"\n--") + 1]


def _nuls(raw: bytes, rng: Random) -> bytes:
    body = raw.index(b"\n\n") + 2
    at = between(rng, body, len(raw) - 1)
    return raw[:at] + b"\0\0\0" + raw[at:]


def _bad_base64(raw: bytes, _rng: Random) -> bytes:
    at = raw.rindex(b"base64\n\n") + 120
    return raw[:at] + b"*** !!\x80=" + raw[at + 2 :]


def _truncated(raw: bytes, rng: Random) -> bytes:
    body = raw.index(b"\n\n") + 2
    return raw[: between(rng, body + 20, max(body + 21, len(raw) - 40))]


def _bad_header_line(raw: bytes, _rng: Random) -> bytes:
    return raw.replace(b"\nSubject:", b"\nthis line is no header at all\nSubject:", 1)


def _raw_header_bytes(raw: bytes, _rng: Random) -> bytes:
    return raw.replace(b"\nSubject: ", "\nSubject: Grüße ".encode("cp1252"), 1)


def _odd_date(raw: bytes, rng: Random) -> bytes:
    odd = pick(rng, (b"2024-02-31T25:61:00", b"yesterday", b"Tue, 99 Foo 2021 12:00:00 +9999", b""))
    return re.sub(rb"(?m)^Date: .*$", b"Date: " + odd, raw, count=1)


def _bare_returns(raw: bytes, _rng: Random) -> bytes:
    return raw.replace(b"\n", b"\r")


def _unchanged(raw: bytes, _rng: Random) -> bytes:
    return raw


def _header_only(raw: bytes, _rng: Random) -> bytes:
    return raw[: raw.index(b"\n\n") + 1]


def _two_of_each(raw: bytes, _rng: Random) -> bytes:
    return b"Subject: first of two\nFrom: other@elsewhere.example\n" + raw


BREAKINGS: dict[str, Breaking] = {
    "missing-boundary": _no_boundary,
    "wrong-boundary": _wrong_boundary,
    "no-last-boundary": _no_last_boundary,
    "no-date": _without(b"Date"),
    "odd-date": _odd_date,
    "no-from": _without(b"From"),
    "no-message-id": _without(b"Message-ID"),
    "nul-bytes": _nuls,
    "bad-base64": _bad_base64,
    "truncated": _truncated,
    "bad-header-line": _bad_header_line,
    "raw-header-bytes": _raw_header_bytes,
    "wrong-charset": _unchanged,
    "unknown-charset": _unchanged,
    "deep-nesting": _unchanged,
    "bare-carriage-returns": _bare_returns,
    "header-only": _header_only,
    "doubled-headers": _two_of_each,
}
"""What can be broken, by name."""

_PARTS: dict[str, Callable[[Random, str], Part]] = {
    "bad-base64": _with_file,
    "truncated": _with_file,
    "wrong-charset": _latin_bytes,
    "unknown-charset": _unknown_charset,
    "deep-nesting": _nested,
    "bare-carriage-returns": _plain,
    "raw-header-bytes": _plain,
    "nul-bytes": _plain,
}

"""Sentences and names from a random generator: sentence pools are built once per language, then only drawn from."""

import base64
from functools import cache
from random import Random
from typing import NamedTuple, TypeVar

from mailmill.simulate.words import FAMILY, GIVEN, HOSTS, SYLLABLES, TOPICS, WORDS, Words

T = TypeVar("T")
_POOL_SIZE = 1200
_FOLD = str.maketrans(
    "àáâäãåąçćèéêëęìíîïłñńòóôöõøśùúûüýźżÀÁÂÄÇÉÈÊÓÖØÚÜŁŚŻŹ’",
    "aaaaaaacceeeeeiiiilnnoooooosuuuuyzzAAAACEEEOOOUULSZZ'",
)


class Person(NamedTuple):
    """A made-up person; the address is in a domain that can't exist."""

    name: str
    email: str


def fold(text: str) -> str:
    """The text in plain ASCII: accents dropped, what is left over becomes ``?``."""
    return text.replace("ß", "ss").translate(_FOLD).encode("ascii", "replace").decode("ascii")


def pick(rng: Random, choices: tuple[T, ...] | list[T]) -> T:
    """One of the choices; faster than ``Random.choice``."""
    return choices[int(rng.random() * len(choices))]


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``, both included; faster than ``Random.randint``."""
    return low + int(rng.random() * (high - low + 1))


def token(rng: Random, length: int) -> str:
    """Random text as trackers use it: base64url characters."""
    raw = rng.getrandbits(length * 6).to_bytes(length * 6 // 8 + 1, "big")
    return base64.urlsafe_b64encode(raw)[:length].decode("ascii")


def digits(rng: Random, length: int) -> str:
    """Decimal digits, the first of them not zero."""
    return str(between(rng, 10 ** (length - 1), 10**length - 1))


def from_pattern(rng: Random, pattern: str) -> str:
    """A number in a house's own style: ``#`` is a digit, ``@`` a capital letter, ``%`` a hex digit, the rest stands."""
    out = []
    for sign in pattern:
        if sign == "#":
            out.append("0123456789"[int(rng.random() * 10)])
        elif sign == "@":
            out.append("ABCDEFGHJKLMNPRSTUVWXYZ"[int(rng.random() * 23)])
        elif sign == "%":
            out.append("0123456789abcdef"[int(rng.random() * 16)])
        else:
            out.append(sign)
    return "".join(out)


def sentence(rng: Random, language: str) -> str:
    """One sentence of that language."""
    return pick(rng, _pool(language))


def paragraph(rng: Random, language: str, sentences: int) -> str:
    """So many sentences in a row, now and then with a name nobody else bears, so that vocabulary grows with mails."""
    pool = _pool(language)
    size = len(pool)
    parts = [pool[int(rng.random() * size)] for _ in range(sentences)]
    if rng.random() < 0.35:
        parts.insert(1, f"({rare_word(rng).capitalize()} {digits(rng, 3)})")
    return " ".join(parts)


def rare_word(rng: Random) -> str:
    """A made-up word out of some 800,000."""
    return "".join(pick(rng, SYLLABLES) for _ in range(between(rng, 2, 4)))


def topic(rng: Random) -> str:
    """What a thread or an issue is about."""
    return pick(rng, TOPICS)


def person(rng: Random) -> Person:
    """Somebody who does not exist."""
    given, family, host = pick(rng, GIVEN), pick(rng, FAMILY), pick(rng, HOSTS)
    local = f"{fold(given)}.{fold(family)}".lower().replace("?", "")
    return Person(f"{given} {family}", f"{local}@{host}")


@cache
def _pool(language: str) -> tuple[str, ...]:
    rng = Random(f"sentences {language}")  # noqa: S311 - simulated text, nothing secret
    words = WORDS[language]
    return tuple(_compose(rng, words) for _ in range(_POOL_SIZE))


def _compose(rng: Random, words: Words) -> str:
    who, when = pick(rng, words.who), pick(rng, words.when)
    return pick(rng, words.patterns).format(
        who=who,
        Who=who[0].upper() + who[1:],
        who2=pick(rng, words.who),
        what=pick(rng, words.what),
        what2=pick(rng, words.what),
        where=pick(rng, words.where),
        when=when,
        When=when[0].upper() + when[1:],
        does=pick(rng, words.does),
        does2=pick(rng, words.does),
    )

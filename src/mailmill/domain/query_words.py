"""A query cut into words, phrases, operators and signs."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from mailmill.domain.errors import InvalidInput

MAX_LENGTH = 2_000
MAX_TERMS = 100
MAX_DEPTH = 20


class TokenKind(Enum):
    """What a piece of a query is."""

    WORD = auto()
    PHRASE = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OR = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece with its place; ``glued``: no blank stands before it."""

    kind: TokenKind
    text: str
    position: int
    glued: bool


_PIECE = re.compile(
    r"""
    (?P<operator> [A-Za-z_]+ : (?!//) )
  | (?P<phrase> " (?P<quoted> [^"]* ) " )
  | (?P<open> \( )
  | (?P<close> \) )
  | (?P<word> [^\s()"]+ )
    """,
    re.VERBOSE,
)


def tokens(text: str) -> list[Token]:
    """The pieces in order. Raises InvalidInput for a quote that is not closed."""
    found: list[Token] = []
    at = end = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, after = _token(text, at, glued=at == end and at > 0, value=_is_operator(found, at == end))
        found.append(token)
        at = end = after
    return found


def _is_operator(found: list[Token], glued: bool) -> bool:
    return bool(found) and glued and found[-1].kind is TokenKind.OPERATOR


def _token(text: str, at: int, *, glued: bool, value: bool) -> tuple[Token, int]:
    """The piece at ``at`` and where it ends. As an operator's ``value`` a word may hold colons and begin with minus."""
    if text[at] == "-" and not value and at + 1 < len(text) and not text[at + 1].isspace():
        return Token(TokenKind.NOT, "-", at, glued), at + 1
    match = _PIECE.match(text, at)
    if match is None:
        raise InvalidInput(f"A quote is not closed (at character {at + 1}).", field="q", position=at)
    if value and match["operator"]:
        match = _WORD.match(text, at)
        assert match is not None
        return Token(TokenKind.WORD, _clean(match[0]), at, glued), match.end()
    return Token(_kind(match), _clean(_content(match)), at, glued), match.end()


_WORD = re.compile(r'[^\s()"]+')


def _kind(match: re.Match[str]) -> TokenKind:
    if match["operator"]:
        return TokenKind.OPERATOR
    if match["phrase"]:
        return TokenKind.PHRASE
    if match["open"]:
        return TokenKind.OPEN
    if match["close"]:
        return TokenKind.CLOSE
    return TokenKind.OR if match["word"] == "OR" else TokenKind.WORD


def _content(match: re.Match[str]) -> str:
    if match["operator"]:
        return match["operator"].removesuffix(":")
    return match["quoted"] if match["phrase"] else match[0]


def _clean(text: str) -> str:
    """Without what no database takes (NUL, lone surrogates)."""
    return "".join(" " if letter == "\0" or "\ud800" <= letter <= "\udfff" else letter for letter in text)


def has_letters(text: str) -> bool:
    """Whether the full-text index would find a word in it: a letter, a digit or a private-use character."""
    return any(unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) == "Co" for letter in text)

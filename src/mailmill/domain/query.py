"""The search language: Gmail's operators as a tree of frozen dataclasses.

::

    query    = any-of*                          all must hold
    any-of   = term ( "OR" term )*              binds closer than the blank between terms, as in Gmail
    term     = "-" term | "(" query ")" | operator ":" value | text
    text     = word | word "*" | '"' phrase '"'  a word is matched whole; "*" (three letters or more): a beginning
    value    = word | '"' phrase '"' | "(" … ")" the group only after from: to: cc: subject: filename:

Text is matched without case and accents; the letters and digits of a text must stand next to each other, in order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from mailmill.domain.errors import InvalidInput
from mailmill.domain.query_words import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Token, TokenKind, has_letters, tokens


class Field(StrEnum):
    """Parts of a mail that text can be sought in; ``to`` includes Cc and Bcc, as in Gmail."""

    FROM = "from"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"
    FILENAME = "filename"


class State(StrEnum):
    """What ``is:`` can ask for; a mail is ``gone`` when its source no longer has it."""

    READ = "read"
    UNREAD = "unread"
    STARRED = "starred"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Text:
    """Letters and digits next to each other, in one field or anywhere; ``prefix``: the last word may go on."""

    words: str
    field: Field | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """The mail has a file."""


@dataclass(frozen=True, slots=True)
class Label:
    """The mail has this label; names are compared without case, blanks and slashes count as hyphens."""

    name: str


@dataclass(frozen=True, slots=True)
class In:
    """The mail lies in a folder, or has a label, of this name; ``anywhere`` holds for all, gone ones included."""

    name: str


@dataclass(frozen=True, slots=True)
class Is:
    """The mail is in this state."""

    state: State


@dataclass(frozen=True, slots=True)
class Since:
    """The mail's date is this second (since the epoch) or later. A mail without a date counts as the oldest."""

    date: int


@dataclass(frozen=True, slots=True)
class Until:
    """The mail's date is before this second (since the epoch)."""

    date: int


@dataclass(frozen=True, slots=True)
class And:
    """All of these hold; without any, every mail is meant."""

    items: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these holds."""

    items: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    item: "Query"


Query: TypeAlias = Text | HasAttachment | Label | In | Is | Since | Until | And | Or | Not

OPERATORS = (
    "from",
    "to",
    "cc",
    "subject",
    "filename",
    "label",
    "in",
    "is",
    "has",
    "after",
    "before",
    "older_than",
    "newer_than",
)
EVERYTHING = And(())
_FIELDS = frozenset(Field)
_STATES = frozenset(State)
_ALLOWED = ", ".join(f"{name}:" for name in OPERATORS)
_MINIMUM_PREFIX = 3


def parse(text: str, *, now: int, zone: tzinfo) -> Query:
    """The tree of a query; an empty one means every mail.

    ``now`` (seconds since the epoch) and ``zone`` give days and ages their meaning. Raises InvalidInput for whatever
    it does not understand, with the position (counted in characters from 0) and what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidInput(f"The query is longer than {MAX_LENGTH} characters.", field="q", position=MAX_LENGTH)
    found = tokens(text)
    if sum(token.kind in (TokenKind.WORD, TokenKind.PHRASE) for token in found) > MAX_TERMS:
        raise InvalidInput(f"The query has more than {MAX_TERMS} words.", field="q")
    query = _Parser(found, len(text), now, zone).whole()
    if query == EVERYTHING and text.strip():
        raise _wrong("There is no letter or digit to search for", 0)
    return query


def asks_for_gone(query: Query) -> bool:
    """Whether a query speaks of mails that are gone; else they are hidden."""
    match query:
        case Is(State.GONE):
            return True
        case In(name):
            return name.casefold() == "anywhere"
        case And(items) | Or(items):
            return any(map(asks_for_gone, items))
        case Not(item):
            return asks_for_gone(item)
        case _:
            return False


def _wrong(sentence: str, position: int) -> InvalidInput:
    return InvalidInput(f"{sentence} (at character {position + 1}).", field="q", position=position)


class _Parser:
    """Recursive descent over the tokens; one method per rule of the grammar."""

    def __init__(self, found: "list[Token]", end: int, now: int, zone: tzinfo) -> None:
        self._tokens = found
        self._at = 0
        self._end = end
        self._now = now
        self._zone = zone
        self._depth = 0

    def whole(self) -> Query:
        query = self._query(None)
        token = self._peek()
        if token is not None:
            raise _wrong("A closing parenthesis without an opening one", token.position)
        return query

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _query(self, field: Field | None) -> Query:
        items = []
        while (token := self._peek()) is not None and token.kind is not TokenKind.CLOSE:
            item = self._any_of(field)
            if item is not None:
                items.append(item)
        return items[0] if len(items) == 1 else And(tuple(items))

    def _any_of(self, field: Field | None) -> Query | None:
        items = [self._term(field)]
        while (token := self._peek()) is not None and token.kind is TokenKind.OR:
            self._at += 1
            after = self._peek()
            if after is None or after.kind in (TokenKind.CLOSE, TokenKind.OR):
                raise _wrong("OR needs something on its right side", token.position)
            items.append(self._term(field))
        kept = tuple(item for item in items if item is not None)
        if not kept:
            return None
        return kept[0] if len(kept) == 1 else Or(kept)

    def _term(self, field: Field | None) -> Query | None:
        """None for a word without letters and digits, which is passed over."""
        token = self._next()
        match token.kind:
            case TokenKind.OR:
                raise _wrong("OR needs something on its left side", token.position)
            case TokenKind.CLOSE:
                raise _wrong("Something to exclude is missing before the parenthesis", token.position)
            case TokenKind.NOT:
                return self._negated(token, field)
            case TokenKind.OPEN:
                return self._group(token, field)
            case TokenKind.OPERATOR:
                return self._operator(token, field)
            case _:
                return _text(token, field)

    def _next(self) -> Token:
        token = self._peek()
        if token is None:
            raise _wrong("Something is missing", self._end)
        self._at += 1
        return token

    def _negated(self, token: Token, field: Field | None) -> Query | None:
        with _Deeper(self, token):
            item = self._term(field)
        if isinstance(item, Not):
            return item.item
        return None if item is None else Not(item)

    def _group(self, token: Token, field: Field | None) -> Query:
        with _Deeper(self, token):
            query = self._query(field)
        closing = self._peek()
        if closing is None:
            raise _wrong("A parenthesis is not closed", token.position)
        self._at += 1
        if query == EVERYTHING:
            raise _wrong("The parentheses hold nothing to search for", token.position)
        return query

    def deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _wrong(f"More than {MAX_DEPTH} levels of parentheses and minus signs", token.position)

    def shallower(self) -> None:
        self._depth -= 1

    def _operator(self, token: Token, outer: Field | None) -> Query:
        name = token.text.lower()
        if outer is not None:
            raise _wrong(f"{outer}:( ) can hold words and phrases, not {name}:", token.position)
        if name not in OPERATORS:
            raise _wrong(
                f'There is no operator {name}: - allowed are {_ALLOWED}; put "{name}:" into quotes to search for it',
                token.position,
            )
        value = self._peek()
        if value is None or not value.glued or value.kind in (TokenKind.CLOSE, TokenKind.OPERATOR):
            raise _wrong(f"{name}: needs a value right behind it", token.position)
        self._at += 1
        if name in _FIELDS:
            return self._in_field(Field(name), value)
        if value.kind is TokenKind.OPEN:
            raise _wrong(f"{name}: takes one word or a phrase, not parentheses", value.position)
        return self._condition(name, value)

    def _in_field(self, field: Field, value: Token) -> Query:
        if value.kind is TokenKind.OPEN:
            return self._group(value, field)
        found = _text(value, field)
        if found is None:
            raise _wrong(f"{field}: needs letters or digits", value.position)
        return found

    def _condition(self, name: str, value: Token) -> Query:
        match name, value.text.lower():
            case "label", _:
                return Label(_name(name, value))
            case "in", _:
                return In(_name(name, value))
            case "is", state if state in _STATES:
                return Is(State(state))
            case "has", "attachment":
                return HasAttachment()
            case "is" | "has", _:
                known = ", ".join(State) if name == "is" else "attachment"
                raise _wrong(f"{name}: knows {known}, not {value.text}", value.position)
            case _:
                return self._dated(name, value)

    def _dated(self, name: str, value: Token) -> Query:
        date = self._day(value) if name in ("after", "before") else self._ago(value)
        return Since(date) if name in ("after", "newer_than") else Until(date)

    def _day(self, value: Token) -> int:
        for form in ("%Y/%m/%d", "%Y-%m-%d"):
            try:
                return _seconds(datetime.strptime(value.text, form).replace(tzinfo=self._zone))
            except (ValueError, OverflowError):
                continue
        raise _wrong(f"{value.text} is not a date like 2026/01/31 or 2026-01-31", value.position)

    def _ago(self, value: Token) -> int:
        number, unit = value.text[:-1], value.text[-1:].lower()
        if not (number.isascii() and number.isdigit() and len(number) <= 5 and int(number) and unit in "dmy"):
            raise _wrong(f"{value.text} is not an age like 3d, 2m or 1y (days, months, years)", value.position)
        try:
            return _seconds(_before(datetime.fromtimestamp(self._now, self._zone), int(number), unit))
        except (ValueError, OverflowError):
            raise _wrong(f"{value.text} reaches back before the year 1", value.position) from None


class _Deeper:
    """One level further down while the block lasts."""

    def __init__(self, parser: _Parser, token: Token) -> None:
        self._parser = parser
        self._token = token

    def __enter__(self) -> None:
        self._parser.deeper(self._token)

    def __exit__(self, *_: object) -> None:
        self._parser.shallower()


def _text(token: Token, field: Field | None) -> Text | None:
    words = token.text
    prefix = token.kind is TokenKind.WORD and words.endswith("*")
    if prefix:
        words = words.rstrip("*")
    if not has_letters(words):
        return None
    if prefix and sum(letter.isalnum() for letter in words) < _MINIMUM_PREFIX:
        raise _wrong(f"{token.text} is too short: at least {_MINIMUM_PREFIX} letters before the *", token.position)
    return Text(words, field, prefix)


def _name(operator: str, value: Token) -> str:
    if not value.text.strip():
        raise _wrong(f"{operator}: needs a name", value.position)
    return value.text


def _before(moment: datetime, number: int, unit: str) -> datetime:
    if unit == "d":
        return moment - timedelta(days=number)
    months = moment.year * 12 + moment.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    for day in range(moment.day, moment.day - 4, -1):  # 31 March less a month is the last day of February
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            if year < 1:
                raise
    raise AssertionError(moment)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())

"""How far our reading of mail agrees with the expected parses that another project keeps beside its test mails.

``python proofs/agreement.py FOLDER [-v]``: every ``NAME.eml`` below FOLDER with a ``NAME.json`` in the form of
Stalwart's mail-parser is parsed and compared, field by field. Prints N and the percentage of each field; ``-v`` lists
each disagreement. Exit status 1 when a field agrees in less than 97 % of the mails, 2 when there is nothing to compare.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from mailmill.domain.message import Address, Message
from mailmill.mail.html import to_text
from mailmill.mail.parse import parse

GOAL = 97.0
ADDRESS_FIELDS = {"from": "from_", "to": "to", "cc": "cc", "bcc": "bcc", "reply_to": "reply_to"}
FIELDS = ("subject", *ADDRESS_FIELDS, "date", "text", "attachments (count)", "attachments (names)")

_MIME_SOURCE = re.compile(r"^--\S+\s*\nContent-Type:", re.MULTILINE | re.IGNORECASE)

# The expected parses are JSON of another project; their values are looked at one by one.
Json = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """One field of one mail, as expected and as read, both normalised."""

    mail: str
    field: str
    expected: object
    ours: object

    @property
    def agrees(self) -> bool:
        """Whether both readings are the same."""
        return self.expected == self.ours or _same_but_for_lost_bytes(self.expected, self.ours)


def main() -> int:
    """Compare everything, print the table, tell by the exit status whether the goal is met."""
    options = _options()
    comparisons = [each for pair in _pairs(options.folder) for each in _compare(*pair)]
    if not comparisons:
        sys.stdout.write(f"no .eml with a .json beside it in {options.folder}\n")
        return 2
    if options.verbose:
        for each in comparisons:
            if not each.agrees:
                sys.stdout.write(f"{each.mail}: {each.field}\n  expected {each.expected!r}\n  ours     {each.ours!r}\n")
    return _print_table(comparisons)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of NAME.eml with NAME.json")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every disagreement")
    return parser.parse_args()


def _pairs(folder: Path) -> Iterator[tuple[str, bytes, Json]]:
    for mail in sorted(folder.rglob("*.eml")):
        expected = mail.with_suffix(".json")
        if expected.exists():
            yield str(mail.relative_to(folder)), mail.read_bytes(), json.loads(expected.read_text("utf-8"))


def _print_table(comparisons: list[Comparison]) -> int:
    mails = len({each.mail for each in comparisons})
    sys.stdout.write(f"{mails} mails\n{'field':<22}{'N':>5}{'agree':>7}{'percent':>9}\n")
    below = 0
    whole = sum(each.field == "text" for each in comparisons)
    if whole < mails:
        sys.stdout.write(f"body not compared in {mails - whole}: the expected text holds undivided MIME source\n")
    for field in FIELDS:
        of_field = [each for each in comparisons if each.field == field]
        agree = sum(each.agrees for each in of_field)
        percent = 100.0 * agree / len(of_field)
        below += percent < GOAL
        sys.stdout.write(f"{field:<22}{len(of_field):>5}{agree:>7}{percent:>8.1f}%\n")
    sys.stdout.write(f"goal {GOAL:.0f} % each: {'missed by ' + str(below) if below else 'met'}\n")
    return 1 if below else 0


def _same_but_for_lost_bytes(expected: object, ours: object) -> bool:
    """Undeclared 8-bit characters are U+FFFD in the expected parse; we read them, so any one is right."""
    if isinstance(expected, str) and isinstance(ours, str) and "\ufffd" in expected:
        pattern = ".".join(re.escape(piece) for piece in expected.split("\ufffd"))
        return re.fullmatch(pattern, ours, re.DOTALL) is not None
    if isinstance(expected, Address) and isinstance(ours, Address):
        return expected.email == ours.email and _same_but_for_lost_bytes(expected.name, ours.name)
    if isinstance(expected, (tuple, list)) and isinstance(ours, (tuple, list)) and len(expected) == len(ours):
        return all(
            left == right or _same_but_for_lost_bytes(left, right) for left, right in zip(expected, ours, strict=True)
        )
    return False


def _compare(name: str, data: bytes, expected: Json) -> Iterator[Comparison]:
    message = parse(data)
    yield Comparison(name, "subject", _words(_text_of(_header(expected, "subject"))), _words(message.subject))
    for field, attribute in ADDRESS_FIELDS.items():
        ours = tuple(_normal_address(each.name, each.email) for each in getattr(message, attribute))
        yield Comparison(name, field, _addresses(_header(expected, field)), ours)
    yield Comparison(name, "date", _date(_header(expected, "date")), message.date)
    text = _expected_text(expected)
    if _MIME_SOURCE.search(text):
        # The expected parse took the rest of a multipart for text, boundaries and part headers and all: there is no
        # reading of the body to compare with. The table tells how many these are.
        return
    yield Comparison(name, "text", _words(text), _words(message.text))
    theirs = [_name_of(part) for part in _attachments(expected)]
    yield Comparison(name, "attachments (count)", len(theirs), len(message.attachments))
    yield Comparison(name, "attachments (names)", theirs, _our_names(message, theirs))


def _words(text: str) -> str:
    """White space is layout and is folded on both sides.

    Left out on both: NUL, which we never keep, and words of nothing but U+FFFD, which say only that something
    unreadable stood there.
    """
    return " ".join(word for word in text.replace("\0", "").split() if word.strip("\ufffd"))


def _header(mail: Json, name: str) -> Any:
    """The value of a header of the top part; of several the first, as RFC 5322 section 3.6 allows only one."""
    return next((each["value"] for each in mail["parts"][0]["headers"] if each["name"] == name), None)


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        if "Text" in value:
            return str(value["Text"])
        if "TextList" in value:
            return ", ".join(value["TextList"])
    return ""


def _addresses(value: Any) -> tuple[Address, ...]:
    if not isinstance(value, dict) or "Address" not in value:
        return ()
    found = value["Address"]
    boxes = found["List"] if "List" in found else [box for group in found["Group"] for box in group["addresses"]]
    return tuple(_normal_address(box["name"] or "", box["address"] or "") for box in boxes)


def _normal_address(name: str, email: str) -> Address:
    return Address(_words(name), email.strip().lower())


def _date(value: Any) -> int | None:
    if not isinstance(value, dict) or "DateTime" not in value:
        return None
    moment = value["DateTime"]
    offset = timedelta(hours=moment["tz_hour"], minutes=moment["tz_minute"])
    zone = timezone(-offset if moment["tz_before_gmt"] else offset)
    year, month, day, hour, minute, second = (
        int(moment[part]) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC).timestamp())
    except ValueError:
        return None


def _expected_text(mail: Json) -> str:
    pieces: list[str] = []
    for number in _reading_parts(mail):
        body = mail["parts"][number]["body"]
        if "Text" in body:
            pieces.append(body["Text"])
        elif "Html" in body:
            # Both sides turn HTML to text in their own way; here the decoded source is compared, through one renderer.
            pieces.append(to_text(body["Html"]))
    if not pieces:
        # A mail that is nothing but other mails: we read those, the expected parse has no text for it.
        nested = (part["body"]["Message"] for part in mail["parts"] if "Message" in part["body"])
        pieces = [_expected_text(each) for each in nested]
    return "\n".join(pieces)


def _reading_parts(mail: Json) -> list[int]:
    """Their text parts; a text part whose boundary never comes, and which has no name, is text and not a file."""
    return sorted({*mail["text_body"], *(n for n in mail["attachments"] if _is_unended_text(mail["parts"][n]))})


def _is_unended_text(part: Json) -> bool:
    unended = part["is_encoding_problem"] or _type_of(part) == "multipart"
    return unended and "Text" in part["body"] and _type_of(part) in (None, "text", "multipart") and not _name_of(part)


def _type_of(part: Json) -> str | None:
    value = next((each["value"] for each in part["headers"] if each["name"] == "content_type"), None)
    return str(value["ContentType"]["c_type"]) if isinstance(value, dict) and "ContentType" in value else None


def _attachments(mail: Json) -> Iterator[Json]:
    """Their attachments in order, those of nested mails behind the nested mail, as we list them."""
    for number in mail["attachments"]:
        part = mail["parts"][number]
        if _is_unended_text(part):
            continue
        yield part
        if "Message" in part["body"]:
            yield from _attachments(part["body"]["Message"])


def _our_names(message: Message, theirs: list[str]) -> list[str]:
    """We call a nested mail without a name by its subject; the expected parse leaves it without."""
    names: list[str] = []
    for number, each in enumerate(message.attachments):
        nameless = each.content_type.startswith("message/") and theirs[number : number + 1] == [""]
        names.append("" if nameless else _words(each.name))
    return names


def _name_of(part: Json) -> str:
    """The file name of Content-Disposition, else the name of Content-Type."""
    for header, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        value = next((each["value"] for each in part["headers"] if each["name"] == header), None)
        if isinstance(value, dict) and "ContentType" in value:
            for each in value["ContentType"]["attributes"] or ():
                if each["name"] == attribute:
                    return _words(each["value"])
    return ""


if __name__ == "__main__":
    sys.exit(main())

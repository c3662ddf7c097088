"""Header fields: splitting a block (RFC 5322), encoded words (RFC 2047) and parameters (RFC 2045, RFC 2231)."""

import binascii
import re
from itertools import islice
from urllib.parse import unquote_to_bytes

import pybase64

from mailmill.mail.charsets import decode
from mailmill.mail.lines import with_lf

OUTSIDE_BASE64 = bytes(byte for byte in range(256) if not (byte < 128 and chr(byte).isalnum()) and byte not in b"+/")
"""Every byte that is no digit of base64."""
LONGEST_VALUE = 65_536
"""Characters of one header value that are looked at; the rest is cut before anything is decoded."""

LONGEST_NAME = 1_000
"""Characters of one header name that are kept."""
MOST_FIELDS = 120_000
"""Fields of one header block that are kept."""

_FOLD = re.compile(r"\n[ \t]+")
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.MULTILINE)
_NO_FIELD = re.compile(r"^(?![!-9;-~]+[ \t]*:|[ \t]|\n|\Z)", re.MULTILINE)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,3})\?=")
_PIECE = re.compile(r'(?:[^;"]+|"(?:[^"\\]+|\\.)*(?:"|\Z|\\\Z))+', re.DOTALL)
_SECTION = re.compile(r"^([^*]+)(?:\*(\d{1,3}))?(\*)?$")
_QUOTED = re.compile(r'"((?:[^"\\]+|\\.)*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")

Fields = list[tuple[str, str]]


def block_text(block: bytes) -> str:
    """A header block as text with LF as line end; bytes that are not UTF-8 are read as Windows-1252."""
    block = with_lf(block)
    if block.isascii():
        text = block.decode("ascii")
    else:
        try:
            text = block.decode()
        except UnicodeDecodeError:
            text = "\n".join(decode(line, "cp1252") for line in block.split(b"\n"))
    return text.replace("\0", "") if "\0" in text else text


def split_fields(text: str) -> tuple[Fields, int | None]:
    """Name and value of every field, in order: on one line, at most LONGEST_VALUE characters, not yet decoded.

    The second value is where the body begins when a line that is no field follows the last one without a blank line;
    such a line in the middle of a block is skipped, unless it looks like a MIME boundary.
    """
    lines = _FOLD.sub(" ", text.replace(" \n", "\n")) if "\n " in text or "\n\t" in text else text
    fields: Fields = _FIELD.findall(lines) if len(lines) < LONGEST_VALUE else _bounded_fields(lines)
    if len(fields) == lines.count("\n") + (not lines.endswith("\n")):
        return fields, None
    stray = _NO_FIELD.search(text)
    if stray is None:
        return fields, None
    at = stray.start()
    if text.startswith("--", at):
        return (split_fields(text[:at])[0] if at else []), at
    return fields, None if _FIELD.search(text, at + 1) else at


def _bounded_fields(lines: str) -> Fields:
    found = islice(_FIELD.finditer(lines), MOST_FIELDS)
    return [(field[1][:LONGEST_NAME], field[2][:LONGEST_VALUE]) for field in found]


def decoded(value: str) -> str:
    """A field's value as people read it: encoded words decoded."""
    return decode_words(value).strip() if "=?" in value else value.strip()


def decode_words(value: str) -> str:
    """Decode RFC 2047 encoded words, also inside quotes and without the white space that should surround them.

    Neighbours in one charset are joined as bytes first: senders split multibyte characters.
    """
    out: list[str] = []
    pending = bytearray()
    charset = ""
    position = 0
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        name = word[1].partition("*")[0].lower()
        if pending and (between.strip() or name != charset):
            out.append(decode(bytes(pending), charset))
            pending.clear()
        if between.strip() or position == 0:
            out.append(between)
        pending += _word_bytes(word[2], word[3])
        charset = name
        position = word.end()
    if pending:
        out.append(decode(bytes(pending), charset))
    out.append(value[position:])
    return _one_line("".join(out))


def _one_line(text: str) -> str:
    """Line ends that hide inside encoded words must not forge a second header."""
    if "\n" in text or "\r" in text:
        return " ".join(text.split())
    return text


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
    return lenient_base64(text.encode("utf-8", "replace"))


def lenient_base64(data: bytes) -> bytes:
    """Every whole byte that can be read from base64 with stray characters and missing padding."""
    return base64_digits(data.translate(None, OUTSIDE_BASE64))


def base64_digits(digits: bytes) -> bytes:
    """What these base64 digits (nothing else, no padding) stand for; copies nothing that may be large."""
    whole = len(digits) - len(digits) % 4
    decoded = pybase64.b64decode(memoryview(digits)[:whole])
    rest = digits[whole:]
    return decoded + pybase64.b64decode(rest.ljust(4, b"=")) if len(rest) > 1 else decoded


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The word before the first semicolon, lower case, and the decoded parameters by lower-case name.

    RFC 2231 continuations and charsets are resolved and win over the plain form; a plain value may hold encoded words,
    as most senders write them. Unquoted values may hold spaces. The first of two equal names counts.
    """
    main, _, rest = value.partition(";")
    main = main.strip().lower()
    if " " in main and "=" in main:
        # The semicolon was forgotten: "multipart/mixed boundary=x"
        main, _, rest = value.strip().partition(" ")
        main = main.lower()
    if not rest:
        return main, {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in _PIECE.findall(rest):
        name, equals, text = piece.partition("=")
        name, text = name.strip(), text.strip()
        if not equals or not name:
            continue
        if text.startswith('"'):
            text = _unquoted(text)
        if "*" not in name:
            plain.setdefault(name.lower(), decode_words(text) if "=?" in text else text)
        elif section := _SECTION.match(name):
            number = int(section[2] or 0)
            sections.setdefault(section[1].lower(), {}).setdefault(number, (text, section[3] is not None))
    for name, numbered in sections.items():
        plain[name] = _joined_sections(numbered) or plain.get(name, "")
    return main, plain


def _unquoted(text: str) -> str:
    """A quoted string without its quotes; what follows the closing quote is dropped."""
    quoted = _QUOTED.match(text)
    inner = quoted[1] if quoted else text[1:]
    return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner


def _joined_sections(numbered: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 sections in order; the charset stands before the first percent-encoded one."""
    charset: str | None = None
    data = b""
    for number in sorted(numbered):
        text, encoded = numbered[number]
        if encoded:
            if charset is None and text.count("'") >= 2:
                charset, _, text = text.split("'", 2)
            data += unquote_to_bytes(text)
        else:
            data += text.encode("utf-8", "replace")
    joined = decode(data, charset or None)
    return _one_line(decode_words(joined) if "=?" in joined else joined)

"""The MIME tree of a mail (RFC 2046), split without recursion into decoded content and with bounds on everything.

Parts point into the bytes they were found in; a body is decoded when it is asked for.
"""

import re
from dataclasses import dataclass, field
from itertools import islice

from mailmill.mail.headers import Fields, block_text, parameters, split_fields
from mailmill.mail.notes import Notes, Place
from mailmill.mail.transfer import transfer_decoded

DEEPEST = 50
"""Levels of nesting that are followed."""
MOST_PARTS = 5_000
"""Parts of one mail that are listed."""
LARGEST_ENCODED_MAIL = 16 * 1024 * 1024
"""Bytes of a nested mail that is itself transfer-encoded and still opened."""

LARGEST_HEADER = 4 * 1024 * 1024
"""Bytes of one header block."""

_FROM_LINE = re.compile(rb">?From [^\n]*\n")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_GUESSED = re.compile(rb"(?:\A|\n)--([^\r\n]{1,200})\r?\n(?:content-[a-z]+:|\r?\n)", re.IGNORECASE)
_MOST_CANDIDATES = 100_000
_MESSAGES = ("message/rfc822", "message/global")
_NOTHING: dict[str, str] = {}


@dataclass(slots=True)
class Part:
    """One node of the tree: a leaf, a multipart, or a message with its own root as the only child.

    ``path`` counts as IMAP does (``1.2``); it is empty for the root of a multipart mail. ``content_type`` is lower
    case. ``first`` holds the first value of every header by lower-case name.
    ``source[start:end]`` is the body before transfer decoding.
    """

    path: str
    content_type: str
    params: dict[str, str]
    disposition: str
    filename: str
    content_id: str
    encoding: str
    source: bytes
    start: int
    end: int
    fields: Fields
    first: dict[str, str]
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether the parts of this one are its content."""
        return bool(self.children) and self.content_type.startswith("multipart/")

    @property
    def is_body(self) -> bool:
        """Whether a leaf is text to read and not a file: a named one only as the first part (RFC 8621 4.1.4)."""
        if self.content_type not in ("text/plain", "text/html") or self.disposition == "attachment":
            return False
        return not self.filename or self.is_first

    @property
    def is_first(self) -> bool:
        """Whether this is the first part of what it lies in."""
        return self.path == "1" or self.path.endswith(".1")

    @property
    def is_message(self) -> bool:
        """Whether this is a mail within the mail."""
        return bool(self.children) and not self.content_type.startswith("multipart/")


def read_tree(data: bytes, notes: Notes) -> Part:
    """The root part of the mail in these bytes (with its header fields). Never raises."""
    data = _normal(data, notes)
    return _message(data, 0, len(data), "", 0, notes)


def _normal(data: bytes, notes: Notes) -> bytes:
    """Without leading blank lines and From_ line, and with line ends that the rest of the room knows."""
    if b"\r" in data:
        if b"\n" not in data.rstrip(b"\n"):
            notes.defect("lines end with CR only")
            data = data.replace(b"\r", b"\n")
        elif b"\r\r\n" in data:
            notes.defect("lines end with CR CR LF")
            data = data.replace(b"\r\r\n", b"\r\n")
    if data.startswith((b"\n", b"\r\n")) and data.strip():
        data = data.lstrip(b"\r\n")
    if data.startswith((b"From ", b">From ")) and (line := _FROM_LINE.match(data)):
        data = data[line.end() :]
    return data[3:] if data.startswith(b"\xef\xbb\xbf") else data


def _message(data: bytes, start: int, end: int, path: str, depth: int, notes: Notes) -> Part:
    """A mail that lies in data[start:end]; ``path`` is that of the part that holds it."""
    fields, body = read_header(data, start, end, notes)
    part = _part(data, fields, body, end, path, "text/plain")
    _open(part, depth, notes)
    if not part.is_multipart:
        part.path = f"{path}.1" if path else "1"
        for child in part.children:
            _renumber(child, path, part.path)
    return part


def _renumber(part: Part, old: str, new: str) -> None:
    """A mail that is nothing but a nested mail: its paths move one level down."""
    todo = [part]
    while todo:
        each = todo.pop()
        each.path = f"{new}.{each.path.removeprefix(old).lstrip('.')}".rstrip(".")
        todo.extend(each.children)


def read_header(data: bytes, start: int, end: int, notes: Notes) -> tuple[Fields, int]:
    """The header fields from ``start`` on, and where the body begins."""
    if data.startswith((b"\n", b"\r\n"), start):
        return [], data.index(b"\n", start) + 1
    most = min(end, start + LARGEST_HEADER)
    blank = _END_OF_HEADER.search(data, start, most)
    block_end, body = (blank.start() + 1, blank.end()) if blank else (most, most)
    if blank is None and most < end:
        notes.lost(f"a header longer than {LARGEST_HEADER} bytes")
    text = block_text(data[start:block_end])
    fields, stray = split_fields(text)
    if stray is not None:
        notes.defect("the header ends without a blank line")
        # Counted in lines, because characters and bytes differ outside ASCII.
        body = _line_start(data, start, text.count("\n", 0, stray))
    return fields, body


def _line_start(data: bytes, start: int, lines: int) -> int:
    """Where the line after ``lines`` lines begins; a lone CR ends a line too, as in ``block_text``."""
    ends = islice(_LINE_END.finditer(data, start), lines - 1, None) if lines else iter(())
    end = next(ends, None)
    return end.end() if end else start


def _part(data: bytes, fields: Fields, start: int, end: int, path: str, default_type: str) -> Part:
    first = {name.lower(): value for name, value in reversed(fields)}
    content_type, params, disposition, named = default_type, _NOTHING, "", _NOTHING
    if (value := first.get("content-type")) is not None:
        kind, params = parameters(value)
        content_type = _known_type(kind, default_type)
    if (value := first.get("content-disposition")) is not None:
        disposition, named = parameters(value)
    return Part(
        path=path,
        content_type=content_type,
        params=params,
        disposition=disposition,
        filename=named.get("filename", "") or named.get("name", "") or params.get("name", ""),
        content_id=first.get("content-id", "").strip(" <>"),
        encoding=first.get("content-transfer-encoding", "").partition(";")[0].strip(" '\"").lower(),
        source=data,
        start=start,
        end=end,
        fields=fields,
        first=first,
    )


def _known_type(kind: str, default_type: str) -> str:
    """RFC 2045 section 5.2: what can't be understood is plain text."""
    major, slash, minor = kind.partition("/")
    if slash and major and minor and " " not in kind:
        return kind
    return {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(major.strip(), default_type)


def _open(part: Part, depth: int, notes: Notes) -> None:
    """Find the parts within this one."""
    multipart = part.content_type.startswith("multipart/")
    if not multipart and part.content_type not in _MESSAGES:
        return
    if depth >= DEEPEST:
        notes.lost(f"parts nested deeper than {DEEPEST} levels")
    elif multipart:
        _open_multipart(part, depth, notes)
    else:
        _open_message(part, depth, notes)


def _open_multipart(part: Part, depth: int, notes: Notes) -> None:
    spans = _split(part, notes)
    if not spans:
        if part.source[part.start : part.start + 4096].strip():
            notes.defect("a multipart without its boundary is read as text")
            part.content_type = "text/plain"
        return
    default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    prefix = f"{part.path}." if part.path else ""
    for number, (start, end) in enumerate(spans, 1):
        notes.parts += 1
        if notes.parts > MOST_PARTS:
            notes.lost(f"more than {MOST_PARTS} parts")
            return
        fields, body = read_header(part.source, start, end, notes)
        child = _part(part.source, fields, min(body, end), end, f"{prefix}{number}", default_type)
        part.children.append(child)
        _open(child, depth + 1, notes)


def _open_message(part: Part, depth: int, notes: Notes) -> None:
    data, start, end = part.source, part.start, part.end
    if part.encoding in ("base64", "quoted-printable"):
        if end - start > LARGEST_ENCODED_MAIL:
            notes.lost("an encoded mail within the mail is too large to open")
            return
        data = content(part, notes)
        start, end = 0, len(data)
    part.children.append(_message(data, start, end, part.path, depth + 1, notes))


def _split(part: Part, notes: Notes) -> list[tuple[int, int]]:
    """Where the parts of a multipart begin and end (without the line end before each boundary)."""
    boundary = part.params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    spans = _between(part, boundary) if boundary else []
    if spans:
        return spans
    # From the line end before the body on, which the pattern wants to see.
    guessed = _GUESSED.search(part.source, max(part.start - 1, 0), min(part.end, part.start + 65_536))
    if guessed is None:
        return []
    notes.defect("a multipart names no boundary or a wrong one; the one in use was taken")
    return _between(part, guessed[1].rstrip())


def _between(part: Part, boundary: bytes) -> list[tuple[int, int]]:
    data, end = part.source, part.end
    needle = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = data.find(needle, part.start, end)
    for _ in range(_MOST_CANDIDATES):
        if at < 0:
            break
        after = at + len(needle)
        if at == part.start or data[at - 1] == 10:
            line_end = data.find(b"\n", after, end)
            line_end = end if line_end < 0 else line_end
            rest = data[after : min(line_end, after + 200)].strip()
            if rest == b"" or (rest == b"--" and not _declared_within(data, opened, at, boundary + b"--")):
                if opened >= 0:
                    spans.append((opened, max(opened, _before_line_end(data, at))))
                opened = min(line_end + 1, end)
                after = line_end
                if rest:
                    return spans
                if len(spans) > MOST_PARTS:
                    return spans
        at = data.find(needle, after, end)
    if opened >= 0 and opened < end:
        tail = data[max(opened, end - len(needle) - 16) : end].rstrip()
        # The last boundary stands behind the text instead of on a line of its own.
        ended = tail.endswith(needle + b"--")
        spans.append((opened, data.rindex(needle, opened, end) if ended else end))
    return spans


def _declared_within(data: bytes, start: int, end: int, boundary: bytes) -> bool:
    """Whether the part that begins at ``start`` names this boundary as its own: then the line is not our end."""
    head = data[start : min(end, start + 2_000)] if start >= 0 else b""
    return b'"' + boundary + b'"' in head or b"=" + boundary in head


def _before_line_end(data: bytes, at: int) -> int:
    """The place before the line end that belongs to the boundary (RFC 2046 section 5.1.1)."""
    at -= 1
    return at - 1 if at > 0 and data[at - 1] == 13 else at


def content(part: Part, notes: Notes, limit: int | None = None) -> bytes:
    """The transfer-decoded body, damage repaired as far as it can be; with ``limit`` from that many encoded bytes."""
    end = part.end if limit is None else min(part.end, part.start + limit)
    return transfer_decoded(part.source, part.start, end, part.encoding, Place(part.path, notes))

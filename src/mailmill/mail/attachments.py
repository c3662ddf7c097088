"""The parts of a mail that are files for people, and what is packed in a winmail.dat."""

from mailmill.domain.message import Attachment
from mailmill.mail.headers import decoded
from mailmill.mail.notes import Notes
from mailmill.mail.structure import Part, content, read_tree
from mailmill.mail.tnef import packed_files

MOST_PACKED = 1_000
"""Files of one winmail.dat that are listed."""

_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")


def attachments(leaves: list[Part], notes: Notes) -> tuple[Attachment, ...]:
    """The files of a mail in its order, those of nested mails and of winmail.dat among them."""
    found: list[Attachment] = []
    for part in leaves:
        if part.is_message:
            found.append(_message(part))
        elif not part.is_body:
            found.extend(_file(part, notes))
    return tuple(found)


def _message(part: Part) -> Attachment:
    """A mail within the mail goes by its subject where it has no name."""
    name = part.filename or decoded(part.children[0].first.get("subject", ""))
    return Attachment(part.path, name, part.content_type, part.end - part.start, part.disposition == "inline")


def _file(part: Part, notes: Notes) -> list[Attachment]:
    data = content(part, notes)
    inline = part.disposition == "inline" or (not part.disposition and bool(part.content_id))
    itself = Attachment(part.path, part.filename, part.content_type, len(data), inline)
    if part.content_type in _TNEF_TYPES or part.filename.lower() == "winmail.dat":
        return [itself, *_packed(part, data, notes)]
    return [itself]


def _packed(part: Part, data: bytes, notes: Notes) -> list[Attachment]:
    """The files in a winmail.dat, numbered below its part."""
    files = packed_files(data)
    if files is None:
        notes.lost(f"part {part.path}: the winmail.dat can't be read")
        return []
    return [
        Attachment(f"{part.path}.{number}", each.name, each.content_type, each.size)
        for number, each in enumerate(files[:MOST_PACKED], 1)
    ]


def part_content(data: bytes, path: str) -> bytes | None:
    """The decoded bytes of the part with this path in an unquoted mail, None where there is no such part."""
    notes = Notes()
    todo = [read_tree(data, notes)]
    while todo:
        part = todo.pop()
        if part.path == path and not part.is_multipart:
            return content(part, notes)
        todo.extend(part.children)
    return None

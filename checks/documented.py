"""What has a name for people is on its reference page, and the page names nothing that is gone.

A reference page lists its names in tables: the first cell of the header says what kind of name, the first cell of each
row is one name in backticks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices
from typer.core import TyperGroup
from typer.main import get_command

from checks.tree import Violation

CELL = re.compile(r"^\|\s*`([^`]+)`\s*\|")
HEADER = re.compile(r"^\|\s*([^|`]+?)\s*\|")


@dataclass(frozen=True, slots=True)
class Reference:
    """A page and the names it must hold; ``word`` heads the first column of its tables."""

    page: str
    word: str
    names: Callable[[], set[str]]


def undocumented(root: Path, references: Mapping[str, Reference] | None = None) -> Iterator[Violation]:
    """Names that their page lacks, and names on the page that the program does not know."""
    for reference in (REFERENCES if references is None else references).values():
        path = root / reference.page
        there = dict(_table_names(path, reference.word)) if path.exists() else {}
        try:
            wanted = reference.names()
        except ImportError as error:
            yield Violation(reference.page, 1, f"The {reference.word}s can't be listed: {error}.")
            continue
        for name in sorted(wanted - set(there)):
            yield Violation(reference.page, 1, f"The {reference.word} `{name}` is missing: add its row.")
        for name in sorted(set(there) - wanted):
            yield Violation(reference.page, there[name], f"There is no {reference.word} `{name}`: remove its row.")


def _table_names(path: Path, word: str) -> Iterator[tuple[str, int]]:
    """(name, line) of the rows of those tables whose first column is headed by ``word``."""
    counts = at_header = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            counts = at_header = False
            continue
        if not at_header:
            at_header, header = True, HEADER.match(line)
            counts = bool(header and header[1].lower() == word)
        elif counts and (cell := CELL.match(line)):
            yield cell[1], number


def setting_names() -> set[str]:
    """Every environment variable that a setting can be given by."""
    from mailmill.settings import Settings

    names: set[str] = set()
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        if isinstance(alias, AliasChoices):
            names.update(str(choice) for choice in alias.choices)
        else:
            names.add(alias if isinstance(alias, str) else f"{Settings.model_config['env_prefix']}{field}".upper())
    return names


def error_codes() -> set[str]:
    """The code of every class in the error tree."""
    from mailmill.domain import errors

    defined = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    return {error.code for error in defined if issubclass(error, errors.MailmillError)}


def exit_codes() -> set[str]:
    """Every exit code of the command line."""
    from mailmill.cli import exits

    return {str(value) for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}


def event_types() -> set[str]:
    """Every type of event that a job can record."""
    from mailmill.domain.progress import EventType

    return {event.value for event in EventType}


def transitions() -> set[str]:
    """Every change of a job's state that is allowed."""
    from mailmill.domain.job import TRANSITIONS

    return {f"{before} → {after}" for before, after in TRANSITIONS}


def reasons() -> set[str]:
    """Why a job can be waiting."""
    from mailmill.domain.job import Waiting

    return {waiting.value for waiting in Waiting}


def command_names() -> set[str]:
    """Every command that is not hidden, as typed."""
    from mailmill.cli.app import app

    return set(_commands(get_command(app), "mailmill"))


def _commands(command: object, typed: str) -> Iterator[str]:
    if not isinstance(command, TyperGroup):
        yield typed
        return
    for name, child in command.commands.items():
        if not child.hidden:
            yield from _commands(child, f"{typed} {name}")


REFERENCES: Mapping[str, Reference] = {
    "settings": Reference("docs/settings.md", "setting", setting_names),
    "errors": Reference("docs/errors.md", "code", error_codes),
    "exits": Reference("docs/errors.md", "exit", exit_codes),
    "events": Reference("docs/events.md", "event", event_types),
    "transitions": Reference("docs/job-life-cycle.md", "transition", transitions),
    "reasons": Reference("docs/job-life-cycle.md", "reason", reasons),
    "commands": Reference("docs/commands.md", "command", command_names),
}

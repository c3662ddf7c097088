"""Every setting, error code, event and command is on its page, and the pages name nothing that is gone."""

import re
from pathlib import Path

import pytest

from checks.docs import dead_links, misshapen_decisions, unknown_commands
from checks.documented import REFERENCES, undocumented
from mailmill.cli import exits
from mailmill.domain import errors
from mailmill.domain.job import TRANSITIONS, State

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", sorted(REFERENCES))
def test_every_name_has_its_row(kind: str) -> None:
    assert [str(violation) for violation in undocumented(REPOSITORY, {kind: REFERENCES[kind]})] == []


@pytest.mark.parametrize("kind", sorted(REFERENCES))
def test_there_is_something_to_compare(kind: str) -> None:
    assert len(REFERENCES[kind].names()) > 1


def test_every_link_leads_somewhere() -> None:
    assert [str(violation) for violation in dead_links(REPOSITORY)] == []


def test_every_decision_record_has_its_shape() -> None:
    assert [str(violation) for violation in misshapen_decisions(REPOSITORY)] == []


def test_every_make_command_of_the_readme_exists() -> None:
    assert [str(violation) for violation in unknown_commands(REPOSITORY)] == []


def test_the_diagram_of_a_job_draws_the_transitions_that_are_allowed() -> None:
    page = (REPOSITORY / "docs" / "job-life-cycle.md").read_text(encoding="utf-8")
    drawn = {(State(before), State(after)) for before, after in re.findall(r"^ +(\w+) --> (\w+)$", page, re.MULTILINE)}
    assert drawn == TRANSITIONS


def test_the_exit_code_of_each_error_is_the_one_that_the_command_line_gives() -> None:
    page = (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\w+` \| (\w+) \|.*\| ([\d–]+) \|$", page, re.MULTILINE)
    kinds = {name: getattr(errors, name) for name, _ in rows}
    given = {name: exits.of_error(kind.__new__(kind)) for name, kind in kinds.items()}
    told = {name: int(code) for name, code in rows if code != "–"}
    assert len(told) > 10
    assert told == {name: given[name] for name in told}
    assert {given[name] for name, code in rows if code == "–"} == {exits.UNEXPECTED}

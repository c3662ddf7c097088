"""The checks of the docs: each finds what is planted against it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from checks.docs import dead_links, misshapen_decisions, unknown_commands
from checks.documented import REFERENCES, Reference, undocumented

RECORD = "# Title\n\n## Context\n\n## Decision\n\n## Consequences\n\n## Enforced by\n"


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def table(word: str, names: set[str]) -> str:
    rows = "".join(f"| `{name}` | told |\n" for name in sorted(names))
    return f"# Page\n\n| other | x |\n|---|---|\n| `elsewhere` | free |\n\n| {word} | is |\n|---|---|\n{rows}"


@pytest.mark.parametrize("kind", sorted(REFERENCES))
def test_a_name_without_its_row_and_a_row_without_its_name_are_found(kind: str, tmp_path: Path) -> None:
    page, word = REFERENCES[kind].page, REFERENCES[kind].word
    planted = {kind: Reference(page, word, lambda: {"kept", "planted"})}
    write(tmp_path, {page: table(word, {"kept", "planted"})})
    assert list(undocumented(tmp_path, planted)) == []
    write(tmp_path, {page: table(word, {"kept", "gone"})})
    assert [violation.advice for violation in undocumented(tmp_path, planted)] == [
        f"The {word} `planted` is missing: add its row.",
        f"There is no {word} `gone`: remove its row.",
    ]


def test_a_page_that_is_not_there_lacks_every_name(tmp_path: Path) -> None:
    (found,) = undocumented(tmp_path, {"settings": Reference("docs/settings.md", "setting", lambda: {"planted"})})
    assert found.path == "docs/settings.md"


def test_links_to_missing_files_and_headings_are_found(tmp_path: Path) -> None:
    text = (
        "# A b\n[ok](other.md#a-b) [web](https://example.org/x) [here](#a-b)\n[file](gone.md)\n[part](other.md#gone)\n"
    )
    write(tmp_path, {"docs/page.md": text, "docs/other.md": "# A b\n"})
    assert [(violation.path, violation.line) for violation in dead_links(tmp_path)] == [
        ("docs/page.md", 3),
        ("docs/page.md", 4),
    ]


def test_a_decision_record_has_its_parts_its_length_and_its_number(tmp_path: Path) -> None:
    folder = "docs/decisions/"
    write(tmp_path, {f"{folder}0001-kept.md": RECORD})
    assert list(misshapen_decisions(tmp_path)) == []
    write(
        tmp_path,
        {f"{folder}0001-twice.md": RECORD, f"{folder}Two.md": RECORD, f"{folder}0003-long.md": RECORD + "\n" * 40},
    )
    write(tmp_path, {f"{folder}0004-bare.md": RECORD.replace("## Context\n", "")})
    found = {violation.path.removeprefix(folder): violation.advice for violation in misshapen_decisions(tmp_path)}
    assert {name: advice.split()[0:4] for name, advice in found.items()} == {
        "0001-twice.md": ["The", "number", "is", "taken"],
        "0003-long.md": ["49", "lines,", "40", "are"],
        "0004-bare.md": ["The", "part", "“##", "Context”"],
        "Two.md": ["A", "decision", "record", "is"],
    }


def test_a_command_of_the_readme_that_the_makefile_lacks_is_found(tmp_path: Path) -> None:
    readme = "We make nothing here.\n`make here`\n```\nmake gone\nmake here\n```\n"
    write(tmp_path, {"Makefile": "here: ## Be here\n\techo\n", "README.md": readme})
    assert [(violation.path, violation.line) for violation in unknown_commands(tmp_path)] == [("README.md", 4)]

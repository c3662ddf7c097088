"""The checks of this repository: each finds what is planted against it, and says where and what to do."""

from pathlib import Path

from checks.broad_except import catches_everything
from checks.dependencies import wrong_dependencies
from checks.names import left_for_later, vague_names
from checks.pins import wrong_pins
from checks.purity import foreign_to_the_domain, input_and_output
from checks.sizes import FILE_LINES, FUNCTION_LINES, too_long
from checks.tree import Violation

BROAD = """
import contextlib

def bare():
    try:
        work()
    except:
        pass

class Loop:
    async def run(self):
        try:
            work()
        except (ValueError, Exception) as error:
            note(error)

def outer():
    def inner():
        with contextlib.suppress(BaseException):
            work()

def cleans_up():
    try:
        work()
    except BaseException:
        undo()
        raise

def narrow():
    try:
        work()
    except ValueError:
        pass
"""

PROJECT = """
[project]
dependencies = ["rich>=15", "price_parser"]
[dependency-groups]
build = ["setuptools>=77"]
dev = [{ include-group = "build" }, "ruff"]
"""
HASH = "    --hash=sha256:00\n"


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def places(found: list[Violation]) -> list[tuple[str, int]]:
    return [(violation.path, violation.line) for violation in found]


def function(lines: int) -> str:
    return "def grown():\n" + "    step()\n" * (lines - 1)


def test_a_file_of_400_lines_passes_and_one_of_401_does_not(tmp_path: Path) -> None:
    write(tmp_path, {"src/mailmill/jobs/full.py": "pass\n" * FILE_LINES, "tests/test_over.py": "pass\n" * 401})
    assert places(list(too_long(tmp_path))) == [("tests/test_over.py", 401)]


def test_a_function_of_60_lines_passes_and_one_of_61_does_not(tmp_path: Path) -> None:
    write(tmp_path, {"src/a.py": function(FUNCTION_LINES), "src/b.py": "\n" + function(61)})
    (found,) = too_long(tmp_path)
    assert str(found) == "src/b.py:2: grown has 61 lines, 60 are allowed: move named steps into functions below."


def test_a_long_method_and_an_inner_function_are_named_in_full(tmp_path: Path) -> None:
    body = "".join(f"        {line}\n" for line in function(61).splitlines())
    write(tmp_path, {"proofs/a.py": f"class Big:\n    async def method(self):\n{body}"})
    assert [found.advice.split()[0] for found in too_long(tmp_path)] == ["Big.method", "Big.method.grown"]


def test_migrations_may_be_long(tmp_path: Path) -> None:
    write(tmp_path, {"src/mailmill/store/migrations/versions/0001_a.py": "pass\n" * 401})
    assert list(too_long(tmp_path)) == []


def test_every_form_of_catching_everything_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"src/mailmill/jobs/planted.py": BROAD})
    found = list(catches_everything(tmp_path, {}))
    assert [violation.advice.split()[0] for violation in found] == ["bare", "Loop.run", "outer.inner"]
    assert places(found) == [("src/mailmill/jobs/planted.py", line) for line in (7, 14, 19)]


def test_a_place_on_the_list_may_catch_everything(tmp_path: Path) -> None:
    write(tmp_path, {"src/mailmill/jobs/planted.py": BROAD})
    allowed = {("src/mailmill/jobs/planted.py", name): "shown" for name in ("bare", "Loop.run", "outer.inner")}
    assert list(catches_everything(tmp_path, allowed)) == []


def test_an_entry_that_nothing_needs_has_to_leave_the_list(tmp_path: Path) -> None:
    write(tmp_path, {"src/mailmill/jobs/planted.py": "pass\n"})
    (found,) = catches_everything(tmp_path, {("src/mailmill/jobs/planted.py", "gone"): "was needed once"})
    assert found.advice.startswith("gone no longer catches everything")


def test_a_name_that_fits_any_content_is_found(tmp_path: Path) -> None:
    names = ["src/mailmill/mail/utils.py", "tests/helpers/strict.py", "src/mailmill/mail/utilisation.py"]
    write(tmp_path, dict.fromkeys(names, "pass\n"))
    assert {violation.path for violation in vague_names(tmp_path)} == set(names[:2])


def test_a_note_for_later_is_found_in_comments_only(tmp_path: Path) -> None:
    later = "TO" + "DO"
    write(tmp_path, {"src/mailmill/jobs/planted.py": f"WORD = '{later}'\nVALUE = 1  # {later}: more\n"})
    assert places(list(left_for_later(tmp_path))) == [("src/mailmill/jobs/planted.py", 2)]


def test_the_domain_knows_the_standard_library_only(tmp_path: Path) -> None:
    text = "import dataclasses\nimport mailmill.domain.job\nimport rich\nfrom mailmill.store import db\n"
    write(tmp_path, {"src/mailmill/domain/planted.py": text, "src/mailmill/jobs/free.py": "import rich\n"})
    assert places(list(foreign_to_the_domain(tmp_path))) == [
        ("src/mailmill/domain/planted.py", 3),
        ("src/mailmill/domain/planted.py", 4),
    ]


def test_pure_rooms_neither_open_files_nor_fetch(tmp_path: Path) -> None:
    text = "from urllib import parse, request\n\nTEXT = open('x').read()\n"
    write(tmp_path, {"src/mailmill/extract/planted.py": text, "src/mailmill/sources/free.py": text})
    assert sorted(places(list(input_and_output(tmp_path)))) == [
        ("src/mailmill/extract/planted.py", 1),
        ("src/mailmill/extract/planted.py", 3),
    ]


def test_pins_that_are_whole_and_hashed_pass(tmp_path: Path) -> None:
    pins = f"price-parser==1 \\\n{HASH}rich==15 \\\n{HASH}setuptools==77 \\\n{HASH}"
    write(tmp_path, {"pyproject.toml": PROJECT, "requirements.txt": pins})
    write(tmp_path, {"requirements-dev.txt": f"{pins}ruff==1 \\\n{HASH}"})
    assert list(wrong_pins(tmp_path)) == []


def test_addresses_missing_hashes_and_missing_pins_are_found(tmp_path: Path) -> None:
    pins = f"--extra-index-url https://example.org/simple\nrich==15\nsetuptools==77 \\\n{HASH}"
    write(tmp_path, {"pyproject.toml": PROJECT, "requirements.txt": pins, "requirements-dev.txt": pins})
    found = [f"{violation.path}:{violation.line} {violation.advice}" for violation in wrong_pins(tmp_path)]
    assert [line.split(":")[0] for line in found] == ["requirements.txt"] * 3 + ["requirements-dev.txt"] * 4
    assert next(line for line in found if "An address" in line).startswith("requirements.txt:1 ")
    assert sum("rich is pinned without a hash" in line for line in found) == 2
    assert sum("price-parser is wanted" in line for line in found) == 2
    assert sum("ruff is wanted" in line for line in found) == 1


def test_imports_and_declared_packages_agree(tmp_path: Path) -> None:
    owners = {"rich": ["rich"], "price_parser": ["price-parser"]}
    text = "import os\nimport rich\nfrom price_parser import Price\nfrom mailmill.domain import job\n"
    write(tmp_path, {"pyproject.toml": PROJECT, "src/mailmill/cli/a.py": text})
    assert list(wrong_dependencies(tmp_path, owners)) == []


def test_an_undeclared_import_and_an_unused_package_are_found(tmp_path: Path) -> None:
    owners = {"rich": ["rich"], "chance": ["by-chance"]}
    write(tmp_path, {"pyproject.toml": PROJECT, "src/mailmill/cli/a.py": "import rich\nimport chance.inner\n"})
    found = list(wrong_dependencies(tmp_path, owners, {}))
    assert places(found) == [("src/mailmill/cli/a.py", 2), ("pyproject.toml", 1)]
    assert found[1].advice.startswith("Nothing imports price-parser")
    assert len(list(wrong_dependencies(tmp_path, owners, {"price-parser": "shown"}))) == 1

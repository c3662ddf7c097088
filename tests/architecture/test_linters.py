"""Style and types: a planted violation of each is found with the repository's own configuration."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.planting import REPOSITORY, plant

CLEAN = '\ndef double(number: int) -> int:\n    """Twice the number."""\n    return 2 * number\n'
UNTYPED = 'def double(number):\n    """Twice the number."""\n    return 2 * number\n'
MISTYPED = CLEAN + "\n\nWORD: str = double(1)\n"

RUFF = {
    "T201": 'print("seen")\n',
    "BLE001": "try:\n    import this\nexcept Exception:\n    THIS = 0\n",
    "DTZ005": "from datetime import datetime\n\nNOW = datetime.now()\n",
    "D103": "def double(number: int) -> int:\n    return 2 * number\n",
    "TID251": "from unittest import mock\n\nPATCH = mock.patch\n",
    "F401": "import json\n",
}


def run(tool: str, *arguments: str, cwd: Path) -> tuple[int, str]:
    """Exit code and output of a tool of this environment."""
    done = subprocess.run(
        [Path(sys.executable).with_name(tool), *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    plant(tmp_path, {"src/mailmill/jobs/clean.py": CLEAN, "tests/test_clean.py": "VALUE = 1\n"})
    return tmp_path


def test_a_clean_tree_passes_the_linter_and_the_formatter(tree: Path) -> None:
    assert run("ruff", "check", "--no-cache", ".", cwd=tree)[0] == 0
    assert run("ruff", "format", "--check", "--no-cache", ".", cwd=tree)[0] == 0


@pytest.mark.parametrize("rule", sorted(RUFF))
def test_a_planted_violation_of_style_is_found(rule: str, tree: Path) -> None:
    plant(tree, {"src/mailmill/jobs/planted.py": RUFF[rule]})
    code, said = run("ruff", "check", "--no-cache", "--output-format=concise", ".", cwd=tree)
    assert code == 1
    assert "src/mailmill/jobs/planted.py:" in said
    assert f" {rule} " in said


def test_print_is_free_where_a_person_reads_it(tree: Path) -> None:
    plant(tree, {"src/mailmill/cli/shown.py": RUFF["T201"], "checks/shown.py": RUFF["T201"]})
    code, said = run("ruff", "check", "--no-cache", ".", cwd=tree)
    assert code == 0, said


def test_unit_tests_may_replace_what_they_call(tree: Path) -> None:
    plant(tree, {"tests/unit/test_shown.py": RUFF["TID251"]})
    code, said = run("ruff", "check", "--no-cache", ".", cwd=tree)
    assert code == 0, said


def test_a_file_that_is_not_formatted_is_found(tree: Path) -> None:
    plant(tree, {"src/mailmill/jobs/planted.py": "VALUE = (1,\n  2)\n"})
    code, said = run("ruff", "format", "--check", "--no-cache", ".", cwd=tree)
    assert code == 1
    assert "planted.py" in said


def test_types_are_strict_in_the_product_and_in_tests(tree: Path) -> None:
    planted = {
        "src/mailmill/jobs/planted_untyped.py": UNTYPED,
        "src/mailmill/jobs/planted_mistyped.py": MISTYPED,
        "tests/test_planted.py": UNTYPED,
    }
    plant(tree, planted)
    code, said = run("mypy", "--no-incremental", "src", "tests", cwd=tree)
    assert code == 1
    found = {line.split(":")[0] for line in said.splitlines() if ": error: " in line}
    assert found == set(planted), said
    assert "[no-untyped-def]" in said
    assert "[assignment]" in said

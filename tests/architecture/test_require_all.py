"""REQUIRE_ALL=1 turns everything that was not run to its end into a failure, with and without xdist."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.planting import REPOSITORY

PLANTED = {
    "test_skips.py": "import pytest\n\n\ndef test_a():\n    pytest.skip('no such thing')\n",
    "test_marked.py": "import pytest\n\n\n@pytest.mark.skip(reason='later')\ndef test_a(): ...\n",
    "test_needs.py": "import pytest\n\n\n@pytest.mark.needs('no-such-command')\ndef test_a(): ...\n",
    "test_xfails.py": "import pytest\n\n\n@pytest.mark.xfail(reason='known')\ndef test_a():\n    assert False\n",
    "test_file.py": "import pytest\n\npytest.importorskip('no_such_module')\n",
}
PASSING = "def test_b(): ...\n"


def run(root: Path, required: bool, *arguments: str) -> tuple[int, str]:
    env = {**os.environ, "REQUIRE_ALL": "1" if required else ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments, "tests"],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copy(REPOSITORY / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_passing.py").write_text(PASSING, encoding="utf-8")
    for name, text in PLANTED.items():
        (tmp_path / "tests" / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_without_it_skips_are_named_and_pass(tree: Path) -> None:
    code, said = run(tree, False)
    assert code == 0
    assert "1 passed, 4 skipped, 1 xfailed" in said.splitlines()[-1]
    assert "no-such-command is missing: install the package no-such-command" in said


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_with_it_each_of_them_is_a_failure(workers: tuple[str, ...], tree: Path) -> None:
    code, said = run(tree, True, *workers, "--continue-on-collection-errors")
    assert code == 1, said
    # What is skipped before its body runs counts as an error, what is skipped inside it as a failure.
    assert "2 failed, 1 passed, 3 errors" in said.splitlines()[-1]
    assert said.count("REQUIRE_ALL=1, and this was not run to its end: ") >= len(PLANTED)


def test_with_it_a_run_without_skips_passes(tree: Path) -> None:
    for name in PLANTED:
        (tree / "tests" / name).unlink()
    assert run(tree, True)[0] == 0

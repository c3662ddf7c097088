"""The page of rules: every row has its test, which exists, or says what it is waiting for."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?!rule |-)(.+?) \| (.+?) \|$", re.MULTILINE)
OPEN = re.compile(r"^open: \S.{15,}$")
NAMES = re.compile(r"^`test_\w+`(, `test_\w+`)*$")


def test_every_rule_has_a_test_or_says_what_it_is_waiting_for() -> None:
    rows = _rows()
    assert len(rows) > 90
    assert [rule for rule, shown in rows if not OPEN.match(shown) and not NAMES.match(shown)] == []


def test_every_named_test_exists() -> None:
    files = (REPOSITORY / "tests").rglob("test_*.py")
    there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))}
    named = {name for _, shown in _rows() for name in re.findall(r"`(test_\w+)`", shown)}
    assert named - there == set()


def test_every_test_of_jobs_shows_a_rule_of_the_page() -> None:
    page = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")
    files = (REPOSITORY / "tests" / "jobs").glob("test_*.py")
    tests = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))}
    assert {name for name in tests if name not in page} == set()


def test_no_rule_stands_there_twice() -> None:
    rules = [rule for rule, _ in _rows()]
    assert len(rules) == len(set(rules))


def _rows() -> list[tuple[str, str]]:
    return ROW.findall((REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8"))

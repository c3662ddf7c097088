"""Scripts: which request meets which fault, and what is refused."""

import pytest

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.scene import Json
from mailmill.simulate.script import parse_script


def _met(fault: dict[str, Json], requests: str) -> str:
    script = parse_script({"faults": [fault]})
    names = {"l": "list", "f": "fetch"}
    return "".join("x" if script.fault_for(names[letter]) else "." for letter in requests)


@pytest.mark.parametrize(
    ("fields", "met"),
    [
        ({}, "xxxxxx"),
        ({"at": [2, 5]}, ".x..x."),
        ({"every": 3}, "..x..x"),
        ({"times": 2}, "xx...."),
        ({"on": "fetch"}, "...xxx"),
        ({"on": "fetch", "at": [2]}, "....x."),
        ({"on": "list", "every": 2, "times": 1}, ".x...."),
    ],
)
def test_a_fault_meets_the_requests_it_names(fields: dict[str, Json], met: str) -> None:
    assert _met({"fault": "status", "status": 429, **fields}, "lllfff") == met


def test_the_first_fault_wins_and_all_count() -> None:
    script = parse_script({"faults": [{"fault": "expire", "at": [1]}, {"fault": "refuse", "at": [2]}]})
    assert [fault.fault if fault else None for fault in map(script.fault_for, ["list"] * 3)] == [
        "expire",
        "refuse",
        None,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"pase": 3},
        {"pace": "fast"},
        {"delay": -1},
        {"faults": {}},
        {"faults": ["cut"]},
        {"faults": [{"fault": "explode"}]},
        {"faults": [{"fault": "cut"}]},
        {"faults": [{"fault": "lost"}]},
        {"faults": [{"fault": "expire", "on": "everything"}]},
        {"faults": [{"fault": "expire", "at": 3}]},
    ],
)
def test_a_wrong_script_is_refused(wrong: Json) -> None:
    with pytest.raises(InvalidInput):
        parse_script(wrong)

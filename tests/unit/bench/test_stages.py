"""The clock inside an import's processes."""

import time
from importlib import import_module

import pytest

from bench.stages import COMPRESSOR, GENERATOR, STAGES, Clock


@pytest.mark.parametrize(
    "place",
    [(module, name) for stages in STAGES.values() for module, name, _ in stages] + [GENERATOR[:2], COMPRESSOR[:2]],
)
def test_every_function_that_is_clocked_exists(place: tuple[str, str]) -> None:
    found: object = import_module(place[0])
    for name in place[1].split("."):
        found = getattr(found, name)
    assert callable(found)


def test_a_stage_within_another_one_is_counted_once() -> None:
    clock = Clock()
    inner = clock.around(lambda: _work(0.02), "inner")
    clock.around(inner, "outer")()
    spent = clock.total()
    assert spent["inner"] >= 0.02
    assert spent["outer"] < 0.01


def _work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass

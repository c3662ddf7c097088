"""Child processes that somebody kills, or that are slow to start, are no fault of the mail they would have read."""

import asyncio
from collections.abc import Iterator

import psutil
import pytest

from mailmill.jobs.children import ChildLimits, Children

pytestmark = pytest.mark.serial


@pytest.fixture
def children() -> Iterator[Children]:
    children = Children(2, ChildLimits(deadline=0.3))
    yield children
    children.close()


def _own() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "mailmill.jobs.child" in child.cmdline()]


async def test_items_survive_that_every_idle_child_was_killed(children: Children) -> None:
    others = _own()
    await asyncio.gather(*(children.map("time:sleep", [0.2]) for _ in range(2)))
    idle = [child for child in _own() if child not in others]
    for child in idle:
        child.kill()
        child.wait()
    assert len(idle) == 2
    assert await children.map("builtins:abs", [-1]) == [1]


async def test_a_child_that_loads_for_longer_than_an_item_may_take_costs_no_item(
    children: Children, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("slow")
    (folder / "slowly_loaded.py").write_text("import time\ntime.sleep(1)\n\ndef double(n):\n    return 2 * n\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert await children.map("slowly_loaded:double", [1, 2]) == [2, 4]

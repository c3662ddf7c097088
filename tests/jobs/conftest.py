"""Houses and providers for the tests of jobs; after each test every job of it is held against what holds for all."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mailmill import log
from mailmill.bootstrap import DATABASE_NAME
from mailmill.jobs.children import ChildLimits, Children
from tests.jobs.house import House, opened
from tests.jobs.invariants import hold_against_the_rules
from tests.jobs.provider import Provider, providing

MakeHouse = Callable[..., Awaitable[House]]
MakeProvider = Callable[..., Provider]


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Only warnings are logged."""
    log.configure("warning")


@pytest.fixture(scope="session")
def children() -> Iterator[Children]:
    """The child process that parses, shared because starting one takes longer than most tests."""
    children = Children(1, ChildLimits())
    yield children
    children.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, children: Children) -> Path:
    """A data folder as it is after its first opening."""
    folder = tmp_path_factory.mktemp("template")

    async def prepare() -> None:
        async with opened(folder, children):
            pass

    asyncio.run(prepare())
    return folder


@pytest_asyncio.fixture
async def open_house(tmp_path: Path, template: Path, children: Children) -> Any:  # an async generator of MakeHouse
    """Open the test's data folder with these settings; a second call opens the same folder once more."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(template / DATABASE_NAME, folder / DATABASE_NAME)
    async with AsyncExitStack() as stack:

        async def open_one(**chosen: Any) -> House:  # settings and rules
            return await stack.enter_async_context(opened(folder, children, **chosen))

        yield open_one
    hold_against_the_rules(folder / DATABASE_NAME)


@pytest_asyncio.fixture
async def house(open_house: MakeHouse) -> House:
    """The test's data folder, opened with the settings as they come, but short waits between tries."""
    return await open_house()


@pytest.fixture
def provider() -> Iterator[MakeProvider]:
    """Start a provider: ``provider(60, pace=50)``."""
    with ExitStack() as stack:

        def start(count: int, *, one_folder: bool = True, seed: int = 7, **script: Any) -> Provider:  # JSON
            return stack.enter_context(providing(count, script, one_folder=one_folder, seed=seed))

        yield start

"""What every adapter must keep, whatever it reads."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailmill.domain.account import Range
from mailmill.domain.errors import Interrupted, PositionLost
from mailmill.sources.base import Batch
from tests.sources.conformance import CASES, Case, Prepared
from tests.sources.mailfiles import batches_of, content_of, nothing_known, open_descriptors


@pytest.fixture(params=CASES, ids=lambda case: str(case.name))
def case(request: pytest.FixtureRequest) -> Case:
    """Each adapter in turn."""
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
async def box(case: Case, tmp_path: Path) -> AsyncIterator[Prepared]:
    """The mailbox of that adapter."""
    async with case.prepare(tmp_path) as prepared:
        yield prepared


def contents(batches: list[Batch]) -> list[bytes]:
    """The bytes of all mails."""
    return [content_of(message) for batch in batches for message in batch.messages]


async def test_every_mail_comes_once_and_byte_for_byte(box: Prepared, case: Case) -> None:
    found = contents(await batches_of(box.open()))
    if case.ordered:
        assert found == box.mails
    assert Counter(found) == Counter(box.mails)


async def test_the_order_is_the_same_each_time(box: Prepared) -> None:
    assert contents(await batches_of(box.open())) == contents(await batches_of(box.open()))


async def test_reading_on_from_any_position_gives_exactly_the_rest(box: Prepared) -> None:
    whole = await batches_of(box.open())
    assert len(whole) > 2
    for number, batch in enumerate(whole):
        rest = await batches_of(box.open(), batch.position)
        assert contents(rest) == contents(whole[number + 1 :])
        assert [part.listed for part in rest if part.messages] == [
            part.listed for part in whole[number + 1 :] if part.messages
        ]


async def test_every_listed_mail_has_one_outcome(box: Prepared) -> None:
    for batch in await batches_of(box.open()):
        delivered = Counter(message.folder for message in batch.messages)
        assert set(delivered) <= set(batch.listed)
        for folder, counts in batch.listed.items():
            told = counts.had + counts.filtered + counts.gone + len(counts.undelivered)
            assert counts.listed == delivered[folder] + told


async def test_batches_keep_to_their_bounds(box: Prepared) -> None:
    for batch in await batches_of(box.open()):
        size = sum(len(content_of(message)) for message in batch.messages)
        assert len(batch.messages) <= 100
        assert size <= 4 * 2**20 or len(batch.messages) == 1


async def test_progress_never_goes_back_and_reaches_its_total(box: Prepared) -> None:
    whole = await batches_of(box.open())
    done = [batch.done for batch in whole]
    assert done == sorted(done)
    assert whole[-1].done == whole[-1].total
    middle = whole[len(whole) // 2]
    rest = await batches_of(box.open(), middle.position)
    assert [middle.done, *(batch.done for batch in rest)] == sorted([middle.done, *(batch.done for batch in rest)])
    assert rest[-1].done == rest[-1].total


async def test_positions_are_text_that_a_database_can_hold(box: Prepared) -> None:
    for batch in await batches_of(box.open()):
        assert batch.position.encode("utf-8").decode("utf-8") == batch.position
        for message in batch.messages:
            f"{message.folder}{message.where}".encode()


async def test_a_position_of_another_source_is_refused(box: Prepared) -> None:
    with pytest.raises(PositionLost):
        await batches_of(box.open(), "not a position of ours")


async def test_leaving_in_the_middle_holds_nothing_open(box: Prepared) -> None:
    source = box.open()
    read = source.read(None, Range(), nothing_known)
    await anext(read)
    await source.close()
    await source.close()
    assert box.files is None or not open_descriptors(box.files)


async def test_a_closed_read_does_not_look_like_a_finished_one(box: Prepared) -> None:
    source = box.open()
    read = source.read(None, Range(), nothing_known)
    await anext(read)
    await source.close()
    with pytest.raises(Interrupted):
        async for _ in read:
            pass


async def test_no_more_mails_come_than_were_asked_for(box: Prepared) -> None:
    wanted = Range(max_messages=120)
    found = await batches_of(box.open(), None, wanted)
    assert contents(found) == contents(await batches_of(box.open()))[:120]
    assert contents(await batches_of(box.open(), found[0].position, wanted)) == contents(found[1:])
    assert contents(await batches_of(box.open(), found[-1].position, wanted)) == []


async def test_only_the_folders_asked_for_are_listed(box: Prepared) -> None:
    found = await batches_of(box.open(), None, Range(folders=(box.folder,)))
    assert Counter(contents(found)) == Counter(box.in_folder)
    assert {folder for batch in found for folder in batch.listed} == {box.folder}


async def test_the_plan_tells_what_the_read_brings(box: Prepared) -> None:
    source = box.open()
    plan = await source.plan(Range())
    await source.close()
    assert plan.messages == len(box.mails)
    assert plan.bytes == sum(map(len, box.mails))
    assert (await source.plan(Range(max_messages=7))).messages == 7

"""Counts and problems: every listed mail has one outcome, losses are named, and one bad mail stops nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mailmill.domain.errors import Conflict
from mailmill.domain.job import JobKind, State, Waiting
from mailmill.domain.message import RawMessage
from mailmill.jobs.children import ChildLimits, Children, Failure
from mailmill.jobs.clock import now_ms
from mailmill.jobs.context import JobContext
from mailmill.simulate.scene import Json
from mailmill.store import problems
from mailmill.store.db import Connection
from mailmill.store.jobs import Stored
from mailmill.store.problems import NewProblem
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.house import House

ASIDE = b"From: a@example.org\nMessage-ID: <aside@example.org>\nSubject: Aside\n\nText\n"
OUTCOMES = ("new", "had", "filtered", "problem", "gone")
LOSE = "CREATE TRIGGER lose AFTER INSERT ON events BEGIN DELETE FROM messages WHERE id = 30; END"


async def test_in_every_folder_the_listed_mails_are_the_sum_of_their_outcomes(
    house: House, provider: MakeProvider
) -> None:
    source = provider(120, one_folder=False)
    await source.play({"faults": [_ids("lost", source.ids[5]), _ids("gone", source.ids[9], source.ids[70])]})
    async with house.working():
        done = await house.ended(await house.sync(source.address))
    assert done.view.report is not None
    folders = done.view.report["folders"]
    assert len(folders) > 1
    for counts in [*folders.values(), done.view.report["totals"]]:
        assert counts["listed"] == sum(counts[name] for name in OUTCOMES)
    totals = done.view.report["totals"]
    assert (totals["listed"], totals["problem"], totals["gone"]) == (120, 1, 2)
    assert totals == {name: done.view.counters[name] for name in totals}


async def test_counters_equal_the_rows(house: House, provider: MakeProvider) -> None:
    async with house.working():
        first = await house.ended(await house.sync(provider(60).address))
        second = await house.ended(await house.sync(provider(80).address))
    for job in (first, second):
        rows = house.sql("SELECT count(*) FROM messages WHERE job_id = ?", job.job.id)
        assert rows == [(job.view.counters["new"],)]
    assert second.view.counters["new"] + second.view.counters["had"] == 80
    (receipts,) = house.sql("SELECT count(*) FROM receipts")
    assert receipts == (first.view.counters["receipts"] + second.view.counters["receipts"],)


async def test_a_mail_that_is_listed_and_never_delivered_is_named(house: House, provider: MakeProvider) -> None:
    source = provider(60)
    await source.play({"faults": [_ids("lost", source.ids[3], source.ids[33])]})
    async with house.working():
        done = await house.ended(await house.sync(source.address))
    assert (done.view.counters["new"], done.view.counters["problem"], done.view.problems) == (58, 2, 2)
    found = await _problems(house, done)
    assert {problem.source_id for problem in found} == {source.ids[3], source.ids[33]}
    assert {problem.code for problem in found} == {"not_delivered"}


async def test_a_row_that_was_silently_dropped_keeps_the_job_from_succeeding(
    house: House, provider: MakeProvider
) -> None:
    house.sql(LOSE)
    async with house.working():
        done = await house.ended(await house.sync(provider(60).address))
    assert done.view.state is State.FAILED
    assert done.view.error_code == "counts_disagree"
    assert done.view.error_message is not None
    assert "60" in done.view.error_message
    assert "59" in done.view.error_message
    assert done.view.report is None


async def test_a_page_that_names_mails_again_counts_each_once(house: House, provider: MakeProvider) -> None:
    async with house.working():
        source = provider(130, faults=[{"fault": "repeat", "on": "list"}])
        done = await house.ended(await house.sync(source.address))
    assert done.view.counters["listed"] == 130
    assert await source.delivered() == 130


async def test_mails_that_are_not_wanted_are_never_counted_as_lost(house: House, provider: MakeProvider) -> None:
    async with house.working():
        given: dict[str, Any] = {"from_date": "2025-01-01", "max_messages": 25}
        done = await house.ended(await house.sync(provider(60).address, **given))
    assert done.view.counters["listed"] == 25
    assert done.view.counters["new"] + done.view.counters["filtered"] == 25


async def test_a_mail_that_crashes_or_hangs_its_parser_stops_neither_the_job_nor_the_other_mails(
    open_house: MakeHouse,
) -> None:
    house, seen = await open_house(), list[object]()

    async def work(job: JobContext) -> Mapping[str, Any]:  # a report without content
        seen.extend(await job.off_loop("tests.jobs.victims:work", ["fine", "crash", "hang", "raise", "fine"]))
        return {}

    children = Children(1, ChildLimits(deadline=0.5))
    try:
        async with replace(house, children=children).working({JobKind.SYNC: work}):
            done = await house.ended(await house.sync("http://127.0.0.1:9"))
    finally:
        children.close()
    assert done.view.state is State.SUCCEEDED
    assert [one.cause if isinstance(one, Failure) else one for one in seen] == [
        "FINE",
        "the parser crashed (SIGSEGV)",
        "took longer than 0.5 s",
        "ValueError: on purpose",
        "FINE",
    ]


async def test_open_problems_are_retried_alone(house: House, provider: MakeProvider) -> None:
    source = provider(40)
    async with house.working():
        first = await house.ended(await house.sync(source.address))
        assert first.job.account_id is not None
        await _keep_aside(house, first, first.job.account_id)
        asked = len(await source.log())
        done = await house.ended(await house.jobs.retry_problems(house.owner, first.job.account_id))
    assert (done.view.counters["listed"], done.view.counters["new"]) == (1, 1)
    assert len(await source.log()) == asked
    assert await _problems(house, first) == []


async def test_problems_and_their_bytes_outlive_their_job(open_house: MakeHouse, provider: MakeProvider) -> None:
    house = await open_house()
    async with house.working():
        job = await house.ended(await house.sync(provider(20).address))
        assert job.job.account_id is not None
    await _keep_aside(house, job, job.job.account_id)
    await house.pass_days(31)
    assert house.sql("SELECT count(*) FROM jobs") == [(0,)]
    (problem,) = await _problems(house, job)
    assert problem.kept
    raw = await house.instance.database.read(lambda conn: problems.raw_mail(conn, problem.id))
    assert raw is not None
    assert raw.content == ASIDE


async def test_an_account_without_problems_has_nothing_to_retry(house: House, provider: MakeProvider) -> None:
    account = await house.account("http://127.0.0.1:9")
    with pytest.raises(Conflict):
        await house.jobs.retry_problems(house.owner, account)


async def test_a_mail_that_was_not_delivered_is_fetched_by_the_next_sync_and_its_problem_is_solved(
    house: House, provider: MakeProvider
) -> None:
    source = provider(40)
    await source.play({"faults": [_ids("lost", source.ids[3])]})
    async with house.working():
        first = await house.ended(await house.sync(source.address))
        await source.play({})
        before = await source.delivered()
        second = await house.ended(await house.sync(source.address))
    assert (second.view.counters["new"], second.view.counters["had"]) == (1, 39)
    assert await source.delivered() - before == 1
    assert await _problems(house, first) == []


async def test_a_mail_that_was_not_delivered_is_asked_for_again(house: House, provider: MakeProvider) -> None:
    source = provider(40)
    await source.play({"faults": [_ids("lost", source.ids[3])]})
    async with house.working():
        first = await house.ended(await house.sync(source.address))
        await source.play({})
        before = await source.delivered()
        again = await house.jobs.retry_problems(house.owner, first.job.account_id or 0)
        second = await house.ended(again)
    assert (second.view.counters["new"], second.view.counters["had"]) == (1, 39)
    assert await source.delivered() - before == 1
    assert await _problems(house, first) == []


async def test_the_report_gives_pace_and_the_seconds_waited_by_reason(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(budget_pause=0.2)
    source = provider(
        100, pace=60, faults=[{"fault": "status", "status": 503, "retry_after": 0.5, "on": "fetch", "at": [2]}]
    )
    async with house.working():
        job = await house.sync(source.address, run_to_completion=False, max_seconds_per_run=1)
        await house.paused(job, Waiting.BUDGET)
        done = await house.ended(job)
    assert done.view.report is not None
    waited = done.view.report["waited_seconds"]
    assert waited["retry"] >= 0.5
    assert waited["budget"] >= 0.2
    assert done.view.report["messages_per_second"] == pytest.approx(100_000 / done.view.active_ms, rel=0.1)


def _ids(fault: str, *ids: str) -> dict[str, Json]:
    return {"fault": fault, "ids": list(ids)}


async def _problems(house: House, job: Stored) -> list[problems.Problem]:
    return await house.instance.database.read(
        lambda conn: problems.listed(conn, house.owner.workspace_id, job.job.id, False, 100)
    )


async def _keep_aside(house: House, job: Stored, account_id: int) -> None:
    """A problem as a parser's crash leaves it: the mail is not archived, its bytes are kept."""
    new = NewProblem("unreadable_message", "crashed", "INBOX", "9", raw=RawMessage(ASIDE, "INBOX", "9"), identity=b"9")

    def work(conn: Connection) -> None:
        problems.add(conn, house.owner.workspace_id, account_id, job.job.id, [new], now_ms())

    await house.instance.database.write(work)

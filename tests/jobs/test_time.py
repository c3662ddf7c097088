"""What time brings: budgets that slice, schedules, off-peak windows, and history that goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailmill.domain.errors import InvalidInput, NotFound
from mailmill.domain.job import JobKind, Lane, State, Waiting
from mailmill.domain.progress import EventType
from mailmill.jobs.clock import now_ms
from mailmill.jobs.schedule import next_time, window_opens
from tests.jobs.conftest import MakeHouse, MakeProvider
from tests.jobs.gate import Gate
from tests.jobs.house import House, eventually

NOWHERE = "http://127.0.0.1:9"
DAY = 86_400_000


async def test_a_time_budget_slices_the_job_which_continues_by_itself_from_its_checkpoint(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(budget_pause=0.3)
    async with house.working():
        job = await house.sync(provider(120, pace=60).address, run_to_completion=False, max_seconds_per_run=1)
        done = await house.ended(job)
    pauses, starts = await house.events(job, EventType.PAUSED), await house.events(job, EventType.STARTED)
    assert (done.view.state, done.view.counters["listed"]) == (State.SUCCEEDED, 120)
    assert len(starts) == len(pauses) + 1 >= 3
    assert {pause.data["waiting_for"] for pause in pauses} == {Waiting.BUDGET}
    assert {pause.data["reason"] for pause in pauses} == {"Reached MAX_SECONDS_PER_RUN"}
    for start, pause, again in zip(starts, pauses, starts[1:], strict=False):
        assert 1000 <= pause.at - start.at < 4000
        assert again.at >= pause.data["run_after"] >= pause.at + 250


async def test_a_job_that_is_paused_for_its_budget_lets_others_run(
    open_house: MakeHouse, provider: MakeProvider
) -> None:
    house = await open_house(budget_pause=0.3, running_jobs_per_user=1)
    async with house.working():
        sliced = await house.sync(provider(100, pace=60).address, run_to_completion=False, max_seconds_per_run=1)
        await house.reading(sliced)
        other = await house.sync(provider(20, seed=8).address)
        done = await house.ended(other)
        assert (await house.load(sliced)).job.finished_at is None
        assert (await house.ended(sliced)).view.state is State.SUCCEEDED
    assert done.view.state is State.SUCCEEDED


async def test_a_job_runs_through_unless_it_is_asked_to_slice(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.sync(provider(100, pace=60).address, run_to_completion=True, max_seconds_per_run=1)
        done = await house.ended(job)
    assert (done.view.attempt, done.view.active_ms > 1000) == (1, True)
    assert await house.events(job, EventType.PAUSED) == []


async def test_the_settings_of_the_budget_are_the_default_of_receipts_jobs_alone(open_house: MakeHouse) -> None:
    house = await open_house(run_to_completion=False, max_seconds_per_run=77)
    account = await house.account(NOWHERE)
    sync = await house.jobs.start(house.owner, JobKind.SYNC, account, {})
    receipts = await house.jobs.start(house.owner, JobKind.RECEIPTS, account, {})
    chosen = ("run_to_completion", "max_seconds_per_run")
    assert [sync.job.parameters[name] for name in chosen] == [True, None]
    assert [receipts.job.parameters[name] for name in chosen] == [False, 77]


async def test_a_schedule_starts_its_job_in_the_low_lane_in_its_creators_name(house: House) -> None:
    ada, gate = await house.user("ada"), Gate(is_open=True)
    account = await house.account(NOWHERE, ada)
    schedule = await house.schedules.add(ada, JobKind.RECEIPTS, account, {"days": 7}, cron="* * * * *")
    house.sql("UPDATE schedules SET next_at = ?", now_ms() + 300)
    async with house.working(gate.kinds):
        job = await house.find(1)
        await house.ended(job)
    assert (job.job.starter_id, job.job.lane, job.job.account_id) == (ada.user_id, Lane.LOW, account)
    week_ago = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    assert job.job.parameters["from_date"] == week_ago
    assert job.job.parameters["max_seconds_per_run"] == 120
    assert schedule.next_at - now_ms() <= 60_000


async def test_a_missed_time_runs_once_however_often_it_was_missed(house: House) -> None:
    gate = Gate(is_open=True)
    account = await house.account(NOWHERE)
    await house.schedules.add(house.owner, JobKind.SYNC, account, {}, cron="*/5 * * * *")
    house.sql("UPDATE schedules SET next_at = ?", now_ms() - 3 * DAY)
    async with house.working(gate.kinds):
        await house.ended(await house.find(1))
        await house.ended(await house.sync(f"{NOWHERE}/other"))
    assert house.sql("SELECT count(*) FROM jobs") == [(2,)]
    (schedule,) = await house.schedules.listed(house.owner)
    assert now_ms() < schedule.next_at <= now_ms() + 300_000


async def test_a_schedule_does_not_start_a_second_job_beside_an_active_one(house: House) -> None:
    gate = Gate()
    account = await house.account(NOWHERE)
    await house.schedules.add(house.owner, JobKind.SYNC, account, {}, cron="0 3 * * *")
    async with house.working(gate.kinds):
        await house.jobs.start(house.owner, JobKind.SYNC, account, {})
        house.sql("UPDATE schedules SET next_at = 1")

        async def moved_on() -> bool | None:
            return (await house.schedules.listed(house.owner))[0].next_at > 1 or None

        await eventually(moved_on)
    assert house.sql("SELECT count(*) FROM jobs") == [(1,)]


async def test_a_scheduled_job_waits_for_its_off_peak_window(house: House) -> None:
    gate = Gate(is_open=True)
    account = await house.account(NOWHERE)
    opens = (datetime.now(UTC) + timedelta(hours=2)).strftime("%H:%M")
    closes = (datetime.now(UTC) + timedelta(hours=4)).strftime("%H:%M")
    await house.schedules.add(house.owner, JobKind.SYNC, account, {}, cron="* * * * *", window=(opens, closes))
    house.sql("UPDATE schedules SET next_at = 1")
    async with house.working(gate.kinds):
        job = await house.find(1)
        place = await house.place(job)
        assert place is not None
        assert place.waiting_for is Waiting.SCHEDULE
        assert job.job.run_after is not None
        assert 3_500_000 <= job.job.run_after - now_ms() <= 7_200_000
        house.sql("UPDATE jobs SET run_after = ?", now_ms() + 300)
        assert (await house.ended(job)).view.state is State.SUCCEEDED


async def test_a_scheduled_backfill_waits_for_the_cooldown(house: House) -> None:
    account = await house.account(NOWHERE)
    first = await house.jobs.start_backfill(house.owner, account, {"days": 10})
    await house.jobs.cancel(house.owner, first.job.id)
    given = {"mode": "full_backfill", "days": 10}
    await house.schedules.add(house.owner, JobKind.SYNC, account, given, cron="* * * * *")
    house.sql("UPDATE schedules SET next_at = 1")
    async with house.working(Gate().kinds):
        job = await house.find(2)
        place = await house.place(job)
    assert place is not None
    assert place.waiting_for is Waiting.COOLDOWN
    assert job.job.run_after == first.job.created_at + 300_000


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("cron", {"cron": "every day"}),
        ("cron", {"cron": "61 * * * *"}),
        ("time_zone", {"cron": "0 3 * * *", "time_zone": "Europe/Atlantis"}),
        ("window", {"cron": "0 3 * * *", "window": ("25:00", "06:00")}),
        ("window", {"cron": "0 3 * * *", "window": ("06:00", "06:00")}),
    ],
)
async def test_a_wrong_schedule_is_refused_when_it_is_added(field: str, wrong: dict[str, str], house: House) -> None:
    account = await house.account(NOWHERE)
    with pytest.raises(InvalidInput) as refused:
        await house.schedules.add(house.owner, JobKind.SYNC, account, {}, **wrong)  # type: ignore[arg-type] # wrong
    assert refused.value.details["field"] == field
    with pytest.raises(InvalidInput):
        await house.schedules.add(house.owner, JobKind.SYNC, account, {"days": 0}, cron="0 3 * * *")
    assert await house.schedules.listed(house.owner) == []


async def test_a_removed_schedule_starts_nothing_and_only_its_workspace_can_remove_it(house: House) -> None:
    account = await house.account(NOWHERE)
    schedule = await house.schedules.add(house.owner, JobKind.SYNC, account, {}, cron="* * * * *")
    with pytest.raises(NotFound):
        await house.schedules.remove(await house.user("stranger"), schedule.id)
    await house.schedules.remove(house.owner, schedule.id)
    assert await house.schedules.listed(house.owner) == []


def test_a_schedule_means_the_local_time_of_its_zone() -> None:
    summer = datetime(2026, 3, 29, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    due = next_time("30 4 * * *", "Europe/Berlin", int(summer.timestamp() * 1000))
    assert datetime.fromtimestamp(due / 1000, UTC) == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)


def test_a_window_that_passes_midnight_is_open_on_both_sides_of_it() -> None:
    for hour, opens in ((23, 23), (5, 5), (12, 22)):
        now = int(datetime(2026, 5, 1, hour, tzinfo=UTC).timestamp() * 1000)
        found = datetime.fromtimestamp(window_opens(("22:00", "06:00"), "UTC", now) / 1000, UTC)
        assert found == datetime(2026, 5, 1, opens, tzinfo=UTC)


async def test_finished_jobs_go_with_their_events_and_files_when_their_time_is_over(
    house: House, provider: MakeProvider
) -> None:
    async with house.working():
        old = await house.ended(await house.sync(provider(20).address))
    house.sql("INSERT INTO files VALUES (1, 1, ?, 'a.txt', 0, '', 0)", old.job.id)
    await house.pass_days(29)
    assert (await house.load(old)).view.report == old.view.report
    await house.pass_days(2)
    for table in ("jobs", "events", "attempts", "checkpoints", "tallies", "files"):
        assert house.sql(f"SELECT count(*) FROM {table}") == [(0,)]
    assert house.sql("SELECT count(*) FROM messages") == [(20,)]
    (account,) = await house.accounts.listed(house.owner)
    assert account.synced_at is not None


async def test_unfinished_jobs_stay_however_old_they_are(house: House) -> None:
    paused = await house.sync(NOWHERE)
    await house.jobs.pause(house.owner, paused.job.id)
    house.sql("UPDATE jobs SET created_at = 1, paused_at = 1, queued_at = 1")
    await house.pass_days(1000)
    assert (await house.load(paused)).view.state is State.PAUSED


async def test_the_history_of_a_finished_job_is_kept_as_long_as_the_setting_says(
    open_house: MakeHouse,
) -> None:
    house, gate = await open_house(history_days=2), Gate(is_open=True)
    async with house.working(gate.kinds):
        job = await house.ended(await house.sync(NOWHERE))
    await house.pass_days(1)
    assert await house.events(job) != []
    await house.pass_days(1)
    assert await house.events(job) == []


async def test_history_is_never_kept_for_less_than_a_day(open_house: MakeHouse) -> None:
    with pytest.raises(InvalidInput):
        await open_house(history_days=0.5)

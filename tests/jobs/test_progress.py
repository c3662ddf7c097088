"""Progress: phase, label, done, total, percent, rate, ETA and elapsed, as every view shows them."""

from mailmill.domain.job import State
from mailmill.domain.progress import EventType, JobView, fold
from mailmill.store.jobs import Stored
from tests.jobs.conftest import MakeProvider
from tests.jobs.house import House


async def test_a_running_job_tells_phase_label_done_total_percent_rate_and_elapsed(
    house: House, provider: MakeProvider
) -> None:
    async with house.working():
        job = await house.sync(provider(100, pace=60).address)
        view = (await house.reading(job, 40)).view
        await house.ended(job)
    assert (view.phase, view.label, view.unit) == ("read", "Reading INBOX", "messages")
    assert (view.total, view.estimated) == (100, False)
    assert view.done == view.counters["listed"]
    assert view.percent == view.done
    assert view.rate is not None
    assert view.rate > 0
    assert view.elapsed_ms(view.updated_at) > 0


async def test_the_eta_is_a_range_that_holds_what_is_left(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.sync(provider(160, pace=80).address)
        await house.ended(job)
    views = await _views(house, job)
    ended = views[-1].updated_at
    told = [(view.eta, (ended - view.updated_at) / 1000) for view in views if view.eta is not None]
    assert told
    assert all(eta[0] < eta[1] for eta, _ in told)
    assert any(eta[0] - 1 <= left <= eta[1] + 2 for eta, left in told)


async def test_percent_never_goes_back_and_is_100_only_on_success(house: House, provider: MakeProvider) -> None:
    source = provider(130, faults=[{"fault": "expire", "on": "list", "at": [2]}])
    async with house.working():
        done = await house.sync(source.address)
        await house.ended(done)
        cancelled = await house.sync(provider(100, seed=8, pace=60).address)
        await house.reading(cancelled, 60)
        await house.jobs.cancel(house.owner, cancelled.job.id)
        await house.ended(cancelled)
    percents = [view.percent for view in await _views(house, done)]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert max(percents[:-1]) < 100
    assert (await _views(house, cancelled))[-1].percent < 100


async def test_all_mails_read_is_not_yet_100_percent_when_the_report_does_not_add_up(
    house: House, provider: MakeProvider
) -> None:
    house.sql("CREATE TRIGGER lose AFTER INSERT ON events BEGIN DELETE FROM messages WHERE id = 5; END")
    async with house.working():
        done = await house.ended(await house.sync(provider(20).address))
    assert (done.view.state, done.view.done, done.view.total) == (State.FAILED, 20, 20)
    assert done.view.percent < 100


async def test_the_time_line_of_phases_begins_and_ends(house: House, provider: MakeProvider) -> None:
    async with house.working():
        done = await house.ended(await house.sync(provider(20).address))
    (phase,) = done.view.phases
    assert (phase.name, phase.label) == ("read", "Reading the mail")
    assert phase.ended_at is not None
    assert phase.started_at <= phase.ended_at == done.view.finished_at


async def test_the_stored_view_is_the_fold_of_the_log_at_every_moment(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.sync(provider(100, pace=100).address)
        for mails in (1, 40, 80):
            seen = await house.reading(job, mails)
            views = await _views(house, job)
            assert views[seen.job.last_seq - 1] == seen.view
        await house.ended(job)


async def test_no_event_holds_a_subject_or_an_address(house: House, provider: MakeProvider) -> None:
    async with house.working():
        job = await house.ended(await house.sync(provider(60).address))
    told = str([event.data for event in await house.events(job)])
    subjects = [subject for (subject,) in house.sql("SELECT subject FROM messages WHERE length(subject) > 8")]
    assert len(subjects) > 20
    assert not [subject for subject in subjects if subject in told]
    assert "@" not in told
    assert job.view.state is State.SUCCEEDED
    assert EventType.PROGRESS in {event.type for event in await house.events(job)}


async def _views(house: House, job: Stored) -> list[JobView]:
    views: list[JobView] = []
    for event in await house.events(job):
        views.append(fold(views[-1] if views else None, event))
    return views

"""What an error means for a job: wait, pause or fail."""

import pytest

from mailmill.domain.errors import (
    CountsDisagree,
    Interrupted,
    LeaseLost,
    QuotaExhausted,
    SourceBroken,
    SourceRefused,
    SourceUnavailable,
    StoreUnavailable,
)
from mailmill.domain.job import Job, JobKind, Lane, State, Waiting
from mailmill.jobs.outcome import BudgetSpent, Failed, Later, Pause, Stopped
from mailmill.jobs.retry import outcome_of
from mailmill.jobs.rules import Rules

RULES = Rules()
NOW = 1_000_000_000


def a_job(failures: int = 0, outage_since: int | None = None) -> Job:
    """A running job."""
    return Job(
        id="0" * 32, number=1, workspace_id=1, starter_id=1, account_id=1, kind=JobKind.SYNC, parameters={},
        lane=Lane.DEFAULT, exempt=False, state=State.RUNNING, waiting_for=None, run_after=None, slot=True, busy=True,
        attempt=1, generation=1, round=1, failures=failures, outage_since=outage_since, last_seq=1, created_at=0,
        queued_at=0, finished_at=None,
    )  # fmt: skip


@pytest.mark.parametrize("error", [SourceUnavailable(), StoreUnavailable(), QuotaExhausted()])
def test_an_outage_waits_for_a_second_at_first_and_then_as_long_as_it_has_lasted(error: Exception) -> None:
    for lasted, most in ((0, 1), (10, 10), (100, 100), (10_000, 300)):
        job = a_job(outage_since=NOW - lasted * 1000)
        for jitter in (0.0, 1.0):
            outcome = outcome_of(error, job, RULES, NOW, jitter)
            assert isinstance(outcome, Later)
            assert outcome.run_after - NOW == int(most * (0.5 + jitter / 2) * 1000)


def test_an_outage_waits_as_long_as_the_source_says() -> None:
    for seconds in (0, 7, 4000):
        outcome = outcome_of(SourceUnavailable(retry_after=seconds), a_job(), RULES, NOW, 0.5)
        assert isinstance(outcome, Later)
        assert outcome.run_after == NOW + seconds * 1000


def test_an_outage_of_more_than_a_day_fails() -> None:
    job = a_job(outage_since=NOW - 86_400_001)
    outcome = outcome_of(SourceUnavailable(), job, RULES, NOW, 0.5)
    assert isinstance(outcome, Failed)
    assert outcome.code == "source_unavailable"


def test_the_fifth_unexpected_error_in_a_row_fails() -> None:
    outcomes = [outcome_of(KeyError("bug"), a_job(failures=n), RULES, NOW, 0.5) for n in range(5)]
    assert [type(outcome) for outcome in outcomes] == [Later] * 4 + [Failed]
    assert all("bug" not in outcome.reason for outcome in outcomes if isinstance(outcome, Later))


def test_a_refused_login_and_a_spent_budget_pause() -> None:
    login = outcome_of(SourceRefused(), a_job(), RULES, NOW, 0.5)
    budget = outcome_of(BudgetSpent(), a_job(), RULES, NOW, 0.5)
    assert isinstance(login, Pause)
    assert isinstance(budget, Pause)
    assert (login.waiting_for, login.run_after) == (Waiting.LOGIN, None)
    assert (budget.waiting_for, budget.run_after) == (Waiting.BUDGET, NOW + 5000)


@pytest.mark.parametrize("error", [SourceBroken(), CountsDisagree()])
def test_what_waiting_does_not_help_fails_at_once(error: Exception) -> None:
    assert isinstance(outcome_of(error, a_job(), RULES, NOW, 0.5), Failed)


@pytest.mark.parametrize("error", [LeaseLost(), Interrupted()])
def test_an_attempt_that_has_to_stop_writes_nothing(error: Exception) -> None:
    assert isinstance(outcome_of(error, a_job(), RULES, NOW, 0.5), Stopped)

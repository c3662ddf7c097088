"""However people, workers and errors mix, a job only takes the steps that are allowed."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mailmill.domain.errors import (
    CountsDisagree,
    LeaseLost,
    QuotaExhausted,
    SourceBroken,
    SourceRefused,
    SourceUnavailable,
)
from mailmill.domain.job import (
    ACTIVE,
    FINISHED,
    TRANSITIONS,
    Action,
    Job,
    JobKind,
    Lane,
    State,
    Waiting,
    allowed_actions,
)
from mailmill.jobs.attempt import follow
from mailmill.jobs.outcome import BudgetSpent, Done, HandedBack, Outcome, Stopped
from mailmill.jobs.retry import backoff, outcome_of
from mailmill.jobs.rules import Rules

RULES = Rules()
ERRORS = (
    SourceUnavailable(),
    SourceUnavailable(retry_after=5),
    QuotaExhausted(retry_after=90),
    SourceRefused(),
    SourceBroken(),
    CountsDisagree(),
    LeaseLost(),
    BudgetSpent(),
    KeyError("bug"),
)
ENDS = {
    Action.CANCEL: State.CANCELLED,
    Action.PAUSE: State.PAUSED,
    Action.RESUME: State.QUEUED,
    Action.RETRY: State.QUEUED,
}


def a_job(state: State = State.QUEUED, waiting_for: Waiting | None = Waiting.SLOT) -> Job:
    """A job in that state."""
    return Job(
        id="0" * 32, number=1, workspace_id=1, starter_id=1, account_id=1, kind=JobKind.SYNC, parameters={},
        lane=Lane.DEFAULT, exempt=False, state=state, waiting_for=waiting_for, run_after=None, slot=False, busy=False,
        attempt=0, generation=1, round=1, failures=0, outage_since=None, last_seq=1, created_at=0, queued_at=0,
        finished_at=None,
    )  # fmt: skip


class Life(RuleBasedStateMachine):
    """One job, steered by a person, a worker and the world."""

    def __init__(self) -> None:
        super().__init__()
        self.job = a_job()
        self.now = 0
        self.taken: set[tuple[State, State]] = set()

    @rule(action=st.sampled_from(Action))
    def a_person_asks(self, action: Action) -> None:
        """Whatever is allowed is done."""
        if action in allowed_actions(self.job.state, self.job.waiting_for):
            waiting = Waiting.USER if action is Action.PAUSE else None
            self._become({"state": ENDS[action], "waiting_for": waiting})

    @precondition(lambda self: self.job.state is State.QUEUED)
    @rule()
    def a_worker_claims(self) -> None:
        """The next attempt begins."""
        self._become({"state": State.RUNNING, "waiting_for": None, "attempt": self.job.attempt + 1})

    @precondition(lambda self: self.job.state is State.RUNNING)
    @rule(error=st.sampled_from(ERRORS), jitter=st.floats(0, 1), later=st.integers(0, 10**8))
    def an_attempt_ends_in_an_error(self, error: Exception, jitter: float, later: int) -> None:
        """The error decides."""
        self.now += later
        self._settle(outcome_of(error, self.job, RULES, self.now, jitter))

    @precondition(lambda self: self.job.state is State.RUNNING)
    @rule(outcome=st.sampled_from([Done({}), HandedBack(), Stopped()]))
    def an_attempt_ends(self, outcome: Outcome) -> None:
        """Done, or given back."""
        self._settle(outcome)

    @precondition(lambda self: self.job.waiting_for is Waiting.LOGIN)
    @rule(given=st.booleans())
    def a_login_is_given_or_not(self, given: bool) -> None:
        """The job goes on, or fails at the end of the patience."""
        self._become({"state": State.QUEUED if given else State.FAILED, "waiting_for": None})

    @invariant()
    def only_allowed_steps_were_taken(self) -> None:
        assert self.taken <= TRANSITIONS

    @invariant()
    def a_person_can_always_stop_what_is_active_and_never_what_is_finished(self) -> None:
        allowed = allowed_actions(self.job.state, self.job.waiting_for)
        assert (Action.CANCEL in allowed) == (self.job.state in ACTIVE)
        assert self.job.state not in FINISHED or set(allowed) <= {Action.RETRY}

    @invariant()
    def a_job_tells_why_it_does_not_run(self) -> None:
        reasons = {Waiting.USER, Waiting.BUDGET, Waiting.LOGIN}
        assert self.job.state is not State.PAUSED or self.job.waiting_for in reasons

    def _settle(self, outcome: Outcome) -> None:
        changes, _ = follow(self.job, outcome, self.now)
        self._become(changes)

    def _become(self, changes: dict[str, object]) -> None:
        before = self.job.state
        known = {name: value for name, value in changes.items() if name in Job.__slots__}
        self.job = replace(self.job, **known)  # type: ignore[arg-type] # column values of a job
        if self.job.state is not before:
            self.taken.add((before, self.job.state))


def test_transitions_outside_of_the_table_are_never_taken() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=40, deadline=None))


def test_the_waits_double_up_to_five_minutes_with_half_of_each_random() -> None:
    waits = [(backoff(tries, RULES, 0.0), backoff(tries, RULES, 1.0)) for tries in range(12)]
    assert waits[:4] == [(0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0)]
    assert waits[-1] == (150.0, 300.0)

"""What an error means for the job: wait, pause, fail. Pure."""

import traceback

from mailmill.domain.errors import (
    LeaseLost,
    MailmillError,
    Outage,
    QuotaExhausted,
    SourceRefused,
    Stop,
)
from mailmill.domain.job import Job, Waiting
from mailmill.jobs.outcome import BudgetSpent, Failed, Later, Outcome, Pause, Stopped
from mailmill.jobs.rules import Rules


def outcome_of(error: BaseException, job: Job, rules: Rules, now: int, jitter: float) -> Outcome:
    """The outcome of an attempt that ended in ``error``. ``jitter`` is a random number from 0 to 1."""
    match error:
        case BudgetSpent():
            return Pause(Waiting.BUDGET, now + int(rules.budget_pause * 1000), "Reached MAX_SECONDS_PER_RUN")
        case Stop() | LeaseLost():
            return Stopped()
        case SourceRefused():
            return Pause(Waiting.LOGIN, None, error.message)
        case Outage():
            return _outage(error, job, rules, now, jitter)
        case MailmillError():
            return Failed(error.code, error.message, trace(error))
        case _:
            return _unexpected(error, job, rules, now, jitter)


def backoff(tries: int, rules: Rules, jitter: float) -> float:
    """Seconds to wait before try number ``tries + 1``: doubled each time, half of it random, bounded."""
    most: float = min(rules.backoff_most, rules.backoff_first * 2 ** min(tries, 20))
    return most * (0.5 + jitter / 2)


def _outage(error: Outage, job: Job, rules: Rules, now: int, jitter: float) -> Outcome:
    since = job.outage_since if job.outage_since is not None else now
    if now - since > rules.outage_patience * 1000:
        return Failed(error.code, error.message, trace(error))
    wait = error.retry_after if error.retry_after is not None else _patience(now - since, rules, jitter)
    waiting_for = Waiting.QUOTA if isinstance(error, QuotaExhausted) else Waiting.RETRY
    return Later(waiting_for, now + int(wait * 1000), error.message, error=trace(error))


def _patience(waited_ms: int, rules: Rules, jitter: float) -> float:
    """Seconds to wait in an outage: as long again as it has lasted, so that the waits double, half of it random."""
    return min(rules.backoff_most, max(rules.backoff_first, waited_ms / 1000)) * (0.5 + jitter / 2)


def _unexpected(error: BaseException, job: Job, rules: Rules, now: int, jitter: float) -> Outcome:
    if job.failures + 1 >= rules.tries:
        message = f"An unexpected error ({type(error).__name__}) came {rules.tries} times without progress."
        return Failed("unexpected", message, trace(error))
    run_after = now + int(backoff(job.failures, rules, jitter) * 1000)
    reason = f"An unexpected error ({type(error).__name__})"
    return Later(Waiting.RETRY, run_after, reason, outage=False, failure=True, error=trace(error))


def trace(error: BaseException) -> str:
    """The traceback as text, for those who operate the instance; never shown to users."""
    return "".join(traceback.format_exception(error))[-20_000:]

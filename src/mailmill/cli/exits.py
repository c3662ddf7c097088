"""The exit codes: the one table that maps errors and endings of jobs to numbers."""

from collections.abc import Iterator

from mailmill.domain import errors
from mailmill.domain.job import State
from mailmill.domain.progress import JobView

OK = 0
JOB_FAILED = 1
INVALID = 2
REFUSED = 3
UNAVAILABLE = 4
LOGIN = 5
JOB_CANCELLED = 6
JOB_PAUSED = 7
UNREADABLE = 8
UNEXPECTED = 70
INTERRUPTED = 130

_TABLE: tuple[tuple[type[errors.MailmillError], int], ...] = (
    (errors.InvalidInput, INVALID),
    (errors.NotFound, REFUSED),
    (errors.Forbidden, REFUSED),
    (errors.Conflict, REFUSED),
    (errors.TooSoon, REFUSED),
    (errors.Outage, UNAVAILABLE),
    (errors.SourceRefused, LOGIN),
    (errors.SourceBroken, UNREADABLE),
    (errors.CountsDisagree, UNEXPECTED),
)


def _codes(kind: type[errors.MailmillError], number: int) -> Iterator[tuple[str, int]]:
    """The code of an error and of everything below it in the tree."""
    yield kind.code, number
    for narrower in kind.__subclasses__():
        yield from _codes(narrower, number)


_BY_CODE = dict(pair for kind, number in _TABLE for pair in _codes(kind, number))
_BY_CODE |= {"login_missing": LOGIN, "unexpected": UNEXPECTED}  # endings of jobs that no error of the tree names


def of_error(error: errors.MailmillError) -> int:
    """The exit code of an error."""
    return next((number for kind, number in _TABLE if isinstance(error, kind)), UNEXPECTED)


def of_code(code: str | None) -> int:
    """The exit code of a job that failed with this code."""
    return _BY_CODE.get(code or "", JOB_FAILED)


def of_view(view: JobView) -> int:
    """The exit code of a command that followed a job to this end."""
    match view.state:
        case State.SUCCEEDED:
            return OK
        case State.FAILED:
            return of_code(view.error_code)
        case State.CANCELLED:
            return JOB_CANCELLED
        case _:
            return JOB_PAUSED

"""Every error that Mailmill raises on purpose, in one tree.

::

    MailmillError
    ├── InvalidInput            what was asked for is malformed or out of range
    │   └── WrongSetting        a setting is wrong; the start stops with one sentence
    ├── NotFound                no such thing, or not yours
    ├── Forbidden               yours to see, not to do
    ├── Conflict                the thing is in a state that forbids this
    │   └── AlreadyRunning      single flight: names the running job
    ├── TooSoon                 cooldown; says when
    ├── Outage                  something outside is away; waiting helps
    │   ├── SourceUnavailable   network, 5xx, rate limit, file system away
    │   └── StoreUnavailable    database away, locked or disk full
    ├── SourceRefused           the login is refused; a person has to act
    ├── SourceBroken            the source itself can't be read; waiting does not help
    ├── PositionLost            a stored position is no longer valid at the source
    ├── CountsDisagree          a report whose counts do not add up
    ├── UnreadableMessage       one mail that could not be parsed
    ├── ExtractorFailed         one mail that an extractor could not handle
    └── Stop                    the attempt must stop and write nothing
        ├── LeaseLost           the job was taken over by another attempt
        └── Interrupted         cancel, pause or shutdown was asked for

No HTTP status and no exit code stands here: each edge has one table of its own.
"""

from typing import ClassVar


class MailmillError(Exception):
    """Something went wrong. Nothing stored is lost."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, **details: str | int | None) -> None:
        """Keep the message for people and named details for programs; neither holds mail content or a secret."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details
        super().__init__(self.message)


class InvalidInput(MailmillError):
    """The request is not valid. Correct the named field and try again."""

    code = "invalid_input"


class WrongSetting(InvalidInput):
    """A setting is wrong. Correct it and start again."""

    code = "wrong_setting"


class NotFound(MailmillError):
    """There is no such thing here."""

    code = "not_found"


class Forbidden(MailmillError):
    """You may not do this."""

    code = "forbidden"


class Conflict(MailmillError):
    """The state it is in does not allow this."""

    code = "conflict"


class AlreadyRunning(Conflict):
    """A job of this kind is already active on this account."""

    code = "already_running"


class TooSoon(MailmillError):
    """It is too soon to start this again."""

    code = "too_soon"

    def __init__(self, message: str, *, retry_at: int, **details: str | int | None) -> None:
        """``retry_at`` is in milliseconds since the epoch."""
        self.retry_at = retry_at
        super().__init__(message, retry_at=retry_at, **details)


class Outage(MailmillError):
    """Something that Mailmill needs is away. The job waits and goes on by itself."""

    code = "outage"

    def __init__(
        self, message: str | None = None, *, retry_after: float | None = None, **details: str | int | None
    ) -> None:
        """``retry_after`` is in seconds, where the other side named it."""
        self.retry_after = retry_after
        super().__init__(message, **details)


class SourceUnavailable(Outage):
    """The source can't be reached just now."""

    code = "source_unavailable"


class QuotaExhausted(SourceUnavailable):
    """The source's limit is used up just now."""

    code = "quota_exhausted"


class StoreUnavailable(Outage):
    """The database can't be written just now."""

    code = "store_unavailable"


class SourceRefused(MailmillError):
    """The source refuses the login. Sign in again."""

    code = "source_refused"


class SourceBroken(MailmillError):
    """The source can't be read."""

    code = "source_broken"


class PositionLost(MailmillError):
    """The stored position is no longer valid at the source; the phase starts again."""

    code = "position_lost"


class CountsDisagree(MailmillError):
    """The counts of the report do not add up."""

    code = "counts_disagree"


class UnreadableMessage(MailmillError):
    """This mail could not be read. Its bytes are kept."""

    code = "unreadable_message"


class ExtractorFailed(MailmillError):
    """An extractor could not handle this mail. The mail is archived."""

    code = "extractor_failed"


class Stop(MailmillError):
    """The attempt stops and writes nothing."""

    code = "stop"


class LeaseLost(Stop):
    """The job was taken over by another attempt."""

    code = "lease_lost"


class Interrupted(Stop):
    """The job was asked to stop."""

    code = "interrupted"

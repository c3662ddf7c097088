"""Which handler does the work of each kind."""

from collections.abc import Mapping

from mailmill.domain.job import JobKind
from mailmill.jobs.executor import Handler
from mailmill.pipeline.reextract import reextract
from mailmill.pipeline.sync import sync


def handlers() -> Mapping[JobKind, Handler]:
    """The handler of every kind."""
    return {JobKind.SYNC: sync, JobKind.RECEIPTS: sync, JobKind.REEXTRACT: reextract}

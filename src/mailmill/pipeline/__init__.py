"""The job handlers: the only place where source, mail, extract and store meet."""

from collections.abc import Mapping

from mailmill.domain.job import JobKind
from mailmill.jobs.executor import Handler
from mailmill.pipeline.sync import sync


def handlers() -> Mapping[JobKind, Handler]:
    """Who does the work of each kind."""
    return {JobKind.SYNC: sync, JobKind.RECEIPTS: sync}

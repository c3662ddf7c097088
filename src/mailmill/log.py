"""Structured logs: every line begins with an action word from a fixed list; never mail content, never a secret."""

import logging
import sys
from contextlib import suppress
from typing import TextIO

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("mailmill")


class _Patient:
    """A stream whose reader may be gone: a line that can't be written is lost, the work that wrote it is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Write lines of ``level`` and above to ``stream`` as key=value pairs, or as JSON when it is no terminal."""
    readable = stream.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(_Patient(stream)),  # type: ignore[arg-type] # write and flush do
    )

"""Structured logs: every line begins with an action word from a fixed list; never mail content, never a secret."""

import logging
import sys
from typing import TextIO

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("mailmill")


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
        logger_factory=structlog.PrintLoggerFactory(stream),
    )

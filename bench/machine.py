"""What the measurements ran on."""

import os
import platform
import sqlite3
from pathlib import Path


def machine(cores: list[int]) -> str:
    """Processor, cores used, memory, load, and versions, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"machine: {_processor()}, {len(cores)} of {os.cpu_count()} cores used, {memory:.0f} GiB memory, load "
        f"{load:.1f} before the first run, Linux {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

"""What holds for every test: the commands of the system it needs, that CI skips nothing, and that nothing calls out."""

import ipaddress
import os
import shutil
import sys
from collections.abc import Generator

import pytest

PACKAGES = {"strace": "strace"}  # command → the Debian package that brings it


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose command is missing, and name the package that brings it."""
    for mark in item.iter_markers("needs"):
        command = str(mark.args[0])
        if shutil.which(command) is None:
            pytest.skip(f"{command} is missing: install the package {PACKAGES.get(command, command)}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under REQUIRE_ALL=1 a test that was skipped, or expected to fail, has failed."""
    report = yield
    _require(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under REQUIRE_ALL=1 a file that skips itself as a whole has failed."""
    report = yield
    _require(report)
    return report


def _require(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Runs where the test runs, so that the workers of pytest-xdist report the failure themselves."""
    if os.environ.get("REQUIRE_ALL") != "1" or report.outcome != "skipped":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", report.longrepr)
    if hasattr(report, "wasxfail"):
        del report.wasxfail
    report.outcome = "failed"
    report.longrepr = f"REQUIRE_ALL=1, and this was not run to its end: {reason}"


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: a test that would reach beyond loopback fails before a packet leaves."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "localhost")
    else:
        return
    if host != "localhost" and not _is_loopback(host):
        raise RuntimeError(f"A test reaches beyond loopback: {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(_stay_at_home)

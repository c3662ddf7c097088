"""The script of a simulated provider: which fault meets which request or mail, and how often.

A script is a JSON object::

    {"pace": 50,                     mails a second in fetch answers (null: as fast as possible)
     "delay": 0.05,                  seconds before every answer
     "consent_file": "/some/path",   a refused login is accepted again once this file exists
     "faults": [ ... ]}

Each fault is an object with ``fault`` and what it needs:

=========  ====================================  ==========================================================
fault      fields                                what happens
=========  ====================================  ==========================================================
status     status, retry_after (optional)        that HTTP status, with Retry-After in seconds where given
delay      seconds                               the answer comes that much later
cut        after_bytes                           the connection is closed after so many bytes of the body
stall      seconds, after_bytes (default 0)      the body stops for that long
refuse                                           401 until consent
expire                                           410: the page token is no longer valid
repeat                                           the page begins with the last 5 ids of the page before it
lost       ids                                   listed, and never delivered
gone       ids                                   listed, and reported as gone when fetched
=========  ====================================  ==========================================================

Those of the first seven meet requests: ``on`` (folders, count, list, fetch; left out: any of them), ``at`` (a list of
numbers, counted from 1 among the requests that ``on`` names), ``every`` (each n-th of them), ``times`` (at most so
often; ``refuse`` stays until consent). Without ``at`` and ``every`` all of them are met. The first fault that fits a
request is used, and each counts its requests itself, from the moment the script was set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.scene import Json

REQUESTS = ("folders", "count", "list", "fetch")
_NEEDS: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "delay": ("seconds",),
    "cut": ("after_bytes",),
    "stall": ("seconds",),
    "refuse": (),
    "expire": (),
    "repeat": (),
    "lost": ("ids",),
    "gone": ("ids",),
}
_MOST_FAULTS = 1000


@dataclass(slots=True)
class Fault:
    """One fault of the script, with what it has seen so far."""

    fault: str
    on: str | None = None
    at: frozenset[int] = frozenset()
    every: int | None = None
    times: int | None = None
    status: int = 503
    retry_after: float | None = None
    seconds: float = 0.0
    after_bytes: int = 0
    ids: frozenset[str] = frozenset()
    seen: int = 0
    met: int = 0

    def meets(self, request: str) -> bool:
        """Count that request and say whether the fault meets it."""
        if self.fault in {"lost", "gone"} or self.on not in {None, request}:
            return False
        self.seen += 1
        if self.times is not None and self.met >= self.times:
            return False
        hit = self.seen in self.at or bool(self.every and self.seen % self.every == 0)
        hit = hit or not (self.at or self.every)
        self.met += hit
        return hit


@dataclass(slots=True)
class Script:
    """All that the server does wrong."""

    pace: float | None = None
    delay: float = 0.0
    consent_file: str | None = None
    faults: list[Fault] = field(default_factory=list)

    def fault_for(self, request: str) -> Fault | None:
        """The first fault that meets this request; every fault counts it."""
        met = [fault for fault in self.faults if fault.meets(request)]
        return met[0] if met else None

    def ids(self, fault: str) -> frozenset[str]:
        """The ids that are ``lost`` or ``gone``."""
        return frozenset().union(*(one.ids for one in self.faults if one.fault == fault))


def parse_script(given: Json) -> Script:
    """Read a script; raises InvalidInput that names what is wrong."""
    if not isinstance(given, dict):
        raise InvalidInput("A script is a JSON object.", field="script")
    unknown = given.keys() - {"pace", "delay", "consent_file", "faults"}
    if unknown:
        raise InvalidInput(f"A script knows no {sorted(unknown)[0]!r}.", field="script")
    faults = given.get("faults", [])
    if not isinstance(faults, list) or len(faults) > _MOST_FAULTS:
        raise InvalidInput(f"The faults are a list of at most {_MOST_FAULTS}.", field="faults")
    consent = given.get("consent_file")
    return Script(
        pace=_number(given, "pace") or None,
        delay=_number(given, "delay"),
        consent_file=consent if isinstance(consent, str) else None,
        faults=[_fault(one) for one in faults],
    )


def _fault(given: Json) -> Fault:
    if not isinstance(given, dict) or given.get("fault") not in _NEEDS:
        raise InvalidInput(f"A fault is one of {', '.join(_NEEDS)}.", field="fault")
    name = str(given["fault"])
    missing = [one for one in _NEEDS[name] if one not in given]
    if missing:
        raise InvalidInput(f"The fault {name} needs {missing[0]}.", field=missing[0])
    on = given.get("on")
    if on is not None and on not in REQUESTS:
        raise InvalidInput(f"'on' is one of {', '.join(REQUESTS)}.", field="on")
    return Fault(
        name,
        on=None if on is None else str(on),
        at=frozenset(one for one in _list(given, "at") if isinstance(one, int)),
        every=int(_number(given, "every")) or None,
        times=None if given.get("times") is None else int(_number(given, "times")),
        status=int(_number(given, "status")) or 503,
        retry_after=None if given.get("retry_after") is None else _number(given, "retry_after"),
        seconds=_number(given, "seconds"),
        after_bytes=int(_number(given, "after_bytes")),
        ids=frozenset(str(one) for one in _list(given, "ids")),
    )


def _list(given: Mapping[str, Json], name: str) -> list[Json]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise InvalidInput(f"{name} is a list.", field=name)
    return value


def _number(given: Mapping[str, Json], name: str) -> float:
    value = given.get(name) or 0
    if not _is_number(value) or value < 0:
        raise InvalidInput(f"{name} is a number, not below 0.", field=name)
    return value


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""The others: ``notmuch new`` and ``mu index`` on a Maildir, each with a fresh index in a home of its own."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.processes import Failed, Measured, environment, measure

LEAST_KNOWN = 0.995
_NOTMUCH_CONFIG = """\
[database]
path={index}
mail_root={mail}
[user]
name=Robin Ashdown
primary_email=robin.ashdown@brevmail.example
[new]
tags=unread;inbox
[maildir]
synchronize_flags=true
"""


def notmuch(home: Path, maildir: Path, mails: int, cores: Sequence[int]) -> Measured:
    """Index with notmuch. Raises Failed when it does not know the mails afterwards."""
    home.mkdir()
    (home / "index").mkdir()
    config = home / "config"
    config.write_text(_NOTMUCH_CONFIG.format(index=home / "index", mail=maildir.resolve()))
    own = environment(HOME=str(home), NOTMUCH_CONFIG=str(config))
    done = measure(["notmuch", "new", "--quiet"], environment=own, cores=cores)
    _agree("notmuch", int(_asked(["notmuch", "count", "--output=files", "*"], own)), mails)
    return done


def mu(home: Path, maildir: Path, mails: int, cores: Sequence[int]) -> Measured:
    """Index with mu. Raises Failed when it does not know the mails afterwards."""
    home.mkdir()
    own = environment(HOME=str(home))
    place = f"--muhome={home / 'index'}"
    _asked(["mu", "init", place, f"--maildir={maildir.resolve()}"], own)
    done = measure(["mu", "index", place, "--quiet"], environment=own, cores=cores)
    found = re.search(r"messages in store\D*(\d+)", _asked(["mu", "info", place], own))
    _agree("mu", int(found.group(1)) if found else 0, mails)
    return done


def versions() -> str:
    """The peers by name and version."""
    told = (_asked([name, "--version"], environment()).splitlines()[0] for name in ("notmuch", "mu"))
    numbers = (re.search(r"\d+(\.\d+)+", line) for line in told)
    return ", ".join(
        f"{name} {found.group() if found else '?'}" for name, found in zip(("notmuch", "mu"), numbers, strict=True)
    )


def _agree(name: str, known: int, mails: int) -> None:
    """The peers pass over a few of the broken mails; more than that would make them look fast."""
    if not mails * LEAST_KNOWN <= known <= mails:
        raise Failed(f"{name} knows {known} of {mails} mails, so its time is no measure.")


def _asked(command: Sequence[str], own: dict[str, str]) -> str:
    done = subprocess.run(command, check=False, env=own, capture_output=True, text=True)  # noqa: S603 - fixed commands
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout

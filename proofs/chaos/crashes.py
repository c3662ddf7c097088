"""A parser that really crashes or hangs, and child processes that are killed from outside."""

import hashlib
import json
import os
import time
from pathlib import Path

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.command import DATABASE, PATIENCE, Command, Hanging
from proofs.chaos.dump import ARCHIVE, Dump, differences, take

_INJECTED = Path(__file__).with_name("injected")
_CAUSES = {"crash": "the parser crashed (SIGSEGV)", "hang": "took longer than 2 s"}


def crashing_parser(bench: Bench, mailbox: Path, undisturbed: Undisturbed) -> None:
    """Two mails more than in ``mailbox``, one that crashes the parser and one that hangs it."""
    bench.case("a parser that crashes and hangs", lambda folder: _crashing(bench, mailbox, undisturbed, folder))


def killed_children(bench: Bench, mailbox: Path, undisturbed: Undisturbed, kills: int) -> None:
    """SIGKILL a child process ``kills`` times at random moments of one import."""
    bench.case("child processes killed", lambda folder: _childless(bench, mailbox, undisturbed, folder, kills))


def _crashing(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path) -> list[str]:
    """With the fault: two problems with their bytes, all else as ever. Without it: a retry archives both."""
    hurting, mails = _with_dangerous_mails(mailbox)
    path = os.pathsep.join(filter(None, (str(_INJECTED), os.environ.get("PYTHONPATH"))))
    settings = {"PYTHONPATH": path, "MAILMILL_ITEM_DEADLINE": "2"}
    bench.run(folder, "import", str(hurting), settings=settings)
    injured = take(folder / DATABASE)
    bench.run(folder, "problems", "retry", hurting.name)
    healed = take(folder / DATABASE)
    bench.run(reference := bench.folder("uninjured"), "import", str(hurting))
    whole = take(reference / DATABASE)
    bench.remove(reference)
    bench.figures["parser faults"] += len(mails)
    return [
        *differences(undisturbed.dump.of(*ARCHIVE), injured.of(*ARCHIVE)),
        *_wrong_problems(undisturbed.dump, injured, mails, solved=False),
        *differences(whole.of(*ARCHIVE), healed.of(*ARCHIVE)),
        *_wrong_problems(undisturbed.dump, healed, mails, solved=True),
    ]


def _wrong_problems(undisturbed: Dump, found: Dump, mails: dict[str, bytes], *, solved: bool) -> list[str]:
    """What is wrong with the problems beyond those that the mailbox has anyway."""
    expected = set(undisturbed.of("problem").lines)
    more = [json.loads(line) for line in found.of("problem").lines if line not in expected]
    told = sorted(
        (told["code"], told["cause"], is_open, raw) for _, _, mail, raw, is_open, told in more if mail is None
    )
    kept = {name: None if solved else hashlib.sha256(mail).hexdigest() for name, mail in mails.items()}
    right = sorted(("unreadable_message", _CAUSES[name], not solved, kept[name]) for name in mails)
    return [] if told == right else [f"problems {told}, expected {right}"]


def _with_dangerous_mails(mailbox: Path) -> tuple[Path, dict[str, bytes]]:
    """The same mailbox under the same name elsewhere, with dangerous mails in its middle; and those mails by name."""
    data = mailbox.read_bytes()
    middle = data.index(b"\n\nFrom ", len(data) // 2) + 2
    mails = {name: _dangerous(name) for name in _CAUSES}
    added = b"".join(b"From chaos@example.org Mon Jun  1 10:00:00 2026\n" + mail + b"\n" for mail in mails.values())
    path = mailbox.parent / "dangerous" / mailbox.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data[:middle] + added + data[middle:])
    return path, mails


def _dangerous(name: str) -> bytes:
    head = f"From: Chaos <{name}@example.org>\nTo: you@example.net\nDate: Mon, 1 Jun 2026 10:00:00 +0000\n"
    return (
        f"{head}Message-ID: <{name}@example.org>\nSubject: A {name} of its own\nX-Chaos: {name}\n\nHold on.\n".encode()
    )


def _childless(bench: Bench, mailbox: Path, undisturbed: Undisturbed, folder: Path, kills: int) -> list[str]:
    command = Command(folder, "import", str(mailbox))
    deadline = time.monotonic() + PATIENCE
    done: set[int] = set()
    while len(done) < kills and command.running():
        fresh = [child for child in command.children() if child.pid not in done]
        if fresh:
            time.sleep(bench.chance.uniform(0, undisturbed.window / 2))
            victim = bench.chance.choice(fresh)
            if victim.is_running():
                victim.kill()
                done.add(victim.pid)
        if time.monotonic() > deadline:
            raise Hanging(f"only {len(done)} child processes came:\n{command.told()}")
        time.sleep(0.005)
    bench.figures["children killed"] += len(done)
    if (code := command.ended()) != 0:
        return [f"exit code {code}: {command.told()[-1000:]}"]
    return differences(undisturbed.dump, take(folder / DATABASE))

"""What the archive does with real mail: every mail kept byte for byte, and no mail twice.

``python -m proofs.archive FOLDER [--only GLOB …] [--ham GLOB …] [-v]`` imports the mails of FOLDER with the installed
command into data folders of its own: as the folder it is, as one mbox in three dialects, as a Maildir. The database is
then read from outside and compared with the files. Afterwards the same mails are imported once more in every other
form, and nothing may come in. ``--only`` says which files are mails, whatever is in them: they are imported under
names that say so (.eml), and all else of FOLDER is left out. ``--ham`` names mails in which no receipt may be found in
more than 0.2 %.

Exit status 1 when a verdict fails, 2 when there is no mail.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from proofs.command import Archived, DataFolder
from proofs.mailboxes import (
    PATTERNS,
    Mail,
    chosen,
    collect,
    is_mbox,
    unmarked,
    unquoted,
    with_line_ends,
    write_maildir,
    write_mbox,
)

DIALECTS = ("mboxrd", "mboxo", "mboxcl2")
MOST_HAM = 0.2
SAYS_SO = "Nothing new"


@dataclass(slots=True)
class Proof:
    """One run: where it works, what it has found so far."""

    work: Path
    folder: Path
    mails: Sequence[Mail]
    verbose: bool = False
    failed: int = 0
    _data: Counter[str] = field(default_factory=Counter)

    def verdict(self, name: str, told: str, holds: bool, more: Sequence[str] = ()) -> None:
        """Print one line; ``more`` follows where it failed or on ``-v``."""
        self.failed += not holds
        say(f"{name:<34} {told} {'· ok' if holds else '· FAILED'}")
        for line in more if self.verbose else [] if holds else more[:10]:
            say(f"    {line}")

    def data(self, name: str) -> DataFolder:
        """A fresh data folder."""
        self._data[name] += 1
        return DataFolder(self.work / f"data-{name}-{self._data[name]}")


def main() -> int:
    """Prove everything about one folder; the exit status says whether it holds."""
    options = _options()
    mails = collect(options.folder, options.only or PATTERNS)
    if not mails:
        say(f"No mail in {options.folder}.")
        return 2
    say(f"{len(mails):,} mails in {options.folder}, {sum(len(m.content) for m in mails):,} bytes")
    with tempfile.TemporaryDirectory(prefix="mailmill-proof-") as work:
        proof = Proof(Path(work), options.folder, mails, options.verbose)
        folder = _staged(proof, options.only) if options.only else options.folder.resolve()
        data = as_folder(proof, folder)
        ham(proof, data, options.ham)
        shutil.rmtree(data.path)
        as_mbox(proof)
        as_maildir(proof)
    say("every verdict holds" if not proof.failed else f"{proof.failed} verdicts failed")
    return 1 if proof.failed else 0


def as_folder(proof: Proof, folder: Path) -> DataFolder:
    """Import the folder itself, then again, then as one mbox."""
    data = proof.data("folder")
    data.run("import", str(folder))
    compare(proof, "as a folder", data, proof.mails)
    brings_nothing(proof, "the folder again", data, folder)
    mbox = proof.work / "all.mbox"
    write_mbox(mbox, proof.mails, "mboxrd")
    brings_nothing(proof, "the folder as one mbox", data, mbox)
    return data


def as_mbox(proof: Proof) -> None:
    """One mbox in every dialect; the first of them again, renamed, shuffled, and as a Maildir."""
    for dialect in DIALECTS:
        data = proof.data(dialect)
        path = proof.work / f"one-{dialect}"
        written = write_mbox(path, proof.mails, dialect)
        data.run("import", str(path))
        compare(proof, f"as one mbox ({dialect})", data, written)
        readable(proof, dialect, data)
        brings_nothing(proof, f"the {dialect} file again", data, path)
        renamed = path.rename(proof.work / f"renamed-{dialect}")
        brings_nothing(proof, f"the {dialect} file renamed", data, renamed)
        shuffled = proof.work / f"shuffled-{dialect}"
        write_mbox(shuffled, random.Random(1).sample(proof.mails, len(proof.mails)), dialect)  # noqa: S311 - an order
        brings_nothing(proof, f"the {dialect} mails shuffled", data, shuffled)
        maildir = proof.work / f"from-{dialect}"
        write_maildir(maildir, proof.mails)
        brings_nothing(proof, f"the {dialect} file as a Maildir", data, maildir)
        for left in (data.path, maildir):
            shutil.rmtree(left)


def as_maildir(proof: Proof) -> None:
    """A Maildir, then the same mails as an mbox, and with other line ends."""
    data = proof.data("maildir")
    maildir = proof.work / "Maildir"
    written = write_maildir(maildir, proof.mails)
    data.run("import", str(maildir))
    compare(proof, "as a Maildir", data, written)
    for dialect in DIALECTS:
        path = proof.work / f"of-maildir-{dialect}"
        write_mbox(path, proof.mails, dialect)
        brings_nothing(proof, f"the Maildir as an mbox ({dialect})", data, path)
        path.unlink()
    for name, line_end in (("CRLF", b"\r\n"), ("LF", b"\n")):
        path = proof.work / f"Maildir-{name}"
        write_maildir(path, with_line_ends(proof.mails, line_end))
        brings_nothing(proof, f"the Maildir with {name}", data, path)
        shutil.rmtree(path)


def compare(proof: Proof, name: str, data: DataFolder, expected: Sequence[Mail]) -> None:
    """Every expected mail is archived with its exact bytes, its From_ line beside it, and nothing else is."""
    archived = {mail.content: mail for mail in data.mails()}
    wanted = {mail.content for mail in expected}
    missing = [mail.place for mail in expected if mail.content not in archived]
    lines = _from_lines(expected, archived)
    more = sum(content not in wanted for content in archived)
    twins = len(expected) - len(wanted)
    told = f"{len(expected) - len(missing):,} of {len(expected):,} byte for byte"
    told += f" ({twins} of them twice)" if twins else ""
    told += f", {len(lines[0]):,} From_ lines beside them"
    totals = data.last_totals()
    adds_up = totals["listed"] == len(expected) + more and totals["new"] == len(archived)
    troubles = [f"missing: {place}" for place in missing] + [f"other From_ line: {place}" for place in lines[1]]
    troubles += [f"{more} more mails are in the archive"] if more else []
    troubles += [] if adds_up else [f"the report does not fit: {totals}"]
    proof.verdict(name, told, not troubles, troubles)


def _from_lines(expected: Sequence[Mail], archived: dict[bytes, Archived]) -> tuple[list[str], list[str]]:
    """The places whose From_ line is kept, and those where it is not. Of twins one line is enough."""
    offered: dict[bytes, set[bytes | None]] = {}
    for mail in expected:
        offered.setdefault(mail.content, set()).add(mail.from_line)
    here = [mail for mail in expected if mail.content in archived]
    wrong = [mail.place for mail in here if archived[mail.content].from_line not in offered[mail.content]]
    return [mail.place for mail in here if mail.from_line is not None and mail.place not in wrong], wrong


def readable(proof: Proof, dialect: str, data: DataFolder) -> None:
    """What a reader of the archive gets is the mail as it was before it went into the mbox.

    A ``>`` before ``From `` may differ: the bytes of an mbox do not always tell its dialect, and mboxo loses it.
    """
    if dialect == "mboxcl2":
        return  # that dialect changes the header on purpose
    originals = {mail.content if mail.content.endswith(b"\n") else mail.content + b"\n" for mail in proof.mails}
    got = {unquoted(mail.content, mail.dialect) for mail in data.mails()}
    same = len(originals & got)
    told = f"{same:,} as they were, {len(originals) - same} but for a > before From"
    proof.verdict(f"unquoted from {dialect}", told, set(map(unmarked, originals)) == set(map(unmarked, got)))


def brings_nothing(proof: Proof, name: str, data: DataFolder, path: Path) -> None:
    """Importing this inserts nothing, changes nothing, and says so."""
    before = data.fingerprint()
    told = data.run("import", str(path))
    totals = data.last_totals()
    troubles = [] if totals["new"] == 0 else [f"{totals['new']} came in"]
    troubles += [] if totals["listed"] == totals["had"] else [f"not all were known: {totals}"]
    troubles += [] if data.fingerprint() == before else ["the archive has changed"]
    troubles += [] if SAYS_SO in told else ["it does not say so"]
    proof.verdict(name, f"{totals['listed']:,} listed, {totals['new']} new", not troubles, troubles)


def ham(proof: Proof, data: DataFolder, patterns: Sequence[str]) -> None:
    """How much of the ham is taken for a receipt."""
    if not patterns:
        return
    places = {mail.content: mail.place for mail in proof.mails}
    is_ham: Callable[[str], bool] = lambda place: any(fnmatch(place, pattern) for pattern in patterns)  # noqa: E731
    found = [(places[mail.content], mail.receipts) for mail in data.mails() if mail.content in places]
    all_ham = [place for place, _ in found if is_ham(place)]
    wrong = [place for place, receipts in found if receipts and is_ham(place)]
    percent = 100 * len(wrong) / max(len(all_ham), 1)
    told = f"{len(wrong)} of {len(all_ham):,} ham mails ({percent:.2f} %), at most {MOST_HAM} %"
    proof.verdict("called a receipt", told, bool(all_ham) and percent <= MOST_HAM, wrong)


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _staged(proof: Proof, patterns: Sequence[str]) -> Path:
    """A folder with only the chosen files, in the same places, called what they are said to be."""
    stage = proof.work / "mails"
    for file in chosen(proof.folder, patterns):
        target = stage / file.relative_to(proof.folder)
        if not is_mbox(file):
            target = target.with_name(target.name + ".eml")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return stage


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of mails")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="only these files are mails")
    parser.add_argument("--ham", nargs="+", default=[], metavar="GLOB", help="mails that are no receipts")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every mail that a verdict is about")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

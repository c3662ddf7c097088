"""Each import contract breaks when its rule is violated, and only then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.planting import build_tree, contracts, plant

# contract → a file that violates it, and what it imports
PLANTED = {
    "layers": ("src/mailmill/store/planted_upwards.py", "import mailmill.jobs\n"),
    "pure": ("src/mailmill/mail/planted_socket.py", "import socket\n"),
    "sql": ("src/mailmill/jobs/planted_sql.py", "import sqlalchemy\n"),
    "terminal": ("src/mailmill/actions/planted_terminal.py", "import rich\n"),
    "server": ("src/mailmill/pipeline/planted_server.py", "import starlette\n"),
    "simulator": ("src/mailmill/simulate/planted_shared.py", "import mailmill.sources.files\n"),
    "adapters": ("src/mailmill/sources/files.py", "import mailmill.sources.simulated\n"),
    "extractors": ("src/mailmill/extract/receipts.py", "import mailmill.extract.contacts\n"),
    "cycles": ("src/mailmill/settings/planted_there.py", "import mailmill.settings.planted_back\n"),
}
SUPPORT = {"src/mailmill/settings/planted_back.py": "import mailmill.settings.planted_there\n"}


def lint_imports(root: Path) -> tuple[int, dict[str, str], str]:
    """Exit code, verdict by contract name, and everything that was printed."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.splitlines()
    verdicts = {
        contract["name"]: line.rsplit(" ", 1)[-1]
        for contract in contracts().values()
        for line in lines
        if line.startswith(contract["name"]) and line.endswith(("KEPT", "BROKEN"))
    }
    return run.returncode, verdicts, run.stdout + run.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, str], str]:
    """What the linter says of a tree with every violation at once."""
    root = tmp_path_factory.mktemp("broken")
    build_tree(root)
    plant(root, dict(PLANTED.values()) | SUPPORT)
    return lint_imports(root)


def test_rooms_that_keep_the_rules_pass(tmp_path: Path) -> None:
    build_tree(tmp_path)
    code, verdicts, said = lint_imports(tmp_path)
    assert code == 0, said
    assert verdicts == {contract["name"]: "KEPT" for contract in contracts().values()}


def test_a_violation_of_every_contract_is_planted() -> None:
    assert set(PLANTED) == set(contracts())


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_import_breaks_its_contract(contract: str, broken: tuple[int, dict[str, str], str]) -> None:
    code, verdicts, said = broken
    path, imports = PLANTED[contract]
    importer, imported = path.removeprefix("src/").removesuffix(".py").replace("/", "."), imports.split()[1]
    if contract == "cycles":  # named relative to the room
        importer, imported = (name.removeprefix("mailmill.settings") for name in (importer, imported))
    assert (code, verdicts[contracts()[contract]["name"]]) == (1, "BROKEN"), said
    assert f"- {importer} -> {imported} (" in said.replace("-   ", "- ")


def test_a_room_without_a_layer_is_refused(tmp_path: Path) -> None:
    build_tree(tmp_path)
    plant(tmp_path, {"src/mailmill/attic/__init__.py": ""})
    code, verdicts, said = lint_imports(tmp_path)
    assert (code, verdicts[contracts()["layers"]["name"]]) == (1, "BROKEN"), said
    assert "attic" in said

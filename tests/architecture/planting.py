"""A small tree with the rooms and the configuration of the real one, where violations can be planted."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

# Each protected library is used where it may be, so that its contract has something to look at.
AT_HOME = {
    "src/mailmill/store/connections.py": "import sqlite3\n\nimport alembic\nimport sqlalchemy\n",
    "src/mailmill/cli/terminal.py": "import rich\nimport typer\n",
    "src/mailmill/simulate/server.py": "import starlette\nimport uvicorn\n",
}


def configuration() -> dict[str, Any]:  # Any: parsed TOML
    """The repository's pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def contracts() -> dict[str, dict[str, Any]]:  # Any: parsed TOML
    """The import contracts by their ids."""
    return {contract["id"]: contract for contract in configuration()["tool"]["importlinter"]["contracts"]}


def build_tree(root: Path) -> None:
    """Every room of the layers contract as an empty package, the extractors and adapters as modules of theirs."""
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    modules = {f"{name}/__init__.py" for layer in contracts()["layers"]["layers"] for name in _names(layer)}
    for inner in ("adapters", "extractors"):
        (container,) = contracts()[inner]["containers"]
        room = container.removeprefix("mailmill.")
        modules |= {f"{room}/{name}.py" for layer in contracts()[inner]["layers"] for name in _names(layer)}
    plant(root, {f"src/mailmill/{module}": "" for module in modules | {"__init__.py"}} | AT_HOME)


def plant(root: Path, files: dict[str, str]) -> None:
    """Write these files, path → text, and give each a docstring, which is one of the rules."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f'"""Planted."""\n\n{text}' if text else '"""Planted."""\n', encoding="utf-8")


def _names(layer: str) -> list[str]:
    return [name.strip(" ()") for name in layer.split("|")]

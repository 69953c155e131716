"""The table of rooms in monitor_sync/README.md, the layers and the imports agree."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "monitor_sync"
WORDS = {
    "model",
    "selectors",
    "diagnostics",
    "errors",
    "counting",
    "jsontext",
    "incidents",
    "regular_file",
    "interruption",
}


def rows() -> dict[str, str]:
    """What each room may import, by the room's name; the words are one entry for each of them."""
    page = (PACKAGE / "README.md").read_text(encoding="utf-8")
    table = page.split("| room | what it does | may import |\n")[1].split("\n\n")[0]
    allowed = {}
    for line in table.splitlines()[1:]:
        names, _, may_import = line.strip("| ").split(" | ")
        for name in re.findall(r"`(\w+)(?:\.py|/)`", names):
            allowed[name] = may_import
    return allowed


def layers() -> list[set[str]]:
    """The layers of import-linter, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    assert "ignore_imports" not in contract
    return [set(layer.split(" | ")) for layer in contract["layers"]]


def allowed(room: str) -> set[str]:
    """The rooms that the table lets this room import."""
    text = rows()[room]
    if text == "nothing of ours":
        return WORDS if room in WORDS else set()
    if text.startswith("all"):
        return set(rows()) - set(re.findall(r"`(\w+)`", text))
    named = set(re.findall(r"`(\w+)(?:\.py)?`", text))
    return named | (WORDS if "the words" in text else set())


@functools.cache
def imported(room: str) -> frozenset[str]:
    """The rooms that the modules of this room import."""
    files = [PACKAGE / f"{room}.py"] if room in WORDS else (PACKAGE / room).rglob("*.py")
    names = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
                full = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                full = [alias.name for alias in node.names]
            else:
                continue
            names |= {name.split(".")[1] for name in full if name.startswith("monitor_sync.")}
    return frozenset(names & set(rows()))


def test_every_room_has_its_row_and_its_layer() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("[!_]*.py")}

    assert set(rows()) == folders | modules
    assert set().union(*layers()) == folders | modules


@pytest.mark.parametrize("room", sorted(rows()))
def test_a_room_imports_nothing_but_what_its_row_allows(room: str) -> None:
    assert imported(room) - {room} <= allowed(room)


@pytest.mark.parametrize("room", sorted(rows()))
def test_what_a_row_allows_lies_in_a_lower_layer(room: str) -> None:
    order = {name: place for place, layer in enumerate(layers()) for name in layer}
    if room in WORDS:
        return
    reached = imported(room) - {room}

    assert {name for name in reached if order[name] <= order[room]} == set()

"""What every plan loads is cheap to load: its values are Structs."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "monitor_sync"
WORDS = ("model", "selectors", "diagnostics", "errors", "counting", "jsontext")
ROOMS = ("language", "project", "audience", "rules", "resources", "sync", "http", "datadog")
WITH_DATACLASSES = {
    "datadog/settings.py",  # the repr leaves out the keys
    "http/connection.py",  # as above
    "project/edits.py",  # fields that only a keyword sets; no plan loads it
}


def test_the_rooms_that_a_plan_loads_make_structs_and_no_dataclasses() -> None:
    files = [PACKAGE / f"{name}.py" for name in WORDS]
    for room in ROOMS:
        files += (PACKAGE / room).rglob("*.py")
    dataclasses = {
        path.relative_to(PACKAGE).as_posix()
        for path in files
        for definition in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(definition, ast.ClassDef)
        and any("dataclass" in ast.unparse(maker) for maker in definition.decorator_list)
    }
    assert dataclasses == WITH_DATACLASSES

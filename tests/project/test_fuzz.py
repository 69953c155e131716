"""Whatever stands in the files, reading, the rules and every format end without an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor_sync.app import files
from monitor_sync.diagnostics import Severity
from monitor_sync.project.load import load
from monitor_sync.render import diagnostics, github, junit, listing, sarif
from monitor_sync.render import monitor as shown
from tests.project.builders import write
from tests.project.schemas import of_kind

pytestmark = pytest.mark.early

KINDS: dict[str, str] = {
    "motor/flow.yaml": "monitors",
    "templates/api.yaml": "template",
    "project.yaml": "project",
    "teams.yaml": "teams",
    "motor/business-unit.yaml": "business-unit",
}
MOSTLY_FLOW = [
    "motor/flow.yaml",
    "motor/flow.yaml",
    "motor/flow.yaml",
    "templates/api.yaml",
    *KINDS,
]
USING = "use:\n  - {template: api, for_each: [x, y]}\n"


def check(written: Mapping[str, Any]) -> None:
    """Read, check and print these files; nothing may be a failure of the tool itself."""
    texts = {name: yaml.safe_dump(data, sort_keys=False) for name, data in written.items()}
    if "templates/api.yaml" in texts:
        texts.setdefault("motor/flow.yaml", USING)
    with TemporaryDirectory() as folder:
        root = write(Path(folder) / "monitors", dict(texts))
        loaded = load(root)
        reported = files.check(loaded)
    assert [
        diagnostic.message for diagnostic in reported if diagnostic.rule == "file/tool-failed"
    ] == []
    keys = {key: monitor.path for key, monitor in loaded.project.monitors.items()}
    diagnostics.text(reported)
    json.loads(diagnostics.json(reported))
    github.text(reported)
    sarif.text(reported, [])
    junit.text(reported, {path: [key] for key, path in keys.items()}, Severity.ERROR)
    listing.text(loaded.project.monitors.values())
    json.loads(listing.json(loaded.project.monitors.values()))
    for key, monitor in loaded.project.monitors.items():
        shown.text(monitor)
        json.loads(shown.json(monitor))
        shown.explained(key, loaded.explain(key))


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """One or two files of a small project as their schemas allow them, some with a part broken."""
    names = draw(st.lists(st.sampled_from(MOSTLY_FLOW), min_size=1, max_size=2, unique=True))
    return {name: draw(of_kind(KINDS[name])) for name in names}


QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@QUICK
@given(written=projects())
def test_no_file_ends_in_an_exception(written: dict[str, Any]) -> None:
    check(written)


@pytest.mark.long
@settings(QUICK, max_examples=4_000)
@given(written=projects())
def test_no_file_of_very_many_ends_in_an_exception(written: dict[str, Any]) -> None:
    check(written)

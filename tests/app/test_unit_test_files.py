"""Files of tests that are wrong are refused in words, whatever stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import unit_tests
from monitor_sync.app.failures import WrongFiles

FILES = {
    "project.yaml": "project: acme\ntags: {env: production}\n",
    "teams.yaml": "teams: {motor: {name: Motor, handles: {chat: '@slack-motor'}}}\n",
    "motor/business-unit.yaml": "name: Motor\nteam: motor\n",
    "motor/flow.yaml": "monitors:\n  slow:\n    name: slow\n    message: slow\n    priority: 3\n"
    "    query: avg(last_5m):avg:a.x{*} > 1\n    thresholds: {critical: 1}\n",
}


def _run(root: Path, test: str) -> unit_tests.UnitTests:
    for name, text in {**FILES, "motor/flow.tests.yaml": f"tests:\n  - {test}\n"}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return unit_tests.run_tests(root, (), "*")


RIGHT = (
    "{name: n, monitor: slow, series: [{metric: a.x, values: 5x9}], expect: [{at: 5m, value: 5}]}"
)


def test_a_right_test_passes(tmp_path: Path) -> None:
    assert _run(tmp_path, RIGHT).passed


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("name: n", "name: n, start: '2026-13-45T99:99:00Z'", "no such day"),
        ("name: n", "name: n, step: 0s", "a step is longer"),
        ("name: n", "name: n, step: 9999999h", "a step is longer"),
        ("name: n", "name: n, phase: 1h", "a phase is shorter"),
        ("name: n", "name: n, step: 2000h", "100 days"),
        ("values: 5x9", "values: 1e308", "above 1e"),
        ("values: 5x9", "values: ''", "values"),
        ("at: 5m", "at: 3000h", "100 days"),
        ("metric: a.x", "search: a.x", "has `metric:`"),
        ("monitor: slow", "monitor: slow, good: 1x9", "for SLO alerts"),
        ("monitor: slow", "monitor: slow, members: {k: ok}", "for composites"),
        ("at: 5m, value: 5", "at: 5m, group: {host: a}", "has no groups"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    assert right in RIGHT
    with pytest.raises(WrongFiles) as caught:
        _run(tmp_path, RIGHT.replace(right, wrong))
    (diagnostic, *_) = caught.value.diagnostics
    assert says in diagnostic.message
    assert diagnostic.span.column > 1

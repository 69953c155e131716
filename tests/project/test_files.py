"""Which files are read, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.diagnostics import Severity
from tests.project.builders import one, read

TESTS = "tests:\n  - {name: x, monitor: errors, expect: []}\n"


def test_tests_beside_their_file_are_not_read_as_monitors(tmp_path: Path) -> None:
    without = read(tmp_path / "a", one(""))
    loaded = read(tmp_path / "b", {**one(""), "motor/flow.tests.yaml": TESTS})

    assert loaded.diagnostics == ()
    assert loaded.project.files == without.project.files
    assert loaded.project.monitors.keys() == without.project.monitors.keys()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("motor/flwo.tests.yaml", "there is no file of monitors flwo.yaml beside it"),
        ("motor/business-unit.tests.yaml", "there is no file of monitors business-unit.yaml"),
        ("flow.tests.yaml", "tests stand beside a file of monitors"),
        ("templates/api.tests.yaml", "tests stand beside a file of monitors"),
        ("other/flow.tests.yaml", "there is no file of monitors flow.yaml beside it"),
        ("motor/flow.tests.yml", "it ends in .yml"),
    ],
)
def test_tests_that_nothing_runs_are_a_note(tmp_path: Path, name: str, message: str) -> None:
    loaded = read(tmp_path, {**one(""), name: TESTS})

    (diagnostic,) = loaded.diagnostics
    assert diagnostic.severity is Severity.NOTE
    assert message in diagnostic.message
    assert diagnostic.span.path.endswith(name)
    assert list(loaded.project.monitors) == ["motor/flow/errors"]

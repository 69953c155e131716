"""A codemod that makes two monitors the same says so: rules call that an error."""

from __future__ import annotations

from pathlib import Path

from monitor_sync.app import migrate
from tests.project.builders import write

_ALIKE = """\
monitors:
  one:
    name: Errors
    query: avg(last_5m):avg:a{*} > 5
    options: {notify_no_data: true, no_data_timeframe: 20}
    message: Look at it.
  two:
    name: Errors
    query: avg(last_5m):avg:a{*} > 5
    options: {on_missing_data: show_and_notify_no_data}
    message: Look at it.
"""


def test_copies_that_a_codemod_makes_are_said(tmp_path: Path) -> None:
    root = write(tmp_path / "monitors", {"motor/flow.yaml": "defaults: {footer: false}\n" + _ALIKE})
    (step,) = migrate(root, ["no-data"]).steps
    assert step.notes == (
        "brings 1 error of hygiene/exact-copy: `monitor-sync validate` shows them",
    )

"""A type or a field that is newer than this tool is sent as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app.files import check
from monitor_sync.diagnostics import Severity
from monitor_sync.resources.monitor.canonical import same
from monitor_sync.resources.monitor.live import read_one
from monitor_sync.resources.monitor.payload import to_create
from tests.project.builders import flow, read, underlined

NEWER = """
errors:
  type: quantum alert
  name: Errors
  query: quantum("a").last("5m") > 5
  message: It fails.
  priority: 3
  runbook: https://r.example/
  entangled: {with: [1, 2]}
"""


def test_a_newer_type_and_field_pass_with_raw_type_and_only_a_note(tmp_path: Path) -> None:
    loaded = read(tmp_path, flow(NEWER + "  raw_type: true\n"))

    (note,) = check(loaded)
    assert note.severity is Severity.NOTE
    assert "[schema/passed-unchecked] <true> `entangled`, `type` are sent" in underlined(note)
    body = to_create(loaded.project.monitors["motor/flow/errors"].body)
    assert (body["type"], body["entangled"]) == ("quantum alert", {"with": [1, 2]})
    assert "raw_type" not in body


def test_what_datadog_holds_of_it_is_compared(tmp_path: Path) -> None:
    wanted = read(tmp_path, flow(NEWER + "  raw_type: true\n")).project.monitors[
        "motor/flow/errors"
    ]
    live = read_one({"id": 5, **to_create(wanted.body)})
    changed = read_one({"id": 5, **to_create(wanted.body), "entangled": {"with": [1]}})

    assert live is not None
    assert changed is not None
    assert same(live.body, wanted.body)
    assert not same(changed.body, wanted.body)


@pytest.mark.parametrize("more", ["", "  raw_type: false\n"])
def test_without_it_both_are_errors(tmp_path: Path, more: str) -> None:
    errors = [diagnostic.rule for diagnostic in read(tmp_path, flow(NEWER + more)).diagnostics]

    assert errors == ["schema/wrong-type", "schema/unknown-key"]


def test_it_lets_nothing_else_pass(tmp_path: Path) -> None:
    wrong = "  raw_type: true\n  options: {entangled: 1}\n  thresholds: {critcal: 5}\n"

    rules = [diagnostic.rule for diagnostic in read(tmp_path, flow(NEWER + wrong)).diagnostics]

    assert sorted(rules) == ["schema/passed-unchecked", *["schema/unknown-key"] * 2]


def test_a_mute_is_not_smuggled_in_as_an_option_that_nobody_knows(tmp_path: Path) -> None:
    muted = '  raw_type: true\n  raw_options: {silenced: {"*": 0}, spin: up}\n'

    loaded = read(tmp_path, flow(NEWER + muted))

    said = [underlined(diagnostic) for diagnostic in loaded.diagnostics]
    assert any("<silenced> `silenced` is read only and not sent" in text for text in said), said
    body = to_create(loaded.project.monitors["motor/flow/errors"].body)
    assert body["options"] == {"spin": "up"}

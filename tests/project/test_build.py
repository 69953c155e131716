"""A monitor made: its tags, from its place and of its author, and the texts that it shares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor_sync.resources.monitor.live import read_one
from tests.project.builders import read

MONITOR = 'monitors:\n  a: {name: A, query: "avg(last_5m):avg:a{*} > 1", %s}\n'


def test_what_nobody_has_placed_or_owns_gets_no_tag_that_says_otherwise(tmp_path: Path) -> None:
    files = {
        "unplaced/general.yaml": "team: unowned\n" + MONITOR % "priority: 3",
        "teams.yaml": "teams:\n  unowned: {name: Nobody yet}\n",
    }

    (monitor,) = read(tmp_path, files).project.monitors.values()

    assert monitor.tags == (
        "env:production",
        "monitor_sync_project:acme",
        "monitor_sync_key:unplaced/general/a",
    )


@pytest.mark.parametrize("tag", ["business_unit: old", "on_call: old"])
def test_a_reserved_tag_stays_beside_ours_only_where_that_is_ignored(
    tmp_path: Path, tag: str
) -> None:
    ignored = "ignore: [{rule: tags/second-value, reason: imported as found}]"
    files = {"motor/a.yaml": MONITOR % f"tags: {{{tag}}}"}
    refused = read(tmp_path / "one", files)
    kept = read(tmp_path / "two", {"motor/a.yaml": MONITOR % f"tags: {{{tag}}}, {ignored}"})

    assert [diagnostic.rule for diagnostic in refused.diagnostics if diagnostic.key] == [
        "tags/reserved"
    ]
    assert [diagnostic.rule for diagnostic in kept.diagnostics if diagnostic.key] == [
        "tags/second-value"
    ]
    assert tag.replace(": ", ":") in kept.project.monitors["motor/a/a"].tags


def test_texts_that_live_as_they_are_declared_are_kept_once(tmp_path: Path) -> None:
    files = {"motor/a.yaml": MONITOR % 'message: "Call us."'}
    (monitor,) = read(tmp_path, files).project.monitors.values()
    answered = json.dumps({"id": 7, **monitor.body})

    live = read_one(json.loads(answered))

    assert live is not None
    for name in ("name", "query", "message"):
        assert live.body[name] is monitor.body[name]
    assert all(there is here for there, here in zip(live.body["tags"], monitor.tags, strict=True))

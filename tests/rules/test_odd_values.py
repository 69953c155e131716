"""``raw_options`` brings whatever an author writes: no value makes a rule raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.cases import Case, check, read

OPTIONS = (
    "escalation_message", "renotify_statuses", "renotify_interval", "notify_by", "thresholds",
    "on_missing_data", "notify_no_data", "variables", "include_tags",
)  # fmt: skip
VALUES: tuple[Any, ...] = (5, -1.5, "x", "{{@", [], [5], [None], {}, {"a": [1]}, True, 10**400)


@pytest.mark.parametrize("option", OPTIONS)
def test_no_value_of_an_option_makes_a_rule_raise(tmp_path: Path, option: str) -> None:
    sound = {
        "query": "avg(last_5m):sum:motor.errors{*} by {host} > 5",
        "name": "{{host.name}}",
        "message": "{{host.name}} {{#is_renotify}}@slack-a{{/is_renotify}}",
    }
    monitors = {
        f"m{place}": {**sound, "raw_options": {option: value}} for place, value in enumerate(VALUES)
    }
    case = Case(file="odd", name=option, monitors=monitors, project={"project": "a"},
                teams={"teams": {"motor": {}}}, findings=())  # fmt: skip
    loaded = read(tmp_path / "monitors", case)

    assert len(loaded.project.monitors) == len(VALUES), loaded.diagnostics
    assert check(loaded)

"""Which monitor a key means where it is not the whole key of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app.selection import find_monitor
from monitor_sync.errors import UsageError
from tests.project.builders import MONITOR, indented, read


def _each(partners: str) -> dict[str, str]:
    body = indented(MONITOR.replace("motor.errors", "${partner}.errors"), 4)
    head = f"monitors:\n  errors:\n    for_each: {{partner: [{partners}]}}\n"
    return {"motor/flow.yaml": head + body}


def test_a_key_above_one_monitor_means_it_and_above_several_none(tmp_path: Path) -> None:
    one, two = read(tmp_path / "one", _each("rail")), read(tmp_path / "two", _each("rail, air"))

    assert find_monitor(one, "motor/flow/errors").key == "motor/flow/errors.rail"
    with pytest.raises(UsageError, match="is 2 monitors, and show takes one"):
        find_monitor(two, "motor/flow/errors")

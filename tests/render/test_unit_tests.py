"""What is printed of unit tests that are missing."""

from __future__ import annotations

from monitor_sync.app.unit_tests import UnitTests
from monitor_sync.model import Monitor
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.unit_tests import coverage

UNTESTED = Monitor(
    key="motor/purchase-flow/channel-conversion-drop.partner",
    body={"name": "Conversion drops", "type": "query alert", "query": "q", "priority": 1},
    business_unit="motor", team="motor-quotes", service="",
    path="monitors/motor/purchase-flow.yaml", line=24,
)  # fmt: skip


def test_monitors_without_a_test_fit_the_terminal_and_a_file_has_their_places_too() -> None:
    missing = UnitTests(tested=(), uncovered=(UNTESTED,))
    narrow = coverage(missing, Style(width=80)).splitlines()

    assert narrow == [
        f"P1  {UNTESTED.key}",
        "",
        "1 monitor of priority 1 and 2 without a test.",
    ]
    assert f"P1  {UNTESTED.key}  {UNTESTED.path}:24" in coverage(missing, PLAIN)

"""What is printed of unit tests that are missing, or too few."""

from __future__ import annotations

from monitor_sync.app.unit_tests import Mutated, UnitTests
from monitor_sync.model import Monitor
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.unit_tests import coverage, mutated

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


def test_a_change_that_no_test_notices_fits_the_terminal() -> None:
    what = "on_missing_data show_and_notify_no_data becomes show_no_data"
    lines = mutated([Mutated(key="a/b/c", tried=1, unnoticed=(what,))], Style(width=80))

    assert lines.splitlines()[1:3] == [
        "  no test notices that on_missing_data show_and_notify_no_data becomes",
        "    show_no_data",
    ]

"""What is proposed for a monitor, by what it did."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight.response.noise import LiveStatus, NoisyMonitor
from monitor_sync.insight.response.quieter import DAY, Proposal, proposal
from tests.insight.response.history import at, monitor

NOW = at(0)
WEEK_HOURS = 168.0
LIVE = {"id": 1, "created": NOW - 400 * DAY, "state": "OK", "last_triggered": NOW - DAY}
QUIET = {
    "fires": 1, "episodes": 1, "pages": 1, "flaps": 0, "flapping_fires": 0, "ended": 1,
    "self_resolved_fires": 0, "hours_in_alert": 1.0, "last_fired": NOW - DAY, "problems": 1,
}  # fmt: skip


def proposed(live: dict[str, Any] | None = None, **given: Any) -> Proposal | None:
    declared = given.pop("monitor", monitor("m"))
    status = LiveStatus(**{**LIVE, **(live or {})})
    row = NoisyMonitor(monitor=declared, live=status, **{**QUIET, **given})
    return proposal(row, NOW, WEEK_HOURS)


def test_a_monitor_that_fires_now_and_then_is_left_alone() -> None:
    assert proposed() is None


@pytest.mark.parametrize(
    ("live", "given", "expected"),
    [
        ({"muted_forever": True}, {}, "unmute or delete"),
        ({"muted": True}, {}, None),
        (
            {"state": "No Data", "state_since": NOW - 30 * DAY},
            {"last_fired": NOW - 30 * DAY},
            "mend the query or delete",
        ),
        ({"state": "No Data", "state_since": NOW - 29 * DAY}, {"last_fired": None}, None),
        (
            {"state": "No Data", "state_since": None},
            {"last_fired": None},
            "mend the query or delete",
        ),
        ({"state": "No Data", "state_since": None}, {}, None),
        ({"quality_issues": ("alerted_too_long",)}, {}, "raise the threshold or delete"),
        ({}, {"hours_in_alert": 85.0}, "raise the threshold or delete"),
        ({}, {"hours_in_alert": 84.0}, None),
        ({}, {"fires": 9, "flaps": 1, "flapping_fires": 5}, "set a recovery threshold"),
        ({}, {"fires": 9, "flaps": 1, "flapping_fires": 4}, None),
        ({}, {"fires": 4, "ended": 4, "self_resolved_fires": 3}, "lengthen the window"),
        ({}, {"fires": 4, "ended": 4, "self_resolved_fires": 2}, None),
        ({}, {"fires": 3, "ended": 3, "self_resolved_fires": 3}, None),
        ({}, {"beside": ("other", 3)}, "page for one of two"),
        ({}, {"pages": 9, "problems": 4}, "notify by a wider group"),
        ({}, {"pages": 8, "problems": 4}, None),
        ({"quality_issues": ("broken_at_handle",)}, {}, "mend the handle"),
        ({"quality_issues": ("noisy_monitor",)}, {}, None),
        ({}, {"last_fired": NOW - 181 * DAY}, "test or delete"),
        ({}, {"last_fired": None}, "test or delete"),
        ({"created": NOW - 179 * DAY}, {"last_fired": None}, None),
        ({"created": 0.0}, {"last_fired": None}, None),
        ({"state": None}, {"last_fired": None}, None),
    ],
)
def test_the_data_decides_what_is_proposed(
    live: dict[str, Any], given: dict[str, Any], expected: Proposal | None
) -> None:
    assert proposed(live, **given) == expected


def test_a_monitor_that_has_a_recovery_threshold_and_flaps_needs_a_longer_window() -> None:
    options = {"thresholds": {"critical": 1, "critical_recovery": 0.5}}
    flapping: dict[str, Any] = {"fires": 9, "flaps": 1, "flapping_fires": 9}

    assert proposed(monitor=monitor("m", body={"options": options}), **flapping) == (
        "lengthen the window"
    )


def test_nothing_is_proposed_for_what_nobody_knows() -> None:
    assert proposal(NoisyMonitor(monitor=monitor("m")), NOW, WEEK_HOURS) is None

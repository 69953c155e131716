"""What is refused in a definition beside its query and options."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Caller, monitor

ROLE = "00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"type": "event alert"},
            "'event alert' type is not supported, please use 'event-v2 alert' type.",
        ),
        ({"type": ""}, "The parameter 'type' is required"),
        ({"type": "anomaly alert"}, "The value provided for parameter 'type' is invalid"),
        (
            {"type": "synthetics alert", "query": "no_query"},
            "The value provided for parameter 'type' is invalid",
        ),
        ({"tags": ["a:b", "a:b"]}, "All items in parameter 'tags' must be unique"),
        (
            {"tags": [f"a:{number}" for number in range(81)]},
            "The value provided for parameter 'tags' is invalid",
        ),
        ({"draft_status": "done"}, "The value provided for parameter 'draft_status' is invalid"),
        (
            {"restricted_roles": ["admin"]},
            "The monitor's restricted roles is expected to be an array of UUID strings.",
        ),
        (
            {"options": {"thresholds": {"critcal": 5}}},
            "Invalid threshold statuses found: critcal.",
        ),
        ({"options": {"thresholds": {"critical_recovery": 4}}}, "Alert status is required."),
    ],
)
def test_what_datadog_refuses_is_refused(call: Caller, changes: dict[str, Any], error: str) -> None:
    assert call("POST", "/v1/monitor", monitor(**changes)) == (400, {"errors": [error]})


def test_what_datadog_takes_is_taken(call: Caller) -> None:
    call.created(restricted_roles=[ROLE], draft_status="draft", tags=["a", "A", "a:b"])
    made = call.created(name="As text", options={"thresholds": {"critical": "5", "warning": "4.5"}})
    assert made["options"]["thresholds"] == {"critical": 5.0, "warning": 4.5}


def test_a_held_monitor_that_breaks_todays_rules_can_be_given_other_tags(call: Caller) -> None:
    old = monitor(id=7, options={"timeout_h": 70, "silenced": {}})
    call.emulator.seed([old, monitor(id=8, type="synthetics alert", query="no_query")])
    for monitor_id in (7, 8):
        path = f"/v1/monitor/{monitor_id}"
        assert call("PUT", path, {"tags": ["team:a"]})[1]["tags"] == ["team:a"]
        assert call("PUT", path, {"tags": ["team:a", "team:a"]})[0] == 400
        assert call("PUT", path, {"name": "New", "options": {"timeout_h": 70}})[0] == 400

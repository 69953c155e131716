"""What is refused in the options of a monitor, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Caller, monitor

ANOMALIES = "avg(last_4h):anomalies(avg:a{*}, 'basic', 2, alert_window='last_15m') >= 1"
CURRENT = (
    "Monitors with an evaluation_window scheduling_option must have a current query period and "
    "vice versa."
)


def deprecated(option: str) -> str:
    return (
        f"The {option} option is deprecated and cannot be used in combination with the "
        "on_missing_data option."
    )


def invalid(parameter: str) -> str:
    return f"The value provided for parameter '{parameter}' is invalid"


def schedule(**recurrence: str) -> dict[str, Any]:
    return {"scheduling_options": {"custom_schedule": {"recurrences": [recurrence]}}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"notify_no_dta": True}, "Invalid monitor option: notify_no_dta"),
    ({"on_missing_data": "show_no_data", "notify_no_data": True}, deprecated("notify_no_data")),
    ({"on_missing_data": "default", "no_data_timeframe": 10}, deprecated("no_data_timeframe")),
    ({"on_missing_data": "notify"}, invalid("on_missing_data")),
    ({"on_missing_data": "resolve", "timeout_h": 4}, invalid("timeout_h")),
    ({"no_data_timeframe": 2880}, "no_data_timeframe must not exceed group retention"),
    (
        {"renotify_occurrences": 3},
        "The renotify_occurrences option can only be used if renotify_interval is set",
    ),
    ({"renotify_interval": 5, "renotify_statuses": ["critical"]}, invalid("renotify_statuses")),
    ({"notification_preset_name": "hide_it"}, invalid("notification_preset_name")),
    ({"notify_by": ["region"]}, invalid("notify_by")),
    ({"notify_by": []}, invalid("notify_by")),
    (
        {"notify_by": ["host", "env"]},
        "The notify_by list may not include all of the query's group keys.",
    ),
    ({"new_group_delay": -1}, invalid("new_group_delay")),
    ({"timeout_h": 70}, invalid("timeout_h")),
    ({"min_location_failed": 0}, invalid("min_location_failed")),
    (
        {"threshold_windows": {"trigger_window": "last_15m", "recovery_window": "last_15m"}},
        "threshold_windows is only used with anomalies monitors",
    ),
    ({"scheduling_options": {"evaluation_window": {"hour_starts": 0}}}, CURRENT),
    (
        schedule(rrule="FREQ=DAILY"),
        "Invalid scheduling options: Required parameter 'timezone' is missing",
    ),
    (schedule(rrule="FREQ=HOURLY", timezone="UTC"), invalid("rrule")),
    (schedule(rrule="DTSTART:20240101T000000;FREQ=DAILY", timezone="UTC"), invalid("rrule")),
    ({"on_missing_data": ["default"]}, invalid("on_missing_data")),
    ({"include_tags": "yes"}, invalid("include_tags")),
    ({"evaluation_delay": "soon"}, invalid("evaluation_delay")),
    ({"escalation_message": 5}, invalid("escalation_message")),
    ({"group_retention_duration": "soon"}, invalid("group_retention_duration")),
]

TAKEN: list[dict[str, Any]] = [
    {"a_new_option": 1},
    {"on_missing_data": "show_no_data", "notify_no_data": False, "no_data_timeframe": None},
    {"on_missing_data": "resolve", "timeout_h": 0},
    {"notify_by": ["host"]},
    {"notify_by": ["*"]},
    {"renotify_interval": "0", "renotify_occurrences": 0, "renotify_statuses": None},
    {"group_retention_duration": "2d", "no_data_timeframe": 2880},
    {"threshold_windows": None},
    {"new_group_delay": 0, "new_host_delay": 300},
    schedule(rrule="FREQ=DAILY;INTERVAL=1;", timezone="UTC"),
    {"thresholds": {"critical": "5"}},
]


def definition(options: dict[str, Any], **changes: Any) -> dict[str, Any]:
    query = "avg(last_5m):avg:a{*} by {host,env} > 5"
    return monitor(**{"query": query, "options": options, **changes})


@pytest.mark.parametrize(("options", "error"), REFUSED)
def test_what_datadog_refuses_is_refused(call: Caller, options: dict[str, Any], error: str) -> None:
    assert call("POST", "/v1/monitor", definition(options)) == (400, {"errors": [error]})


@pytest.mark.parametrize("options", TAKEN)
def test_what_datadog_may_take_is_taken(call: Caller, options: dict[str, Any]) -> None:
    assert call("POST", "/v1/monitor/validate", definition(options)) == (200, {})


def test_the_windows_of_anomalies_fit_the_query_and_each_other(call: Caller) -> None:
    def answer(trigger: str, recovery: str, **thresholds: float) -> Any:
        windows = {"trigger_window": trigger, "recovery_window": recovery}
        options = {"threshold_windows": windows, "thresholds": thresholds}
        query = ANOMALIES.replace(">= 1", f">= {thresholds.get('critical', 1)}")
        body = definition(options, query=query)
        return call("POST", "/v1/monitor/validate", body)[1].get("errors")

    assert answer("last_15m", "last_15m", critical=1, critical_recovery=0) is None
    assert answer("last_5m", "last_5m") == [
        "alert window query arg must match trigger window monitor option"
    ]
    assert answer("last_15m", "last_5m", critical=0.5, critical_recovery=0.25) == [
        "alert and alert recovery criteria are such that the monitor can be simultaneously in "
        "alert and alert recovery states"
    ]


def test_a_query_that_reads_missing_data_as_zero_takes_no_other_policy(call: Caller) -> None:
    query = "avg(last_5m):default_zero(avg:a{*}) > 5"
    error = "Invalid on_missing_data value: resolve; valid value is: default"
    body = definition({"on_missing_data": "resolve"}, query=query)
    assert call("POST", "/v1/monitor/validate", body) == (400, {"errors": [error]})
    body = definition({"on_missing_data": "default"}, query=query)
    assert call("POST", "/v1/monitor/validate", body) == (200, {})


@pytest.mark.parametrize("kind", ["service check", "composite", "slo alert"])
def test_types_without_a_policy_of_missing_data_refuse_one(call: Caller, kind: str) -> None:
    queries = {
        "service check": '"a".over("*").by("host").last(2).count_by_status()',
        "composite": str(call.created()["id"]),
        "slo alert": 'error_budget("abcdef0123456789abcdef0123456789").over("7d") > 1',
    }
    body = definition({"on_missing_data": "default"}, type=kind, query=queries[kind])
    error = "Invalid monitor option: on_missing_data"
    assert call("POST", "/v1/monitor", body) == (400, {"errors": [error]})


@pytest.mark.parametrize(
    ("starts", "is_taken"),
    [
        ({"hour_starts": 59}, True),
        ({"hour_starts": 60}, False),
        ({"day_starts": "4:00"}, True),
        ({"day_starts": "24:00"}, False),
        ({"day_starts": "00:00", "month_starts": 31}, True),
        ({"day_starts": "00:00", "month_starts": 0}, False),
    ],
)
def test_a_cumulative_window_starts_at_a_time_that_there_is(
    call: Caller, starts: dict[str, Any], is_taken: bool
) -> None:
    options = {"scheduling_options": {"evaluation_window": starts}}
    status, _ = call(
        "POST", "/v1/monitor", monitor(query="avg(current_1h):avg:a{*} > 5", options=options)
    )
    assert status == (200 if is_taken else 400)


VARIABLES = [
    ("rum alert", {"data_source": "rum", "search": {"query": ""}}),
    ("rum alert", {"data_source": "rum", "compute": {"aggregation": "mean"}}),
    ("data-quality alert", {"data_source": "data_quality_metrics", "filter": "search for table"}),
]


@pytest.mark.parametrize(("kind", "variable"), VARIABLES)
def test_a_variable_says_what_it_counts(call: Caller, kind: str, variable: dict[str, Any]) -> None:
    options = {"variables": [{"name": "a", **variable}]}
    sent = monitor(type=kind, query='formula("a").last("15m") > 5', options=options)
    assert call("POST", "/v1/monitor", sent) == (400, {"errors": [invalid("variables")]})


def test_a_formula_over_ci_has_two_variables_at_most(call: Caller) -> None:
    counted = {"data_source": "ci_tests", "compute": {"aggregation": "count"}}
    variables = [{"name": name, **counted} for name in "abc"]
    query = 'formula("a / b").last("15m") > 5'
    for number, expected in ((2, 200), (3, 400)):
        options = {"variables": variables[:number]}
        sent = monitor(type="ci-tests alert", query=query, options=options)
        assert call("POST", "/v1/monitor/validate", sent)[0] == expected


def test_a_cumulative_window_and_its_option_go_together(call: Caller) -> None:
    query = "avg(current_1h):avg:a{*} > 5"
    window = {"scheduling_options": {"evaluation_window": {"hour_starts": 0}}}
    assert call("POST", "/v1/monitor", definition({}, query=query)) == (400, {"errors": [CURRENT]})
    assert call("POST", "/v1/monitor", definition(window, query=query))[0] == 200


@pytest.mark.parametrize("options", [{"new_group_delay": 60}, {"notify_by": ["host"]}])
@pytest.mark.parametrize("kind", ["composite", "slo alert"])
def test_groups_that_the_query_does_not_show_may_be_there(
    call: Caller, kind: str, options: dict[str, Any]
) -> None:
    queries = {
        "composite": str(call.created()["id"]),
        "slo alert": 'error_budget("abcdef0123456789abcdef0123456789").over("7d") > 1',
    }
    body = definition(options, type=kind, query=queries[kind])
    assert call("POST", "/v1/monitor/validate", body) == (200, {})

"""Unit tests of monitors: what is a pass, what is not, and what is told to whom."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from monitor_sync.insight import unit_test
from monitor_sync.insight.history import SourcePoints
from monitor_sync.insight.mutants import mutants
from monitor_sync.insight.notified import transition_name
from monitor_sync.insight.state import StatusChange
from monitor_sync.insight.unit_test import Expectation, SubmittedPoints, UnitTest
from monitor_sync.insight.values import Status

START = 1_793_613_600.0
MESSAGE = "{{#is_alert}}@slack-alert{{/is_alert}}{{#is_recovery}}@slack-well{{/is_recovery}}"


def _test(
    query: str, values: list[float], expect: list[dict[str, Any]], **options: Any
) -> UnitTest:
    expected = tuple(
        Expectation(
            written=str(line["at"]),
            after=60.0 * line["at"],
            fields={k: v for k, v in line.items() if k not in ("at", "group")},
            group=line.get("group", {}),
        )
        for line in expect
    )
    points = [(START + 30 + 60 * index, value) for index, value in enumerate(values)]
    return UnitTest(
        name="t", key="motor/flow/t", start=START, phase=0, members={}, slo_target=None,
        body={"type": "query alert", "query": query, "message": MESSAGE, "options": options},
        sources=(SourcePoints.of("a.x", "gauge", ["host:a"], points),), expected=expected,
    )  # fmt: skip


QUERY = "avg(last_1m):avg:a.x{*} > 5"


def test_expectations_are_partial() -> None:
    test = _test(QUERY, [1, 9, 1], [{"at": 1, "state": "ok"}, {"at": 2, "value": 9}])
    assert unit_test.run(test).status == "passed"


def test_a_failure_has_what_was_expected_and_what_was_there() -> None:
    outcome = unit_test.run(_test(QUERY, [1, 9], [{"at": 2, "state": "ok", "value": 9}]))
    assert outcome.status == "failed"
    (failure,) = outcome.failures
    assert (failure.at, failure.field, failure.expected, failure.got) == (
        "2",
        "state",
        "ok",
        "alert",
    )
    assert outcome.trace is not None
    assert [status for _, _, status in outcome.trace.points][-1] is Status.ALERT


@pytest.mark.parametrize(
    ("at", "notified"),
    [(1, []), (2, ["@slack-alert"]), (3, ["@slack-alert"]), (4, ["@slack-well"])],
)
def test_whom_the_newest_change_tells(at: int, notified: list[str]) -> None:
    right = _test(QUERY, [1, 9, 9, 1], [{"at": at, "notified": notified}])
    wrong = _test(QUERY, [1, 9, 9, 1], [{"at": at, "notified": [*notified, "@slack-more"]}])
    assert unit_test.run(right).status == "passed"
    assert unit_test.run(wrong).status == "failed"


@pytest.mark.parametrize(
    ("at", "options", "notified"),
    [
        (11, {}, ["@slack-alert"]),
        (12, {}, ["@slack-again", "@slack-late"]),
        (12, {"renotify_statuses": ["no data"]}, ["@slack-alert"]),
        (12, {"renotify_interval": None}, ["@slack-alert"]),
        (30, {"renotify_interval": 20, "renotify_occurrences": 0}, ["@slack-alert"]),
        (41, {}, ["@slack-well"]),
    ],
)
def test_a_repetition_is_the_newest_notification(
    at: int, options: dict[str, object], notified: list[str]
) -> None:
    options = {"renotify_interval": 10, "escalation_message": "Still bad. @slack-late", **options}
    test = _test(QUERY, [1, *[9] * 38, 1, 1, 1], [{"at": at, "notified": notified}], **options)
    message = "{{#is_alert}}{{^is_renotify}}@slack-alert{{/is_renotify}}{{/is_alert}}" + (
        "{{#is_renotify}}@slack-again{{/is_renotify}}{{#is_recovery}}@slack-well{{/is_recovery}}"
    )
    assert unit_test.run(replace_body(test, message=message)).failures == ()


def test_a_repetition_sends_the_escalation_message_too() -> None:
    options = {"renotify_interval": 10, "escalation_message": "Still {{value}}."}
    expect = [{"at": 12, "message": "Still 9."}, {"at": 11, "message": "Still"}]
    outcome = unit_test.run(_test(QUERY, [1, *[9] * 20], expect, **options))
    assert [failure.at for failure in outcome.failures] == ["11"]


def test_a_composite_in_warning_tells_whoever_hears_of_warnings() -> None:
    test = _test(QUERY, [1], [{"at": 10, "state": "warning", "notified": ["@slack-rising"]}])
    members = {"1": ((0.0, Status.OK), (300.0, Status.WARN)), "2": ((0.0, Status.ALERT),)}
    composite = replace_body(
        test,
        type="composite",
        query="1 && 2",
        message="{{#is_warning}}@slack-rising{{/is_warning}}",
    )
    composite = dataclasses.replace(composite, sources=(), members=members)
    assert unit_test.run(composite).failures == ()


def replace_body(test: UnitTest, **changes: object) -> UnitTest:
    return dataclasses.replace(test, body={**test.body, **changes})


def test_what_hangs_on_an_open_point_never_passes() -> None:
    query = "max(last_1h):avg:a.x{*} > 5"
    expect = [{"at": 30, "state": "ok"}]
    test = _test(query, [1] * 30, expect)
    # 2 and 9 share a bucket of 20 seconds: whether that is so in monitors, nobody knows
    pair = SourcePoints.of("a.x", "gauge", [], [(START + 601, 2), (START + 605, 7)])
    doubtful = UnitTest(
        name="t", key="k", start=START, phase=0, members={}, slo_target=None, body=test.body,
        sources=(pair,), expected=test.expected,
    )  # fmt: skip
    assert unit_test.run(test).status == "passed"
    outcome = unit_test.run(doubtful)
    assert (outcome.status, outcome.open_points) == ("uncertain", ("default_interval",))


def test_what_cannot_be_reproduced_never_passes() -> None:
    query = "avg(last_4h):anomalies(avg:a.x{*}, 'basic', 2) >= 1"
    outcome = unit_test.run(_test(query, [1], [{"at": 1, "state": "ok"}]))
    assert (outcome.status, outcome.open_points) == ("unsupported", ("anomalies",))


def test_a_group_of_facets_is_named_without_their_sign() -> None:
    query = 'logs("status:error").index("*").rollup("count").by("@carrier").last("5m") > 5'
    test = _test(query, [1], [{"at": 3, "state": "alert", "message": "merapi fails"}])
    test = dataclasses.replace(
        test,
        body={**test.body, "type": "log alert", "message": "{{[@carrier].name}} fails"},
        sources=(
            SourcePoints.of(
                "status:error", "count", ["carrier:merapi"], [(START + 30, 1.0), (START + 150, 9.0)]
            ),
        ),
        expected=tuple(
            dataclasses.replace(expectation, group={"carrier": "merapi"})
            for expectation in test.expected
        ),
    )
    assert unit_test.run(test).status == "passed"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        (QUERY, {"thresholds": {"critical": 5, "warning": 3, "critical_recovery": 4}}),
        ("sum(last_5m):sum:a.x{*} by {host} < 8", {"on_missing_data": "show_no_data"}),
        ("avg(last_2h):avg:a.x{*} > 1", {"require_full_window": True, "timeout_h": 1}),
    ],
)
def test_changed_monitors_end_on_shared_points_as_each_does_alone(
    query: str, options: dict[str, Any]
) -> None:
    expect = [{"at": 8, "state": "alert"}, {"at": 15, "notified": []}]
    ends = []
    for number, _ in enumerate(expect):
        test = _test(query, [6, 2, *[1] * 4, 9, 9, *[4] * 3], expect[number:], **options)
        points = SubmittedPoints(test.sources)
        for mutant in mutants(test.body):
            changed = dataclasses.replace(test, body=mutant.body)
            alone = unit_test.run(changed).status == "passed"
            assert unit_test.passes(changed, points) is alone, mutant.what
            ends.append(alone)
    assert set(ends) == {True, False}


@pytest.mark.parametrize(
    ("policy", "notified"), [("show_no_data", []), ("show_and_notify_no_data", ["@slack-gone"])]
)
def test_silent_missing_data_tells_nobody(policy: str, notified: list[str]) -> None:
    expect = [{"at": 9, "state": "no_data", "notified": notified}]
    test = _test(QUERY, [9, 9], expect, on_missing_data=policy)
    test = replace_body(test, message="{{#is_no_data}}@slack-gone{{/is_no_data}}")
    assert unit_test.run(test).status == "passed"


def test_a_new_group_that_goes_silent_within_its_delay_is_never_known() -> None:
    query = "avg(last_1m):avg:a.x{*} by {host} > 5"
    expect = [{"at": 2, "state": None}, {"at": 9, "state": None}]
    options = {"on_missing_data": "show_no_data", "new_group_delay": 300}
    assert unit_test.run(_test(query, [9, 9], expect, **options)).failures == ()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (None, Status.ALERT, "alert"),
        (Status.WARN, Status.ALERT, "alert"),
        (Status.ALERT, Status.WARN, "alert_to_warning"),
        (Status.OK, Status.WARN, "warning"),
        (Status.OK, Status.NO_DATA, "no_data"),
        (Status.ALERT, Status.OK, "alert_recovery"),
        (Status.WARN, Status.OK, "warning_recovery"),
        (Status.NO_DATA, Status.OK, "no_data_recovery"),
        (None, Status.OK, ""),
    ],
)
def test_each_change_has_the_name_of_its_transition(
    old: Status | None, new: Status, name: str
) -> None:
    change = StatusChange(group=(), old=old, new=new, instant=0, notifies=True)
    assert transition_name(change) == name

"""Alerts follow from points, and not from the span that is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import Caller, Clock
from tests.emulator.metrics.test_answers import START

HOUR = 3600


def test_an_alert_that_a_span_begins_in_began_before_it(clock: Clock) -> None:
    caller = Caller(Emulator(clock=clock))
    query = "avg(last_5m):avg:app.load{*} > 80"
    caller.created(query=query, type="query alert", options={}, name=query)
    first = START - 10 * HOUR
    points = [
        {"timestamp": first + 60 * minute + 20, "value": 90 if 60 <= minute < 300 else 10}
        for minute in range(600)
    ]
    series = [{"metric": "app.load", "type": 3, "points": points}]
    assert caller("POST", "/v2/series", {"series": series})[0] == 202

    def events(begin: int) -> list[str]:
        search = {"filter": {"query": "source:alert", "from": str(begin * 1000), "to": "now"}}
        events = caller("POST", "/v2/events/search", search)[1]["data"]
        return sorted(event["attributes"]["timestamp"] for event in events)

    whole = events(first)
    assert len(whole) == 2
    assert events(first + 2 * HOUR) == whole[1:]


Values = Mapping[str, Sequence[float | None]]
"""Points by metric, one a minute from `START - 10 * HOUR` on; None where there is none."""


def course(
    clock: Clock, query: str, values: Values, *, kind: int = 3, **options: Any
) -> list[tuple[int, str]]:
    """Return the minutes after which a monitor was in another state, and that state."""
    caller = Caller(Emulator(clock=clock))
    critical = float(query.rpartition(" ")[2])
    thresholds = {"critical": critical, **options.pop("thresholds", {})}
    monitor_options = {"thresholds": thresholds, **options}
    caller.created(query=query, type="query alert", options=monitor_options, name=query)
    first = START - 10 * HOUR
    series = [
        {
            "metric": metric, "type": kind,
            "points": [
                {"timestamp": first + 60 * minute + 20, "value": value}
                for minute, value in enumerate(line) if value is not None
            ],
        }
        for metric, line in values.items()
    ]  # fmt: skip
    assert caller("POST", "/v2/series", {"series": series})[0] == 202
    search = {"filter": {"query": "source:alert", "from": str(first * 1000), "to": "now"}}
    page = {**search, "page": {"limit": 100}}
    events = caller("POST", "/v2/events/search", page)[1]["data"]
    return [
        (
            int(datetime.fromisoformat(event["attributes"]["timestamp"]).timestamp() - first) // 60,
            event["attributes"]["attributes"]["monitor"]["transition"]["destination_state"],
        )
        for event in sorted(events, key=lambda event: event["attributes"]["timestamp"])
    ]


OK: list[float | None] = [0] * 20


def test_an_alert_ends_where_its_recovery_threshold_is_met(clock: Clock) -> None:
    line: Values = {"app.load": [10] * 5 + [81, 75, 71, 70] + [75] * 9}
    query = "max(last_1m):avg:app.load{*} > 80"

    assert course(clock, query, line) == [(6, "Alert"), (7, "OK")]
    recovery = {"critical_recovery": 70}
    assert course(clock, query, line, thresholds=recovery) == [(6, "Alert"), (9, "OK")]


def test_who_leaves_an_alert_counts_as_warned(clock: Clock) -> None:
    line: Values = {"app.load": [10] * 5 + [81, 75, 70, 55, 50] + [55] * 9}
    thresholds = {"warning": 60, "critical_recovery": 70, "warning_recovery": 50}

    assert course(clock, "max(last_1m):avg:app.load{*} > 80", line, thresholds=thresholds) == [
        (6, "Alert"), (10, "OK"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # the worked example of both paths: 15 of 50 is 0.3, the shares themselves add up to 1.5
        ("sum(last_5m):sum:app.bad{*}.as_count() / sum:app.all{*}.as_count() >= 0.3", (25, 26)),
        ("sum(last_5m):sum:app.bad{*} / sum:app.all{*} >= 1.499", (25, 26)),
        ("sum(last_5m):sum:app.bad{*}.as_count() / sum:app.all{*}.as_count() >= 0.31", ()),
        # 100 * 15 / 60, as 50 are fewer than what is divided by at least
        ("sum(last_5m):100 * sum:app.bad{*}.as_count() / clamp_min(sum:app.all{*}.as_count(), 60)"
         " >= 25", (25, 26)),
        ("sum(last_5m):default_zero(sum:app.bad{*}.as_count()) >= 14", (25, 27)),
        ("max(last_5m):sum:app.bad{*} / (60 * 2) >= 0.04", (25, 30)),
        ("max(last_5m):cutoff_max(sum:app.bad{*}, 3) >= 3", (23, 28)),
        ("max(last_5m):per_minute(sum:app.bad{*}) >= 1", (21, 30)),
        ("min(last_5m):diff(sum:app.bad{*}) <= -5", (26, 31)),
        ("max(last_5m):abs(sum:app.bad{*}) * is_greater(sum:app.bad{*}, 4) > 0", (25, 30)),
        ("change(sum(last_5m),last_10m):sum:app.bad{*}.as_count() >= 15", (25, 26)),
        ("pct_change(avg(last_5m),last_5m):avg:app.all{*} > 1", ()),
        ("sum(last_5m):sum:app.bad{*}.as_count() - hour_before(sum:app.bad{*}.as_count()) >= 15",
         (25, 26)),
        # buckets of five minutes: those begun in the window, and what there is of the newest
        ("sum(last_10m):sum:app.bad{*}.as_count().rollup(sum, 300) >= 15", (25, 31)),
        ("max(last_10m):avg:app.bad{*}.rollup(avg, 300) >= 3", (25, 31)),
    ],
)  # fmt: skip
def test_what_is_calculated_is_followed_minute_by_minute(
    clock: Clock, query: str, expected: tuple[int, ...]
) -> None:
    values: Values = {"app.bad": [*OK, 1, 2, 3, 4, 5, *OK], "app.all": [10.0] * 45}

    assert course(clock, query, values, kind=1) == list(
        zip(expected, ("Alert", "OK")[: len(expected)], strict=True)
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # one gap, four policies: the worked example, its last point in minute 7
        ({}, [(6, "Alert")]),
        ({"on_missing_data": "default"}, [(6, "Alert")]),
        ({"on_missing_data": "resolve"}, [(6, "Alert"), (13, "OK")]),
        ({"on_missing_data": "show_no_data"}, [(6, "Alert")]),
        ({"notify_no_data": False}, [(6, "Alert")]),
    ],
)
def test_a_gap_changes_what_the_monitor_says_it_changes(
    clock: Clock, options: dict[str, Any], expected: list[tuple[int, str]]
) -> None:
    line: Values = {"app.load": [10] * 5 + [90, 90, 90]}

    assert course(clock, "max(last_5m):avg:app.load{*} > 80", line, **options) == expected


def test_a_group_that_was_well_and_is_silent_is_without_data(clock: Clock) -> None:
    line: Values = {"app.load": [10] * 8 + [None] * 20 + [10] * 3}
    policy: dict[str, Any] = {"on_missing_data": "show_no_data"}
    query = "avg(last_5m):avg:app.load{*} > 80"

    assert course(clock, query, line, **policy) == [
        (13, "No Data"), (29, "OK"), (36, "No Data"),
    ]  # fmt: skip


def test_a_window_that_is_not_full_changes_nothing(clock: Clock) -> None:
    line: Values = {"app.load": [10] * 10 + [None] * 4 + [90] + [10] * 10}
    query = "max(last_5m):avg:app.load{*} > 80"

    assert course(clock, query, line) == [(15, "Alert"), (20, "OK")]
    # full is one whose first minute has a point, and of which three at most have none
    assert course(clock, query, line, require_full_window=True) == [(19, "Alert"), (20, "OK")]


@pytest.mark.parametrize(
    "query",
    [
        "sum(last_5m):sum:app.load{*}.as_rate() > 1",
        "avg(last_5m):sum:app.load{*}.as_count() > 1",
        "avg(last_5m):default_zero(avg:app.load{*}) > 1",
        "avg(last_5m):avg:app.load{*}.rollup(avg, 90) > 1",
        "avg(last_5m):anomalies(avg:app.load{*}, 'basic', 2) >= 0",
    ],
)
def test_what_points_of_a_minute_cannot_tell_has_no_alerts(clock: Clock, query: str) -> None:
    assert course(clock, query, {"app.load": [9] * 20}) == []

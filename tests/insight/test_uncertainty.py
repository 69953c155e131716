"""What nobody knows is said by name, and what cannot be reproduced too."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight import case, uncertainty
from monitor_sync.insight.readings import OPEN_POINTS

T = 1_793_613_600
"""2026-11-02 10:00:00 UTC."""


def _answer(query: str, *series: dict[str, Any], **more: Any) -> dict[str, Any]:
    line = {"id": 1, "query": query, "series": list(series), "at": "2026-11-02T10:05:00Z", **more}
    return case.answer(case.read(line))


def _points(metric: str, points: list[tuple[int, float]], kind: str = "gauge", *tags: str) -> Any:
    pairs = [[T + second, value] for second, value in points]
    return {"metric": metric, "type": kind, "tags": list(tags), "points": pairs}


@pytest.mark.parametrize(
    ("name", "query", "series", "more"),
    [
        (
            "bucket_at_window_start", "sum(last_5m):avg:a.x{*} > 5",
            [_points("a.x", [(0, 4), (200, 4)])], {},
        ),
        (
            "as_rate_aligned_as_zero",
            "avg(last_5m):sum:e.n{*}.as_rate() / sum:t.n{*}.as_rate() < 1",
            [_points("t.n", [(30, 4)], "count"), _points("e.n", [(-90, 1)], "count")], {},
        ),
        (
            "as_count_path_of_multiplication",
            "sum(last_5m):sum:a.x{*}.as_count() * sum:b.y{*}.as_count() > 50",
            [
                _points("a.x", [(30, 4), (90, 4)], "count"),
                _points("b.y", [(30, 5), (90, 5)], "count"),
            ],
            {},
        ),
        (
            "interpolation_of_counts", "max(last_5m):sum:a.x{*} > 5",
            [
                _points("a.x", [(30, 4), (90, 4)], "count", "host:a"),
                _points("a.x", [(60, 4)], "count", "host:b"),
            ],
            {},
        ),
        (
            "interpolation_between_legs", "avg(last_5m):avg:a.x{*} - avg:b.y{*} > 1",
            [_points("a.x", [(30, 4), (90, 4)]), _points("b.y", [(60, 1)])], {},
        ),
        (
            "sum_of_a_gauge_as_count", "sum(last_5m):sum:a.x{*} < 5",
            [_points("a.x", [(-3_000, 9)])],
            {"options": {"on_missing_data": "default"}},
        ),
        (
            "default_zero_of_an_empty_window", "avg(last_5m):default_zero(avg:a.x{*}) < 5",
            [_points("a.x", [(-3_000, 9)])],
            {"options": {"on_missing_data": "default"}},
        ),
        (
            "default_no_data_timeframe", "avg(last_5m):sum:a.x{*} < 5",
            [_points("a.x", [(-120, 9)])],
            {"options": {"notify_no_data": True}, "timeline": ["2026-11-02T10:05:00Z"]},
        ),
        (
            "frequency_of_current_windows", "sum(current_1d):sum:a.x{*}.as_count() > 5",
            [_points("a.x", [(30, 4), (200, 4)], "count")], {"timeline": ["2026-11-02T10:05:00Z"]},
        ),
        (
            "length_of_last_1mo", "sum(last_1mo):sum:a.x{*} > 5",
            [_points("a.x", [(-725 * 3600, 4), (-7_200, 4)], "count")], {},
        ),
        (
            "full_window_of_a_group", "avg(last_5m):avg:a.x{*} by {host} > 5",
            [
                _points("a.x", [(270, 9)], "gauge", "host:a"),
                _points("a.x", [(30, 1), (90, 1)], "gauge", "host:b"),
            ],
            {"options": {"require_full_window": True}},
        ),
        (
            "as_count_without_sum", "avg(last_5m):sum:a.x{*}.as_count() > 5",
            [_points("a.x", [(30, 4)], "count")], {},
        ),
        (
            "interval_of_a_rate", "sum(last_5m):sum:a.x{*}.as_count() > 5",
            [_points("a.x", [(30, 4)], "rate")], {},
        ),
        (
            "recovery_beyond_warning", "max(last_1m):avg:a.x{*} > 20",
            [_points("a.x", [(30, 21), (270, 15)])],
            {"options": {"thresholds": {"critical": 20, "warning": 16, "critical_recovery": 1}},
             "timeline": ["2026-11-02T10:01:00Z", "2026-11-02T10:05:00Z"]},
        ),
        (
            "recovery_of_equality", "max(last_5m):avg:a.x{*} == 4", [_points("a.x", [(30, 4)])],
            {"options": {"thresholds": {"critical": 4, "critical_recovery": 3}}},
        ),
    ],
)  # fmt: skip
def test_an_open_point_is_named(
    name: str, query: str, series: list[Any], more: dict[str, Any]
) -> None:
    answer = _answer(query, *series, **more)
    assert name in answer["uncertain"]


def test_a_state_that_is_the_same_either_way_is_not_uncertain() -> None:
    answer = _answer("sum(last_5m):avg:a.x{*} > 3", _points("a.x", [(0, 4), (200, 4)]))
    assert (answer["value"], answer["uncertain"]) == (8, [])


def test_a_recovery_between_warning_and_alert_is_not_uncertain() -> None:
    answer = _answer(
        "max(last_1m):avg:a.x{*} > 20",
        _points("a.x", [(30, 21), (270, 15)]),
        options={"thresholds": {"critical": 20, "warning": 16, "critical_recovery": 18}},
        timeline=["2026-11-02T10:01:00Z", "2026-11-02T10:05:00Z"],
    )
    assert answer["uncertain"] == []


def test_every_open_point_is_tried() -> None:
    assert {point.field for point in OPEN_POINTS} == set(uncertainty._MATTERS)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("avg(last_4h):anomalies(avg:a.x{*}, 'basic', 2) >= 1", "anomalies"),
        ("avg(last_1d):forecast(avg:a.x{*}, 'linear', 1) > 1", "forecast"),
        ("avg(last_1h):outliers(avg:a.x{*} by {host}, 'DBSCAN', 3) > 0", "outliers"),
        ("avg(last_5m):p95:a.x{*} > 1", "p95: of a distribution"),
        ("avg(last_5m):cumsum(avg:a.x{*}) > 1", "cumsum"),
    ],
)
def test_what_cannot_be_reproduced_is_unsupported(query: str, name: str) -> None:
    answer = _answer(query, _points("a.x", [(30, 4)]))
    assert answer["unsupported"] == [name]
    assert (answer["value"], answer["state"]) == (None, None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({}, "the line has no query"),
        ({"query": "avg(last_5m):avg:a.x{*}"}, "the query is wrong: "),
        ({"query": "avg(last_5m):avg:a.x{*} > 1"}, "neither `at` nor `timeline`"),
        ({"query": "avg(last_5m):avg:a.x{*} > 1", "at": "tomorrow"}, "no instant"),
        ({"query": "avg(last_5m):avg:a.x{*} > 1", "at": "10:00", "series": 5}, "`series`"),
        ({"query": "avg(last_5m):avg:a.x{*} > 1", "at": "10:00", "series": [5]}, "a series"),
        (
            {"query": "avg(last_5m):avg:a.x{*} > 1", "at": "10:00", "series": [{"points": [[1]]}]},
            "a point",
        ),
        (
            {"query": "avg(last_5m):avg:a.x{*} > 1", "at": "10:00", "options": {"variables": 5}},
            "`options.variables`",
        ),
        (
            {
                "query": "sum(current_1d):avg:a.x{*} > 1",
                "at": "10:00",
                "options": {"scheduling_options": {"evaluation_window": {"timezone": "Mars"}}},
            },
            "evaluation_window",
        ),
        ({"query": "1 && 2", "members": {"1": "BAD"}}, "the member 1"),
    ],
)
def test_a_line_that_cannot_be_evaluated_says_what_is_wrong(
    line: dict[str, Any], says: str
) -> None:
    with pytest.raises(case.CaseError, match=says):
        case.read(line)

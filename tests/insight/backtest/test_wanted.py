"""Which history is asked for: series by series, each with its time aggregation written out."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight.backtest.wanted import Wanted, wanted
from monitor_sync.insight.values import EvaluationSettings, Unsupported
from monitor_sync.language import query as queries


def of(query: str, kind: str = "query alert", **options: Any) -> Wanted:
    parsed = queries.parse(kind, query, options.get("variables"))
    assert parsed.tree is not None, parsed.problems
    return wanted(EvaluationSettings(query=parsed, options=options))


@pytest.mark.parametrize(
    ("query", "lines", "back"),
    [
        ("avg(last_5m):avg:a.b{env:x} by {host} > 1",
         ["avg:a.b{env:x} by {host}.rollup(avg, 60)"], 360),
        ("sum(last_1h):100 * sum:a.err{*}.as_count() / sum:a.all{*}.as_rate() > 5",
         ["sum:a.err{*}.as_count().rollup(sum, 60)", "sum:a.all{*}.as_count().rollup(sum, 60)"],
         3660),
        ("sum(last_1h):sum:a.b{*}.as_count().rollup(sum, 300) > 5",
         ["sum:a.b{*}.as_count().rollup(sum, 60)"], 3660),
        ("avg(last_1d):avg:a.b{*} > 1", ["avg:a.b{*}.rollup(avg, 300)"], 86_700),
        ("avg(last_1w):avg:a.b{*} > 1", ["avg:a.b{*}.rollup(avg, 600)"], 605_400),
        ("avg(last_15m):max:a.b{*}.rollup(max, 120) > 1", ["max:a.b{*}.rollup(max, 60)"], 960),
        ("pct_change(avg(last_5m),last_1h):avg:a.b{*} > 9", ["avg:a.b{*}.rollup(avg, 60)"], 3960),
        ("avg(last_5m):avg:a.b{*} - week_before(avg:a.b{*}) > 9",
         ["avg:a.b{*}.rollup(avg, 60)"], 605_160),
        ("avg(last_5m):default_zero(avg:a.b{a OR b}) > 9",
         ["avg:a.b{a OR b}.rollup(avg, 60)"], 960),
    ],
)  # fmt: skip
def test_each_series_is_asked_for_by_itself_and_as_far_back_as_it_is_read(
    query: str, lines: list[str], back: int
) -> None:
    needed = of(query)

    assert [line.text for line in needed.lines] == lines
    assert needed.back == back
    assert not needed.limits


def test_a_delay_is_looked_back_over_too() -> None:
    assert of("avg(last_5m):avg:a.b{*} > 1", evaluation_delay=900).back == 1260


def test_a_maximum_of_one_gauge_is_asked_for_at_both_of_its_ends() -> None:
    needed = of("max(last_5m):avg:a.b{*} > 1")

    assert [line.text for line in needed.lines] == [
        "avg:a.b{*}.rollup(avg, 60)",
        "avg:a.b{*}.rollup(max, 60)",
    ]


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("sum(last_5m):avg:a.b{*} > 1", "sum_of_a_gauge"),
        ("max(last_5m):avg:a.b{*} / avg:a.c{*} > 1", "inside_a_minute"),
        ("avg(last_5m):avg:a.b{*}.rollup(avg, 10) > 1", "short_rollup"),
    ],
)
def test_what_points_of_a_minute_cannot_tell_is_named(query: str, limit: str) -> None:
    assert of(query).limits == (limit,)


def test_a_search_is_counted_by_its_facets_in_its_index() -> None:
    query = 'logs("status:error").index("main").rollup("count").by("@path").last("10m") > 5'
    line = of(query, "log alert").lines[0]

    assert (line.source, line.text, line.method) == ("logs", "status:error", "count")
    assert (line.keys, line.indexes, line.interval) == (("@path",), ("main",), 60)


@pytest.mark.parametrize(
    ("query", "kind", "name"),
    [
        ("avg(last_5m):p95:a.b{*} > 1", "query alert", "p95"),
        ("avg(last_4h):anomalies(avg:a.b{*}, 'basic', 2) >= 1", "query alert", "anomalies"),
        ("1 && 2", "composite", "composite"),
        (
            'burn_rate("x").over("7d").long_window("1h").short_window("5m") > 1',
            "slo alert",
            "an SLO",
        ),
        ('logs("a").index("*").rollup("avg", "@d").last("5m") > 1', "log alert", "avg of a search"),
        ('logs("a").index("*").rollup("pc95", "@d").last("5m") > 1', "log alert", "pc95"),
    ],
)
def test_what_history_cannot_answer_says_so(query: str, kind: str, name: str) -> None:
    with pytest.raises(Unsupported) as raised:
        of(query, kind)

    assert name in raised.value.name

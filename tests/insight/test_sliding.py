"""Windows cut out of one line say what windows evaluated one by one say."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from monitor_sync.insight import sliding
from monitor_sync.insight.evaluation import evaluate, evaluate_each
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.readings import CHOSEN, Readings
from monitor_sync.insight.state import State, StatusChange, advance, course, rules
from monitor_sync.insight.values import EvaluationSettings, Result, ResultKind
from monitor_sync.language import query as queries

START = 1_799_971_200
SPARSE: dict[str, float] = {"a.calls": 0.8, "a.errors": 0.1, "a.load": 0.6, "a.size": 0.9}


def settings(query: str, **options: Any) -> EvaluationSettings:
    return EvaluationSettings(query=queries.parse("query alert", query, None), options=options)


def history(seed: int) -> PointHistory:
    """Return points near the end of each minute, with gaps of minutes and of half an hour."""
    draw = Random(seed)
    sources = []
    for metric, share in SPARSE.items():
        for host in "ab":
            silent = draw.randrange(390)
            points = [
                (START + 60 * minute + 59, float(draw.randrange(4)))
                for minute in range(420)
                if draw.random() < share and not silent <= minute < silent + 30
            ]
            kind = "gauge" if metric in ("a.load", "a.size") else "count"
            sources.append(SourcePoints.of(metric, kind, [f"host:{host}"], points))
    return PointHistory(sources)


LOCAL = (
    "avg(last_5m):avg:a.load{*} by {host} > 1.5",
    "max(last_10m):avg:a.load{host:a} > 2",
    "min(last_15m):abs(-1 * avg:a.load{*} by {host}) < 1",
    "avg(last_10m):100 * avg:a.load{*} by {host} / avg:a.size{*} by {host} > 90",
    "avg(last_5m):avg:a.load{*} by {host} - avg:a.size{host:b} > 0",
    "pct_change(avg(last_5m),last_10m):avg:a.load{*} by {host} > 20",
    "sum(last_10m):sum:a.errors{*} by {host}.as_count() > 1",
    "sum(last_10m):100 * sum:a.errors{*} by {host}.as_count() / sum:a.calls{*} by {host}.as_count()"
    " > 20",
    "sum(last_5m):sum:a.errors{host:a}.as_count() / (sum:a.calls{host:a}.as_count() + 1) >= 0.5",
    "sum(last_10m):sum:a.errors{*} by {host}.as_count() / sum:a.calls{host:a}.as_count() > 0.2",
    "change(sum(last_10m),last_30m):sum:a.calls{*} by {host}.as_count() > 3",
    "sum(last_5m):sum:a.nothing{host:a}.as_count() / sum:a.calls{host:a}.as_count() < 0.1",
    "avg(last_5m):avg:a.nothing{host:a} > 1",
    "avg(last_4h):sum:a.calls{host:a}.as_rate() > 0.02",
    "sum(last_4h):sum:a.calls{*} by {host}.as_count() > 300",
    "sum(last_1h):sum:a.calls{*} by {host}.as_count().rollup(sum, 600) > 70",
    "sum(last_30m):100 - 100 * (sum:a.calls{host:a}.as_count().rollup(sum, 600)"
    " - sum:a.errors{host:a}.as_count().rollup(sum, 600))"
    " / clamp_min(sum:a.calls{host:a}.as_count().rollup(600), 20) > 30",
    "pct_change(sum(last_30m),last_20m):sum:a.calls{*} by {host}.as_count().rollup(sum, 600) > 3",
)
WAYS: tuple[tuple[dict[str, Any], Readings], ...] = (
    ({}, replace(CHOSEN, interval=1)),
    ({"on_missing_data": "default", "thresholds": {"critical_recovery": 0.5}}, CHOSEN),
    (
        {"on_missing_data": "show_and_notify_no_data", "evaluation_delay": 300},
        replace(CHOSEN, bucket_at_from=False),
    ),
    (
        {"notify_no_data": True, "no_data_timeframe": 10, "timeout_h": 1, "new_group_delay": 0},
        replace(CHOSEN, rates_are_zero=False, divisions_only=True),
    ),
)


@pytest.mark.parametrize("query", LOCAL)
def test_many_windows_say_what_each_says_by_itself(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliding, "_AT_ONCE", 30)  # several passes
    instants = [float(START + 60 * minute) for minute in range(245, 415, 5)]
    for seed, (options, readings) in enumerate(WAYS):
        about, known = replace(settings(query, **options), readings=readings), history(seed)
        together = sliding.evaluations(about, known, instants)

        assert together is not None
        state: State = {}
        changes: list[StatusChange] = []
        for index, instant in enumerate(instants):
            alone = evaluate(about, known, instant)
            said = {group: line[index] for group, line in together.results.items()}
            assert {
                group: result if isinstance(result, Result) else Result(ResultKind.NUMBER, result)
                for group, result in said.items()
                if result is not None
            } == alone.results
            assert (together.keys, instant - together.delay) == (alone.keys, alone.end)
            state, changed = advance(state, alone, rules(about), instant)
            changes += changed
        assert sorted(changes, key=str) == sorted(course(together, rules(about)), key=str)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("avg(last_5m):default_zero(avg:a.load{host:a}) > 1", {}),
        ("avg(last_5m):avg:a.load{host:a}.fill(last, 600) > 1", {}),
        ("avg(last_5m):avg:a.load{host:a}.rollup(avg, 120) > 1", {}),
        ("avg(last_5m):ewma_5(avg:a.load{host:a}) > 1", {}),
        ("avg(last_5m):avg:a.load{*} > 1", {}),
        ("avg(last_5m):avg:a.load{host:a} > 1", {"require_full_window": True}),
        ("avg(last_5m):avg:a.load{host:a} > 1", {"evaluation_delay": 1}),
        ("avg(last_12h):avg:a.load{host:a} > 1", {}),
        ("sum(last_30m):sum:a.calls{host:a}.as_count().rollup(max, 300) > 1", {}),
        ("sum(last_30m):clamp_min(sum:a.calls{host:a}.as_count().rollup(sum, 300), 9) > 1", {}),
        ("sum(last_30m):sum:a.load{host:a}.as_count().rollup(sum, 300) > 1", {}),
        (
            "sum(last_30m):sum:a.errors{host:a}.as_count().rollup(sum, 300)"
            " / sum:a.calls{host:a}.as_count() > 1",
            {},
        ),
        ("change(sum(last_30m),last_12m):sum:a.calls{host:a}.as_count().rollup(sum, 300) > 1", {}),
    ],
)
def test_what_hangs_on_its_window_is_evaluated_one_by_one(
    query: str, options: dict[str, Any]
) -> None:
    about, known = settings(query, **options), history(1)
    instants = [float(START + 60 * minute) for minute in range(60, 120)]

    assert sliding.evaluations(about, known, instants) is None
    together = evaluate_each(about, known, instants)
    assert [line[7] for line in together.results.values()] == [
        result.value if result.outcome is ResultKind.NUMBER else result
        for result in evaluate(about, known, instants[7]).results.values()
    ]

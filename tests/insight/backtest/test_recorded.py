"""What of a stretch of history is written as a test."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight.backtest.recorded import candidates
from monitor_sync.insight.values import Unsupported
from tests.insight.backtest.test_replay import definition, line, points, run

LINE = line((240, 30.0))


def series(query: str, *lines: dict[Any, Any]) -> list[tuple[str, str]]:
    about = definition(query, thresholds={"critical": 50})
    given = points(about, *lines)
    test = next(candidates(about, given, run(about, given).new, "it", "it"))
    return [(entry["metric"], entry["values"]) for entry in test["series"]]


def test_a_series_that_the_query_names_twice_is_submitted_once() -> None:
    share = "sum(last_5m):100 * (sum:a.all{*}.as_count() - sum:a.bad{*}.as_count()) / "
    made = series(f"{share}sum:a.all{{*}}.as_count() < 50", {(): LINE}, {(): line((240, 3.0))})

    assert [metric for metric, _ in made] == ["a.all", "a.bad"]


def test_a_series_of_which_a_query_reads_mean_and_peak_is_not_recorded() -> None:
    peak = {(): line((240, 40.0))}
    with pytest.raises(Unsupported, match="one series aggregated in two ways"):
        series("avg(last_5m):max:a.b{*} - avg:a.b{*} > 50", {(): LINE}, peak)

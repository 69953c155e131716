"""Burn rates: the arithmetic of the documentation, and both windows."""

from __future__ import annotations

import math

import pytest

from monitor_sync.insight import slo
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.values import EvaluationSettings, Unsupported
from monitor_sync.language import query
from tests.insight.corpus import Line, family, needs_corpus

RATES = [line for line in family("BR") if "slo" in line]
BUDGETS = [line for line in family("BR") if "slo_days" in line]


@needs_corpus
@pytest.mark.parametrize("line", RATES, ids=lambda line: line["id"])
def test_the_documented_burn_rates(line: Line) -> None:
    target = line["slo"]["target"]
    long = slo.burn_rate(line["long_error_rate"], target)
    short = slo.burn_rate(line["short_error_rate"], target)
    assert math.isclose(long, line["expect"]["long"], rel_tol=1e-9)
    assert math.isclose(short, line["expect"]["short"], rel_tol=1e-9)
    assert slo.burning(long, short, line["threshold"]).value == line["expect"]["state"]


@needs_corpus
@pytest.mark.parametrize("line", BUDGETS, ids=lambda line: line["id"])
def test_the_documented_thresholds(line: Line) -> None:
    burn = slo.burn_rate_of_budget(line["slo_days"], line["budget_pct"], line["long_h"])
    assert math.isclose(burn, line["expect"]["burn_rate"])
    assert slo.short_window(line["long_h"] * 60) == line["expect"]["short_min"]


def test_both_windows_must_burn() -> None:
    assert slo.burning(20, 10, 14.4).value == "OK"
    assert slo.burning(10, 50, 14.4).value == "OK"
    assert slo.burning(20, 20, 14.4).value == "ALERT"


def test_at_the_threshold_itself_it_depends() -> None:
    assert slo.burning(14.4, 20, 14.4).value == "ALERT"
    assert slo.burning(14.4, 20, 14.4, equal=False).value == "OK"


@pytest.mark.parametrize(
    ("target", "share", "reason"),
    [(99.0, 50.0, ""), (99.9, 500.0, ""), (100.0, None, "an SLO without its target")],
)
def test_how_much_of_a_budget_is_used_up(target: float, share: float | None, reason: str) -> None:
    counts = {"good": 995.0, "total": 1_000.0}
    history = PointHistory(
        SourcePoints.of(name, "count", [], [(86_400, count)]) for name, count in counts.items()
    )
    settings = EvaluationSettings(
        query=query.parse("slo alert", 'error_budget("a").over("7d") > 75'),
        options={},
        slo_target=target,
    )
    if share is None:
        with pytest.raises(Unsupported, match=reason):
            slo.evaluate(settings, history, 2 * 86_400)
        return
    value = slo.evaluate(settings, history, 2 * 86_400).results[()].value
    assert value is not None
    assert math.isclose(value, share)

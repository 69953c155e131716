"""Burn rates: the arithmetic of the documentation, and both windows."""

from __future__ import annotations

import math

import pytest

from monitor_sync.insight import slo
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.readings import Readings
from monitor_sync.insight.thresholds import Thresholds, judged
from monitor_sync.insight.values import EvaluationSettings, Result, Status, Unsupported
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
    threshold = Thresholds(comparator=">=", critical=line["threshold"])
    assert judged(min(long, short), threshold, None)[0].value == line["expect"]["state"]


@needs_corpus
@pytest.mark.parametrize("line", BUDGETS, ids=lambda line: line["id"])
def test_the_documented_thresholds(line: Line) -> None:
    assert slo.short_window(line["long_h"] * 60) == line["expect"]["short_min"]


def burned(long: int, short: int, *, equal_burns: bool = True) -> Result:
    """With a target of 99 %, a burn rate is the percentage of bad events in its window."""
    bad_before, bad_now = 100 * long - 10 * short, 10 * short
    history = PointHistory(
        SourcePoints.of(name, "count", [], [(86_400 - 1_800, before), (86_400 - 60, now)])
        for name, before, now in (
            ("good", 9_000.0 - bad_before, 1_000.0 - bad_now),
            ("total", 9_000.0, 1_000.0),
        )
    )
    text = 'burn_rate("a").over("30d").long_window("1h").short_window("5m") > 20'
    about = EvaluationSettings(
        query=query.parse("slo alert", text),
        options={},
        slo_target=99.0,
        readings=Readings(equal_burns=equal_burns),
    )
    return slo.evaluate(about, history, 86_400).results[()]


@pytest.mark.parametrize(("long", "short", "burn"), [(20, 10, 10), (10, 50, 10), (20, 20, 20)])
def test_both_windows_must_burn(long: int, short: int, burn: int) -> None:
    assert burned(long, short).value == pytest.approx(burn)


def test_at_the_threshold_itself_it_depends() -> None:
    assert burned(20, 20, equal_burns=True).verdict is Status.ALERT
    assert burned(20, 20, equal_burns=False).verdict is Status.OK
    assert burned(21, 21).verdict is None


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

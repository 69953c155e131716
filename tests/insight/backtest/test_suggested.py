"""Thresholds that would have been quieter, each tried over the same points."""

from __future__ import annotations

from monitor_sync.insight.backtest.suggested import AlertSuggestion, suggestions
from tests.insight.backtest.test_replay import SPAN, definition, line, points, run


def of(*stretches: tuple[int, float]) -> tuple[AlertSuggestion, ...]:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    given = points(about, {(): line(*stretches)})
    return suggestions(about, given, run(about, given).new, SPAN)


def test_a_threshold_between_flaps_and_a_real_alert_is_found() -> None:
    flaps = [(20, 1.0), (4, 70.0)] * 4
    best = of(*flaps, (20, 1.0), (40, 200.0), (84, 1.0))[0]

    assert (best.option, best.before, best.fires, best.lasting) == ("critical", 5, 1, 1)
    assert 56 <= best.value < 200


def test_a_recovery_threshold_joins_alerts_that_flap_around_the_threshold() -> None:
    suggestions = of((60, 1.0), *[(6, 54.0), (6, 48.0)] * 5, (120, 1.0))

    assert (suggestions[0].option, suggestions[0].value, suggestions[0].fires) == (
        "critical_recovery",
        45.0,
        1,
    )


def test_nothing_is_suggested_where_each_alert_lasts() -> None:
    assert of((60, 1.0), (30, 90.0), (150, 1.0)) == ()
    assert of((240, 1.0)) == ()

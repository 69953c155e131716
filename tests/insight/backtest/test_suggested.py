"""Thresholds that would have been quieter, each tried over the same points."""

from __future__ import annotations

import pytest

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


def test_a_recovery_threshold_of_a_fall_below_zero_is_on_its_healthy_side() -> None:
    about = definition("avg(last_5m):avg:a.b{*} < -50", thresholds={"critical": -50})
    given = points(about, {(): line((60, 1.0), *[(6, -54.0), (6, -48.0)] * 5, (120, 1.0))})
    best = suggestions(about, given, run(about, given).new, SPAN)[0]

    assert (best.option, best.value, best.fires) == ("critical_recovery", -45.0, 1)


def test_a_longer_window_passes_over_short_peaks_and_says_how_much_later_it_alerts() -> None:
    peaks = [(30, 1.0), (5, 240.0)] * 4
    (longer,) = [s for s in of(*peaks, (40, 1.0), (45, 60.0), (15, 1.0)) if s.option == "window"]

    # the peaks are as high as they are long: no threshold keeps the long alert at 60 and drops them
    assert (longer.written, longer.before, longer.fires, longer.lasting) == ("30m", 5, 1, 1)
    assert 15 * 60 <= longer.later <= 30 * 60


@pytest.mark.parametrize(("good", "bad"), [(12, 3), (8, 4)])
def test_one_alert_that_never_ends_is_not_quieter(good: int, bad: int) -> None:
    about = definition("min(last_5m):1 * avg:a.b{*} < 50", thresholds={"critical": 50})
    times = 240 // (good + bad)
    given = points(about, {(): line(*[(good, 90.0), (bad, 40.0)] * times)})
    made = run(about, given).new

    # the lowest value of a quarter of an hour is always bad
    assert len(made.fires) == times
    assert "window" not in {s.option for s in suggestions(about, given, made, SPAN)}


def test_the_window_of_a_search_is_written_as_searches_have_it() -> None:
    query = 'logs("status:error").index("*").rollup("count").last("5m") < 4'
    about = definition(query, kind="log alert", thresholds={"critical": 4})
    given = points(about, {(): line(*[(30, 1.0), (3, 0.0)] * 7, (9, 1.0))})
    suggestions_made = suggestions(about, given, run(about, given).new, SPAN)

    assert [(s.option, s.written, s.fires) for s in suggestions_made if s.option == "window"] == [
        ("window", "10m", 0)
    ]


def test_nothing_is_suggested_where_each_alert_lasts() -> None:
    assert of((60, 1.0), (30, 90.0), (150, 1.0)) == ()
    assert of((240, 1.0)) == ()

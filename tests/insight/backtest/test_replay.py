"""A definition played over fetched history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from monitor_sync.incidents import AlertEpisode, TimeSpan, TransitionState
from monitor_sync.insight.backtest.comparison import (
    Compared,
    Definition,
    compared,
    held_by_standing,
)
from monitor_sync.insight.backtest.fidelity import Standing, fidelity
from monitor_sync.insight.backtest.replay import Points
from monitor_sync.insight.backtest.sparse import observed

START = 1_799_971_200  # a midnight in UTC
SPAN = TimeSpan(float(START), float(START + 4 * 3600))
MESSAGE = "Slow. {{#is_alert}}@webhook-pager{{/is_alert}} {{#is_warning}}@slack-team{{/is_warning}}"


def definition(query: str, *, kind: str = "query alert", **options: Any) -> Definition:
    body = {"type": kind, "query": query, "options": options, "message": MESSAGE}
    return Definition.of(body)


def line(*stretches: tuple[int, float], step: int = 60) -> tuple[list[int], list[float]]:
    """Return a value a minute from four hours before the span on, in stretches of minutes."""
    values = [1.0] * 240
    for minutes, value in stretches:
        values += [value] * minutes
    first = START - 4 * 3600
    times = range(first, first + 60 * len(values), 60)
    kept = [(time, value) for time, value in zip(times, values, strict=True) if not time % step]
    return [time for time, _ in kept], [value for _, value in kept]


def points(about: Definition, *lines: dict[Any, Any]) -> Points:
    """Return what was fetched for each line of a definition, in its order."""
    return dict(zip(about.wanted.lines, lines, strict=True))


def run(
    new: Definition,
    given: Points,
    old: Definition | None = None,
    actual: Sequence[AlertEpisode] | None = None,
) -> Compared:
    return compared(old, new, given, SPAN, monitor_id=7, actual=actual)


def test_an_episode_begins_when_the_window_is_bad_and_no_sooner() -> None:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    given = points(about, {(): line((60, 1.0), (10, 101.0), (170, 1.0))})
    made = run(about, given).new

    # three of five minutes at 101 make 61 on average; a minute is known when it is over
    assert list(made.fires) == [(START + 3600 + 180, "")]
    assert [(e.start, e.end, e.state) for e in made.episodes] == [
        (START + 63 * 60, START + 73 * 60, "alert")
    ]
    assert (made.minutes, made.longest) == (10, 10)
    assert made.told == {"@webhook-pager": 1}


def test_groups_alert_apart_and_warnings_tell_whom_they_tell() -> None:
    about = definition(
        "avg(last_5m):avg:a.b{*} by {host} > 50", thresholds={"critical": 50, "warning": 20}
    )
    given = points(
        about,
        {("a",): line((30, 1.0), (30, 101.0), (180, 1.0)), ("b",): line((60, 30.0), (180, 1.0))},
    )
    made = run(about, given).new

    assert {(e.group, e.state) for e in made.episodes} == {
        ("host:a", "alert"),
        ("host:b", "warning"),
    }
    assert [group for _, group in made.fires] == ["host:a"]
    assert made.told["@webhook-pager"] == 1
    assert made.groups == {"host:a", "host:b"}


def test_what_was_bad_before_the_span_is_no_new_alert() -> None:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    times, values = line((30, 90.0), (210, 1.0))
    given = points(about, {(): (times, [90.0] * 240 + values[240:])})
    made = run(about, given).new

    assert not made.fires
    assert made.episodes[0].end == START + 33 * 60
    assert made.minutes == 33


def test_errors_and_totals_of_one_metric_are_two_lines() -> None:
    about = definition(
        "sum(last_10m):100 * sum:a.hits{status:error}.as_count() / sum:a.hits{*}.as_count() > 5",
        thresholds={"critical": 5},
    )
    errors, totals = line((60, 0.0), (30, 10.0), (150, 0.0)), line((240, 100.0))
    made = run(about, points(about, {(): errors}, {(): totals})).new

    assert len(made.fires) == 1
    later = [value for at, value in made.values if at > START + 1800]
    assert max(later) == pytest.approx(10.0)


def test_counts_of_a_search_are_points_only_where_something_was_found() -> None:
    query = 'logs("status:error").index("*").rollup("count").by("@path").last("10m") > 15'
    about = definition(query, kind="log alert", thresholds={"critical": 15})
    made = run(about, points(about, {("/pay",): line((60, 1.0), (20, 5.0), (160, 1.0))})).new

    assert [group for _, group in made.fires] == ["path:/pay"]


def test_the_live_definition_is_beside_the_new_one() -> None:
    old = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    new = definition("avg(last_5m):avg:a.b{*} > 150", thresholds={"critical": 150})
    both = run(new, points(new, {(): line((60, 1.0), (30, 101.0), (150, 1.0))}), old)

    assert both.old is not None
    assert (len(both.old.fires), len(both.new.fires)) == (1, 0)


# a wrong replay cannot mislead


def test_an_open_point_that_changes_the_number_of_alerts_is_named() -> None:
    about = definition(
        "avg(last_5m):avg:a.b{*} by {host} > 50", thresholds={"critical": 50}, new_group_delay=7200
    )
    times, values = line((30, 101.0), (210, 1.0))
    late = [(t, v) for t, v in zip(times, values, strict=True) if t >= START]
    given = points(about, {("new",): ([t for t, _ in late], [v for _, v in late])})

    named = {(a.kind, a.name) for a in run(about, given).assumptions}
    assert ("uncertain", "new_group_delay") in named


def test_a_maximum_inside_a_minute_is_told_as_between_two_numbers() -> None:
    about = definition("max(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    average = line((240, 10.0))
    highest = line((60, 10.0), (1, 80.0), (179, 10.0))
    assumptions = run(about, points(about, {(): average}, {(): highest})).assumptions

    assert [(a.kind, a.low, a.high) for a in assumptions] == [("between", 0, 1)]


def test_repetitions_are_said_not_to_be_counted() -> None:
    about = definition(
        "avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50}, renotify_interval=30
    )
    assumptions = run(
        about, points(about, {(): line((60, 1.0), (30, 101.0), (150, 1.0))})
    ).assumptions

    assert [assumption.kind for assumption in assumptions] == ["renotify"]


def test_what_a_custom_schedule_repeats_is_said_not_to_be_counted() -> None:
    each_day = {"rrule": "FREQ=DAILY;INTERVAL=1", "timezone": "UTC", "start": "2027-01-01T01:30:00"}
    about = definition(
        "avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50}, on_missing_data="default",
        scheduling_options={"custom_schedule": {"recurrences": [each_day]}},
    )  # fmt: skip
    assumptions = run(about, points(about, {(): line((60, 1.0), (180, 101.0))})).assumptions

    assert [assumption.kind for assumption in assumptions] == ["schedule"]


@pytest.mark.parametrize(
    ("query", "given", "kinds"),
    [
        ("avg(last_5m):avg:aws.rds.cpu{*} > 50", line((240, 1.0)), ["late"]),
        ("avg(last_5m):avg:a.b{*} > 50", line((200, 1.0)), ["silent_end"]),
        ("avg(last_30m):avg:a.b{*} > 50", line((240, 1.0), step=600), ["coarser"]),
        ("avg(last_5m):avg:a.b{*} > 50", line((240, 1.0)), []),
    ],
)
def test_points_that_are_late_or_few_are_told(
    query: str, given: tuple[list[int], list[float]], kinds: list[str]
) -> None:
    about = definition(query, thresholds={"critical": 50})

    assert [a.kind for a in observed(about, points(about, {(): given}), SPAN)] == kinds


def test_more_groups_than_datadog_watches_are_told() -> None:
    query = 'logs("a").index("*").rollup("count").by("@p,@q,@r,@s").last("10m") > 15'
    about = definition(query, kind="log alert", thresholds={"critical": 15})
    groups = {(f"{n}", "q", "r", "s"): line((240, 1.0)) for n in range(625)}

    assert [a.kind for a in observed(about, points(about, groups), SPAN)] == ["groups"]


# fidelity


def episode(start: float, end: float | None, group: str = "", state: Any = "alert") -> AlertEpisode:
    return AlertEpisode(monitor_id=7, group=group, state=state, start=START + start, end=end)


def test_a_replay_that_agrees_is_faithful_and_one_evaluation_apart_is_the_same() -> None:
    mine = [episode(600, START + 1200)]
    theirs = [episode(660, START + 1260)]
    agreement = fidelity(mine, theirs, SPAN, groups=1, tolerance=120)

    assert (agreement.precision, agreement.recall, agreement.time_in_same_state) == (1.0, 1.0, 1.0)


def test_alerts_that_only_one_side_has_are_counted_against_it() -> None:
    mine = [episode(600, START + 1200), episode(7200, START + 7800)]
    theirs = [episode(600, START + 1200), episode(3600, START + 4200), episode(600, None, "host:a")]
    agreement = fidelity(mine, theirs, SPAN, groups=2, tolerance=120)

    assert agreement.precision == 0.5
    assert agreement.recall == pytest.approx(1 / 3)
    assert agreement.time_in_same_state == pytest.approx(1 - (600 + 600 + 13_800) / (2 * 14_400))


def test_without_any_alert_there_is_nothing_to_be_precise_about() -> None:
    agreement = fidelity([], [], SPAN, groups=3, tolerance=120)

    assert (agreement.precision, agreement.recall, agreement.time_in_same_state) == (
        None,
        None,
        1.0,
    )


def test_a_replay_that_does_not_agree_says_that_it_is_not_to_be_trusted() -> None:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    given = points(about, {(): line((60, 1.0), (30, 101.0), (150, 1.0))})
    wrong = run(about, given, about, actual=[])
    right = run(about, given, about, actual=[episode(63 * 60, START + 93 * 60)])

    assert [assumption.kind for assumption in wrong.assumptions] == ["unfaithful"]
    assert right.fidelity is not None
    assert (right.fidelity.precision, right.fidelity.recall) == (1.0, 1.0)
    assert not right.assumptions


def test_a_group_that_is_never_ok_and_that_no_event_tells_of_is_not_held_against_the_replay() -> (
    None
):
    about = definition("avg(last_5m):avg:a.b{*} by {host} > 50", thresholds={"critical": 50})
    good = line((60, 1.0), (30, 101.0), (150, 1.0))
    bad = good[0], [90.0] * len(good[0])
    known = episode(63 * 60, START + 93 * 60, "host:b")
    both = run(about, points(about, {("a",): bad, ("b",): good}), about, actual=[known])
    alone = run(about, points(about, {("a",): bad}), about, actual=[])

    assert both.fidelity is not None
    assert (both.fidelity.recall, both.fidelity.time_in_same_state) == (1.0, 1.0)
    assert [(a.kind, a.low, a.high) for a in both.assumptions] == [("untold", 1, 2)]
    assert alone.fidelity is None
    assert [(a.kind, a.low, a.high) for a in alone.assumptions] == [("untold", 1, 1)]


@pytest.mark.parametrize(
    ("state", "since", "same", "kinds"),
    [
        ("alert", START - 60, 1.0, ["standing"]),
        ("ok", START - 60, 0.0, ["standing", "unfaithful"]),
        ("alert", START + 60, None, ["untold"]),
    ],
)
def test_a_state_that_is_older_than_the_span_tells_what_no_event_does(
    state: TransitionState, since: float, same: float | None, kinds: list[str]
) -> None:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50})
    bad = line((240, 90.0))
    made = run(about, points(about, {(): (bad[0], [90.0] * len(bad[0]))}), about, actual=[])
    known = held_by_standing(made, [], SPAN, 120, Standing(state=state, since=since))

    assert [assumption.kind for assumption in made.assumptions] == ["untold"]
    assert (known.fidelity and known.fidelity.time_in_same_state) == same
    assert [assumption.kind for assumption in known.assumptions] == kinds


def test_the_state_of_one_of_several_groups_tells_nothing_of_each() -> None:
    about = definition("avg(last_5m):avg:a.b{*} by {host} > 50", thresholds={"critical": 50})
    times = line((240, 90.0))[0]
    bad = times, [90.0] * len(times)
    made = run(about, points(about, {("a",): bad, ("b",): bad}), about, actual=[])
    known = held_by_standing(made, [], SPAN, 120, Standing(state="alert", since=START - 60))
    fine = held_by_standing(made, [], SPAN, 120, Standing(state="ok", since=START - 60))

    assert known == made
    assert [assumption.kind for assumption in fine.assumptions] == ["standing", "unfaithful"]


def test_an_alert_at_the_edge_of_the_span_is_compared_by_its_time_alone() -> None:
    agreement = fidelity(
        [episode(-3600, START + 1200)], [episode(0, START + 1200)], SPAN, groups=1, tolerance=120
    )

    assert (agreement.precision, agreement.recall, agreement.time_in_same_state) == (
        None,
        None,
        1.0,
    )


def test_minutes_are_those_of_alert_and_not_of_the_warning_before_it() -> None:
    about = definition("avg(last_5m):avg:a.b{*} > 50", thresholds={"critical": 50, "warning": 20})
    given = points(about, {(): line((60, 1.0), (30, 30.0), (10, 300.0), (140, 1.0))})
    made = run(about, given).new

    assert [episode.state for episode in made.episodes] == ["alert"]
    assert [stretch.state for stretch in made.stretches] == ["warning", "alert"]
    assert made.minutes == 14

"""Intervals, the buckets that belong to a window, frequencies, cumulative windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from monitor_sync.insight import schedule, windows
from monitor_sync.insight.readings import CHOSEN
from monitor_sync.insight.values import EvaluationSettings
from monitor_sync.language import query
from monitor_sync.language.atoms import Window
from tests.insight.corpus import Line, family, needs_corpus


@needs_corpus
@pytest.mark.parametrize("line", family("IV"), ids=lambda line: line["id"])
def test_the_recorded_and_documented_intervals(line: Line) -> None:
    assert windows.default_interval(line["window_s"]) == line["expect"]["interval_s"]


@needs_corpus
@pytest.mark.parametrize("line", family("AL"), ids=lambda line: line["id"])
def test_the_recorded_buckets_of_a_window(line: Line) -> None:
    interval = line["interval_s"]
    first = windows.first_bucket(line["from_s"], interval)
    last = windows.last_bucket(line["to_s"], interval)
    assert {
        "first_bucket": first, "last_bucket": last, "buckets": (last - first) // interval + 1,
    } == line["expect"]  # fmt: skip


@needs_corpus
@pytest.mark.parametrize("line", family("FR"), ids=lambda line: line["id"])
def test_the_documented_frequencies(line: Line) -> None:
    minutes = round(line["window_h"] * 60)
    window = "last_1mo" if line["window_h"] == 730 else f"last_{minutes}m"
    parsed = query.parse("query alert", f"avg({window}):avg:a.b{{*}} > 1")
    assert query.evaluated_every(parsed) == 60 * line["expect"]["every_min"]


def test_an_interval_gives_at_most_300_points() -> None:
    intervals = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400)
    for interval, longer in pairwise(intervals):
        assert windows.default_interval(300 * interval) == interval
        assert windows.default_interval(300 * interval + 1) == longer
    assert windows.default_interval(10**9) == 14_400


def test_a_bucket_that_starts_with_the_window_is_in_unless_read_otherwise() -> None:
    assert windows.first_bucket(120, 60) == 120
    assert windows.first_bucket(121, 60) == 180
    assert windows.first_bucket(120, 60, at_start=False) == 180


def test_an_explicit_rollup_gives_at_most_1500_points() -> None:
    assert windows.enforced_interval(3_000, 2) == 2
    assert windows.enforced_interval(3_001, 2) == 5


def _start(unit: str, at: str, window: dict[str, object]) -> str:
    instant = datetime.fromisoformat(at).timestamp()
    options = {"scheduling_options": {"evaluation_window": window}}
    written = Window(0, 0, "current", 1, unit, f"current_1{unit}")
    start, end = windows.span(written, instant, options, CHOSEN)
    assert end == instant
    return datetime.fromtimestamp(start, UTC).isoformat()


@pytest.mark.parametrize(
    ("unit", "at", "window", "start"),
    [
        ("h", "2026-03-31T10:29:00+00:00", {"hour_starts": 30}, "2026-03-31T09:30:00+00:00"),
        ("h", "2026-03-31T10:30:00+00:00", {"hour_starts": 30}, "2026-03-31T10:30:00+00:00"),
        ("d", "2026-03-31T05:00:00+00:00", {"day_starts": "06:00"}, "2026-03-30T06:00:00+00:00"),
        ("mo", "2026-03-30T05:00:00+00:00", {"month_starts": 31}, "2026-02-28T00:00:00+00:00"),
        ("mo", "2026-03-31T05:00:00+00:00", {}, "2026-03-01T00:00:00+00:00"),
        # the clocks of Amsterdam went forward at 01:00 UTC that day
        (
            "d", "2026-03-29T12:00:00+00:00", {"timezone": "Europe/Amsterdam"},
            "2026-03-28T23:00:00+00:00",
        ),
    ],
)  # fmt: skip
def test_where_a_cumulative_window_begins(
    unit: str, at: str, window: dict[str, object], start: str
) -> None:
    assert _start(unit, at, window) == start


def _due(rrule: str, start: str, first: str, last: str) -> list[str]:
    recurrence = {"rrule": rrule, "timezone": "Asia/Jakarta", "start": start}
    settings = EvaluationSettings(
        query=query.parse("query alert", "avg(last_5m):avg:a.b{*} > 1"),
        options={"scheduling_options": {"custom_schedule": {"recurrences": [recurrence]}}},
    )
    times = (datetime.fromisoformat(instant).timestamp() for instant in (first, last))
    return [
        datetime.fromtimestamp(time, UTC).strftime("%d %H:%M")
        for time in schedule.due(settings, *times)
    ]


@pytest.mark.parametrize(
    ("rrule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=1", ["02 13:00", "03 13:00", "04 13:00", "05 13:00", "06 13:00"]),
        ("FREQ=DAILY;INTERVAL=2", ["03 13:00", "05 13:00"]),
        ("FREQ=WEEKLY;BYDAY=TU,FR", ["03 13:00", "06 13:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", []),
        ("FREQ=MONTHLY;BYMONTHDAY=4", ["04 13:00"]),
        (
            "FREQ=DAILY;BYHOUR=8;BYMINUTE=30",
            ["02 01:30", "03 01:30", "04 01:30", "05 01:30", "06 01:30"],
        ),
    ],
)
def test_a_schedule_of_its_own_is_in_civil_time(rrule: str, days: list[str]) -> None:
    first, last = "2026-11-02T00:00:00+00:00", "2026-11-06T23:00:00+00:00"
    assert _due(rrule, "2026-10-26T20:00:00", first, last)[: len(days) or None] == days[:5]


def test_a_phase_moves_every_evaluation() -> None:
    settings = EvaluationSettings(
        query=query.parse("query alert", "avg(last_5m):avg:a.b{*} > 1"), options={}
    )
    assert schedule.due(settings, 0, 180, 2.0) == [2.0, 62.0, 122.0]


def test_how_long_a_month_is_read_to_be() -> None:
    month = Window(0, 0, "last", 1, "mo", "last_1mo")
    assert windows.length(month, CHOSEN) == 730 * 3_600
    assert windows.length(month, replace(CHOSEN, month_days=30)) == 30 * 86_400


@pytest.mark.parametrize(
    ("unit", "seconds"), [("m", 60), ("h", 600), ("d", 3_600), ("w", 3_600), ("mo", 14_400)]
)
def test_the_buckets_that_make_a_window_full(unit: str, seconds: int) -> None:
    assert windows.full_buckets(Window(0, 0, "last", 1, unit, f"last_1{unit}")) == seconds


def test_the_finest_buckets_of_a_long_window_are_minutes() -> None:
    finest = replace(CHOSEN, interval=1)
    assert windows.interval(4 * 3_600, finest) == 1
    assert windows.interval(4 * 3_600 + 1, finest) == 60


def test_every_fifth_month_is_counted_across_the_year() -> None:
    rrule = "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=4"
    first, last = "2026-11-05T00:00:00+00:00", "2027-05-30T00:00:00+00:00"
    assert _due(rrule, "2026-11-04T20:00:00", first, last) == ["04 13:00"]


def test_a_check_is_evaluated_each_minute() -> None:
    text = '"ntp.in_sync".over("*").by("host").last(2).count_by_status()'
    settings = EvaluationSettings(query=query.parse("service check", text), options={})
    assert schedule.due(settings, 0, 150) == [0, 60, 120]

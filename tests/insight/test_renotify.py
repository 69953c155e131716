"""When a notification is repeated."""

from __future__ import annotations

import pytest

from monitor_sync.insight.renotify import renotified
from monitor_sync.insight.values import Status
from tests.insight.corpus import Line, family, needs_corpus

MINUTE, HOUR = 60, 3_600


def _seconds(written: str) -> int:
    if written.startswith("+"):
        return int(written.strip("+h")) * HOUR
    hours, minutes = written.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def _notified_at(status: Status, options: dict[str, object], until: int) -> list[int]:
    evaluations = ((float(t), status) for t in range(0, until + 1, MINUTE))
    return [int(instant) for instant, _ in renotified(evaluations, options)]


@needs_corpus
@pytest.mark.parametrize("line", family("RN"), ids=lambda line: line["id"])
def test_the_documented_repetitions(line: Line) -> None:
    status = Status.WARN if "warn_from" in line else Status.ALERT
    expect = line["expect"]
    notified = _notified_at(status, line["options"], _seconds(expect["until"]))
    if "notified" in expect:
        assert notified == [_seconds(instant) for instant in expect["notified"]]
    else:
        assert max(notified) <= expect["none_after_h"] * HOUR
        assert len(notified) > 1


def test_so_many_times_and_no_more() -> None:
    options: dict[str, object] = {"renotify_interval": 10, "renotify_occurrences": 2}
    assert _notified_at(Status.ALERT, options, HOUR) == [0, 600, 1_200]


def test_after_thirty_hours_it_ends_where_no_number_is_given() -> None:
    notified = _notified_at(Status.ALERT, {"renotify_interval": 600}, 72 * HOUR)
    assert notified == [0, 10 * HOUR, 20 * HOUR, 30 * HOUR]


def test_only_the_statuses_that_are_named() -> None:
    options: dict[str, object] = {"renotify_interval": 10, "renotify_statuses": ["warn"]}
    assert _notified_at(Status.ALERT, options, HOUR) == [0]
    assert len(_notified_at(Status.WARN, options, HOUR)) == 7


def test_nothing_is_told_of_a_monitor_that_begins_well() -> None:
    assert renotified([(0.0, Status.OK), (60.0, Status.OK)], {}) == ()


def test_nothing_is_repeated_without_an_interval() -> None:
    assert _notified_at(Status.ALERT, {}, HOUR) == [0]

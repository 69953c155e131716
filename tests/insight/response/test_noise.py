"""What monitors did in a span of time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from monitor_sync.incidents import AlertEpisode, Incident, TimeSpan
from monitor_sync.insight.response.noise import AlertHistory, LiveStatus, Noise, NoisyMonitor, noise
from monitor_sync.model import Monitor
from tests.insight.response.history import CHAT, PAGER, alert, at, monitor

WEEK = TimeSpan(at(0), at(7 * 24 * 60))
UTC = ZoneInfo("UTC")


def noise_of(*episodes: AlertEpisode, monitors: list[Monitor] | None = None, **given: Any) -> Noise:
    """The noise of monitors, of which the first has the id 1."""
    monitors = monitors or [monitor("m")]
    live = {declared.key: LiveStatus(id=number) for number, declared in enumerate(monitors, 1)}
    history = AlertHistory(span=WEEK, zone=given.pop("zone", UTC), episodes=episodes, **given)
    return noise(monitors, live, history, ())


def row(*episodes: AlertEpisode, **given: Any) -> NoisyMonitor:
    (only,) = noise_of(*episodes, **given).monitors
    return only


def test_fires_began_in_the_span_and_episodes_may_have_begun_before() -> None:
    counted = row(alert(1, -10, 10), alert(1, None, 30), alert(1, 600, 610), alert(1, 99999, None))

    assert (counted.fires, counted.episodes) == (1, 3)
    assert counted.last_fired == at(600)


def test_what_ended_before_the_span_is_not_of_it() -> None:
    assert row(alert(1, -20, 0)).episodes == 0


def test_a_fire_that_ends_after_the_span_has_not_ended() -> None:
    end = 7 * 24 * 60
    counted = row(alert(1, end - 4, end - 2), alert(1, end - 1, end + 1))

    assert (counted.fires, counted.ended, counted.self_resolved) == (2, 1, 1.0)
    assert counted.hours_in_alert == pytest.approx(3 / 60)


def test_a_fire_pages_where_a_pager_is_told_of_its_state() -> None:
    only_alerts = monitor("m", "{{#is_alert}}" + PAGER + "{{/is_alert}} " + CHAT)

    counted = row(alert(1, 0, 1), alert(1, 600, 601, state="warning"), monitors=[only_alerts])

    assert (counted.fires, counted.pages) == (2, 1)


def test_a_warning_that_nobody_is_paged_for_pages_and_counts_from_the_alert_on() -> None:
    only_alerts = monitor("m", "{{#is_alert}}" + PAGER + "{{/is_alert}} " + CHAT)
    evening, night = 21 * 60, 23 * 60
    warned = structs.replace(
        alert(1, evening, night + 60), reached=(("warning", at(evening)), ("alert", at(night)))
    )

    counted = row(warned, monitors=[only_alerts])

    assert (counted.pages, counted.night, counted.hours_in_alert) == (1, 1, 1.0)


def test_a_fire_of_which_nobody_was_told_pages_nobody() -> None:
    counted = row(alert(1, 0, 1, notified=False), alert(1, 600, 601, notified=True))

    assert (counted.fires, counted.pages) == (2, 1)


@pytest.mark.parametrize(("zone", "night", "off_hours"), [("UTC", 1, 1), ("Asia/Jakarta", 1, 0)])
def test_nights_are_those_of_the_time_zone(zone: str, night: int, off_hours: int) -> None:
    counted = row(alert(1, 3 * 60, 181), alert(1, 19 * 60, 1141), zone=ZoneInfo(zone))

    assert (counted.night, counted.off_hours) == (night, off_hours)


def test_an_alert_resolved_by_itself_that_ended_soon_and_that_nobody_acknowledged() -> None:
    acknowledged = Incident(
        tool="zenduty", id="1", number="1", title="", service="", service_id="",
        status="resolved", created=at(600), acknowledged=at(602), resolved=at(605), monitor_id=1,
    )  # fmt: skip
    counted = row(
        alert(1, 0, 10), alert(1, 60, 71), alert(1, 600, 605), alert(1, 900, None),
        incidents=[acknowledged],
    )  # fmt: skip

    assert (counted.self_resolved_fires, counted.ended) == (1, 3)
    assert counted.self_resolved == pytest.approx(1 / 3)


def test_an_acknowledgement_of_another_group_is_none_of_this_one() -> None:
    of_b = Incident(
        tool="zenduty", id="1", number="1", title="", service="", service_id="",
        status="resolved", created=at(0), acknowledged=at(2), monitor_id=1, group="host:b",
    )  # fmt: skip
    counted = row(alert(1, 0, 5, "host:a"), alert(1, 0, 5, "host:b"), incidents=[of_b])

    assert counted.self_resolved_fires == 1


def test_how_soon_is_soon_can_be_said() -> None:
    assert row(alert(1, 0, 10), within=300).self_resolved == 0


def test_hours_in_alert_count_the_time_in_which_some_group_was_within_the_span() -> None:
    counted = row(
        alert(1, -60, 60, "host:a"), alert(1, 30, 90, "host:b"),
        alert(1, 600, 660, state="warning"), alert(1, 7 * 24 * 60 - 30, None, "host:a"),
    )  # fmt: skip

    assert counted.hours_in_alert == 2


def test_flaps_are_counted_with_the_fires_in_them() -> None:
    fires = [alert(1, minute, minute + 2) for minute in (0, 5, 10, 600)]

    counted = row(*fires)

    assert (counted.flaps, counted.flapping_fires, counted.fires) == (1, 3, 4)


def test_those_that_page_most_come_first_and_what_is_in_no_file_is_left_out() -> None:
    monitors = [monitor("quiet"), monitor("chatty", CHAT), monitor("loud")]

    report = noise_of(
        alert(3, 0, 1), alert(2, 0, 1), alert(2, 60, 61), alert(77, 0, 1), monitors=monitors
    )

    assert [counted.key for counted in report.monitors] == ["loud", "chatty", "quiet"]
    assert [problem.keys for problem in report.problems] == [("loud",)]


def test_a_monitor_that_pages_beside_another_says_so() -> None:
    pairs = [alert(number, 100 * time, None) for time in range(3) for number in (1, 2)]

    first, second = noise_of(*pairs, monitors=[monitor("a"), monitor("b")]).monitors

    assert {first.beside, second.beside} == {None, ("a", 3)} or {first.beside, second.beside} == {
        None,
        ("b", 3),
    }
    assert first.problems == second.problems == 3


def test_without_a_history_nothing_of_it_is_known() -> None:
    report = noise([monitor("m")], {"m": LiveStatus(id=1, last_triggered=at(1))}, None, ())

    (only,) = report.monitors
    assert only.fires is None
    assert only.self_resolved is None
    assert only.last_fired == at(1)


def test_of_a_monitor_that_is_not_live_nothing_is_known() -> None:
    history = AlertHistory(span=WEEK, zone=UTC, episodes=[alert(1, 0, 1)])

    (only,) = noise([monitor("m")], {}, history, ()).monitors

    assert only.live is None
    assert only.fires is None

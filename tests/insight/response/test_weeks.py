"""Days, weeks and hours of the people who are paged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.insight.response import weeks

BERLIN, JAKARTA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Jakarta")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def bounds_of(week: str, zone: ZoneInfo) -> tuple[float, float]:
    monday = weeks.monday_of(week)
    return weeks.midnight(monday, zone), weeks.midnight(monday + timedelta(days=7), zone)


def test_a_week_begins_on_monday_in_the_time_zone_of_the_project() -> None:
    sunday_evening_in_utc = at("2026-09-27T20:00:00+00:00")

    assert weeks.week_of(sunday_evening_in_utc, ZoneInfo("UTC")) == "2026-W39"
    assert weeks.week_of(sunday_evening_in_utc, JAKARTA) == "2026-W40"


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 1, 1), "2026-W01"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_days_around_new_year_belong_to_the_iso_week_that_has_their_thursday(
    day: date, week: str
) -> None:
    assert weeks.week_name(day) == week


def test_a_week_in_which_the_clocks_change_is_an_hour_longer_or_shorter() -> None:
    bounds = (bounds_of(week, BERLIN) for week in ("2026-W12", "2026-W13", "2026-W43"))

    assert [(end - start) / 3600 for start, end in bounds] == [168, 167, 169]


def test_the_hour_that_happens_twice_belongs_to_the_same_night_both_times() -> None:
    first, second = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")

    assert second - first == 3600
    assert {weeks.hour_kind(moment, BERLIN) for moment in (first, second)} == {"night"}
    assert {weeks.day_of(moment, BERLIN) for moment in (first, second)} == {date(2026, 10, 25)}


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("2026-10-02T08:00:00+02:00", "business"),
        ("2026-10-02T17:59:59+02:00", "business"),
        ("2026-10-02T18:00:00+02:00", "off"),
        ("2026-10-02T21:59:59+02:00", "off"),
        ("2026-10-02T22:00:00+02:00", "night"),
        ("2026-10-02T07:59:59+02:00", "night"),
        ("2026-10-03T12:00:00+02:00", "off"),
        ("2026-10-04T23:00:00+02:00", "night"),
    ],
)
def test_hours_are_of_the_office_off_or_of_the_night(moment: str, kind: str) -> None:
    assert weeks.hour_kind(at(moment), BERLIN) == kind


def test_the_last_whole_week_is_over() -> None:
    assert weeks.last_whole_week(at("2026-10-05T00:00:00+07:00"), JAKARTA) == "2026-W40"
    assert weeks.last_whole_week(at("2026-10-04T23:59:59+07:00"), JAKARTA) == "2026-W39"


def test_the_weeks_before_a_week_are_in_order_over_a_new_year() -> None:
    assert weeks.weeks_up_to("2027-W01", 3) == ("2026-W52", "2026-W53", "2027-W01")


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Jakarta", "America/St_Johns"]),
)
def test_every_moment_lies_in_the_bounds_of_its_week_alone(moment: datetime, name: str) -> None:
    zone, now = ZoneInfo(name), moment.replace(tzinfo=UTC).timestamp()
    start, end = bounds_of(weeks.week_of(now, zone), zone)

    assert start <= now < end
    assert weeks.week_of(start - 1, zone) == weeks.week_before(weeks.week_of(now, zone))

"""Layers, restrictions and overrides of a schedule become shifts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor_sync.oncall import coverage
from monitor_sync.oncall.path import LookAhead
from monitor_sync.oncall.zenduty.schedule import Turns, turns
from tests.oncall.zenduty.estate import BUDI, NOW, layer, stamp

WINDOW = LookAhead(now=NOW)


def read(*layers: dict[str, Any], **fields: Any) -> Turns:
    return turns({"time_zone": "UTC", "layers": list(layers), **fields}, {}, WINDOW)


def gaps(read: Turns) -> list[tuple[str, str]]:
    return [
        (f"{gap.start:%a %H:%M}", f"{gap.end:%a %H:%M}")
        for gap in coverage.gaps(read.shifts, WINDOW)
    ]


def test_users_follow_one_another_by_position() -> None:
    shifts = read(layer(shift_length=86400)).shifts
    assert [shift.person.id[0] for shift in shifts] == ["d", "b"] * 7 + ["d"]


def test_two_daily_restrictions_that_meet_leave_no_gap_in_another_time_zone() -> None:
    day = {"start_time_of_day": "08:00:00", "duration": 43200, "start_day_of_week": 0}
    night = {"start_time_of_day": "20:00:00", "duration": "43200", "start_day_of_week": "0"}
    both = read(
        layer(restriction_type=1, restrictions=[day]),
        layer(restriction_type="1", restrictions=[night]),
        time_zone="Asia/Jakarta",
    )
    assert gaps(both) == []
    days = gaps(read(layer(restriction_type=1, restrictions=[day]), time_zone="Asia/Jakarta"))
    assert days[0] == ("Mon 13:00", "Tue 01:00")
    assert len(days) == 14


def test_a_weekly_restriction_counts_days_from_sunday() -> None:
    monday = {"start_time_of_day": "00:00:00", "duration": 86400, "start_day_of_week": 2}
    assert gaps(read(layer(restriction_type=2, restrictions=[monday]))) == [
        ("Tue 00:00", "Mon 00:00"),
        ("Tue 00:00", "Mon 00:00"),
    ]


def test_an_override_fills_a_gap_and_ends_the_turn_of_whom_it_replaces() -> None:
    start, end = NOW + timedelta(days=1), NOW + timedelta(days=2)
    override = {"user": BUDI["username"], "start_time": stamp(start), "end_time": stamp(end)}
    shifts = read(layer(users=layer()["users"][:1]), overrides=[override]).shifts
    assert [(s.person.id[0], s.start, s.end) for s in sorted(shifts, key=lambda s: s.start)] == [
        ("d", NOW, start),
        ("b", start, end),
        ("d", end, WINDOW.end),
    ]
    ended = read(layer(rotation_end_time=stamp(start)), overrides=[override])
    assert coverage.gaps(ended.shifts, WINDOW)[0].start == end


@pytest.mark.parametrize(
    "changed",
    [
        {"shift_length": 0},
        {"shift_length": 1},
        {"shift_length": "1e14"},
        {"shift_length": "nothing"},
        {"rotation_start_time": "0001-01-01T00:00:00+14:00"},
        {"rotation_start_time": "yesterday"},
        {"restriction_type": 1, "restrictions": [{"duration": 10**14, "start_day_of_week": 0}]},
    ],
)
def test_absurd_values_neither_fail_nor_take_long(changed: dict[str, Any]) -> None:
    assert gaps(read(layer(**changed))) == []


@pytest.mark.parametrize("absent", [{"users": []}, {"is_active": "false"}, {"users": None}])
def test_a_layer_without_anybody_covers_nothing(absent: dict[str, Any]) -> None:
    assert read(layer(**absent)).shifts == ()


def test_what_the_description_leaves_open_is_a_doubt() -> None:
    saturday = {"start_time_of_day": "00:00:00", "duration": 14400, "start_day_of_week": 7}
    assert (
        "daily and to single days" in read(layer(restriction_type=1, restrictions=[saturday])).doubt
    )
    assert "time zone" in read(layer(), time_zone="Mars/Olympus").doubt

"""A shift lasts twelve hours, and two problems are what somebody can deal with in it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.response.shifts import shift_of, team_shifts
from tests.insight.response.history import at

WEEK = TimeSpan(at(0), at(7 * 24 * 60))


def test_the_third_problem_of_a_shift_is_one_too_many() -> None:
    starts = {"motor": [at(9 * 60), at(10 * 60), at(19 * 60 + 59)], "claims": [at(9 * 60)]}

    worst, other = team_shifts(starts, {"motor": 7}, WEEK, UTC)

    assert (worst.team, worst.shifts, worst.problems, worst.pages) == ("motor", 14, 3, 7)
    assert (worst.over, worst.worst) == (1, 3)
    assert (other.team, other.over, other.worst) == ("claims", 0, 1)


def test_a_shift_ends_at_eight_and_the_night_is_one_shift() -> None:
    starts = {"motor": [at(19 * 60 + 59), at(20 * 60), at(31 * 60)]}

    (row,) = team_shifts(starts, {}, WEEK, UTC)

    assert (row.over, row.worst) == (0, 2)


def test_shifts_begin_by_the_clock_on_the_wall_of_the_projects_time_zone() -> None:
    jakarta = ZoneInfo("Asia/Jakarta")
    at_seven = datetime(2026, 10, 5, 0, 30, tzinfo=UTC).timestamp()  # 07:30 there

    assert shift_of(at_seven, jakarta) == datetime(2026, 10, 4, 20, tzinfo=jakarta)


def test_the_night_in_which_clocks_go_back_is_one_shift() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()  # 02:30 in summer
    after = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp()  # 02:30 in winter

    assert shift_of(before, berlin) == shift_of(after, berlin)

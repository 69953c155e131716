"""Hours in which a rule holds: do they leave any minute of the week out?"""

from __future__ import annotations

import pytest

from monitor_sync.oncall.datadog.hours import part_of_the_week

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def restriction(start: str, end: str) -> dict[str, str]:
    (start_day, start_time), (end_day, end_time) = start.split(), end.split()
    return {
        "start_day": start_day,
        "start_time": start_time,
        "end_day": end_day,
        "end_time": end_time,
    }


WHOLE_DAYS = [restriction(f"{day} 00:00:00", f"{day} 23:59:59") for day in DAYS]


@pytest.mark.parametrize(
    ("restrictions", "part"),
    [
        ([], False),
        (WHOLE_DAYS, False),
        (WHOLE_DAYS[1:], True),
        ([restriction("wednesday 09:00:00", "wednesday 09:00:00")], False),
        ([restriction("friday 18:00:00", "monday 09:00:00")], True),
        (
            [
                restriction("friday 18:00:00", "monday 09:00:00"),
                restriction("monday 09:00:00", "friday 18:00:00"),
            ],
            False,
        ),
        ([restriction("monday 09:00:00", "monday 17:00:00")], True),
    ],
)
def test_hours_that_cover_the_week_leave_nothing_out(
    restrictions: list[dict[str, str]], part: bool
) -> None:
    held = {"time_restriction": {"time_zone": "Asia/Jakarta", "restrictions": restrictions}}
    assert part_of_the_week(held, "time_restriction") is part

"""When things happen: busy office hours, quiet nights and weekends, in the company's zone."""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from monitor_sync.emulator.history.records import DAY, HOUR, WEEK

ZONE = ZoneInfo("Asia/Jakarta")
"""The zone of the rhythm, which is that of the schedules here too; it has no summer time."""

_ZONES_WITH_SUMMER_TIME = ("Europe/Berlin", "America/New_York", "Australia/Sydney")
_MONDAY = 4 * DAY - 7 * HOUR  # the first Monday of UNIX time, 1970-01-05 00:00 in Jakarta
_WEEKDAYS = (1.25, 1.1, 1.1, 1.2, 1.0, 0.5, 0.45)  # much is deployed on Mondays and Thursdays


def _hour_weight(hour: int) -> float:
    if 9 <= hour < 19:
        return 2.0 if hour in (10, 14) else 1.5
    return 0.9 if 7 <= hour < 23 else 0.4


_CUMULATED = tuple(accumulate(day * _hour_weight(hour) for day in _WEEKDAYS for hour in range(24)))


def moments(rng: Random, start: int, end: int, count: int) -> list[int]:
    """Return about `count` UNIX seconds in a span, ascending, in the rhythm of a week."""
    monday = start - (start - _MONDAY) % WEEK
    weeks = (end - monday + WEEK - 1) // WEEK
    drawn = (
        monday
        + rng.randrange(weeks) * WEEK
        + bisect(_CUMULATED, rng.random() * _CUMULATED[-1]) * HOUR
        + rng.randrange(HOUR)
        for _ in range(count)
    )
    return sorted(moment for moment in drawn if start <= moment < end)


def is_night(moment: float) -> bool:
    """Return True between 22:00 and 7:00."""
    return not 7 <= datetime.fromtimestamp(moment, ZONE).hour < 22


def office_hours(day: float) -> int:
    """Return 14:05 of the last working day before an instant, in UNIX seconds."""
    local = datetime.fromtimestamp(day, ZONE).replace(hour=14, minute=5, second=0, microsecond=0)
    local -= timedelta(days=1)
    while local.weekday() >= 5:
        local -= timedelta(days=1)
    return int(local.timestamp())


def clock_changes(start: int, end: int) -> list[int]:
    """Return the instants in a span at which clocks of some zone are set forward or back."""
    changes = []
    for name in _ZONES_WITH_SUMMER_TIME:
        zone = ZoneInfo(name)
        before = datetime.fromtimestamp(start, UTC).astimezone(zone).utcoffset()
        for moment in range(start - start % HOUR + HOUR, end, HOUR):
            offset = datetime.fromtimestamp(moment, zone).utcoffset()
            if offset != before:
                changes.append(moment)
                before = offset
    return changes

"""
Days, ISO weeks, nights and office hours, in the time zone of a project.

A day lasts 23 or 25 hours where the clocks change, so spans are counted between two midnights on
the wall, never as so many seconds.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Seconds

HourKind = Literal["business", "off", "night"]
"""
What an hour is to the person who is paged, as PagerDuty's responder insights split them.

``business``: 8 to 18 h, Monday to Friday. ``night``: 22 to 8 h, on every day. ``off``: the rest.
"""

_MORNING: Final = 8
_EVENING: Final = 18
_NIGHT: Final = 22
_WEEK: Final = timedelta(days=7)


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name in the tz database. Raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def local(at: Seconds, zone: ZoneInfo) -> datetime:
    """Return a moment as the clock on the wall shows it."""
    return datetime.fromtimestamp(at, zone)


def midnight(day: date, zone: ZoneInfo) -> Seconds:
    """Return when a day begins, in UNIX seconds."""
    return datetime.combine(day, time(), zone).timestamp()


def day_of(at: Seconds, zone: ZoneInfo) -> date:
    """Return the day in which a moment lies."""
    return local(at, zone).date()


def week_name(day: date) -> str:
    """Return the ISO week of a day, such as ``2026-W40``."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def week_of(at: Seconds, zone: ZoneInfo) -> str:
    """Return the ISO week of a moment."""
    return week_name(day_of(at, zone))


def monday_of(week: str) -> date:
    """Return the first day of a week such as ``2026-W40``. Raises ValueError for another text."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def weeks_up_to(week: str, number: int) -> tuple[str, ...]:
    """Return so many weeks in order, of which ``week`` is the last."""
    monday = monday_of(week)
    return tuple(week_name(monday - back * _WEEK) for back in reversed(range(number)))


def week_before(week: str) -> str:
    """Return the week before a week."""
    return weeks_up_to(week, 2)[0]


def last_whole_week(now: Seconds, zone: ZoneInfo) -> str:
    """Return the last week that is over."""
    return week_before(week_of(now, zone))


def hour_kind(at: Seconds, zone: ZoneInfo) -> HourKind:
    """Return what the hour of a moment is to the person who is paged."""
    moment = local(at, zone)
    if not _MORNING <= moment.hour < _NIGHT:
        return "night"
    return "business" if moment.isoweekday() <= 5 and moment.hour < _EVENING else "off"

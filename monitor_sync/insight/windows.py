"""Where an evaluation looks, how long its buckets are, and which of them belong to it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from monitor_sync.insight.readings import Readings
from monitor_sync.language.atoms import Window

_DAY: Final = 86_400
_NICE: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
_MOST_POINTS: Final = 300
_MOST_ROLLED_UP: Final = 1_500


def default_interval(seconds: float) -> int:
    """
    Return the seconds of a bucket where the query does not say them (4.3).

    The smallest of Datadog's intervals that gives at most 300 points.
    """
    return _smallest(seconds, _MOST_POINTS)


def interval(seconds: float, readings: Readings) -> int:
    """Return the seconds of a bucket, as the readings have it; of a long window a minute."""
    if not readings.interval:
        return default_interval(seconds)
    return readings.interval if seconds <= _FINE else 60


_FINE: Final = 4 * 3600


def enforced_interval(seconds: float, interval: int) -> int:
    """Return the interval of an explicit rollup: no more than 1,500 points come out (4.6)."""
    if seconds <= _MOST_ROLLED_UP * interval:
        return interval
    return _smallest(seconds, _MOST_ROLLED_UP)


def _smallest(seconds: float, most: int) -> int:
    return next((nice for nice in _NICE if seconds <= most * nice), _NICE[-1])


def first_bucket(start: float, interval: int, *, at_start: bool = True) -> int:
    """
    Return the start of the first bucket of a window (3.2).

    What began before the window is left out; ``at_start`` takes the one that begins with it.
    """
    first = int(-(-start // interval)) * interval
    return first + interval if not at_start and first == start else first


def last_bucket(end: float, interval: int) -> int:
    """Return the start of the newest bucket of a window, unfinished as it is (3.2)."""
    return int(end // interval) * interval


def length(window: Window, readings: Readings) -> int:
    """Return the seconds of a window; of a cumulative one its longest."""
    if window.unit == "mo" and readings.month_days and window.form != "current":
        return window.count * readings.month_days * _DAY
    return window.seconds


def span(
    window: Window, instant: float, options: Mapping[str, Any], readings: Readings
) -> tuple[float, float]:
    """Return the start and the end of the window at an instant, the delay heeded (3.1, 3.4)."""
    delay = options.get("evaluation_delay")
    end = instant - (float(delay) if isinstance(delay, int | float) else 0.0)
    if window.form == "current":
        return _reset(window.unit, end, _evaluation_window(options)), end
    return end - length(window, readings), end


def _evaluation_window(options: Mapping[str, Any]) -> Mapping[str, Any]:
    scheduling = options.get("scheduling_options")
    inner = scheduling.get("evaluation_window") if isinstance(scheduling, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def zone_of(options: Mapping[str, Any]) -> str:
    """Return the time zone of cumulative windows, UTC where none is declared."""
    return str(_evaluation_window(options).get("timezone") or "UTC")


def _reset(unit: str, end: float, written: Mapping[str, Any]) -> float:
    """Return when a cumulative window began: civil time in its zone (3.4)."""
    zone = ZoneInfo(str(written.get("timezone") or "UTC"))
    now = datetime.fromtimestamp(end, zone)
    if unit == "h":
        start = now.replace(minute=int(written.get("hour_starts") or 0), second=0, microsecond=0)
        return (start if start <= now else start - timedelta(hours=1)).timestamp()
    hour, _, minute = str(written.get("day_starts") or "00:00").partition(":")
    start = now.replace(hour=int(hour), minute=int(minute or 0), second=0, microsecond=0)
    if unit == "d":
        return (start if start <= now else start - timedelta(days=1)).timestamp()
    day = int(written.get("month_starts") or 1)
    if _in_month(start, day) > now:
        start = start.replace(day=1) - timedelta(days=1)
    return _in_month(start, day).timestamp()


def _in_month(time: datetime, day: int) -> datetime:
    """Return that day of the month, its last one where the month is shorter."""
    return time.replace(day=min(day, monthrange(time.year, time.month)[1]))


_FULL: Final = {"m": 60, "h": 600, "d": 3600, "w": 3600, "mo": 14_400}
"""Seconds of the buckets that must have points, by the unit of the window (6.1)."""

MOST_EMPTY: Final = 3
"""How many of those may be empty (6.1)."""


def full_buckets(window: Window) -> int:
    """Return the seconds of the buckets by which a window is full or not."""
    return _FULL.get(window.unit, 60)

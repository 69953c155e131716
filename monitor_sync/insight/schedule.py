"""When a monitor is evaluated: its frequency, or a schedule of its own (2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from monitor_sync.insight.values import EvaluationSettings, Unsupported
from monitor_sync.language import query as queries

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MINUTE: Final = 60


def due(settings: EvaluationSettings, first: float, last: float, phase: float = 0.0) -> list[float]:
    """
    Return the instants of evaluations from ``first`` to ``last``.

    A monitor is evaluated at the same second of each minute, its ``phase`` (2.2). Raises
    Unsupported for a schedule that cannot be followed.
    """
    recurrences = custom_schedule(settings.options)
    if recurrences:
        instants = {t for recurrence in recurrences for t in _occurrences(recurrence, first, last)}
        return sorted(instants)
    every = _every(settings)
    start = -(-(first - phase) // every) * every + phase
    count = int((last - start) // every) + 1 if last >= start else 0
    return [start + index * every for index in range(count)]


def _every(settings: EvaluationSettings) -> int:
    window = queries.window(settings.query)
    other = settings.readings.current_every
    if other and window is not None and window.form == "current":
        return other
    return queries.evaluated_every(settings.query) or _MINUTE


def custom_schedule(options: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the recurrences of a monitor's custom schedule, empty where it has none."""
    scheduling = options.get("scheduling_options")
    schedule = scheduling.get("custom_schedule") if isinstance(scheduling, Mapping) else None
    recurrences = schedule.get("recurrences") if isinstance(schedule, Mapping) else None
    return tuple(recurrence for recurrence in recurrences or () if isinstance(recurrence, Mapping))


_KNOWN: Final = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "WKST")
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY")


def _occurrences(written: Mapping[str, Any], first: float, last: float) -> Iterator[float]:
    """Yield the instants of one recurrence: one evaluation each, daily or slower (2.4)."""
    try:
        yield from _followed(written, first, last)
    except (ArithmeticError, KeyError, OSError, TypeError, ValueError):
        raise Unsupported("this recurrence") from None


def _followed(written: Mapping[str, Any], first: float, last: float) -> Iterator[float]:
    rule = dict(
        part.split("=", 1)
        for part in str(written.get("rrule", "")).upper().removeprefix("RRULE:").split(";")
        if "=" in part
    )
    if rule.get("FREQ") not in _FREQUENCIES or any(name not in _KNOWN for name in rule):
        raise Unsupported("this recurrence")
    zone = ZoneInfo(str(written.get("timezone") or "UTC"))
    given = written.get("start")
    start = (
        datetime.fromisoformat(str(given)).replace(tzinfo=None)
        if given
        else datetime.fromtimestamp(first, UTC).replace(tzinfo=None, hour=0, minute=0, second=0)
    )
    hour, minute = int(rule.get("BYHOUR", start.hour)), int(rule.get("BYMINUTE", start.minute))
    day = max(start.date(), datetime.fromtimestamp(first, zone).date() - timedelta(days=1))
    while True:
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        instant = local.timestamp()
        if instant > last:
            return
        if instant >= first and _falls_on(day, start.date(), rule):
            yield instant
        day += timedelta(days=1)


def _falls_on(day: date, start: date, rule: Mapping[str, str]) -> bool:
    interval = int(rule.get("INTERVAL", "1"))
    weekdays = rule["BYDAY"].split(",") if "BYDAY" in rule else []
    month_days = (
        [int(number) for number in rule["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in rule else []
    )
    if weekdays and any(name not in _DAYS for name in weekdays):
        raise Unsupported("this recurrence")
    if (weekdays and _DAYS[day.weekday()] not in weekdays) or (
        month_days and day.day not in month_days
    ):
        return False
    if rule["FREQ"] == "DAILY":
        return (day - start).days % interval == 0
    if rule["FREQ"] == "WEEKLY":
        weeks = (
            day - timedelta(days=day.weekday()) - (start - timedelta(days=start.weekday()))
        ).days
        return weeks // 7 % interval == 0 and bool(weekdays or day.weekday() == start.weekday())
    months = (day.year - start.year) * 12 + day.month - start.month
    return months % interval == 0 and bool(weekdays or month_days or day.day == start.day)

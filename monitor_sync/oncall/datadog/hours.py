"""Hours of the week in which a rule holds, or in which a policy is carried out. Pure."""

from __future__ import annotations

from typing import Any, Final

from monitor_sync.http.reading import Fields, objects, part, text

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY


def part_of_the_week(fields: Fields, name: str) -> bool:
    """
    Return True if hours are set under a name, and they leave some minute of the week out.

    Datadog has them as ``restrictions``, each from a day and a time to a day and a time.
    """
    restrictions = objects(part(fields, name).get("restrictions"))
    return bool(restrictions) and not _covers_the_week([_minutes(r) for r in restrictions])


def _minutes(restriction: Fields) -> tuple[int, int]:
    """Return the minutes of the week at which a restriction begins and ends."""
    start = _minute(restriction.get("start_day"), restriction.get("start_time"))
    end = _minute(restriction.get("end_day"), restriction.get("end_time"))
    return start, end if end > start else end + _WEEK


def _minute(day: Any, time: Any) -> int:
    name = text(day).casefold()
    numbers = [int(number) for number in text(time).split(":")[:2] if number.isdigit()]
    hour, minute = (*numbers, 0, 0)[:2]
    whole_minute = hour * 60 + minute + (minute == 59)  # 23:59:59 is how midnight is written
    return (_DAYS.index(name) * _DAY if name in _DAYS else 0) + whole_minute


def _covers_the_week(spans: list[tuple[int, int]]) -> bool:
    covered_to = 0
    wrapped = [(start - _WEEK, end - _WEEK) for start, end in spans if end > _WEEK]
    for start, end in sorted([*spans, *wrapped]):
        if start > covered_to:
            return False
        covered_to = max(covered_to, end)
    return covered_to >= _WEEK

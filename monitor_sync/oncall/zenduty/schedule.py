"""
Who is on call by the layers of a Zenduty schedule. Pure.

The OpenAPI 1.1.0 says what the fields are: ``restriction_type`` 0 none, 1 daily, 2 weekly;
``start_day_of_week`` 0 daily, 1 to 7 Sunday to Saturday; seconds for lengths. That users follow one
another by position, from ``rotation_start_time`` on, each for ``shift_length``, is our inference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.http.reading import (
    Fields,
    flag,
    moment,
    number,
    objects,
    span,
    text,
    user_name,
    whole,
)
from monitor_sync.oncall.path import LookAhead, Responder, Shift
from monitor_sync.oncall.privacy import NAMELESS

_MOST_TURNS: Final = 5000
"""So many turns of one layer within the window are followed: one each four minutes."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The shifts of one schedule, and why they may be wrong; ``doubt`` is empty where not."""

    shifts: tuple[Shift, ...]
    doubt: str = ""


def turns(schedule: Fields, people: Mapping[str, Responder], window: LookAhead) -> Turns:
    """Return who is on call by a schedule within the window. ``people`` are by user name."""
    zone, doubt = _zone(text(schedule.get("time_zone")))
    overrides = tuple(_overrides(schedule, people))
    shifts = list(overrides)
    for layer in objects(schedule.get("layers")):
        if not flag(layer.get("is_active"), default=True):
            continue
        doubt = doubt or _doubt(layer)
        open_times = list(_open(layer, zone, window))
        for turn in _rotation(layer, people, window):
            for shift in _within(turn, open_times):
                shifts += _without(shift, overrides)
    return Turns(shifts=tuple(shift for shift in shifts if shift.end > window.now), doubt=doubt)


def _overrides(schedule: Fields, people: Mapping[str, Responder]) -> Iterator[Shift]:
    for override in objects(schedule.get("overrides")):
        start, end = moment(override.get("start_time")), moment(override.get("end_time"))
        user = user_name(override.get("user"))
        if user and start and end and start < end:
            yield Shift(person=_person(user, people), start=start, end=end)


def _without(shift: Shift, overrides: Iterable[Shift]) -> list[Shift]:
    """Return what is left of a shift where somebody else takes over for a while."""
    pieces = [shift]
    for override in overrides:
        pieces = [
            replace(piece, start=start, end=end)
            for piece in pieces
            for start, end in (
                (piece.start, min(piece.end, override.start)),
                (max(piece.start, override.end), piece.end),
            )
            if start < end
        ]
    return pieces


def _person(user: str, people: Mapping[str, Responder]) -> Responder:
    return people.get(user) or Responder(id=user, name=NAMELESS)


def _zone(name: str) -> tuple[tzinfo, str]:
    """Return the time zone, and a doubt where nobody here knows it."""
    if not name:
        return UTC, ""
    try:
        return ZoneInfo(name), ""
    except (OSError, ValueError, KeyError):
        return UTC, "its time zone is unknown here"


def _doubt(layer: Fields) -> str:
    """Return why a layer may be read wrongly: the description and the example of it disagree."""
    days = [whole(r.get("start_day_of_week")) for r in objects(layer.get("restrictions"))]
    daily = whole(layer.get("restriction_type")) == 1
    if daily and any(days):
        return "a layer is restricted daily and to single days at once: Zenduty does not say which"
    if whole(layer.get("restriction_type")) == 2 and 0 in days:
        return "a layer is restricted weekly without a day: Zenduty does not say what that means"
    return ""


def _rotation(layer: Fields, people: Mapping[str, Responder], window: LookAhead) -> Iterator[Shift]:
    """Yield the turns of a layer within the window, restrictions aside."""
    entries = sorted(
        objects(layer.get("users")), key=lambda user: number(user.get("position")) or 0
    )
    users = [name for user in entries if (name := user_name(user.get("user")))]
    if not users:
        return
    start = moment(layer.get("rotation_start_time")) or window.now
    end = min(moment(layer.get("rotation_end_time")) or window.end, window.end)
    length = span(layer.get("shift_length")) or timedelta()
    if len(users) == 1 or not length or (window.end - window.now) / length > _MOST_TURNS:
        for user in users:  # turns too short to tell apart: all of them, all the time
            yield Shift(person=_person(user, people), start=max(start, window.now), end=end)
        return
    index = max(0, int((window.now - start) / length))
    at = start + index * length
    while at < end:
        person = _person(users[index % len(users)], people)
        yield Shift(person=person, start=at, end=min(at + length, end))
        at, index = at + length, index + 1


def _open(layer: Fields, zone: tzinfo, window: LookAhead) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a layer is open by its restrictions; all the time where it has none."""
    restrictions = objects(layer.get("restrictions"))
    if whole(layer.get("restriction_type")) == 0 or not restrictions:
        yield window.now, window.end
        return
    for restriction in restrictions:
        length = span(restriction.get("duration")) or timedelta()
        weekday = whole(restriction.get("start_day_of_week")) or 0
        starts_at = _time_of_day(text(restriction.get("start_time_of_day")))
        day = (window.now.astimezone(zone) - length - _DAY).date()
        while day <= (window.end + _DAY).astimezone(zone).date():
            if weekday in (0, day.isoweekday() % 7 + 1):
                start = datetime.combine(day, starts_at, zone).astimezone(UTC)
                yield start, start + length
            day += _DAY


def _time_of_day(written: str) -> time:
    try:
        return time.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return time()


def _within(turn: Shift, open_times: list[tuple[datetime, datetime]]) -> Iterator[Shift]:
    for opened, closed in open_times:
        start, end = max(turn.start, opened), min(turn.end, closed)
        if start < end:
            yield Shift(person=turn.person, start=start, end=end)

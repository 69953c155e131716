"""Who is on call by a schedule of Datadog's, turn after turn as Datadog itself tells them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from monitor_sync.oncall.datadog.lists import DatadogLists
from monitor_sync.oncall.path import LookAhead, Shift
from monitor_sync.oncall.reader import NotRead

_MOST_TURNS: Final = 100
"""The most turns of a schedule that are read: 8-hour turns are 42 in 14 days, plus overrides."""

_AFTER: Final = timedelta(seconds=1)
"""Datadog cuts off fractions of a second: a second after a turn's end the next has surely begun."""


_PROBED: Final = timedelta(hours=6)


def turns(lists: DatadogLists, schedule: str, window: LookAhead) -> tuple[Shift, ...] | NotRead:
    """
    Return who is on call within the window, overrides included, one read a turn.

    Where nobody is on call, Datadog is asked when the next turn begins; if it does not say, for who
    is on call some hours later. A 404 means that nobody is on call where Datadog knows the schedule
    otherwise.
    """
    shifts: list[Shift] = []
    at = window.now
    while at < window.end:
        shift = lists.shift(schedule, at)
        if isinstance(shift, NotRead) and not shift.absent:
            return shift
        if isinstance(shift, Shift):
            shifts.append(shift)
            at = max(shift.end, at) + _AFTER
        else:
            following = lists.next_turn(schedule, at)
            if isinstance(following, NotRead):
                if shift is not None:
                    return shift
                following = at + _PROBED
            at = following or window.end
        if len(shifts) > _MOST_TURNS:
            return NotRead(f"its turns are too short: {_MOST_TURNS} of them were read")
    return tuple(shifts)


def people_now(shifts: Iterable[Shift], window: LookAhead) -> tuple[Shift, ...]:
    """Return the turns that are on now."""
    return tuple(shift for shift in shifts if shift.start <= window.now < shift.end)

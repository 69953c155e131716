"""Who is on call when: gaps between shifts, and where somebody's turn ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from monitor_sync.counting import count
from monitor_sync.oncall.path import EscalationLevel, Gap, LookAhead, OnCall, PathStep, Shift

_SHORTEST: Final = timedelta(minutes=1)
"""Shorter gaps are how some people write a hand-over: until 08:59:59, from 09:00:00."""


def gaps(shifts: Iterable[Shift], window: LookAhead) -> tuple[Gap, ...]:
    """Return when nobody is on call within the window, in order."""
    empty = []
    covered_to = window.now
    for shift in sorted(shifts, key=lambda shift: shift.start):
        if shift.start >= window.end:
            break
        if shift.start - covered_to >= _SHORTEST:
            empty.append(Gap(start=covered_to, end=shift.start))
        covered_to = max(covered_to, shift.end)
    if window.end - covered_to >= _SHORTEST:
        empty.append(Gap(start=covered_to, end=window.end))
    return tuple(empty)


def on_call(
    levels: Sequence[EscalationLevel], shifts: Sequence[Shift] | None, window: LookAhead
) -> tuple[OnCall, ...]:
    """Return who is called first now: the people of the first level that has any."""
    first = next((level for level in levels if level.people), None)
    if first is None:
        return ()
    turns = shifts if shifts is not None and first is levels[0] else ()
    return tuple(
        OnCall(name=person.name, until=_until(person.id, turns, window)) for person in first.people
    )


def ahead(shifts: Iterable[Shift], window: LookAhead) -> tuple[Shift, ...]:
    """Return the shifts that begin within the window, in order."""
    begin = (shift for shift in shifts if window.now < shift.start < window.end)
    return tuple(sorted(begin, key=lambda shift: shift.start))


def _until(person_id: str, shifts: Sequence[Shift], window: LookAhead) -> datetime | None:
    """
    Return when the turn of the person on call now ends; None if it ends after the window.

    Also None if somebody else has a shift at that time: only the tool knows which layer counts.
    """
    at = window.now
    for shift in sorted(shifts, key=lambda shift: shift.start):
        if shift.person.id == person_id and shift.start <= at < shift.end:
            at = shift.end
    shared = any(
        shift.person.id != person_id and shift.start < at and shift.end > window.now
        for shift in shifts
    )
    return at if window.now < at < window.end and not shared else None


def schedule_step(
    name: str,
    shifts: Sequence[Shift],
    levels: Sequence[EscalationLevel],
    window: LookAhead,
    *,
    doubt: str = "",
) -> PathStep:
    """
    Return the step about a schedule, from its shifts and who the tool says is on call.

    Where there are gaps, the step is broken; it is only not checked if the tool contradicts them,
    or if there is a ``doubt`` about how the shifts were read.
    """
    empty = gaps(shifts, window)
    contradiction = _contradiction(empty, levels[0], window) if levels else ""
    if contradiction or (doubt and empty):
        what = contradiction or doubt
        return PathStep(step="schedule", name=name, status="not_checked", what=what)
    if not empty:
        return PathStep(step="schedule", name=name, status="ok")
    if empty == (Gap(start=window.now, end=window.end),):
        what = "nobody is on call in the next 14 days"
    else:
        more = f", and {count(len(empty) - 1, 'more gap')}" if len(empty) > 1 else ""
        what = f"nobody is on call {period(empty[0])}{more}"
    return PathStep(
        step="schedule",
        name=name,
        status="broken",
        what=what,
        fix="put somebody into the schedule for that time, or add an override",
    )


def _contradiction(empty: Sequence[Gap], first: EscalationLevel, window: LookAhead) -> str:
    """Return why the shifts cannot be right; empty where they agree with the tool."""
    nobody_by_shifts = bool(empty) and empty[0].start <= window.now
    if nobody_by_shifts and first.people:
        return "the tool says that somebody is on call now, but by the shifts read here nobody is"
    if not nobody_by_shifts and not first.people:
        return "the tool says that nobody is on call now, but by the shifts read here somebody is"
    return ""


def period(gap: Gap) -> str:
    """Return when a gap is, for people: ``from Tue 2026-12-01 02:00 to 06:00 UTC``."""
    start, end = f"{gap.start:%a %Y-%m-%d %H:%M}", f"{gap.end:%a %Y-%m-%d %H:%M}"
    same_day = gap.start.date() == gap.end.date()
    return f"from {start} to {f'{gap.end:%H:%M}' if same_day else end} UTC"

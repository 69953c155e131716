"""How many problems a shift on call had, against what a person can deal with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from monitor_sync.incidents import Seconds, TimeSpan

PROBLEMS_OF_A_SHIFT: Final = 2
"""
How many problems somebody on call can deal with in twelve hours.

Google's SRE book, chapter 11: one takes about six hours in all, from the page to the last of what
follows from it. A problem is what has one cause, however many alerts tell of it.
"""

_DAY_BEGINS, _NIGHT_BEGINS = 8, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamShifts:
    """
    The shifts of twelve hours that a team had, and the problems in them.

    ``over`` counts the shifts with more problems than somebody can deal with, ``worst`` is the
    number of problems in the worst of them. ``pages`` are all pages of the problems.
    """

    team: str
    shifts: int
    problems: int
    pages: int
    over: int
    worst: int

    @property
    def per_shift(self) -> float:
        """How many problems a shift had on average."""
        return self.problems / self.shifts if self.shifts else 0.0

    @property
    def pages_per_shift(self) -> float:
        """How often a shift was paged on average."""
        return self.pages / self.shifts if self.shifts else 0.0


def shift_of(at: Seconds, zone: tzinfo) -> datetime:
    """Return when the shift of a moment began: at 08:00 or 20:00 in a time zone."""
    local = datetime.fromtimestamp(at, zone)
    day = local.replace(minute=0, second=0, microsecond=0)
    if local.hour < _DAY_BEGINS:
        return (day - timedelta(days=1)).replace(hour=_NIGHT_BEGINS)
    return day.replace(hour=_DAY_BEGINS if local.hour < _NIGHT_BEGINS else _NIGHT_BEGINS)


def team_shifts(
    starts: Mapping[str, Iterable[Seconds]], pages: Mapping[str, int], span: TimeSpan, zone: tzinfo
) -> tuple[TeamShifts, ...]:
    """
    Return each team's shifts, the worst first.

    ``starts`` has by team when its problems began, ``pages`` how often it was paged.
    """
    shifts = max(1, round((span.end - span.start) / (12 * 3600)))
    rows = []
    for team, moments in starts.items():
        numbers = Counter(shift_of(moment, zone) for moment in moments)
        rows.append(
            TeamShifts(
                team=team,
                shifts=shifts,
                problems=numbers.total(),
                pages=pages.get(team, 0),
                over=sum(number > PROBLEMS_OF_A_SHIFT for number in numbers.values()),
                worst=max(numbers.values(), default=0),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.over, -row.problems, row.team)))

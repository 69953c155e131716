"""
What the register of RCAs (root cause analyses) lacks, and what it did not stop.

An RCA is a page ``<unit>/rca/*.md`` that names an incident, its cause and who does what about it
by when: causes and teams, no people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Rca, RcaAction, Seconds
from monitor_sync.insight.response.recurrence import Fingerprint, problems
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.weeks import day_of, midnight

URGENT: Final = frozenset({1, 2})
"""Priorities of incidents that need an RCA."""

GRACE: Final = timedelta(days=5)
"""How long after its creation such an incident may be without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueAction:
    """An action that an RCA promised for a day that has passed."""

    rca: Rca
    action: RcaAction
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StillRecurring:
    """A problem that came back ``times`` after its RCA was held; ``open_actions`` are not done."""

    rca: Rca
    times: int
    last: Seconds
    open_actions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RcaFindings:
    """
    What the register lacks, and which of its problems came back.

    ``missing`` are P1 and P2 incidents of the report that have none after ``GRACE``, the oldest
    first; ``asked`` counts the incidents that need one by now.
    """

    asked: int = 0
    missing: tuple[Response, ...] = ()
    overdue: tuple[OverdueAction, ...] = ()
    recurring: tuple[StillRecurring, ...] = ()


def findings(
    register: Sequence[Rca],
    occurrences: Sequence[Response],
    known: Sequence[Response],
    now: Seconds,
    zone: ZoneInfo,
) -> RcaFindings:
    """
    Return what the register lacks for ``occurrences``, the incidents of a report.

    ``known`` are these and older ones: an RCA may be about one of them.
    """
    held = {name for rca in register for name in rca.incidents}
    owing = [response for response in occurrences if _needs_one(response, now)]
    return RcaFindings(
        asked=len(owing),
        missing=tuple(response for response in owing if not _has_one(response, held)),
        overdue=tuple(_overdue(register, day_of(now, zone))),
        recurring=tuple(_recurring(register, occurrences, known, zone)),
    )


def _needs_one(response: Response, now: Seconds) -> bool:
    urgent = response.placed.priority in URGENT
    return urgent and response.incident.created + GRACE.total_seconds() <= now


def _has_one(response: Response, held: AbstractSet[str]) -> bool:
    incident = response.incident
    return incident.has_review or bool(held & {incident.number, incident.id})


def _overdue(register: Iterable[Rca], today: date) -> Iterator[OverdueAction]:
    """Yield what is past its day and not done, the longest first."""
    late = [
        OverdueAction(rca=rca, action=action, days=(today - action.due).days)
        for rca in register
        for action in rca.actions
        if not action.done and action.due < today
    ]
    yield from sorted(late, key=lambda overdue: (-overdue.days, overdue.rca.path))


def _recurring(
    register: Sequence[Rca],
    occurrences: Sequence[Response],
    known: Sequence[Response],
    zone: ZoneInfo,
) -> Iterator[StillRecurring]:
    """Yield the RCAs whose problem came back after them, the most frequent first."""
    by_name: dict[str, Response] = {}
    for response in known:
        by_name[response.incident.id] = by_name[response.incident.number] = response
    problem_of = problems((*known, *occurrences)) if register else {}
    back = (_came_back(rca, occurrences, by_name, problem_of, zone) for rca in register)
    yield from sorted(filter(None, back), key=lambda still: (-still.times, still.rca.path))


def _came_back(
    rca: Rca,
    occurrences: Iterable[Response],
    by_name: Mapping[str, Response],
    problem_of: Mapping[str, Fingerprint],
    zone: ZoneInfo,
) -> StillRecurring | None:
    about = [by_name[name] for name in rca.incidents if name in by_name]
    since = _since(rca, about, zone)
    if since is None:
        return None
    same = {problem_of[response.incident.id] for response in about}
    again = [
        response.incident.created
        for response in occurrences
        if response.incident.created >= since
        and not {response.incident.id, response.incident.number} & set(rca.incidents)
        and (
            problem_of[response.incident.id] in same
            or (response.placed.monitor and response.placed.monitor in rca.monitors)
        )
    ]
    if not again:
        return None
    still_open = sum(not action.done for action in rca.actions)
    return StillRecurring(rca=rca, times=len(again), last=max(again), open_actions=still_open)


def _since(rca: Rca, about: Sequence[Response], zone: ZoneInfo) -> Seconds | None:
    """Return when it was held, else when its last known incident was over; None if unknown."""
    if rca.held is not None:
        return midnight(rca.held + timedelta(days=1), zone)
    ends = [response.incident.created + (response.resolved_after or 0) for response in about]
    return max(ends, default=None)

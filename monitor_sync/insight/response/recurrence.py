"""
Which problems come back.

A fingerprint says which incidents are the same problem: the monitor and its group where they are
known, else the tool's service and what it groups alerts by, else service and title without what
changes from one time to the next. A re-occurrence is an incident whose fingerprint had another one
that was resolved within the 30 days before it.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from monitor_sync.incidents import Incident, Seconds, TimeSpan
from monitor_sync.insight.response.placement import PlacedIncident
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.titles import lasting_title

Fingerprint: TypeAlias = tuple[str, ...]

LOOK_BACK: Final = 30 * 86400.0
"""PagerDuty's look-back for past incidents: 30 days before the trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeater:
    """
    A problem that was there more than once, or came back.

    ``title`` is that of its last incident. ``team`` and ``monitor`` are those of the last one too,
    ``monitor`` empty where it is unknown. ``before`` counts occurrences in as many days before.
    """

    fingerprint: Fingerprint
    title: str
    team: str
    unit: str
    monitor: str
    occurrences: int
    reoccurrences: int
    before: int
    last: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """
    How often the same problems came back.

    ``occurrences`` are the incidents that count, ``distinct`` their fingerprints.
    """

    occurrences: int
    distinct: int
    reoccurrences: int
    repeaters: tuple[Repeater, ...] = ()

    @property
    def rate(self) -> float | None:
        """The share of occurrences that are re-occurrences; None without occurrences."""
        return self.reoccurrences / self.occurrences if self.occurrences else None


def fingerprint(placed: PlacedIncident) -> Fingerprint:
    """Return what two incidents of one problem have in common, as far as this one tells."""
    incident = placed.incident
    if placed.monitor:
        return ("ours", placed.monitor, placed.group)
    if incident.monitor_id is not None:
        return ("monitor", str(incident.monitor_id), placed.group)
    service = incident.service_id or incident.service
    if incident.entity:
        return ("entity", incident.tool, service, incident.entity)
    return _by_title(incident)


def _by_title(incident: Incident) -> Fingerprint:
    service = incident.service_id or incident.service
    return ("title", incident.tool, service, lasting_title(incident.title))


def problems(responses: Iterable[Response]) -> dict[str, Fingerprint]:
    """
    Return the fingerprint of each incident by its id.

    Monitor and entity of an incident are known once its alerts were read. An incident
    whose alerts were not read belongs to the one problem that has its title; if several problems
    have that title, it is a problem of its own.
    """
    fingerprints = {response.incident.id: fingerprint(response.placed) for response in responses}
    titles = {response.incident.id: _by_title(response.incident) for response in responses}
    better: dict[Fingerprint, set[Fingerprint]] = {}
    for name, known in fingerprints.items():
        if known != titles[name]:
            better.setdefault(titles[name], set()).add(known)
    return {
        name: next(iter(better[known])) if len(better.get(known, ())) == 1 else known
        for name, known in fingerprints.items()
    }


def recurrence(
    occurrences: Sequence[Response], known: Iterable[Response], before: TimeSpan
) -> Recurrence:
    """
    Return what came back among the incidents of a span; ``before`` is the one to compare it with.

    ``known`` are these and older ones, which must reach back by ``LOOK_BACK``, and to the start of
    ``before``.
    """
    known = (*known, *occurrences)
    problem_of = problems(known)
    by_problem = _by_problem({response.incident.id: response for response in known}, problem_of)
    resolutions = {problem: _resolutions(group) for problem, group in by_problem.items()}
    in_span = _by_problem({response.incident.id: response for response in occurrences}, problem_of)
    back = {
        problem: sum(_came_back(response, resolutions[problem]) for response in group)
        for problem, group in in_span.items()
    }
    repeaters = [
        _repeater(problem, group, back[problem], by_problem[problem], before)
        for problem, group in in_span.items()
        if len(group) > 1 or back[problem]
    ]
    repeaters.sort(key=lambda repeater: (-repeater.occurrences, -repeater.last, repeater.title))
    return Recurrence(
        occurrences=len(occurrences),
        distinct=len(in_span),
        reoccurrences=sum(back.values()),
        repeaters=tuple(repeaters),
    )


def _by_problem(
    responses: Mapping[str, Response], problem_of: Mapping[str, Fingerprint]
) -> dict[Fingerprint, list[Response]]:
    groups: dict[Fingerprint, list[Response]] = {}
    for name, response in responses.items():
        groups.setdefault(problem_of[name], []).append(response)
    return groups


def _resolutions(group: Iterable[Response]) -> list[Seconds]:
    """Return when incidents were resolved, in order."""
    return sorted(
        response.incident.created + response.resolved_after
        for response in group
        if response.resolved_after is not None
    )


def _came_back(response: Response, resolutions: Sequence[Seconds]) -> bool:
    """Return whether another incident of its problem was resolved shortly before its creation."""
    created = response.incident.created
    own = response.resolved_after == 0  # resolved as it was created: it is no other incident
    after = bisect.bisect_right(resolutions, created)
    before = bisect.bisect_left(resolutions, created - LOOK_BACK)
    return after - before > own


def _repeater(
    problem: Fingerprint,
    group: Sequence[Response],
    back: int,
    known: Iterable[Response],
    before: TimeSpan,
) -> Repeater:
    last = max(group, key=lambda response: response.incident.created)
    earlier = sum(before.start <= response.incident.created < before.end for response in known)
    return Repeater(
        fingerprint=problem,
        title=last.incident.title,
        team=last.placed.team,
        unit=last.placed.unit,
        monitor=last.placed.monitor,
        occurrences=len(group),
        reoccurrences=back,
        before=earlier,
        last=last.incident.created,
    )

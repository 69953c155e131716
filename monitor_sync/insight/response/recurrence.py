"""
Which problems come back.

A fingerprint says which incidents are the same problem: Datadog's monitor and group where they are
known, else the tool's service and what it groups alerts by, else service and title without what
changes from one time to the next. A re-occurrence is an incident whose fingerprint had another one
that was resolved within the 30 days before it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from monitor_sync.incidents import Incident, Seconds
from monitor_sync.insight.response.times import Response

Fingerprint: TypeAlias = tuple[str, ...]

LOOK_BACK: Final = 30 * 86400.0
"""PagerDuty's look-back for past incidents: 30 days before the trigger."""

_CHANGING: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b"  # addresses
    r"|\b[a-z0-9-]*\d[a-z0-9-]*(?:\.[a-z0-9-]+)+\b"  # hosts with a number in them
    r"|\b(?=[a-z-]*\d)[a-z0-9-]{12,}\b"  # pods and hashes
    r"|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeater:
    """
    A problem that was there more than once, or came back.

    ``title`` is that of its last incident. ``team`` and ``monitor`` are those of the last one too,
    ``monitor`` empty where it is unknown. ``before`` counts occurrences in as long a time before.
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
        """The share of occurrences that are re-occurrences, None of none."""
        return self.reoccurrences / self.occurrences if self.occurrences else None


def fingerprint(incident: Incident) -> Fingerprint:
    """Return what two incidents of one problem have in common."""
    if incident.monitor_id is not None:
        return ("monitor", str(incident.monitor_id), incident.group)
    service = incident.service_id or incident.service
    if incident.entity:
        return ("entity", incident.tool, service, incident.entity)
    return ("title", incident.tool, service, lasting_title(incident.title))


def lasting_title(title: str) -> str:
    """Return a title without what changes: numbers, ids, addresses, hosts, as ``<*>``."""
    return " ".join(_CHANGING.sub("<*>", title.casefold()).split())


def recurrence(
    occurrences: Sequence[Response], known: Iterable[Response], start: Seconds, end: Seconds
) -> Recurrence:
    """
    Return what came back among the incidents of a span from ``start`` to ``end``.

    ``known`` are these and older ones, which must reach back by ``LOOK_BACK``, and by the length of
    the span for what was before.
    """
    by_problem = _by_problem(known)
    resolutions = {problem: _resolutions(group) for problem, group in by_problem.items()}
    in_span = _by_problem(occurrences)
    back = {
        problem: sum(_came_back(response, resolutions.get(problem, ())) for response in group)
        for problem, group in in_span.items()
    }
    repeaters = [
        _repeater(problem, group, back[problem], by_problem.get(problem, group), start, end)
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


def _by_problem(responses: Iterable[Response]) -> Mapping[Fingerprint, list[Response]]:
    groups: dict[Fingerprint, list[Response]] = {}
    for response in responses:
        groups.setdefault(fingerprint(response.incident), []).append(response)
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
    start: Seconds,
    end: Seconds,
) -> Repeater:
    last = max(group, key=lambda response: response.incident.created)
    earlier = sum(start - (end - start) <= response.incident.created < start for response in known)
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

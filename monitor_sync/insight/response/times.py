"""
How soon each incident was acknowledged and resolved, and which incidents count.

Time to acknowledge is the first acknowledgement minus the creation, time to resolve the last
resolution minus the creation. What was never acknowledged has no time to acknowledge (as
PagerDuty counts; Opsgenie takes the close for it), so it is counted beside the mean, and within
target only as something that is late. An open incident has an age and no time to resolve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Incident, Measure, ResponseTarget, Seconds, target_for
from monitor_sync.insight.response.placement import PlacedIncident
from monitor_sync.insight.response.weeks import day_of, week_of
from monitor_sync.model import Team

LeftOut = Literal["merged", "suppressed", "maintenance", "bad_times"]
"""
Why an incident does not count: it is a child of another one, nobody was notified, its service was
in maintenance, or its times contradict each other. The first that fits is the reason.
"""

LEFT_OUT: Final[tuple[LeftOut, ...]] = get_args(LeftOut)

_AHEAD: Final = 300.0
"""Seconds that the tool's clock may be ahead of ours before a time counts as being to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """
    How one incident that counts was responded to. Seconds; None where it has not happened.

    ``week`` is that of its creation. ``age`` is that of an open one. ``acknowledged_in_time`` and
    ``resolved_in_time`` are None where there is no target, or where it is too early to tell. The
    targets are those that it is judged by.
    """

    placed: PlacedIncident
    week: str
    acknowledged_after: Seconds | None
    resolved_after: Seconds | None
    age: Seconds | None
    acknowledged_in_time: bool | None
    resolved_in_time: bool | None
    acknowledge_target: int | None = None
    resolve_target: int | None = None

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.placed.incident

    @property
    def is_open(self) -> bool:
        """True if it is not resolved."""
        return self.age is not None

    @property
    def is_late(self) -> bool:
        """True if it was acknowledged or resolved after its target, or is past one without that."""
        return self.acknowledged_in_time is False or self.resolved_in_time is False

    @property
    def by_itself(self) -> bool | None:
        """Whether a recovery resolved it and no person; None while open, or where nobody tells."""
        return None if self.is_open else self.incident.self_resolved

    @property
    def acknowledged_at_resolution(self) -> bool:
        """True if it was acknowledged at the very moment at which it was resolved."""
        return self.resolved_after is not None and self.acknowledged_after == self.resolved_after

    def took(self, measure: Measure) -> Seconds | None:
        """Return how soon it was acknowledged, or resolved."""
        return self.acknowledged_after if measure == "acknowledge" else self.resolved_after

    def target(self, measure: Measure) -> int | None:
        """Return how soon it was to be acknowledged, or resolved."""
        return self.acknowledge_target if measure == "acknowledge" else self.resolve_target

    @property
    def waits(self) -> bool:
        """True if it is open and nobody has acknowledged it."""
        return self.is_open and self.acknowledged_after is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """The incidents that count, in order of creation, and how many others there are by reason."""

    counted: tuple[Response, ...]
    left_out: Mapping[LeftOut, int]


def responses(
    incidents: Iterable[PlacedIncident], teams: Mapping[str, Team], zone: ZoneInfo, now: Seconds
) -> Responses:
    """
    Return how incidents were responded to, as known at ``now``.

    Each is judged by the target that its team had on the day of its creation; one of several teams
    by the strictest of theirs, so that in time is in time for all. One of no team has no target.
    """
    counted: list[Response] = []
    left_out: Counter[LeftOut] = Counter(dict.fromkeys(LEFT_OUT, 0))
    for placed in incidents:
        reason = why_left_out(placed.incident, now)
        if reason is None:
            promised = [teams[name].targets for name in placed.claimants if name in teams]
            counted.append(_response(placed, promised, zone, now))
        else:
            left_out[reason] += 1
    counted.sort(key=lambda response: (response.incident.created, response.incident.id))
    return Responses(counted=tuple(counted), left_out=dict(left_out))


def why_left_out(incident: Incident, now: Seconds) -> LeftOut | None:
    """Return why an incident does not count, None where it does."""
    if incident.merged:
        return "merged"
    if incident.suppressed:
        return "suppressed"
    if incident.maintenance:
        return "maintenance"
    return "bad_times" if _contradicts_itself(incident, now) else None


def _contradicts_itself(incident: Incident, now: Seconds) -> bool:
    """Return whether a time is missing that the status needs, or lies before its cause."""
    acknowledged, resolved = incident.acknowledged, _resolved(incident)
    if incident.status == "resolved" and resolved is None:
        return True
    if incident.status == "acknowledged" and acknowledged is None:
        return True
    times = [at for at in (incident.created, acknowledged, resolved) if at is not None]
    return times != sorted(times) or times[-1] > now + _AHEAD


def _resolved(incident: Incident) -> Seconds | None:
    """Return when it was resolved; one that is open again is not."""
    return incident.resolved if incident.status == "resolved" else None


def _response(
    placed: PlacedIncident,
    promised: Sequence[Sequence[ResponseTarget]],
    zone: ZoneInfo,
    now: Seconds,
) -> Response:
    incident, day = placed.incident, day_of(placed.incident.created, zone)
    resolved = _resolved(incident)
    to_resolve = None if resolved is None else resolved - incident.created
    age = max(0.0, now - incident.created) if resolved is None else None
    to_acknowledge = (
        None if incident.acknowledged is None else incident.acknowledged - incident.created
    )
    lasted = age if to_resolve is None else to_resolve
    target = _strictest(promised, "acknowledge", placed.priority, day)
    resolve_target = _strictest(promised, "resolve", placed.priority, day)
    return Response(
        placed=placed,
        week=week_of(incident.created, zone),
        acknowledged_after=to_acknowledge,
        resolved_after=to_resolve,
        age=age,
        acknowledged_in_time=_in_time(to_acknowledge, lasted, target),
        resolved_in_time=_in_time(to_resolve, lasted, resolve_target),
        acknowledge_target=target,
        resolve_target=resolve_target,
    )


def _strictest(
    promised: Iterable[Sequence[ResponseTarget]], measure: Measure, priority: int | None, day: date
) -> int | None:
    targets = (target_for(of_team, measure, priority, day) for of_team in promised)
    return min((target for target in targets if target is not None), default=None)


def _in_time(took: Seconds | None, lasted: Seconds | None, target: int | None) -> bool | None:
    """Judge one incident; without the time it is late once it has lasted longer than the target."""
    if target is None:
        return None
    if took is not None:
        return took <= target
    return False if lasted is not None and lasted > target else None

"""The words of response: what tools and Datadog say has happened, without a person in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

Seconds: TypeAlias = float
"""UNIX seconds, in UTC."""

IncidentStatus = Literal["triggered", "acknowledged", "resolved"]
Origin = Literal["datadog", "other", "person"]
"""What an incident began with: an alert of Datadog's, one of another source, or a person."""

EpisodeState = Literal["alert", "warning", "no_data"]
TransitionState = Literal["ok", "alert", "warning", "no_data"]

Measure = Literal["acknowledge", "resolve"]
"""What a target is about: how soon somebody says "I am on it", and how soon it is over."""


YEARS: Final = range(2000, 2100)
"""The years that a report may be about: it looks back from its first day and on from its last."""


def stamp(at: Seconds) -> str:
    """Return a moment to the second as ISO 8601 in UTC, such as ``2026-11-30T09:00:00Z``."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


class TimeSpan(Struct, frozen=True):
    """A stretch of time: from ``start`` up to ``end``, which is no longer in it."""

    start: Seconds
    end: Seconds

    def overlaps(self, other: TimeSpan) -> bool:
        """Return whether some moment lies in both."""
        return self.start < other.end and other.start < self.end


class Incident(Struct, frozen=True, kw_only=True):
    """
    An incident of an on-call tool, in the one form that all tools have here.

    ``tool`` is the tool's word in teams.yaml. ``id`` is unique within the tool; ``number`` is what
    people call it. ``service`` and ``service_id`` are the tool's; ``priority`` is as the tool says,
    empty where it says none. ``acknowledged`` is the first acknowledgement, whoever made it.
    ``resolved`` is the last resolution. Times that contradict each other stay as they were told:
    who computes with them says so.

    ``merged``: a child of another incident. ``suppressed``: nobody was notified.
    ``maintenance``: created while the service was in maintenance. ``reopened`` counts how often it
    was triggered again after a resolution. ``self_resolved``: resolved by a recovery and by no
    person; None where the tool does not tell.

    ``entity`` is what the tool groups alerts by (Zenduty's ``entity_id``, PagerDuty's
    ``incident_key``), empty where unknown. ``monitor_id`` and ``group`` name the Datadog monitor
    that it came from, where the alert tells. ``origin`` is None where nothing tells.
    ``has_review``: the tool has a postmortem of it.
    """

    tool: str
    id: str
    number: str
    title: str
    service: str
    service_id: str
    status: IncidentStatus
    created: Seconds
    acknowledged: Seconds | None = None
    resolved: Seconds | None = None
    priority: str = ""
    tags: tuple[str, ...] = ()
    merged: bool = False
    suppressed: bool = False
    maintenance: bool = False
    reopened: int = 0
    self_resolved: bool | None = None
    entity: str = ""
    monitor_id: int | None = None
    group: str = ""
    origin: Origin | None = None
    has_review: bool = False


class AlertEpisode(Struct, frozen=True, kw_only=True):
    """
    The time from a monitor's leaving OK, for one group, to its coming back.

    ``monitor_id`` is Datadog's id. ``group`` is the group's tags, sorted and joined by ``,``, empty
    where the monitor does not group. ``state`` is the worst that it reached. ``end`` is None while
    it lasts. ``start`` is None where it began before the first event that is known. ``cycle`` is
    Datadog's key of the alert cycle, empty where unknown. ``notified``: somebody was told of it
    before it recovered; None where the events do not tell. ``reached`` has its states with when
    each was first reached, empty where it was in ``state`` alone.
    """

    monitor_id: int
    group: str
    state: EpisodeState
    start: Seconds | None
    end: Seconds | None
    reached: tuple[tuple[EpisodeState, Seconds], ...] = ()
    cycle: str = ""
    notified: bool | None = None

    def since(self, state: str) -> Seconds | None:
        """Return when it first was in a state; None where it never was, or nothing tells."""
        if not self.reached:
            return self.start if state == self.state else None
        return next((at for reached, at in self.reached if reached == state), None)


class ResponseTarget(Struct, frozen=True, kw_only=True):
    """
    What a team promises for incidents of some priorities, from a day on.

    ``acknowledge`` and ``resolve`` are seconds from the incident's creation, None where nothing is
    promised. ``priorities`` empty means every priority, none included. ``start`` is the first day
    on which it holds, None for always.
    """

    priorities: frozenset[int] = frozenset()
    start: date | None = None
    acknowledge: int | None = None
    resolve: int | None = None

    def fits(self, priority: int | None, day: date) -> bool:
        """Return whether it holds for an incident of this priority, created on this day."""
        return (not self.priorities or priority in self.priorities) and (
            self.start is None or self.start <= day
        )


def target_for(
    targets: Iterable[ResponseTarget], measure: Measure, priority: int | None, day: date
) -> int | None:
    """Return the seconds of the first target that fits and promises the measure; None for none."""
    for target in targets:
        seconds = target.acknowledge if measure == "acknowledge" else target.resolve
        if seconds is not None and target.fits(priority, day):
            return seconds
    return None


class AlertTransition(Struct, frozen=True, kw_only=True):
    """
    One event of Datadog's: a group of a monitor went into a state. A renotification is none.

    ``id`` is the event's. ``before`` is the state that it was in, where the event tells, and
    ``lasted`` is how long it was, where a recovery tells. ``group``, ``cycle`` and ``notified`` are
    those of ``AlertEpisode``.
    """

    id: str
    monitor_id: int
    group: str
    at: Seconds
    state: TransitionState
    cycle: str = ""
    before: TransitionState | None = None
    lasted: Seconds | None = None
    notified: bool | None = None


class HistoryPage(Struct, frozen=True, kw_only=True):
    """
    What one request for history brought.

    ``acknowledged`` has first acknowledgements of incidents by their id, where a tool tells them
    apart from the incidents, and ``self_resolved`` whether a recovery resolved them. ``cursor`` is
    where the next page begins, empty after the last. ``unreadable`` counts what had no id or no
    time. ``problem`` is what could not be read beside the page, as a sentence. ``maintenance`` is
    when services, by id, were in maintenance: that holds for incidents of earlier pages too.
    """

    incidents: tuple[Incident, ...] = ()
    transitions: tuple[AlertTransition, ...] = ()
    acknowledged: Mapping[str, Seconds] = field(default_factory=dict)
    self_resolved: Mapping[str, bool] = field(default_factory=dict)
    cursor: str = ""
    unreadable: int = 0
    problem: str = ""
    maintenance: tuple[tuple[str, TimeSpan], ...] = ()


class RcaAction(Struct, frozen=True, kw_only=True):
    """What an RCA says is to be done, by which team and by which day."""

    what: str
    team: str
    due: date
    done: bool = False


class Rca(Struct, frozen=True, kw_only=True):
    """
    A root cause analysis of the register: causes and teams, no people.

    ``incidents`` are numbers or ids of the on-call tool. ``monitors`` are keys of ours that it is
    about. ``held`` is the day of the meeting, None where it does not say. ``path`` is its file and
    ``unit`` the folder that it is in.
    """

    incidents: tuple[str, ...]
    team: str
    cause: str
    path: str
    unit: str
    monitors: tuple[str, ...] = ()
    actions: tuple[RcaAction, ...] = ()
    held: date | None = None


class ToolFigures(Struct, frozen=True, kw_only=True):
    """
    What a tool itself computes of its incidents of some days, by its own definitions.

    ``mtta`` and ``mttr`` are seconds, None where it has none. ``counts`` says in the tool's words
    what it counts otherwise than we do; it follows "it counts".
    """

    title: str
    incidents: int
    acknowledged: int
    resolved: int
    mtta: Seconds | None
    mttr: Seconds | None
    counts: str = ""

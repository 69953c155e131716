"""What happened, as it truly happened: monitors, episodes of alert, incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

State = Literal["alert", "warning", "no_data"]
Origin = Literal["datadog", "cloudwatch", "person"]
StepKind = Literal["trigger", "acknowledge", "unacknowledge", "escalate", "resolve", "reopen"]
By = Literal["alert", "person", "timeout"]

WEEK = 604_800  # seconds
DAY = 86_400
HOUR = 3600
MINUTE = 60


def chance(*parts: object) -> Random:
    """Return a random generator that draws the same for the same parts, on any machine."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - nothing here is a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonitor:
    """
    A monitor that has a history. `body` is what Datadog answers for it.

    `key`, `unit`, `owner` and `service` are what its tags say, empty where they say nothing.
    `groups` are the groups that ever alert, each a tuple of tags; one empty tuple where it does not
    group. `pages` names, by state, the team of teams.yaml whose on-call tool its message reaches.
    `notifies` are the states in which its message reaches anybody.
    """

    body: Mapping[str, Any]
    id: int
    key: str
    unit: str
    owner: str
    service: str
    layer: str
    groups: tuple[tuple[str, ...], ...]
    pages: Mapping[str, str]
    notifies: frozenset[str]

    @property
    def priority(self) -> str:
        """Its priority as on-call tools write it, such as `P1`; empty where it has none."""
        return f"P{self.body['priority']}" if self.body["priority"] else ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One alert event: when (UNIX seconds), its `transition_type`, the states before and after."""

    at: int
    kind: str
    before: str
    after: str

    @property
    def state(self) -> str:
        """The word of routing for it: `alert`, `warning`, `no_data`, `renotify`, `recovery`."""
        return "recovery" if self.kind.endswith("recovery") else self.kind.replace(" ", "_")


STATE_NAMES: Mapping[State, str] = {"warning": "Warn", "no_data": "No Data", "alert": "Alert"}
"""Datadog's words, the mildest first."""

SEVERITY: tuple[State, ...] = tuple(STATE_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEpisode:
    """
    The time from a monitor's leaving OK, for one group, to its coming back.

    `worst` is when it reached `state`: later than `start` where it was in `first` before. `end` is
    None while it lasts. `edge` says what it is an example of, empty for an ordinary one.
    """

    monitor: PastMonitor
    group: tuple[str, ...]
    state: State
    start: int
    worst: int
    end: int | None
    cycle: int
    muted: bool = False
    edge: str = ""
    first: State = "warning"

    def transitions(self, until: int) -> Iterator[Transition]:
        """Yield its events up to an instant, in the order in which they happened."""
        reached = STATE_NAMES[self.state]
        before = "OK"
        if self.worst > self.start:
            before = STATE_NAMES[self.first]
            yield Transition(self.start, self.first.replace("_", " "), "OK", before)
        yield Transition(self.worst, self.state.replace("_", " "), before, reached)
        for at in self._renotified(until):
            yield Transition(at, "renotify", reached, reached)
        if self.end is not None:
            yield Transition(self.end, f"{self.state.replace('_', ' ')} recovery", reached, "OK")

    def _renotified(self, until: int) -> range:
        every = int(self.monitor.body["options"].get("renotify_interval") or 0) * MINUTE
        if not every or self.state != "alert":
            return range(0)
        last = min(until if self.end is None else self.end, self.worst + 5 * every + 1)
        return range(self.worst + every, last, every)

    def notified(self, transition: Transition) -> bool:
        """Return True if somebody was told of one of its events."""
        return not self.muted and transition.state in self.monitor.notifies


def worst_lasting(episodes: Iterable[PastEpisode]) -> PastEpisode | None:
    """Return the worst of the episodes that have not ended; None where all have."""
    lasting = (episode for episode in episodes if episode.end is None)
    return max(lasting, key=lambda episode: SEVERITY.index(episode.state), default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an incident: when (UNIX seconds), what, and by whom."""

    at: float
    kind: StepKind
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIncident:
    """
    An incident of an on-call tool. `team` is the key in teams.yaml.

    `entity` is what the tool collapses alerts by, `problem` the fingerprint of what went wrong.
    `told` holds those of `created`, `acknowledged` and `resolved` that the tool tells otherwise
    than they were. `merged_into` is the number of the incident whose child it is. `edges` says what
    it is an example of.
    """

    number: int
    team: str
    origin: Origin
    title: str
    priority: str
    steps: tuple[Step, ...]
    entity: str
    problem: str
    episode: PastEpisode | None = None
    tags: tuple[str, ...] = ()
    merged_into: int | None = None
    suppressed: bool = False
    maintenance: bool = False
    reviewed: bool = False
    told: Mapping[str, float | None] = field(default_factory=dict)
    edges: tuple[str, ...] = ()

    @property
    def created(self) -> float:
        """When it was created."""
        return self.steps[0].at

    @property
    def acknowledged(self) -> float | None:
        """When somebody first acknowledged it; None where nobody did."""
        return next((step.at for step in self.steps if step.kind == "acknowledge"), None)

    @property
    def resolved(self) -> float | None:
        """When it was resolved for the last time; None while it is open."""
        return self.steps[-1].at if self.status == "resolved" else None

    @property
    def status(self) -> Literal["triggered", "acknowledged", "resolved"]:
        """What it is now."""
        last = [step.kind for step in self.steps if step.kind != "escalate"][-1]
        if last == "resolve":
            return "resolved"
        return "acknowledged" if last == "acknowledge" else "triggered"

    @property
    def reopened(self) -> int:
        """How often it was opened again after a resolution."""
        return sum(step.kind == "reopen" for step in self.steps)

    @property
    def self_resolved(self) -> bool:
        """True if a recovery resolved it, and no person."""
        return self.status == "resolved" and self.steps[-1].by == "alert"

    def as_told(self, name: str) -> float | None:
        """Return `created`, `acknowledged` or `resolved` as its tool tells it."""
        value: float | None = self.told[name] if name in self.told else getattr(self, name)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """A time in which the service of a team of teams.yaml was in maintenance."""

    team: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTeam:
    """A team of teams.yaml that an on-call tool pages."""

    name: str
    title: str
    tool: str
    handles: tuple[str, ...]

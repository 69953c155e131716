"""From an alert to an incident: who acknowledges it, when, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from monitor_sync.emulator.history import rhythm, scenarios
from monitor_sync.emulator.history.records import HOUR, MINUTE, By, PastEpisode, PastIncident, Step

NEVER_ACKNOWLEDGES = "team that never acknowledges"
ESCALATES_AFTER = 5 * MINUTE
ACKNOWLEDGED_FOR = 30 * MINUTE  # then it triggers again
_REVIEWED_AFTER, _REVIEWED = HOUR, 0.35  # how long it took, and the share that got a review
_TECH_OPS = frozenset({"kubernetes", "aws", "kafka", "edge", "observability", "delivery"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamManner:
    """How a team responds: its usual time to acknowledge in seconds, or never at all."""

    usual: float
    never: bool = False


def manners(teams: Iterable[str], silent: str, rng: Random) -> dict[str, TeamManner]:
    """Return how teams respond; the team `silent` never acknowledges anything."""
    return {
        name: TeamManner(usual=rng.uniform(70, 420), never=name == silent)
        for name in sorted(set(teams))
    }


def incident(
    episode: PastEpisode, manner: TeamManner, rng: Random, until: float
) -> PastIncident | None:
    """Return the incident of an episode, not numbered yet; None where it pages nobody."""
    monitor = episode.monitor
    team = monitor.pages.get(episode.state)
    if team is None or episode.muted:
        return None
    created = moment(episode.worst + rng.uniform(2, 9))
    steps = (Step(created, "trigger", "alert"), *_steps(episode, manner, rng, created))
    edges = (episode.edge,) if episode.edge else ()
    steps = tuple(step for step in steps if step.at < until)
    long = steps[-1].kind == "resolve" and steps[-1].at > created + _REVIEWED_AFTER
    return PastIncident(
        number=0,
        team=team,
        origin="datadog",
        title=title(episode, episode.state),
        priority=monitor.priority,
        steps=steps,
        entity=str(monitor.id),
        problem=f"{monitor.id}/{','.join(episode.group)}",
        episode=episode,
        tags=("tech-ops",) if monitor.layer in _TECH_OPS else (),
        reviewed=long and rng.random() < _REVIEWED,
        edges=(*edges, NEVER_ACKNOWLEDGES) if manner.never else edges,
    )


def _steps(episode: PastEpisode, manner: TeamManner, rng: Random, created: float) -> list[Step]:
    """Return what follows the trigger, in the order in which it happens."""
    acknowledged = created + _time_to_acknowledge(manner, rng, created)
    recovered = _recovered(episode, rng)
    by_hand = _resolved_by_hand(episode, rng, acknowledged)
    if episode.edge in {scenarios.OPEN, scenarios.FORGOTTEN}:
        return _never_resolved(episode, moment(created + rng.uniform(40, 900)))
    steps = []
    silent = manner.never or episode.edge == scenarios.WAITING
    if silent or acknowledged > created + ESCALATES_AFTER:
        steps.append(Step(moment(created + ESCALATES_AFTER), "escalate", "timeout"))
    if not silent:
        steps.append(Step(moment(acknowledged), "acknowledge", "person"))
    by: By = "alert" if silent or recovered <= by_hand else "person"
    resolved = recovered if by == "alert" else by_hand
    ended = [Step(resolved, "resolve", by)] if resolved != float("inf") else []
    return [step for step in steps if step.at <= resolved] + ended


def _never_resolved(episode: PastEpisode, acknowledged: float) -> list[Step]:
    """Return the steps of an incident that somebody still works on, or has forgotten."""
    taken = Step(acknowledged, "acknowledge", "person")
    if episode.edge == scenarios.OPEN:
        return [taken]
    return [taken, Step(moment(acknowledged + ACKNOWLEDGED_FOR), "unacknowledge", "timeout")]


def _time_to_acknowledge(manner: TeamManner, rng: Random, created: float) -> float:
    slower = 2.4 if rhythm.is_night(created) else 1.0
    return 8 + rng.lognormvariate(0, 0.8) * manner.usual * slower


def _recovered(episode: PastEpisode, rng: Random) -> float:
    """Return when the tool hears of the recovery; infinity if it never does."""
    after = rng.uniform(3, 20)
    if episode.end is None or "recovery" not in episode.monitor.pages:
        return float("inf")
    return moment(episode.end + after)


def _resolved_by_hand(episode: PastEpisode, rng: Random, acknowledged: float) -> float:
    """Return when a person resolves it; infinity if only the recovery does."""
    at = moment(acknowledged + 60 + rng.lognormvariate(0, 0.9) * 25 * MINUTE)
    needed = episode.end is not None and "recovery" not in episode.monitor.pages
    return at if needed or rng.random() < 0.12 else float("inf")


_VERBS = {"alert": "Triggered", "warning": "Warn", "no_data": "No Data", "recovery": "Recovered"}


def title(episode: PastEpisode, state: str) -> str:
    """Return `$EVENT_TITLE` of an alert, which becomes the title of its incident."""
    monitor = episode.monitor
    on = f" on {{{','.join(episode.group)}}}" if episode.group else ""
    before = f"[{monitor.priority}] " if monitor.priority else ""
    return f"{before}[{_VERBS.get(state, 'Re-Triggered')}{on}] {monitor.body['name']}"


def moment(seconds: float) -> float:
    """Return an instant to the millisecond, which JSON and ISO 8601 carry unchanged."""
    return round(seconds, 3)


def merged(incidents: list[PastIncident]) -> list[PastIncident]:
    """Return incidents with those of the outage merged into its first one, as children."""
    parent = next((item for item in incidents if scenarios.OUTAGE in item.edges), None)
    if parent is None:
        return incidents
    resolved = parent.resolved
    return [
        _as_child(item, parent.number, resolved)
        if scenarios.OUTAGE in item.edges and item is not parent
        else item
        for item in incidents
    ]


def _as_child(item: PastIncident, parent: int, resolved: float | None) -> PastIncident:
    """Return an incident as a child: it is resolved with its parent, and nobody acknowledges it."""
    end = item.steps[-1].at if resolved is None else max(resolved, item.created + MINUTE)
    steps = (item.steps[0], Step(moment(end), "resolve", "person"))
    return replace(item, steps=steps, merged_into=parent)

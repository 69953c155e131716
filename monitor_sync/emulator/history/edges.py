"""Incidents that reports get wrong: each kind is there a few times, made of ordinary ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from random import Random

from monitor_sync.emulator.history.records import (
    DAY,
    HOUR,
    MINUTE,
    MaintenanceWindow,
    PastIncident,
    Step,
)
from monitor_sync.emulator.history.response import ACKNOWLEDGED_FOR, NEVER_ACKNOWLEDGES, moment
from monitor_sync.emulator.history.rhythm import moments

ACKNOWLEDGED_BEFORE_CREATED = "acknowledged before created"
RESOLVED_BEFORE_ACKNOWLEDGED = "resolved before acknowledged"
MISSING_TIMES = "missing times"
REOPENED = "reopened"
ACK_TIMEOUT = "acknowledgement timed out"
SUPPRESSED = "suppressed"
NO_PRIORITY = "no priority"
CLOUDWATCH = "cloudwatch"
PERSON = "person"

_ALARMS = (
    "RDS-CPU-high", "ALB-5XX-high", "SQS-oldest-message", "Lambda-throttles", "ECS-memory-high",
)  # fmt: skip
_REPORTS = (
    "Customers cannot pay by card", "Partner says no policies arrive",
    "Call centre cannot open claims", "Certificates of the portal expire tomorrow",
)  # fmt: skip


def _skewed(item: PastIncident, rng: Random) -> PastIncident:
    """Acknowledged at once by a machine whose clock is some seconds behind."""
    at = item.created + rng.uniform(1, 3)
    steps = (item.steps[0], Step(moment(at), "acknowledge", "person"), item.steps[-1])
    return replace(item, steps=steps, told={"acknowledged": moment(at - rng.uniform(4, 7))})


def _resolved_too_early(item: PastIncident, rng: Random) -> PastIncident:
    """Acknowledged by somebody while the recovery was on its way, and told in the wrong order."""
    return replace(
        item, told={"resolved": moment((item.acknowledged or item.created) - rng.uniform(1, 30))}
    )


def _without_times(item: PastIncident, _: Random) -> PastIncident:
    return replace(item, told={"resolved": None})


def _reopened(item: PastIncident, rng: Random) -> PastIncident:
    """Resolved by a person who was wrong, opened again, acknowledged and resolved again."""
    again = item.steps[-1].at + rng.uniform(5, 30) * MINUTE
    steps = (
        *item.steps[:-1],
        Step(item.steps[-1].at, "resolve", "person"),
        Step(moment(again), "reopen", "person"),
        Step(moment(again + rng.uniform(1, 10) * MINUTE), "acknowledge", "person"),
        Step(moment(again + rng.uniform(20, 90) * MINUTE), "resolve", "person"),
    )
    return replace(item, steps=steps)


def _timed_out(item: PastIncident, rng: Random) -> PastIncident:
    """Acknowledged and forgotten: it triggers again after half an hour."""
    first = item.acknowledged or item.created
    again = first + ACKNOWLEDGED_FOR
    steps = (
        *(step for step in item.steps if step.at <= first),
        Step(moment(again), "unacknowledge", "timeout"),
        Step(moment(again + rng.uniform(1, 12) * MINUTE), "acknowledge", "person"),
        Step(moment(again + rng.uniform(20, 60) * MINUTE), "resolve", "person"),
    )
    return replace(item, steps=steps)


def _suppressed(item: PastIncident, _: Random) -> PastIncident:
    """Its alerts were suppressed by a rule of the tool: nobody was notified."""
    return replace(item, suppressed=True, steps=(item.steps[0], item.steps[-1]))


def _without_priority(item: PastIncident, _: Random) -> PastIncident:
    return replace(item, priority="")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    name: str
    count: int
    make: Callable[[PastIncident, Random], PastIncident]
    needs_acknowledgement: bool = True
    everywhere: bool = True  # else Zenduty alone has it


_EDGES = (
    _Edge(name=ACKNOWLEDGED_BEFORE_CREATED, count=6, make=_skewed),
    _Edge(name=RESOLVED_BEFORE_ACKNOWLEDGED, count=4, make=_resolved_too_early),
    _Edge(name=MISSING_TIMES, count=4, make=_without_times),
    _Edge(name=REOPENED, count=6, make=_reopened, everywhere=False),
    _Edge(name=ACK_TIMEOUT, count=6, make=_timed_out),
    _Edge(
        name=SUPPRESSED, count=8, make=_suppressed, needs_acknowledgement=False, everywhere=False
    ),
    _Edge(name=NO_PRIORITY, count=12, make=_without_priority, needs_acknowledgement=False),
)


def sprinkled(
    incidents: Iterable[PastIncident], rng: Random, until: float, of_zenduty: Collection[str]
) -> list[PastIncident]:
    """
    Return incidents with a few ordinary ones of old made into each kind of edge.

    `of_zenduty` are the teams that Zenduty pages: some kinds are there for them alone.
    """
    changed = list(incidents)
    ordinary = [
        place
        for place, item in enumerate(changed)
        if not item.edges and item.status == "resolved" and item.steps[-1].at < until - DAY
    ]
    rng.shuffle(ordinary)
    for edge in _EDGES:
        fit = [
            place
            for place in ordinary
            if (changed[place].acknowledged is not None or not edge.needs_acknowledgement)
            and (edge.everywhere or changed[place].team in of_zenduty)
        ][: max(min(edge.count, len(ordinary) // len(_EDGES)), 1)]
        for place in fit:
            ordinary.remove(place)
            made = edge.make(changed[place], rng)
            changed[place] = replace(made, edges=(edge.name,))
    return changed


def in_maintenance(
    incidents: Iterable[PastIncident],
    windows: Iterable[MaintenanceWindow],
    of_zenduty: Collection[str],
) -> list[PastIncident]:
    """
    Return incidents, and mark those created while their service was in maintenance.

    PagerDuty creates none then (its page on maintenance windows); whether Zenduty does is not
    published, and it does here.
    """
    marked = []
    spans = tuple(windows)
    for item in incidents:
        inside = any(w.team == item.team and w.start <= item.created < w.end for w in spans)
        if not inside or item.team in of_zenduty:
            marked.append(replace(item, maintenance=inside))
    return marked


def in_whole_seconds(item: PastIncident) -> PastIncident:
    """Return an incident of a tool that tells seconds alone."""
    steps = tuple(replace(step, at=float(int(step.at))) for step in item.steps)
    times = {name: at if at is None else float(int(at)) for name, at in item.told.items()}
    return replace(item, steps=steps, told=times)


def from_elsewhere(teams: Iterable[str], rng: Random, span: tuple[int, int]) -> list[PastIncident]:
    """Return incidents that no monitor made: alarms of CloudWatch, and what people report."""
    start, end = span
    weeks = max((end - start) // (7 * DAY), 1)
    incidents: list[PastIncident] = []
    for team in sorted(set(teams)):
        alarms = moments(rng, start, end - DAY, rng.randint(weeks // 4, weeks))
        incidents += [_alarm(team, rng, at) for at in alarms]
        reports = moments(rng, start, end - DAY, rng.randint(1, max(weeks // 6, 1)))
        incidents += [_report(team, rng, at) for at in reports]
    return incidents


def _alarm(team: str, rng: Random, at: int) -> PastIncident:
    name = f"{team}-{rng.choice(_ALARMS)}"
    return _elsewhere(team, rng, at, title=f"ALARM: {name}", entity=name, is_alarm=True)


def _report(team: str, rng: Random, at: int) -> PastIncident:
    return _elsewhere(team, rng, at, title=rng.choice(_REPORTS), entity="", is_alarm=False)


def _elsewhere(
    team: str, rng: Random, at: int, *, title: str, entity: str, is_alarm: bool
) -> PastIncident:
    by_itself = is_alarm and rng.random() < 0.7
    acknowledged = at + rng.lognormvariate(0, 0.8) * 4 * MINUTE
    resolved = acknowledged + rng.lognormvariate(0, 0.9) * HOUR
    return PastIncident(
        number=0,
        team=team,
        origin="cloudwatch" if is_alarm else "person",
        title=title,
        priority="" if is_alarm else rng.choice(("P1", "P2", "P3")),
        steps=(
            Step(moment(at + rng.random()), "trigger", "alert" if is_alarm else "person"),
            Step(moment(acknowledged + 2), "acknowledge", "person"),
            Step(moment(resolved + 3), "resolve", "alert" if by_itself else "person"),
        ),
        entity=entity,
        problem=f"cloudwatch/{entity}" if is_alarm else f"title/{team}/{title}",
        tags=("tech-ops",) if is_alarm else (),
        edges=(CLOUDWATCH if is_alarm else PERSON,),
    )


def silent(incidents: Iterable[PastIncident], team: str) -> list[PastIncident]:
    """Return incidents, without acknowledgements for the team that never acknowledges."""
    return [
        replace(
            item,
            steps=tuple(step for step in item.steps if step.kind != "acknowledge"),
            edges=(*item.edges, NEVER_ACKNOWLEDGES),
        )
        if item.team == team
        else item
        for item in incidents
    ]

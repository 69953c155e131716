"""The figures of response computed a second time, slowly and from the definitions alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Incident


@dataclass
class Targets:
    """Seconds to acknowledge and to resolve, whatever the priority and the day."""

    acknowledge: float | None
    resolve: float | None


def reason(incident: Incident, now: float) -> str:
    """Why it does not count, empty where it does."""
    for name in ("merged", "suppressed", "maintenance"):
        if getattr(incident, name):
            return name
    end = incident.resolved if incident.status == "resolved" else None
    bad = (
        (incident.status == "resolved" and end is None)
        or (incident.status == "acknowledged" and incident.acknowledged is None)
        or (incident.acknowledged is not None and incident.acknowledged < incident.created)
        or (end is not None and end < incident.created)
        or (end is not None and incident.acknowledged is not None and incident.acknowledged > end)
        or any(
            at is not None and at > now + 300
            for at in (incident.created, incident.acknowledged, end)
        )
    )
    return "bad_times" if bad else ""


def figures(incidents: Iterable[Incident], targets: Targets, now: float) -> dict[str, Any]:
    """One row of the report, in the form of its JSON."""
    counted = [incident for incident in incidents if not reason(incident, now)]
    ends = {i.id: i.resolved if i.status == "resolved" else None for i in counted}
    acknowledged = [i for i in counted if i.acknowledged is not None]
    closed = [i for i in counted if ends[i.id] is not None]
    silent = [i for i in counted if i.acknowledged is None]

    def lasted(i: Incident) -> float:
        end = ends[i.id]
        return (now if end is None else end) - i.created

    def is_late(i: Incident) -> bool:
        """Whether one of its two times, or how long it has gone without, is above the target."""
        acknowledged = lasted(i) if i.acknowledged is None else i.acknowledged - i.created
        pairs = ((acknowledged, targets.acknowledge), (lasted(i), targets.resolve))
        return any(took > target for took, target in pairs if target is not None)

    ack_times = [i.acknowledged - i.created for i in acknowledged if i.acknowledged is not None]
    late_silent = [
        i for i in silent if targets.acknowledge is not None and lasted(i) > targets.acknowledge
    ]
    late_open = [
        i
        for i in counted
        if ends[i.id] is None and targets.resolve is not None and lasted(i) > targets.resolve
    ]
    return {
        "incidents": len(counted),
        "acknowledged": len(acknowledged),
        "never_acknowledged": sum(1 for i in silent if ends[i.id] is not None),
        "waiting": sum(1 for i in silent if ends[i.id] is None),
        "resolved": len(closed),
        "open": len(counted) - len(closed),
        "late": sum(1 for i in counted if is_late(i)),
        "self_resolved_known": sum(1 for i in closed if i.self_resolved is not None),
        "self_resolved": sum(1 for i in closed if i.self_resolved),
        "self_resolved_unacknowledged": sum(
            1 for i in closed if i.self_resolved and i.acknowledged is None
        ),
        "acknowledged_at_resolution": sum(1 for i in closed if i.acknowledged == i.resolved),
        "reopened": sum(1 for i in counted if i.reopened),
        "mtta": times(ack_times, targets.acknowledge, len(late_silent)),
        "mttr": times([lasted(i) for i in closed], targets.resolve, len(late_open)),
    }


def times(values: list[float], target: float | None, late_without: int) -> dict[str, Any]:
    within = None
    if target is not None and len(values) + late_without:
        within = sum(1 for value in values if value <= target) / (len(values) + late_without)
    if not values:
        return {"mean": None, "median": None, "p90": None, "p95": None, "within_target": within}
    cuts = statistics.quantiles(
        values * 2 if len(values) < 2 else values, n=100, method="inclusive"
    )
    return {
        "mean": sum(values) / len(values),
        "median": statistics.median(values),
        "p90": cuts[89],
        "p95": cuts[94],
        "within_target": within,
    }


def week(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%G-W%V")


def came_back(incident: Incident, others: Iterable[Incident], days: int = 30) -> bool:
    """Whether another one of the same monitor and group was resolved shortly before."""
    return any(
        other.id != incident.id
        and (other.monitor_id, other.group) == (incident.monitor_id, incident.group)
        and other.status == "resolved"
        and other.resolved is not None
        and incident.created - days * 86400 <= other.resolved <= incident.created
        for other in others
    )

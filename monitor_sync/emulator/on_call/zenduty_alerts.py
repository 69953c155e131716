"""The alerts of Zenduty's incidents, in the shape of its own example."""

from __future__ import annotations

from monitor_sync.emulator.history import response
from monitor_sync.emulator.history.records import PastIncident
from monitor_sync.emulator.on_call.names import stable_id
from monitor_sync.emulator.on_call.zenduty_documents import Document, written

Home = tuple[Document, Document]
"""The Zenduty team and the service of a team of teams.yaml."""

_ORIGINS = {"datadog": "Datadog", "cloudwatch": "AWS CloudWatch"}


def alerts(item: PastIncident, home: Home, until: float) -> list[Document]:
    """Return the alerts of an incident, the most recent last; none where a person made it."""
    if item.origin == "person":
        return []
    return [_alert(item, home, at, kind) for at, kind in _alert_times(item, until)]


def _alert(item: PastIncident, home: Home, at: float, kind: str) -> Document:
    team, service = home
    name = _ORIGINS[item.origin]
    integration = stable_id("integration", name, service["unique_id"])
    words = item.title
    if item.episode is not None and kind != "alert":
        words = response.title(item.episode, kind)
    return {
        "integration_object": {
            "name": name,
            "creation_date": service["creation_date"],
            "summary": "",
            "unique_id": integration,
            "service": service["unique_id"],
            "team": team["unique_id"],
            "integration_key": stable_id("key", name, service["unique_id"]),
            "is_enabled": True,
            "integration_type": 0,
        },
        "summary": "",
        "incident": item.number,
        "creation_date": written(at),
        "message": words,
        "integration": integration,
        "suppressed": item.suppressed,
        "entity_id": item.entity,
        "alert_type": "5" if kind == "recovery" else "3",
        "unique_id": stable_id("alert", incident_id(item), str(at))[:22],
        "images": [],
        "urls": [],
        "notes": [],
    }


def _alert_times(item: PastIncident, until: float) -> list[tuple[float, str]]:
    """Return when the tool heard of a trigger, a reminder and a recovery, in order.

    A reminder joins the incident that is open for its entity (Zenduty/docs, docs/AlertRules.md).
    """
    times: list[tuple[float, str]] = []
    for step in item.steps:
        if step.kind in {"trigger", "reopen"}:
            times.append((step.at, "alert"))
        elif step.kind == "resolve" and step.by == "alert":
            times.append((step.at, "recovery"))
    episode = item.episode
    if episode is not None and "renotify" in episode.monitor.pages:
        delay = item.created - episode.worst
        last = until if item.resolved is None else item.resolved
        times += [
            (transition.at + delay, "renotify")
            for transition in episode.transitions(int(until))
            if transition.state == "renotify" and transition.at + delay < last
        ]
    return sorted(times)


def incident_id(item: PastIncident) -> str:
    """Return the id of an incident."""
    return stable_id("incident", str(item.number), item.problem).replace("-", "")[:22]

"""The truth beside the history, as JSON lines: every figure of a report follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.history.records import PastEpisode, PastIncident, PastMonitor

_NOBODY: dict[str, Any] = {
    "monitor": "",
    "monitor_id": None,
    "unit": "",
    "owner": "",
    "service": "",
}


def lines(history: PastHistory) -> Iterator[str]:
    """Yield the lines: the history itself, its maintenance windows, incidents and episodes."""
    head = {"seed": history.seed, "from": history.start, "to": history.end}
    yield _line("history", {**head, "events": len(history.events)})
    for window in history.windows:
        span = {"from": window.start, "to": window.end}
        yield _line("maintenance", {"team": window.team, **span})
    for item in history.incidents:
        yield _line("incident", _incident(history, item))
    for episode in history.episodes:
        yield _line("episode", _episode(history, episode))


def _line(kind: str, values: dict[str, Any]) -> str:
    return json.dumps({"type": kind, **values}, ensure_ascii=False) + "\n"


def _incident(history: PastHistory, item: PastIncident) -> dict[str, Any]:
    episode = item.episode
    return {
        "tool": history.teams[item.team].tool,
        "number": item.number,
        "team": item.team,
        **(_NOBODY if episode is None else _monitor(episode.monitor)),
        "group": "" if episode is None else ",".join(episode.group),
        "cycle": "" if episode is None else str(episode.cycle),
        "origin": item.origin,
        "title": item.title,
        "priority": item.priority,
        "tags": list(item.tags),
        "status": item.status,
        "created": item.created,
        "acknowledged": item.acknowledged,
        "resolved": item.resolved,
        "told": {name: item.as_told(name) for name in ("created", "acknowledged", "resolved")},
        "steps": [[step.at, step.kind, step.by] for step in item.steps],
        "reopened": item.reopened,
        "self_resolved": item.self_resolved,
        "merged_into": item.merged_into,
        "suppressed": item.suppressed,
        "maintenance": item.maintenance,
        "reviewed": item.reviewed,
        "entity": item.entity,
        "problem": item.problem,
        "edges": list(item.edges),
    }


def _episode(history: PastHistory, episode: PastEpisode) -> dict[str, Any]:
    transitions = list(episode.transitions(history.end))
    return {
        **_monitor(episode.monitor),
        "group": ",".join(episode.group),
        "state": episode.state,
        "start": episode.start,
        "worst": episode.worst,
        "end": episode.end,
        "cycle": str(episode.cycle),
        "events": [[transition.at, transition.kind] for transition in transitions],
        "notified": any(
            episode.notified(transition)
            for transition in transitions
            if transition.state != "recovery"
        ),
        "muted": episode.muted,
        "edge": episode.edge,
    }


def _monitor(monitor: PastMonitor) -> dict[str, Any]:
    return {
        "monitor": monitor.key,
        "monitor_id": monitor.id,
        "unit": monitor.unit,
        "owner": monitor.owner,
        "service": monitor.service,
    }

"""
Alert events as Datadog's events API answers them.

The nested attributes are shaped like the one real event that is public (elastic/kibana, the test of
its Datadog connector): `monitor{id,groups,transition{…},alert_cycle_key_txt,…}`, `timestamp` in
milliseconds, `duration` in nanoseconds on recoveries.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from monitor_sync.emulator.history.made import PastEvent, PastHistory
from monitor_sync.emulator.history.records import PastEpisode, Transition
from monitor_sync.emulator.history.response import title

_STATUSES = {"Alert": "error", "Warn": "warn", "No Data": "error", "OK": "success"}
_GROUP_STATUSES = {"OK": 0, "Warn": 1, "Alert": 2, "No Data": 3}
_NANOSECONDS = 1_000_000_000
_OPTIONS = ("thresholds", "include_tags", "renotify_interval", "on_missing_data", "notify_no_data")


def number(history: PastHistory, event: PastEvent) -> int:
    """Return the id of an event as a number, the same in both versions of the API."""
    cycle = history.episodes[event.episode].cycle
    digest = hashlib.blake2b(f"{cycle}/{event.place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def document(history: PastHistory, event: PastEvent) -> dict[str, Any]:
    """Return an event as `POST /api/v2/events/search` answers it."""
    episode, transition = history.episodes[event.episode], event.transition
    attributes = _attributes(history, event, episode, transition)
    return {
        "id": base64.urlsafe_b64encode(f"event-{attributes['evt']['id']}".encode()).decode(),
        "type": "event",
        "attributes": {
            "timestamp": datetime.fromtimestamp(event.at, UTC).isoformat(),
            "tags": tags(episode),
            "message": f"%%%\n{title(episode, transition.state)}\n%%%",
            "attributes": attributes,
        },
    }


def tags(episode: PastEpisode) -> list[str]:
    """Return the tags of an event: the monitor's, the group's, and what it is."""
    return list(_sorted(tuple(episode.monitor.body["tags"]), episode.group))


@lru_cache(maxsize=20_000)
def _sorted(own: tuple[str, ...], group: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*own, *group, "monitor", "source:alert"}))


def _attributes(
    history: PastHistory, event: PastEvent, episode: PastEpisode, transition: Transition
) -> dict[str, Any]:
    body = episode.monitor.body
    identifier = str(number(history, event))
    group = ",".join(episode.group)
    attributes = {
        "_dd": {
            "evt": {"from_events_to_logs": True},
            "has_notification": episode.notified(transition),
            "internal": "1",
            "is_shadow": False,
            "source_type_name": "Monitor Alert",
            "version": "1",
        },
        "aggregation_key": hashlib.md5(
            f"{episode.monitor.id}/{group}".encode(), usedforsecurity=False
        ).hexdigest(),
        "evt": {
            "id": identifier,
            "integration_id": "monitor-alert-event",
            "name": body["name"],
            "source_id": 36,
            "type": body["type"].replace(" ", "_"),
            "uid": f"{int(identifier):016x}",
        },
        "monitor": _monitor(episode, transition),
        "monitor_groups": list(episode.group),
        "monitor_id": episode.monitor.id,
        "priority": "normal",
        "service": episode.monitor.service or "undefined",
        "sourcecategory": "monitor_alert",
        "status": _STATUSES[transition.after],
        "timestamp": event.at * 1000,
        "title": title(episode, transition.state),
    }
    if transition.state == "recovery":
        attributes["duration"] = (event.at - episode.start) * _NANOSECONDS
    return attributes


def _monitor(episode: PastEpisode, transition: Transition) -> dict[str, Any]:
    body = episode.monitor.body
    options = body["options"]
    on = f" on {','.join(episode.group)}" if episode.group else ""
    return {
        "alert_cycle_key_txt": str(episode.cycle),
        "created_at": body["created_at"],
        "draft_status": body["draft_status"],
        "group_status": _GROUP_STATUSES[transition.after],
        "groups": list(episode.group),
        "id": episode.monitor.id,
        "message": body["message"],
        "modified": body["created_at"],
        "name": body["name"],
        "options": {name: options[name] for name in _OPTIONS if name in options},
        "priority": body["priority"] or 0,
        "query": body["query"],
        "result": {
            "alert_url": f"/monitors/{episode.monitor.id}?to_ts={transition.at * 1000}",
            "group_key": ",".join(tag.partition(":")[0] for tag in episode.group),
            "result_ts": transition.at,
        },
        "templated_name": f"{body['name']}{on}",
        "transition": {
            "destination_state": transition.after,
            "source_state": transition.before,
            "transition_type": transition.kind,
        },
        "type": body["type"],
    }


_OLD_TYPES = {"Alert": "error", "Warn": "warning", "No Data": "error", "OK": "success"}


def old_document(history: PastHistory, event: PastEvent) -> dict[str, Any]:
    """Return an event as `GET /api/v1/events` answers it, in the shape of its documentation."""
    episode, transition = history.episodes[event.episode], event.transition
    return {
        "alert_type": _OLD_TYPES[transition.after],
        "date_happened": event.at,
        "device_name": None,
        "host": None,
        "id": number(history, event),
        "id_str": str(number(history, event)),
        "is_aggregate": False,
        "monitor_groups": list(episode.group),
        "monitor_id": episode.monitor.id,
        "payload": "{}",
        "priority": "normal",
        "source": "Monitor Alert",
        "tags": tags(episode),
        "text": f"%%%\n{title(episode, transition.state)}\n%%%",
        "title": title(episode, transition.state),
        "url": f"/event/event?id={number(history, event)}",
    }

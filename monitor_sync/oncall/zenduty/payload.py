"""
The payload of a Datadog webhook that leads to Zenduty: what we recommend, what a live one lacks.

Zenduty's own page (Zenduty/docs, docs/Datadog.md, 2020) tells which keys to paste. Its alert rules
match the raw payload, so further keys can be used there; that its parser ignores them is likely and
not published. The added values are variables of Datadog's Webhooks integration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from monitor_sync.counting import joined

OWN: Final[Mapping[str, str]] = {
    "alert_id": "$ALERT_ID",
    "hostname": "$HOSTNAME",
    "date_posix": "$DATE_POSIX",
    "aggreg_key": "$AGGREG_KEY",
    "title": "$EVENT_TITLE",
    "alert_status": "$ALERT_STATUS",
    "alert_transition": "$ALERT_TRANSITION",
    "link": "$LINK",
    "event_msg": "$TEXT_ONLY_MSG",
}
"""Zenduty's own keys. ``alert_id`` is the entity id: alerts with the same one share an incident."""

ADDED: Final[Mapping[str, str]] = {
    "tags": "$TAGS",
    "priority": "$ALERT_PRIORITY",
    "alert_cycle_key": "$ALERT_CYCLE_KEY",
}
"""What we add: for rules by team, for the priority, to join an incident to its alert's events."""

RECOMMENDED: Final[Mapping[str, str]] = {**OWN, **ADDED}

ENTITY: Final = "alert_id"


def differences(payload: str) -> list[str]:
    """Return how a live payload differs from the recommended one, as ends of sentences."""
    if not payload:
        return []
    try:
        held = json.loads(payload)
    except ValueError:
        return ["the webhook's payload is no JSON"]
    if not isinstance(held, dict):
        return ["the webhook's payload is no JSON object"]
    notes = []
    missing = [key for key in OWN if key not in held]
    if missing:
        notes.append(
            f"the webhook's payload lacks {joined(missing, 'and')}, which Zenduty asks for"
        )
    if held.get(ENTITY, OWN[ENTITY]) != OWN[ENTITY]:
        notes.append(f"the webhook's payload has another {ENTITY}: alerts join other incidents")
    changed = [key for key in OWN if key != ENTITY and held.get(key, OWN[key]) != OWN[key]]
    if changed:
        notes.append(
            f"the webhook's payload fills {joined(changed, 'and')} otherwise than Zenduty asks for"
        )
    lacking = [key for key in ADDED if key not in held]
    if lacking:
        notes.append(
            f"the webhook's payload has no {joined(lacking)}: see `monitor-sync on-call payload`"
        )
    return notes


def text() -> str:
    """Return the recommended payload as it is pasted into Datadog."""
    return json.dumps(RECOMMENDED, indent=2) + "\n"

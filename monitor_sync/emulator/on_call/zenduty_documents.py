"""What Zenduty holds of a team: the team, its members, a service, an integration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator.on_call.names import User, stable_id

Document = dict[str, Any]

CREATED = "2026-01-12T04:30:00.000000Z"
_ACCOUNT = stable_id("account")
_APPLICATION = stable_id("application", "datadog")


def address(key: str) -> str:
    """Return the address of an integration."""
    return f"https://www.zenduty.com/api/integration/datadog/{key}/"


def team(group: str) -> Document:
    """Return a team without members."""
    return {
        "unique_id": stable_id("team", group),
        "name": f"{group.capitalize()} on call",
        "account": _ACCOUNT,
        "creation_date": "2026-01-12",
        "members": [],
        "owner": stable_id("user", "0")[:21],
        "roles": [],
    }


def member(of_team: Document, person: User) -> dict[str, Any]:
    """Return the membership of a person."""
    return {
        "unique_id": stable_id("member", person["username"]),
        "team": of_team["unique_id"],
        "user": person,
        "joining_date": CREATED,
        "role": 2,
    }


def service(owner: str, title: str, name: str, policy: Document, own_team: Document) -> Document:
    """Return a service that is active."""
    return {
        "name": name,
        "creation_date": CREATED,
        "summary": "",
        "description": f"Alerts of {title}",
        "unique_id": stable_id("service", owner),
        "auto_resolve_timeout": 0,
        "created_by": stable_id("user", "0")[:21],
        "team_priority": None,
        "task_template": None,
        "acknowledgement_timeout": 0,
        "acknowledgement_timeout_enabled": False,
        "status": 1,
        "escalation_policy": policy["unique_id"],
        "team": own_team["unique_id"],
        "sla": None,
        "under_maintenance": False,
        "collation": 0,
        "collation_time": 0,
    }


def integration(
    webhook: str, key: str, service: Document, *, enabled: bool, level: int
) -> Document:
    """Return the integration that a webhook leads to."""
    return {
        "name": "Datadog",
        "creation_date": CREATED,
        "summary": "",
        "unique_id": stable_id("integration", webhook),
        "service": service["unique_id"],
        "application": _APPLICATION,
        "application_reference": {
            "name": "Datadog",
            "icon_url": "",
            "summary": "Datadog",
            "description": "Datadog",
            "unique_id": _APPLICATION,
            "availability_plan_id": 1,
            "setup_instructions": "",
            "extension": "datadog",
            "application_type": 0,
            "categories": "Monitoring",
            "documentation_link": "",
        },
        "integration_key": key,
        "created_by": service["created_by"],
        "is_enabled": enabled,
        "create_incidents_for": level,
        "integration_type": 0,
        "default_urgency": 1,
        "webhook_url": address(key),
    }


def maintenance(service: Document, start: float, end: float) -> Document:
    """Return a planned maintenance window of a service, made two hours before it begins."""
    own_id = service["unique_id"]
    return {
        "unique_id": stable_id("maintenance", own_id, str(start)),
        "start_time": written(start),
        "end_time": written(end),
        "repeat_interval": 0,
        "services": [{"unique_id": stable_id("maintained", own_id, str(start)), "service": own_id}],
        "creation_date": written(start - 7200),
        "name": "Planned maintenance",
        "time_zone": "UTC",
        "repeat_until": None,
    }


def written(at: float | None) -> str | None:
    """Return an instant as Zenduty writes it, None for none."""
    if at is None:
        return None
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"

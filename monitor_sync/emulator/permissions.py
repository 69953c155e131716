"""What the keys may do, and what they say of themselves when asked.

Which request needs which permission is in Datadog's API description. Endpoints and shapes are those
of its documentation and client (`current_user`, its application keys); none of them was recorded.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from monitor_sync.emulator.account import Account, timestamp
from monitor_sync.emulator.answers import Answer, Request, answer, refused, refused_at_the_edge
from monitor_sync.emulator.people import person_of
from monitor_sync.emulator.spelling import BadSetting, did_you_mean

# Every permission the emulator knows, and what stands before the word in its group's name.
_GROUPS = {
    "monitors_read": "Monitors",
    "monitors_write": "Monitors",
    "monitors_downtime": "Monitors",
    "monitor_config_policy_write": "Monitors",
    "slos_read": "Service Level Objectives",
    "slos_write": "Service Level Objectives",
    "dashboards_read": "Dashboards",
    "synthetics_read": "Synthetics",
    "disaster_recovery_status_read": "Disaster Recovery",
    "teams_read": "Teams",
    "teams_manage": "Teams",
    "integrations_read": "Integrations",
    "manage_integrations": "Integrations",
    "user_access_read": "Access Management",
    "user_access_manage": "Access Management",
    "user_app_keys": "API and Application Keys",
    "audit_logs_read": "Compliance",
    "logs_read_data": "Log Management",
    "metrics_read": "Metrics",
    "timeseries_query": "Metrics",
    "events_read": "Events",
}

# By the beginning of the path: what GET needs, what all else needs. The first that fits counts.
_NEEDED = (
    ("/api/v1/monitor/{id}/downtimes", "monitors_read", "monitors_read"),
    ("/api/v1/monitor/validate", "monitors_read", "monitors_read"),
    ("/api/v1/monitor/{id}/validate", "monitors_read", "monitors_read"),
    ("/api/v1/monitor/mute_all", "monitors_downtime", "monitors_downtime"),
    ("/api/v1/monitor/unmute_all", "monitors_downtime", "monitors_downtime"),
    ("/api/v1/monitor/{id}/mute", "monitors_downtime", "monitors_downtime"),
    ("/api/v1/monitor/{id}/unmute", "monitors_downtime", "monitors_downtime"),
    ("/api/v1/monitor", "monitors_read", "monitors_write"),
    ("/api/v1/downtime", "monitors_read", "monitors_downtime"),
    ("/api/v2/downtime", "monitors_downtime", "monitors_downtime"),
    ("/api/v2/monitor/{id}/downtime_matches", "monitors_downtime", "monitors_downtime"),
    ("/api/v2/monitor/notification_rule", "monitors_read", "monitor_config_policy_write"),
    ("/api/v2/monitor/policy", "monitors_read", "monitor_config_policy_write"),
    ("/api/v1/slo", "slos_read", "slos_write"),
    ("/api/v1/events", "events_read", "events_read"),
    ("/api/v2/events", "events_read", "events_read"),
    ("/api/v1/dashboard", "dashboards_read", "dashboards_read"),
    ("/api/v1/synthetics", "synthetics_read", "synthetics_read"),
    ("/api/v2/hamr", "disaster_recovery_status_read", "disaster_recovery_status_read"),
    ("/api/v2/roles", "user_access_read", "user_access_manage"),
    ("/api/v2/team", "teams_read", "teams_manage"),
    ("/api/v1/integration", "integrations_read", "manage_integrations"),
    ("/api/v2/integration", "integrations_read", "manage_integrations"),
    ("/api/v2/current_user/application_keys", "user_app_keys", "user_app_keys"),
    ("/api/v2/audit", "audit_logs_read", "audit_logs_read"),
    ("/api/v2/logs/analytics", "logs_read_data", "logs_read_data"),
    ("/api/v1/metrics", "metrics_read", "metrics_read"),
    ("/api/v1/query", "timeseries_query", "timeseries_query"),
    ("/api/v2/query", "timeseries_query", "timeseries_query"),
)

_FAMILY = uuid.UUID("00000000-0000-4000-8000-000000000000")
SINCE = timestamp(1_700_000_000)


class BadPermission(BadSetting):
    """A permission that the emulator does not know."""

    def __init__(self, name: str) -> None:
        known = ", ".join(_GROUPS)
        super().__init__(
            f"'{name}' is no permission, expected one of {known}", did_you_mean(name, _GROUPS)
        )


def known(names: Iterable[str]) -> frozenset[str]:
    """Return the names as a set. Raises `BadPermission` for one the emulator does not know."""
    for name in names:
        if name not in _GROUPS:
            raise BadPermission(name)
    return frozenset(names)


def check_keys(request: Request, *, wants_both: bool) -> None:
    """Refuse (403) a request without keys. Any non-empty keys, or bearer token, will do.

    Recorded: `API key required` from `validate`, and the edge's `Forbidden` elsewhere. Old clients
    send the keys in the query. The intakes of Datadog want the API key alone, and so does a path
    that the emulator does not have (`wants_both`).
    """
    headers, query = request.headers, request.query
    if headers.get("authorization", "").startswith("Bearer ") and headers["authorization"][7:]:
        return
    api_key = headers.get("dd-api-key") or query.get("api_key")
    if request.path == "/api/v1/validate":
        if not api_key:
            raise refused("API key required", status=403)
        return
    application_key = headers.get("dd-application-key") or query.get("application_key")
    if not api_key or (wants_both and not application_key):
        raise refused_at_the_edge(403, "Forbidden")


def needed(route: str) -> str:
    """Return the permission that a route (`METHOD path`) needs, "" where it needs none."""
    method, _, path = route.partition(" ")
    for beginning, reading, writing in _NEEDED:
        if path == beginning or path.startswith(beginning + "/"):
            return reading if method == "GET" else writing
    return ""


def current_user(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/current_user: who asks, with organisation, role and permissions."""
    person = person_of(request)
    org, role = account.org_uuid, _uuid("role")
    user = {
        "type": "users",
        "id": person.uuid,
        "attributes": {
            "uuid": person.uuid, "name": person.name, "handle": person.email,
            "email": person.email, "created_at": SINCE, "modified_at": SINCE, "icon": "",
            "title": None, "verified": True, "disabled": False, "service_account": False,
            "mfa_enabled": False, "status": "Active", "last_login_time": None,
        },
        "relationships": {
            "org": {"data": {"type": "orgs", "id": org}},
            "roles": {"data": [{"type": "roles", "id": role}]},
        },
    }  # fmt: skip
    granted = [name for name in _GROUPS if name not in account.lacking]
    included = [_org(org, account.org_id), _role(role, granted), *map(_permission, granted)]
    return answer({"data": user, "included": included})


def application_keys(_: Account, request: Request, __: str) -> Answer:
    """GET /api/v2/current_user/application_keys: the one that asks, not narrowed to scopes."""
    key = request.headers.get("dd-application-key", "")
    held = {
        "type": "application_keys",
        "id": _uuid(f"key {key}"),
        "attributes": {
            "name": "emulator",
            "created_at": SINCE,
            "last4": key[-4:],
            "last_used_at": None,
            "scopes": None,
        },
    }
    wanted = request.query.get("filter", "").lower() in "emulator" and not request.number(
        "page[number]", 0
    )
    meta = {"page": {"total_filtered_count": int(wanted)}, "max_allowed_per_user": 1000}
    return answer({"data": [held] if wanted else [], "meta": meta})


def _org(identifier: str, org_id: int) -> dict[str, Any]:
    return {
        "type": "orgs",
        "id": identifier,
        "attributes": {
            "name": "Emulator", "public_id": f"emulator{org_id:x}", "description": None,
            "disabled": False, "sharing": "none", "url": None, "created_at": SINCE,
            "modified_at": SINCE,
        },
    }  # fmt: skip


def _role(identifier: str, granted: Collection[str]) -> dict[str, Any]:
    permissions = [{"type": "permissions", "id": _uuid(name)} for name in granted]
    return {
        "type": "roles",
        "id": identifier,
        "attributes": {
            "name": "Emulated Role",
            "created_at": SINCE,
            "modified_at": SINCE,
            "user_count": 1,
        },
        "relationships": {"permissions": {"data": permissions}},
    }


def _permission(name: str) -> dict[str, Any]:
    return {
        "type": "permissions",
        "id": _uuid(name),
        "attributes": {
            "name": name,
            "display_name": name.replace("_", " ").title(),
            "description": "",
            "created": SINCE,
            "group_name": _GROUPS[name],
            "display_type": "read" if name.endswith("_read") else "write",
            "restricted": False,
        },
    }


def _uuid(name: str) -> str:
    return str(uuid.uuid5(_FAMILY, name))

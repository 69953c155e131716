"""PagerDuty's objects, in the shapes of its OpenAPI's own examples (2026-08-14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.names import User, full_name, stable_id

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyTeam:
    """
    A team of teams.yaml in PagerDuty: a service, its schedule, its people.

    The last of `users` is the second level, the others take turns. `delay` is how many minutes the
    first level has, None for a policy without levels.
    """

    owner: str
    title: str
    service: str
    status: str
    schedule: rota.Schedule
    users: tuple[User, ...]
    delay: int | None

    def id(self, kind: str) -> str:
        """Return the id of its object of a kind, such as `service`."""
        return identifier(self.owner, kind)


def identifier(*parts: str) -> str:
    """Return an id that follows from names, in PagerDuty's form."""
    return "P" + stable_id("pagerduty", *parts).replace("-", "")[:13].upper()


def named(kind: str, own_id: str, name: str) -> Document:
    """Return what every object of PagerDuty's has."""
    at = f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"
    return {
        "id": own_id,
        "type": kind,
        "summary": name,
        "self": f"https://api.pagerduty.com/{at}/{own_id}",
        "html_url": f"https://acme.pagerduty.example/{at}/{own_id}",
    }


def reference(kind: str, own_id: str, name: str) -> Document:
    """Return how other objects name an object."""
    return {**named(kind, own_id, name), "type": f"{kind}_reference"}


def user_reference(user: User) -> Document:
    """Return how other objects name a user."""
    return reference("user", identifier(user["username"]), full_name(user))


def policy_of(team: PagerDutyTeam) -> Document:
    """Return how other objects name the escalation policy of a team."""
    name = f"{team.title} escalation"
    return reference("escalation_policy", team.id("escalation_policy"), name)


def on_call_entry(team: PagerDutyTeam, user: User, level: int) -> Document:
    """Return who is on call at a level, without the times."""
    return {
        "user": user_reference(user),
        "escalation_policy": policy_of(team),
        "escalation_level": level,
    }


def _service(team: PagerDutyTeam) -> Document:
    integration = reference("events_api_v2_inbound_integration", team.id("datadog"), "Datadog")
    return {
        **named("service", team.id("service"), team.service),
        "name": team.service,
        "auto_resolve_timeout": 14400,
        "acknowledgement_timeout": 1800,
        "created_at": "2026-01-12T04:30:00Z",
        "status": team.status,
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping_parameters": {"type": "intelligent"},
        "integrations": [integration],
        "escalation_policy": policy_of(team),
        "teams": [reference("team", team.id("team"), team.title)],
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "support_hours": None,
        "scheduled_actions": [],
        "auto_pause_notifications_parameters": {"enabled": False, "timeout": None},
    }


def _policy(team: PagerDutyTeam) -> Document:
    schedule = reference("schedule", team.id("schedule"), team.schedule["name"])
    rules = [
        {"id": team.id(f"rule{place}"), "escalation_delay_in_minutes": delay, "targets": [target]}
        for place, delay, target in (
            (1, team.delay, schedule),
            (2, 30, user_reference(team.users[-1])),
        )
    ]
    own = policy_of(team)
    return {
        **named("escalation_policy", own["id"], own["summary"]),
        "name": own["summary"],
        "on_call_handoff_notifications": "if_has_services",
        "escalation_rules": [] if team.delay is None else rules,
        "services": [reference("service", team.id("service"), team.service)],
        "num_loops": 0,
        "teams": [reference("team", team.id("team"), team.title)],
    }


def _schedule(team: PagerDutyTeam) -> Document:
    name = team.schedule["name"]
    return {
        **named("schedule", team.id("schedule"), name),
        "name": name,
        "time_zone": team.schedule["time_zone"],
        "description": team.schedule["summary"],
        "escalation_policies": [policy_of(team)],
        "users": [user_reference(user) for user in team.users[:-1]],
    }


MAKE: dict[str, Callable[[PagerDutyTeam], Document]] = {
    "services": _service,
    "escalation_policies": _policy,
    "schedules": _schedule,
}
"""The maker of each kind of object that is listed for each team."""

"""Incidents and projects of the tests, made short."""

from __future__ import annotations

from typing import Any

from monitor_sync.incidents import Incident
from monitor_sync.model import Monitor, Project, Team


def incident(identity: str = "1", created: float = 0.0, **given: Any) -> Incident:
    """Return an incident; resolved where it has a time for that, else acknowledged or open."""
    status = "resolved" if given.get("resolved") is not None else "triggered"
    if status == "triggered" and given.get("acknowledged") is not None:
        status = "acknowledged"
    values: dict[str, Any] = {
        "tool": "zenduty",
        "id": identity,
        "number": identity,
        "title": "[Motor] Conversion dropped",
        "service": "motor-quotes",
        "service_id": "svc-motor",
        "status": status,
        "created": created,
        **given,
    }
    return Incident(**values)


def team(name: str, service: str = "", **given: Any) -> Team:
    return Team(
        name=name, title=name, on_call=name, tool=given.pop("tool", "zenduty"),
        service=service or name, **given,
    )  # fmt: skip


def monitor(key: str, owner: str, **given: Any) -> Monitor:
    body = {"type": "query alert", "query": "q", "name": key, "message": "", **given}
    return Monitor(key=key, body=body, business_unit=key.partition("/")[0], team=owner)


def project(*teams: Team, monitors: tuple[Monitor, ...] = (), **given: Any) -> Project:
    return Project(
        name="acme",
        teams={own.name: own for own in teams},
        monitors={own.key: own for own in monitors},
        **given,
    )

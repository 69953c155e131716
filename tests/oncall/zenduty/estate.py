"""A Zenduty written from its OpenAPI 1.1.0: one team, one service, everything as it should be."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.datadog.conftest import Answer, ReceivedRequest

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # a Monday
KEY = "7b6c0f9de2a44d0c91f5b3a8"
URL = f"https://www.zenduty.com/api/integration/datadog/{KEY}/"
ANI = {
    "username": "d24b310c-b9b2-4",
    "first_name": "Ani",
    "last_name": "Wijaya",
    "email": "ani@acme.example",
}
BUDI = {
    "username": "b115be42-9c4f-4",
    "first_name": "Budi",
    "last_name": "Santoso",
    "email": "budi@acme.example",
}

TEAM = "/api/account/teams/t1/"


def stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def layer(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Layer 1",
        "shift_length": 604800,
        "restriction_type": 0,
        "restrictions": [],
        "users": [
            {"user": ANI["username"], "position": 1, "unique_id": "u1"},
            {"user": BUDI["username"], "position": 2, "unique_id": "u2"},
        ],
        "rotation_start_time": stamp(NOW - timedelta(days=28, hours=1)),
        "rotation_end_time": None,
        "is_active": True,
        "unique_id": "l1",
    } | changed


_HEALTHY: dict[str, Any] = {
    "/api/account/teams/": [{"unique_id": "t1", "name": "Cars", "shoe_size": 43}],
    f"{TEAM}services/": [
        {
            "unique_id": "s1",
            "name": "quotes",
            "status": 1,
            "under_maintenance": False,
            "escalation_policy": "p1",
            "team": "t1",
        }
    ],
    f"{TEAM}services/s1/integrations/": [
        {
            "unique_id": "i1",
            "name": "Datadog",
            "service": "s1",
            "application_reference": {
                "name": "Datadog", "extension": "datadog", "application_type": 0,
            },
            "integration_key": KEY,
            "is_enabled": True,
            "create_incidents_for": 1,
            "integration_type": 0,
            "webhook_url": URL,
        }
    ],
    f"{TEAM}escalation_policies/": [
        {
            "unique_id": "p1",
            "name": "Quotes",
            "team": "t1",
            "rules": [
                {
                    "unique_id": "r1",
                    "position": 1,
                    "delay": 0,
                    "targets": [{"target_type": 1, "target_id": "c1"}],
                }
            ],
        }
    ],
    f"{TEAM}schedules/": [
        {
            "unique_id": "c1",
            "name": "Quotes, weekly",
            "time_zone": "UTC",
            "team": "t1",
            "layers": [layer()],
            "overrides": [],
        }
    ],
    "/api/v2/account/teams/t1/oncall/": [
        {
            "unique_id": "p1",
            "name": "Quotes",
            "oncalls": [{"ep_rule": "r1", "position": 1, "delay": 0, "oncalls": [ANI]}],
        }
    ],
}  # fmt: skip


class Zenduty:
    """What it holds, by path. Tests change it; lists are given bare, unless ``paged``."""

    def __init__(self) -> None:
        self.paths: dict[str, Any] = copy.deepcopy(_HEALTHY)
        self.paged = False

    def __getitem__(self, path: str) -> Any:
        """The first object of a list of the team, to be changed."""
        return self.paths[path if path.startswith("/") else f"{TEAM}{path}/"][0]

    @property
    def on_call(self) -> list[dict[str, Any]]:
        on_call: list[dict[str, Any]] = self.paths["/api/v2/account/teams/t1/oncall/"]
        return on_call

    def another_service(self, name: str, key: str) -> None:
        """Add a service to the team, with an integration of its own."""
        service, integration = (
            copy.deepcopy(self["services"]),
            copy.deepcopy(self["services/s1/integrations"]),
        )
        service |= {"unique_id": f"s-{name}", "name": name}
        url = f"https://www.zenduty.com/api/integration/datadog/{key}/"
        integration |= {"unique_id": f"i-{name}", "integration_key": key, "webhook_url": url}
        self.paths[f"{TEAM}services/"].append(service)
        self.paths[f"{TEAM}services/s-{name}/integrations/"] = [integration]

    def answer(self, request: ReceivedRequest) -> Answer:
        if request.headers.get("authorization") != f"Token {'k' * 20}":
            return Answer(status=403, body={"detail": "Invalid token."})
        held = self.paths.get(request.path)
        if held is None:
            return Answer(status=404, body={"detail": "Not found."})
        if isinstance(held, Answer):
            return held
        if not self.paged:
            return Answer(body=held)
        page = int(request.query.get("page", "1"))
        following = f"http://{request.headers['host']}{request.path}?page={page + 1}"
        return Answer(
            body={
                "count": None,
                "next": following if page < len(held) else None,
                "results": held[page - 1 : page],
            }
        )

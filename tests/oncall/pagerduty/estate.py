"""A PagerDuty written from its OpenAPI's own examples: one service, everything as it should be."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from tests.datadog.conftest import Answer, ReceivedRequest
from tests.oncall.zenduty.estate import NOW, stamp

TOKEN = "y_NbAkKc66ryYTWUXYEu"  # noqa: S105 - of a server of ours


def person(name: str) -> dict[str, Any]:
    return {"id": f"P{name.upper()}", "type": "user_reference", "summary": f"{name} Wijaya"}


def on_call(name: str, level: int, start: float | None, end: float | None) -> dict[str, Any]:
    """An entry of ``/oncalls``: somebody at a level, from and to so many hours from now."""
    return {
        "user": person(name),
        "schedule": None if start is None else {"id": "PSCHED1", "type": "schedule_reference"},
        "escalation_policy": {"id": "PPOLICY", "type": "escalation_policy_reference"},
        "escalation_level": level,
        "start": None if start is None else stamp(NOW + timedelta(hours=start)),
        "end": None if end is None else stamp(NOW + timedelta(hours=end)),
    }


_SERVICE = {
    "id": "PSERVIC",
    "name": "Quotes",
    "status": "active",
    "integrations": [
        {"id": "PMAIL11", "type": "generic_email_inbound_integration_reference", "summary": "Mail"},
        {"id": "PDOG111", "type": "events_api_v2_inbound_integration_reference",
         "summary": "Datadog"},
    ],
    "escalation_policy": {"id": "PPOLICY", "type": "escalation_policy_reference"},
}  # fmt: skip

_POLICY = {
    "id": "PPOLICY",
    "name": "Quotes escalation",
    "escalation_rules": [
        {
            "id": "PRULE11",
            "escalation_delay_in_minutes": 5,
            "targets": [
                {"id": "PSCHED1", "type": "schedule_reference", "summary": "Quotes, weekly"}
            ],
        },
        {
            "id": "PRULE22",
            "escalation_delay_in_minutes": 30,
            "targets": [{"id": "PCITRA", "type": "user_reference", "summary": "Citra Wijaya"}],
        },
    ],
}


class PagerDuty:
    """What it holds, by the name of a list. Tests change it, and how large its pages are."""

    def __init__(self) -> None:
        self.lists: dict[str, Any] = {
            "services": [copy.deepcopy(_SERVICE)],
            "escalation_policies": [copy.deepcopy(_POLICY)],
            "oncalls": [
                on_call("Ani", 1, -10, 150),
                on_call("Budi", 1, 150, 400),
                on_call("Citra", 2, None, None),
            ],
        }
        self.largest = 100

    def answer(self, request: ReceivedRequest) -> Answer:
        if request.headers.get("authorization") != f"Token token={TOKEN}":
            return Answer(status=401, body={"error": {"message": "Unauthorized"}})
        name = request.path.strip("/")
        held = self.lists.get(name)
        if held is None:
            return Answer(status=404, body={"error": {"message": "Not Found", "code": 2100}})
        if isinstance(held, Answer):
            return held
        offset = int(request.query.get("offset", "0"))
        limit = min(int(request.query.get("limit", "25")), self.largest)
        return Answer(
            body={
                name: held[offset : offset + limit],
                "limit": limit,
                "offset": offset,
                "more": offset + limit < len(held),
                "total": None,
            }
        )

"""Service level objectives, as far as monitors need them: something that refers to a monitor."""

from __future__ import annotations

import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import CREATOR, Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/slo."""
    body = request.json()
    shapes.check(body, {"name": shapes.text, "tags": shapes.texts, "monitor_ids": shapes.wholes})
    if not body.get("name"):
        raise refused("Invalid payload: Minimum length of parameter 'name' should be 1")
    if body.get("type") == "monitor" and not body.get("monitor_ids"):
        raise refused("Invalid payload: must specify monitor_ids")
    now = int(account.clock())
    slo = {
        **body,
        "id": uuid.uuid4().hex,
        "tags": body.get("tags") or [],
        "created_at": now,
        "modified_at": now,
        "creator": {name: CREATOR[name] for name in ("name", "handle", "email")},
    }
    account.slos.put(slo["id"], slo)
    return answer({"data": [slo], "error": None})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v1/slo/{id}."""
    return answer({"data": _found(account, identifier), "errors": None})


def delete(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v1/slo/{id}."""
    _found(account, identifier)
    account.slos.remove(identifier)
    return answer({"data": [identifier], "error": None})


def _found(account: Account, identifier: str) -> dict[str, Any]:
    slo = account.slos.get(identifier)
    if slo is None:
        raise refused(f"SLO not found: {identifier} not found", status=404)
    return slo

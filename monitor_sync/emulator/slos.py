"""Service level objectives, as far as monitors need them: something that refers to a monitor."""

from __future__ import annotations

import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import CREATOR, Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused

_PAGE = 1000
_SHAPES: dict[str, shapes.Shape] = {
    "name": shapes.text,
    "tags": shapes.texts,
    "monitor_ids": shapes.wholes,
    "thresholds": shapes.records,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/slo."""
    body = request.json()
    shapes.check(body, _SHAPES)
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


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/slo: all, those of `ids`, or those with `query` in their name (recorded)."""
    wanted = [part for part in request.query.get("ids", "").split(",") if part]
    if wanted:
        return answer({"data": [_slo(account, identifier) for identifier in wanted], "error": None})
    text = request.query.get("query", "").lower()
    matching = [slo for slo in account.slos if text in slo["name"].lower()]
    start = request.number("offset", 0)
    page = {"total_count": len(account.slos), "total_filtered_count": len(matching)}
    return answer(
        {
            "data": matching[start : start + request.number("limit", _PAGE)],
            "error": None,
            "metadata": {"page": page},
        }
    )


def can_delete(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/slo/can_delete: nothing here refers to an SLO, so all can."""
    wanted = [part for part in request.query.get("ids", "").split(",") if part]
    if not wanted:
        raise refused("The value provided for parameter 'ids are required' is invalid")
    return answer({"data": {"ok": [_slo(account, slo)["id"] for slo in wanted]}, "errors": None})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v1/slo/{id}."""
    return answer({"data": _slo(account, identifier), "errors": None})


def delete(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v1/slo/{id}."""
    _slo(account, identifier)
    account.slos.remove(identifier)
    return answer({"data": [identifier], "error": None})


def _slo(account: Account, identifier: str) -> dict[str, Any]:
    return account.slos.named(identifier, f"SLO not found: {identifier} not found")

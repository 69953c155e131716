"""Roles, as far as monitors need them: something whose id stands in `restricted_roles`."""

from __future__ import annotations

import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/roles."""
    attributes = shapes.attributes_of(request)
    if not attributes or not attributes.get("name"):
        raise refused("'name' is a required property")
    now = account.timestamp()
    identifier = str(uuid.uuid4())
    role = {
        "type": "roles",
        "id": identifier,
        "attributes": {"name": attributes["name"], "created_at": now, "modified_at": now},
        "relationships": {"permissions": {"data": []}},
    }
    account.roles.put(identifier, role)
    return answer({"data": role})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v2/roles/{id}."""
    return answer({"data": _role(account, identifier)})


def list_all(account: Account, _: Request, __: str) -> Answer:
    """GET /api/v2/roles, all on one page."""
    held = list(account.roles)
    page = {"total_count": len(held), "total_filtered_count": len(held)}
    return answer({"meta": {"page": page}, "data": held})


def delete(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v2/roles/{id}: 204."""
    _role(account, identifier)
    account.roles.remove(identifier)
    return Answer(status=204, body=b"")


def _role(account: Account, identifier: str) -> dict[str, Any]:
    return account.roles.named(identifier, f"role {identifier} not found")

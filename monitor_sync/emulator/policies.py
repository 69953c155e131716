"""
Configuration policies for tags: made, listed, read, changed, deleted, and held against monitors.

Answers and refusals are recorded, but for what a monitor is told that has a wrong value: that text
is ours. A held monitor may break a policy; it cannot be written until its tags are right
(Datadog's page on monitor settings).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused

POLICIES = "/api/v2/monitor/policy"

_ANY = "*"
_SHAPES: dict[str, shapes.Shape] = {"policy_type": shapes.text, "policy": shapes.record}
_POLICY: dict[str, shapes.Shape] = {
    "tag_key": shapes.text,
    "tag_key_required": shapes.flag,
    "valid_tag_values": shapes.texts,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/monitor/policy; a tag key has one policy."""
    policy = _sent(request)
    if any(policy["tag_key"] == held["tag_key"] for held in _policies(account)):
        raise refused("A configuration policy already exists for this tag key")
    held = _document(str(uuid.uuid4()), policy)
    account.policies.put(held["id"], held)
    return answer({"data": held})


def list_all(account: Account, _: Request, __: str) -> Answer:
    """GET /api/v2/monitor/policy: all of them, in no pages."""
    return answer({"data": list(account.policies)})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v2/monitor/policy/{id}."""
    return answer(
        {"data": account.policies.named(identifier, "Monitor configuration policy not found")}
    )


def update(account: Account, request: Request, identifier: str) -> Answer:
    """PATCH /api/v2/monitor/policy/{id}, whose body names the id too."""
    data = request.json().get("data")
    if isinstance(data, dict) and data.get("id") != identifier:
        raise refused("Policy id in request body does not match id in URL param", status=422)
    account.policies.named(identifier, "Monitor configuration policy not found")
    held = _document(identifier, _sent(request))
    account.policies.put(identifier, held)
    return answer({"data": held})


def delete(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v2/monitor/policy/{id}: 204."""
    account.policies.named(identifier, "Monitor config policy not found")
    account.policies.remove(identifier)
    return Answer(status=204, body=b"")


def check(account: Account, tags: Sequence[str]) -> None:
    """Refuse (400) a monitor that a policy does not let through."""
    values: dict[str, list[str]] = {}
    for tag in tags:
        key, _, value = tag.partition(":")
        values.setdefault(key, []).append(value)
    policies = _policies(account)
    missing = [
        policy["tag_key"]
        for policy in policies
        if policy["tag_key_required"] and policy["tag_key"] not in values
    ]
    if missing:
        raise refused(f"Missing required tag key(s): {', '.join(missing)}")
    for policy in policies:
        allowed = policy["valid_tag_values"]
        for value in values.get(policy["tag_key"], ()):
            if allowed and _ANY not in allowed and value not in allowed:
                raise refused(f"Invalid value for tag key {policy['tag_key']}: {value}")


def _sent(request: Request) -> dict[str, Any]:
    attributes = shapes.checked_attributes(request, _SHAPES)
    if attributes.get("policy_type") != "tag":
        raise refused("Value of parameter 'policy_type' should be any of these ['tag']")
    policy: Json = attributes.get("policy") or {}
    shapes.check(policy, _POLICY)
    if not policy.get("tag_key"):
        raise refused("'tag_key' is a required property")
    return {
        "tag_key": policy["tag_key"],
        "tag_key_required": bool(policy.get("tag_key_required")),
        "valid_tag_values": policy.get("valid_tag_values") or [],
    }


def _document(identifier: str, policy: dict[str, Any]) -> dict[str, Any]:
    attributes = {"policy_type": "tag", "policy": policy}
    return {"type": "monitor-config-policy", "id": identifier, "attributes": attributes}


def _policies(account: Account) -> list[dict[str, Any]]:
    return [held["attributes"]["policy"] for held in account.policies]

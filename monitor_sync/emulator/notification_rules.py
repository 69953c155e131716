"""Notification rules of the second API: create and list. What they would notify is not played."""

from __future__ import annotations

import uuid

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused

_SHAPES: dict[str, shapes.Shape] = {
    "name": shapes.text,
    "filter": shapes.record,
    "recipients": shapes.texts,
    "conditional_recipients": shapes.record,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/monitor/notification_rule, with a name and a filter by tags or by scope."""
    attributes = shapes.checked_attributes(request, _SHAPES)
    if not attributes.get("name"):
        raise refused("'name' is a required property")
    if len(attributes.get("filter") or {}) != 1:
        raise refused("'filter' must have exactly one of 'tags', 'scope'")
    now = account.timestamp()
    rule = {
        "type": "monitor-notification-rule",
        "id": str(uuid.uuid4()),
        "attributes": {**attributes, "created_at": now, "modified_at": now},
    }
    account.notification_rules.put(str(rule["id"]), rule)
    return answer({"data": rule})


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/monitor/notification_rule, by `page` and `per_page` (100)."""
    size = request.number("per_page", 100) or 100
    start = request.number("page", 0) * size
    held = list(account.notification_rules)
    return answer({"data": held[start : start + size]})

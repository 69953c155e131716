"""Downtimes of the second API: create, read, list, change, cancel, and what matches a monitor."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import CREATOR, CREATOR_UUID, Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused

_SETTABLE = (
    "message", "monitor_identifier", "scope", "schedule", "display_timezone",
    "mute_first_recovery_notification", "notify_end_types", "notify_end_states",
)  # fmt: skip
_USER = {
    "type": "users",
    "id": CREATOR_UUID,
    "attributes": {
        "uuid": CREATOR_UUID,
        "name": CREATOR["name"],
        "handle": CREATOR["handle"],
        "email": CREATOR["email"],
    },
}


_SHAPES: dict[str, shapes.Shape] = {
    "message": shapes.text,
    "monitor_identifier": shapes.record,
    "scope": shapes.text,
    "schedule": shapes.record,
    "display_timezone": shapes.text,
    "notify_end_types": shapes.texts,
    "notify_end_states": shapes.texts,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/downtime."""
    sent = _sent_attributes(request)
    identifier = sent.get("monitor_identifier")
    if not isinstance(identifier, dict) or len(identifier) != 1:
        raise refused("'monitor_identifier' must have exactly one of 'monitor_id', 'monitor_tags'")
    _check_monitor(account, identifier)
    now = account.timestamp()
    schedule = sent.get("schedule") or {}
    if "recurrences" not in schedule:
        schedule = {"start": schedule.get("start") or now, "end": schedule.get("end")}
    downtime = {
        "id": str(uuid.uuid4()),
        "message": None, "status": "scheduled", "monitor_identifier": identifier, "scope": "*",
        "display_timezone": "UTC", "mute_first_recovery_notification": False,
        "notify_end_types": ["expired"], "notify_end_states": ["alert", "no data", "warn"],
        **{name: sent[name] for name in _SETTABLE if sent.get(name) is not None},
        "schedule": schedule, "created": now, "modified": now, "canceled": None,
    }  # fmt: skip
    account.downtimes_v2.put(downtime["id"], downtime)
    return answer({"data": _shown(account, downtime), "included": [_USER]})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v2/downtime/{id}. A cancelled one is still read."""
    return answer({"data": _shown(account, _downtime(account, identifier))})


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/downtime, in pages of `page[limit]` (30) from `page[offset]`."""
    held = [_shown(account, downtime) for downtime in account.downtimes_v2]
    if request.flag("current_only"):
        held = [entry for entry in held if entry["attributes"]["status"] == "active"]
    start = request.number("page[offset]", 0)
    page = held[start : start + request.number("page[limit]", 30)]
    body: dict[str, Any] = {"data": page}
    if "created_by" in request.query.get("include", ""):
        body["included"] = [_USER]
    body["meta"] = {"page": {"total_filtered_count": len(held)}}
    return answer(body)


def update(account: Account, request: Request, identifier: str) -> Answer:
    """PATCH /api/v2/downtime/{id}. What is not named stays."""
    downtime = dict(_downtime(account, identifier))
    sent = _sent_attributes(request)
    if not sent.get("schedule", True) or not sent.get("monitor_identifier", True):
        raise refused("'schedule' and 'monitor_identifier' cannot be unset")
    for name in sent:
        if name not in _SETTABLE:
            raise refused(f"Additional properties are not allowed ('{name}' was unexpected)")
    if "monitor_identifier" in sent:
        _check_monitor(account, sent["monitor_identifier"])
    downtime.update(sent)
    downtime["modified"] = account.timestamp()
    account.downtimes_v2.put(downtime["id"], downtime)
    return answer({"data": _shown(account, downtime), "included": [_USER]})


def cancel(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v2/downtime/{id}: 204."""
    downtime = account.downtimes_v2.get(identifier)
    if downtime is None or downtime["canceled"] is not None:
        raise refused(f"Downtime {identifier} not found", status=404)
    account.downtimes_v2.put(identifier, {**downtime, "canceled": account.timestamp()})
    return Answer(status=204, body=b"")


def matches(account: Account, request: Request, identifier: str) -> Answer:
    """GET /api/v2/monitor/{id}/downtime_matches: those in force or to come for a monitor."""
    monitor = (
        account.monitors.get(int(identifier))
        if identifier.isascii() and identifier.isdigit()
        else None
    )
    if monitor is None:
        raise refused(f"Monitor with id {identifier} not found", status=404)
    entries = [
        {
            "type": "downtime_match",
            "id": downtime["id"],
            "attributes": {
                "groups": ["*"],
                "scope": downtime["scope"],
                "start": downtime["schedule"].get("start"),
                "end": downtime["schedule"].get("end"),
            },
        }
        for downtime in account.downtimes_v2
        if _status(account, downtime) in {"active", "scheduled"} and _is_for(downtime, monitor)
    ]
    start = request.number("page[offset]", 0)
    page = entries[start : start + request.number("page[limit]", 30)]
    return answer({"data": page, "meta": {"page": {"total_filtered_count": len(entries)}}})


def _sent_attributes(request: Request) -> dict[str, Any]:
    attributes = shapes.attributes_of(request)
    if attributes is None:
        raise refused("'data' is a required property")
    shapes.check(attributes, _SHAPES)
    shapes.check(attributes.get("schedule") or {}, {"start": _moment, "end": _moment})
    _check_scope(attributes.get("scope") or "*")
    named = {"monitor_id": shapes.whole, "monitor_tags": shapes.texts}
    shapes.check(attributes.get("monitor_identifier") or {}, named)
    return attributes


def _check_scope(scope: str) -> None:
    """Refuse (400) a scope with a value that has no key, as recorded."""
    plain = re.sub(r"[\w.-]+(?::|\s+(?:NOT\s+)?IN\s*)\([^()]*\)", "key:value", scope)
    for value in re.split(r"\s+(?:AND|OR)\s+|,|[()]", plain):
        value = re.sub(r"^(?:NOT\s+|[!-])", "", value.strip())
        if value and value != "*" and ":" not in value:
            raise refused("All values must have a key")


def _downtime(account: Account, identifier: str) -> dict[str, Any]:
    try:
        uuid.UUID(identifier)
    except ValueError as problem:
        raise refused("Invalid URL param: downtime_id must be an uuid") from problem
    return account.downtimes_v2.named(identifier, "Downtime not found")


def _check_monitor(account: Account, identifier: Json) -> None:
    monitor_id = identifier.get("monitor_id")
    if monitor_id is not None and monitor_id not in account.monitors:
        raise refused("'monitor_id' does not correspond to any monitor")


def _is_for(downtime: dict[str, Any], monitor: dict[str, Any]) -> bool:
    identifier = downtime["monitor_identifier"]
    if "monitor_id" in identifier:
        return bool(identifier["monitor_id"] == monitor["id"])
    return {*monitor["tags"], "*"}.issuperset(identifier.get("monitor_tags") or ())


def _status(account: Account, downtime: dict[str, Any]) -> str:
    """Return the status now. Recurrences are not computed: such a downtime stays `scheduled`."""
    if downtime["canceled"] is not None:
        return "canceled"
    now = account.clock()
    start, end = (_seconds(downtime["schedule"].get(edge)) for edge in ("start", "end"))
    if end is not None and end <= now:
        return "ended"
    return "active" if start is not None and start <= now else "scheduled"


def _moment(value: Json) -> bool:
    """Return True for a date and time with its offset."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _seconds(moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None


def _shown(account: Account, downtime: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: value for name, value in downtime.items() if name != "id"}
    attributes["status"] = _status(account, downtime)
    relationships: dict[str, Any] = {"created_by": {"data": {"type": "users", "id": CREATOR_UUID}}}
    monitor_id = downtime["monitor_identifier"].get("monitor_id")
    if monitor_id is not None:
        relationships["monitor"] = {"data": {"type": "monitor", "id": str(monitor_id)}}
    return {
        "type": "downtime",
        "id": downtime["id"],
        "attributes": attributes,
        "relationships": relationships,
    }

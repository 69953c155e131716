"""Downtimes of the first API, and what they do to the monitors that are read meanwhile.

Only these show on a monitor (`options.silenced`, `matching_downtimes`); those of the second API
do not, as recorded.
"""

from __future__ import annotations

import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import CREATOR, Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused

_NO_BODY = Answer(status=204, body=b"")
_MOST_MONITOR_TAGS = 80  # recorded 2022-09; it was 32 before
_RECURRENCES = {"days", "weeks", "months", "years", "rrule"}
_WEEK_DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
_SETTABLE = (
    "start", "end", "message", "disabled", "timezone", "monitor_id",
    "mute_first_recovery_notification", "notify_end_types", "notify_end_states",
)  # fmt: skip


_SHAPES: dict[str, shapes.Shape] = {
    "scope": shapes.either(shapes.text, shapes.texts),
    "monitor_tags": shapes.texts,
    "monitor_id": shapes.whole,
    "start": shapes.moment,
    "end": shapes.moment,
    "message": shapes.text,
    "disabled": shapes.flag,
    "recurrence": shapes.record,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/downtime."""
    body = request.json()
    _check(account, body)
    if not body.get("scope"):
        raise refused("Invalid scope parameter")
    downtime = new_downtime(account, body)
    account.downtimes.put(downtime["id"], downtime)
    return answer(shown(account, downtime))


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v1/downtime/{id}. A cancelled one is still read."""
    return answer(shown(account, _downtime(account, identifier)))


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/downtime: those to come and those in force; `current_only` leaves the latter."""
    held = (shown(account, downtime) for downtime in account.downtimes)
    wanted = {"active"} if request.flag("current_only") else {"active", "scheduled"}
    return answer([downtime for downtime in held if downtime["status"] in wanted])


def update(account: Account, request: Request, identifier: str) -> Answer:
    """PUT /api/v1/downtime/{id}. What is not named stays."""
    downtime = dict(_downtime(account, identifier))
    body = request.json()
    _check(account, body)
    if body.get("start") is not None and int(body["start"]) < min(
        int(account.clock()), downtime["start"]
    ):
        raise refused("Scheduled downtime start cannot be in the past")
    downtime.update((name, body[name]) for name in _SETTABLE if name in body)
    downtime["start"] = downtime["start"] or downtime["created"]
    downtime.update(_normalised(body))
    downtime["modified"] = int(account.clock())
    downtime["updater_id"] = CREATOR["id"]
    account.downtimes.put(downtime["id"], downtime)
    return answer(shown(account, downtime))


def cancel(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v1/downtime/{id}: 204, and 404 the second time."""
    downtime = account.downtimes.get(identifier)
    if downtime is None or downtime["canceled"] is not None:
        raise refused(f"Downtime {identifier} not found", status=404)
    call_off(account, downtime)
    return _NO_BODY


def cancel_by_scope(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/downtime/cancel/by_scope."""
    body = request.json()
    shapes.check(body, _SHAPES)
    scope = body.get("scope")
    if not scope:
        raise refused("Expected scope")
    wanted = sorted(scope.split(",") if isinstance(scope, str) else scope)
    cancelled = [
        downtime
        for downtime in account.downtimes
        if downtime["canceled"] is None and sorted(downtime["scope"]) == wanted
    ]
    if not cancelled:
        raise refused("No downtimes found", status=404)
    for downtime in cancelled:
        call_off(account, downtime)
    return answer({"cancelled_ids": [downtime["id"] for downtime in cancelled]})


def new_downtime(account: Account, body: Json) -> dict[str, Any]:
    """Return the downtime a body asks for, not yet held; order and defaults as recorded in 2026."""
    now = int(account.clock())
    downtime = {
        "id": account.new_id(), "monitor_id": None, "org_id": account.org_id, "start": now,
        "end": None, "canceled": None, "created": now, "modified": now, "message": None,
        "active": False, "disabled": False, "recurrence": None, "timezone": "UTC",
        "parent_id": None, "child_id": None, "creator_id": CREATOR["id"], "updater_id": None,
        "downtime_type": 0, "status": "scheduled", "monitor_tags": ["*"],
        "mute_first_recovery_notification": False, "notify_end_types": ["expired"],
        "notify_end_states": ["alert", "no data", "warn"], "uuid": str(uuid.uuid4()),
        "scope": ["*"],
    }  # fmt: skip
    downtime.update((name, body[name]) for name in _SETTABLE if body.get(name) is not None)
    downtime.update(_normalised(body))
    return downtime


def call_off(account: Account, downtime: dict[str, Any]) -> None:
    """Cancel a downtime; it stays readable, as disabled (343 of 343 recordings)."""
    cancelled = {**downtime, "canceled": int(account.clock()), "disabled": True}
    account.downtimes.put(downtime["id"], cancelled)


def shown(account: Account, downtime: dict[str, Any]) -> dict[str, Any]:
    """Return a downtime as an answer shows it now: `active` and `status` follow the clock."""
    now = account.clock()
    if downtime["canceled"] is not None:
        status = "canceled"
    elif downtime["end"] is not None and downtime["end"] <= now:
        status = "ended"
    else:
        status = "active" if downtime["start"] <= now else "scheduled"
    is_active = status == "active" and not downtime["disabled"]
    return {**downtime, "active": is_active, "status": status}


def in_force(account: Account) -> list[dict[str, Any]]:
    """Return the downtimes that silence something at this moment."""
    if not len(account.downtimes):
        return []
    held = (shown(account, downtime) for downtime in account.downtimes)
    return [downtime for downtime in held if downtime["active"]]


def matching(monitor: dict[str, Any], downtimes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the downtimes that are for this monitor: by its id, or by tags it carries."""
    tags = {*monitor["tags"], "*"}
    return [
        downtime
        for downtime in downtimes
        if downtime["monitor_id"] == monitor["id"]
        or (downtime["monitor_id"] is None and tags.issuperset(downtime["monitor_tags"]))
    ]


def overlaid(monitor: dict[str, Any], downtimes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the monitor as it is read while these downtimes are in force."""
    silencing = matching(monitor, downtimes)
    silenced = {",".join(downtime["scope"]): downtime["end"] for downtime in silencing}
    options = monitor["options"]
    if silenced:
        options = {**options, "silenced": {**options.get("silenced", {}), **silenced}}
    return {
        **monitor,
        "options": options,
        "matching_downtimes": [
            {
                "id": downtime["id"],
                "active": downtime["active"],
                "monitor_id": downtime["monitor_id"],
                "start": downtime["start"],
                "end": downtime["end"],
                "scope": downtime["scope"],
                "groups": ["total"],
            }
            for downtime in silencing
        ],
    }


def _downtime(account: Account, identifier: str) -> dict[str, Any]:
    return account.downtimes.named(identifier, "Downtime not found")


def _check(account: Account, body: Json) -> None:
    shapes.check(body, _SHAPES)
    monitor_id = body.get("monitor_id")
    if monitor_id is not None and monitor_id not in account.monitors:
        raise refused("'monitor_id' does not correspond to any monitor")
    if len(body.get("monitor_tags") or ()) > _MOST_MONITOR_TAGS:
        raise refused(f"There can be at most {_MOST_MONITOR_TAGS} monitor tags.")
    if body.get("recurrence"):
        _check_recurrence(body["recurrence"])


def _check_recurrence(recurrence: Json) -> None:
    """Refuse (400) what was recorded to be refused on 2022-07-12."""
    shapes.check(recurrence, {"type": shapes.text, "week_days": shapes.texts})
    if recurrence.get("type") not in _RECURRENCES:
        raise refused("Invalid recurrence type")
    if not _WEEK_DAYS.issuperset(recurrence.get("week_days") or ()):
        raise refused(
            "Invalid set of days in week_days. Be sure that the first letter is capitalized."
        )
    if recurrence.get("until_occurrences") and recurrence.get("until_date"):
        raise refused("You must provide only provide one of (until_occurrences, until_date)")


def _normalised(body: Json) -> dict[str, Any]:
    """Return what is stored differently from how it is sent: times, scope, tags, recurrence."""
    stored: dict[str, Any] = {
        name: int(body[name]) for name in ("start", "end") if body.get(name) is not None
    }
    scope = body.get("scope")
    if scope:
        stored["scope"] = scope.split(",") if isinstance(scope, str) else list(scope)
        # 0 for everything, 2 for a scope: recorded.
        stored["downtime_type"] = 0 if stored["scope"] == ["*"] else 2
    if body.get("monitor_tags"):
        stored["monitor_tags"] = sorted(body["monitor_tags"])
    if isinstance(body.get("recurrence"), dict):
        recurrence = {"week_days": None, "until_occurrences": None, "until_date": None}
        stored["recurrence"] = {**recurrence, **body["recurrence"]}
    return stored

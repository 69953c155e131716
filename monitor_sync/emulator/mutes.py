"""The old way to silence: mute and unmute a monitor, or everything."""

from __future__ import annotations

from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.downtimes import call_off, matching, new_downtime, shown
from monitor_sync.emulator.monitors import held_monitor

_SHAPES: dict[str, shapes.Shape] = {
    "scope": shapes.either(shapes.text, shapes.texts),
    "end": shapes.moment,
}
_EVERYTHING = {"scope": ["*"]}


def mute(account: Account, request: Request, identifier: str) -> Answer:
    """POST /api/v1/monitor/{id}/mute: `options.silenced` gets the scope, with its end or null."""
    monitor = held_monitor(account, identifier)
    body = request.json()
    shapes.check(body, _SHAPES)
    end = int(body.get("end") or 0) or None
    silenced = {**monitor["options"].get("silenced", {}), _scope(body): end}
    return _silence(account, monitor, silenced)


def unmute(account: Account, request: Request, identifier: str) -> Answer:
    """POST /api/v1/monitor/{id}/unmute: one scope, or with `all_scopes` every one."""
    monitor = held_monitor(account, identifier)
    body = request.json()
    shapes.check(body, _SHAPES)
    silenced = dict(monitor["options"].get("silenced", {}))
    scope = _scope(body)
    if body.get("all_scopes"):
        return _silence(account, monitor, {})
    if scope not in silenced:
        raise refused(f'{monitor["type"]} "{monitor["name"]}" is already unmuted')
    del silenced[scope]
    return _silence(account, monitor, silenced)


def mute_all(account: Account, _: Request, __: str) -> Answer:
    """POST /api/v1/monitor/mute_all: a downtime over everything."""
    downtime = new_downtime(account, _EVERYTHING)
    account.downtimes.put(downtime["id"], downtime)
    return answer(shown(account, downtime))


def unmute_all(account: Account, _: Request, __: str) -> Answer:
    """POST /api/v1/monitor/unmute_all: 204, or 400 where nothing is muted globally."""
    everything = [
        downtime
        for downtime in account.downtimes
        if shown(account, downtime)["active"]
        and downtime["scope"] == ["*"]
        and downtime["monitor_tags"] == ["*"]
        and downtime["monitor_id"] is None
    ]
    if not everything:
        raise refused("Monitoring is not currently globally muted")
    for downtime in everything:
        call_off(account, downtime)
    return Answer(status=204, body=b"")


def downtimes_of(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v1/monitor/{id}/downtimes: those in force or to come that are for this monitor."""
    monitor = held_monitor(account, identifier)
    held = (shown(account, downtime) for downtime in account.downtimes)
    open_ones = [downtime for downtime in held if downtime["status"] in {"active", "scheduled"}]
    return answer(matching(monitor, open_ones))


def _scope(body: Json) -> str:
    scope = body.get("scope")
    if isinstance(scope, list):
        scope = ",".join(scope)
    return scope or "*"


def _silence(account: Account, monitor: dict[str, Any], silenced: dict[str, Any]) -> Answer:
    """Hold the monitor with these silences. `modified` stays: no recorded mute moved it."""
    monitor["options"]["silenced"] = silenced
    account.monitors.put(monitor)
    unseen = ("creator", "assets", "draft_status")
    return answer({name: value for name, value in monitor.items() if name not in unseen})

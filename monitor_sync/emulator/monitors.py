"""The endpoints of one monitor: create, read, update, delete, can_delete and validate."""

from __future__ import annotations

import json
from typing import Any

from monitor_sync.emulator import audit, policies
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.chained_queries import bare
from monitor_sync.emulator.chained_queries import read as read_chain
from monitor_sync.emulator.downtimes import in_force, overlaid
from monitor_sync.emulator.listing import check_group_states
from monitor_sync.emulator.metrics import alerts
from monitor_sync.emulator.normalise import definition, enriched_assets
from monitor_sync.emulator.people import person_of
from monitor_sync.emulator.queries import METRIC_TYPES, comparison, composite_members
from monitor_sync.emulator.validation import check, check_shape, check_update

_NOT_FOUND = "Monitor not found"
_INVENTED = "[9999999,Invented by the emulator]"


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/monitor. An exact copy of a monitor that is held is refused (30 recordings)."""
    body = request.json()
    check_shape(body)
    parts = definition(body)
    check(parts)
    _check_members(account, parts)
    _check_burn_rate(account, parts)
    policies.check(account, parts["tags"])
    for twin in account.monitors.copies_of(parts):
        org = json.loads(account.monitors.row(twin))["org_id"]
        raise refused(f"Duplicate of an existing monitor_id:{twin} org_id:{org}")
    monitor = account.new_monitor(body, account.new_id(), person_of(request).creator)
    account.monitors.put(monitor)
    audit.note(account, request, "created", monitor)
    return answer(_as_written(monitor))


def read(account: Account, request: Request, identifier: str) -> Answer:
    """GET /api/v1/monitor/{id}. Assets only when asked for, and then without `monitor_id`."""
    monitor = held_monitor(account, identifier)
    check_group_states(request)
    monitor = overlaid(monitor, in_force(account)) | alerts.standing(account, monitor["id"])
    if not request.flag("with_downtimes"):
        del monitor["matching_downtimes"]
    assets = monitor.pop("assets")
    if request.flag("with_assets"):
        monitor["assets"] = [
            {name: value for name, value in asset.items() if name != "monitor_id"}
            for asset in assets
        ]
    if request.query.get("with_restricted_roles", "").lower() == "false":
        monitor.pop("restricted_roles", None)
    if request.flag("with_restriction_policy"):
        monitor["restriction_policy"] = {"bindings": []}
    if "group_states" in request.query:
        monitor["state"] = {"groups": {}}
    return answer(monitor)


def update(account: Account, request: Request, identifier: str) -> Answer:
    """PUT /api/v1/monitor/{id}. Partial at the top, but `options` is replaced as a whole.

    What a query refers to is looked up where one is sent: a held composite may have lost a member.
    """
    monitor = held_monitor(account, identifier)
    body = request.json()
    check_shape(body)
    _check_type_change(monitor, body)
    parts = definition(body, monitor)
    check_update(body, parts)
    if body.keys() & {"query", "type"}:
        _check_members(account, parts)
        _check_burn_rate(account, parts)
    policies.check(account, parts["tags"])
    monitor.update(parts)
    monitor["assets"] = enriched_assets(parts["assets"], monitor["id"])
    monitor["modified"] = account.timestamp()
    account.monitors.put(monitor)
    audit.note(account, request, "modified", monitor)
    written = _as_written(monitor)
    written.pop("creator", None)
    return answer(written)


def delete(account: Account, request: Request, identifier: str) -> Answer:
    """DELETE /api/v1/monitor/{id}. Refused while something refers to it, unless forced.

    No refused delete was recorded; the texts are those of issue threads, and of can_delete.
    """
    monitor = held_monitor(account, identifier)
    if not request.flag("force"):
        problems = referrers(account, monitor, request)
        if problems:
            raise refused(*problems)
    account.monitors.remove(monitor["id"])
    audit.note(account, request, "deleted", monitor)
    return answer({"deleted_monitor_id": monitor["id"]})


def can_delete(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/monitor/can_delete: 200 where nothing refers to them, else 409 and who does."""
    wanted = [part.strip() for part in request.query.get("monitor_ids", "").split(",")]
    wanted = [part for part in wanted if part]
    if not wanted:
        raise refused("monitor_ids are required")
    deletable: list[int] = []
    errors: dict[str, list[str]] = {}
    for identifier in wanted:
        monitor = held_monitor(account, identifier)
        problems = referrers(account, monitor, request)
        if problems:
            errors[identifier] = problems
        else:
            deletable.append(monitor["id"])
    return answer({"data": {"ok": deletable}, "errors": errors or None}, 409 if errors else 200)


def validate_new(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/monitor/validate: what a create would check, but for what it refers to."""
    body = request.json()
    check_shape(body)
    parts = definition(body)
    check(parts)
    policies.check(account, parts["tags"])
    return answer({})


def validate_held(account: Account, request: Request, identifier: str) -> Answer:
    """POST /api/v1/monitor/{id}/validate: what an update would check."""
    monitor = held_monitor(account, identifier)
    body = request.json()
    check_shape(body)
    parts = definition(body, monitor)
    check_update(body, parts)
    policies.check(account, parts["tags"])
    return answer({})


def held_monitor(account: Account, identifier: str) -> dict[str, Any]:
    """Return a copy of the monitor with this id.

    Raises `ErrorAnswer` (404) where there is none, or the id is no number.
    """
    monitor = None
    if identifier.isascii() and identifier.isdigit():
        monitor = account.monitors.get(int(identifier))
    if monitor is None:
        raise refused(_NOT_FOUND, status=404)
    return monitor


def referrers(account: Account, monitor: dict[str, Any], request: Request) -> list[str]:
    """Return who refers to a monitor, in Datadog's words: a line for composites, one for SLOs.

    The fault `referenced` adds a composite that there is not.
    """
    monitor_id = monitor["id"]
    named = f"monitor [{monitor_id},{monitor['name']}] is referenced in"
    composites = [
        f"[{composite},{json.loads(account.monitors.row(composite))['name']}]"
        for composite in account.monitors.composites_of(monitor_id)
    ]
    if request.strike is not None and request.strike.refers:
        composites.append(_INVENTED)
    slos = [
        f"[{slo['id']},{slo['name']}]"
        for slo in account.slos
        if monitor_id in (slo.get("monitor_ids") or ())
    ]
    problems = [f"{named} composite monitors: {', '.join(composites)}"] if composites else []
    if slos:
        problems.append(f"{named} slos: {', '.join(slos)}")
    return problems


def _as_written(monitor: dict[str, Any]) -> dict[str, Any]:
    """Return a monitor as the answer to a write shows it."""
    written = dict(monitor)
    written["restriction_policy"] = None
    return written


def _check_members(account: Account, parts: dict[str, Any]) -> None:
    if parts["type"] == "composite" and not all(
        member in account.monitors for member in composite_members(parts["query"])
    ):
        raise refused("Some monitor IDs are invalid")


def _check_burn_rate(account: Account, parts: dict[str, Any]) -> None:
    """Refuse (400) a burn rate that its SLO can never reach; an SLO that is not held says nothing.

    The words are those of issue 1093 of Datadog's Terraform provider.
    """
    end = comparison(parts["query"])
    chain = (
        read_chain(parts["query"][: end.start]) if end and parts["type"] == "slo alert" else None
    )
    if end is None or chain is None or chain.source != "burn_rate":
        return
    slo = account.slos.get(chain.quoted.strip("\"'")) or {}
    for threshold in slo.get("thresholds") or ():
        target = threshold.get("target") if isinstance(threshold, dict) else None
        if not isinstance(target, int | float) or not 0 < target < 100:
            continue
        most = round(1 / (1 - target / 100), 6)
        if [threshold.get("timeframe")] == bare(chain.step("over")) and end.number > most:
            raise refused(
                f"Alert threshold ({end.number}) must be in range 0 to {most} for burn rate alerts "
                "(max threshold = 1/1-slo target)."
            )


def _check_type_change(monitor: dict[str, Any], body: Json) -> None:
    wanted = body.get("type")
    if wanted is None or wanted == monitor["type"]:
        return
    if not (wanted in METRIC_TYPES and monitor["type"] in METRIC_TYPES):
        raise refused("Monitor type change not allowed")

"""
PagerDuty's analytics over a history that was made up, in the shapes of its OpenAPI's own examples.

They are a day late at most, as PagerDuty says: what was created since the last midnight (UTC) is
not in them yet. Only an explicit acknowledgement counts, and the first one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor_sync.emulator.answers import Answer, Json, Request, answer
from monitor_sync.emulator.history.records import DAY, PastIncident
from monitor_sync.emulator.on_call.names import full_name
from monitor_sync.emulator.on_call.pagerduty_documents import Document, PagerDutyTeam
from monitor_sync.emulator.on_call.pagerduty_incidents import (
    BadInput,
    PagerDutyIncidents,
    incident_id,
    instant,
    priority,
)

_USUAL_PAGE, _LARGEST_PAGE = 100, 1000
_PEOPLE = ZoneInfo("Asia/Jakarta")  # where those live who are interrupted
_UNITS = ("day", "week", "month")
_ORDERS = ("asc", "desc")
_BY = ("all", "services", "teams", "escalation_policies")


def answered(held: PagerDutyIncidents, request: Request, now: float, by: str) -> Answer:
    """Answer `raw/incidents` (`by` empty), or the metrics of all, of services, teams or policies.

    Raises `BadInput` for what PagerDuty refuses.
    """
    sent = request.json()
    filters = sent.get("filters") or {}
    if not isinstance(filters, dict):
        raise BadInput("filters must be an object")
    items = list(_matching(held, filters, now))
    zone = _zone(sent.get("time_zone") or "Etc/UTC")
    if not by:
        return answer(_raw(held, sent, items, zone))
    if by not in _BY:
        raise BadInput(f"{by} is nothing to aggregate by")
    unit = sent.get("aggregate_unit")
    if unit not in (None, *_UNITS):
        raise BadInput("aggregate_unit must be one of day, week, month")
    grouped: dict[tuple[Any, ...], list[PastIncident]] = {}
    for item in items:
        start = _range_start(item.created, unit, zone) if unit else None
        grouped.setdefault((start, *_group(held.homes[item.team], by).items()), []).append(item)
    data = [
        {**_metrics(of_group), "range_start": start, **dict(group)}
        for (start, *group), of_group in grouped.items()
    ]
    return answer({"aggregate_unit": unit, "data": data, "filters": filters, "time_zone": zone.key})


def _zone(name: Json) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadInput(f"{name} is no time zone") from None


def _matching(
    held: PagerDutyIncidents, filters: Mapping[str, Any], now: float
) -> Iterable[PastIncident]:
    known = now - now % DAY
    start = instant(filters.get("created_at_start"), 0)
    end = min(instant(filters.get("created_at_end"), known), known)
    services, teams, names = (
        _texts(filters, name) for name in ("service_ids", "team_ids", "priority_names")
    )
    return (
        item
        for item in held.incidents
        if start <= item.created < end
        and held.belongs(item, services, teams)
        and (not names or item.priority in names)
        and filters.get("urgency") in (None, "", "high")
    )


def _texts(filters: Mapping[str, Any], name: str) -> list[str]:
    values = filters.get(name) or []
    if not isinstance(values, list):
        raise BadInput(f"{name} must be an array")
    return values


def _raw(
    held: PagerDutyIncidents, sent: Mapping[str, Any], items: list[PastIncident], zone: ZoneInfo
) -> Document:
    limit = sent.get("limit") or _USUAL_PAGE
    order = sent.get("order") or "desc"
    if not isinstance(limit, int) or not 0 < limit <= _LARGEST_PAGE or order not in _ORDERS:
        raise BadInput("limit must be between 1 and 1000, order asc or desc")
    if order == "desc":
        items.reverse()
    after = sent.get("starting_after")
    ids = [incident_id(item) for item in items]
    if after is not None and after not in ids:
        raise BadInput(f"starting_after names no incident: {after}")
    first = 0 if after is None else ids.index(after) + 1
    page = items[first : first + limit]
    data = [_incident(held, item, zone) for item in page]
    return {
        "data": data,
        "ending_before": None,
        "filters": sent.get("filters") or {},
        "first": data[0]["id"] if data else None,
        "last": data[-1]["id"] if data else None,
        "limit": limit,
        "more": first + limit < len(items),
        "order": order,
        "order_by": "created_at",
        "starting_after": after,
        "time_zone": zone.key,
    }


def _incident(held: PagerDutyIncidents, item: PastIncident, zone: ZoneInfo) -> Document:
    home = held.homes[item.team]
    resolved = item.as_told("resolved")
    ranked = priority(item)
    people = [full_name(person) for person in home.users[:1]]
    responders = people if item.acknowledged is not None else []
    return {
        "acknowledged_user_ids": [home.id(name) for name in responders],
        "acknowledged_user_names": responders,
        "acknowledgement_count": _count(item, "acknowledge"),
        "active_user_count": len(responders),
        "assigned_user_ids": [home.id(name) for name in people],
        "assigned_user_names": people,
        "assignment_count": 1 + _count(item, "escalate"),
        "auto_resolved": item.self_resolved,
        **{f"{kind}_interruptions": count for kind, count in _interruptions(item).items()},
        "created_at": _local(item.created, zone),
        "updated_at": _local(item.steps[-1].at, zone),
        "description": item.title,
        "engaged_seconds": 0,
        "engaged_user_count": len(responders),
        "escalation_count": _count(item, "escalate"),
        "escalation_policy_id": home.id("escalation_policy"),
        "escalation_policy_name": f"{home.title} escalation",
        "id": incident_id(item),
        "incident_number": item.number,
        "incident_type_id": home.id("incident_default"),
        "incident_type_name": "incident_default",
        "joined_user_ids": [],
        "joined_user_names": [],
        "major": False,
        "manual_escalation_count": 0,
        "priority_id": ranked["id"] if ranked else None,
        "priority_name": item.priority or None,
        "priority_order": None,
        "reassignment_count": 0,
        "resolved_at": None if resolved is None else _local(resolved, zone),
        "resolved_by_user_id": None,
        "resolved_by_user_name": None,
        "seconds_to_engage": _seconds(item, "acknowledged"),
        "seconds_to_first_ack": _seconds(item, "acknowledged"),
        "seconds_to_mobilize": None,
        "seconds_to_resolve": _seconds(item, "resolved"),
        "service_id": home.id("service"),
        "service_name": home.service,
        "snoozed_seconds": 0,
        "status": item.status,
        "team_id": home.id("team"),
        "team_name": home.title,
        "timeout_escalation_count": _count(item, "escalate"),
        "total_interruptions": 1,
        "total_notifications": 1 + _count(item, "escalate"),
        "urgency": "high",
        "user_defined_effort_seconds": None,
    }


def _local(at: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%dT%H:%M:%S}"


def _count(item: PastIncident, kind: str) -> int:
    return sum(step.kind == kind for step in item.steps)


def _seconds(item: PastIncident, name: str) -> int | None:
    """Return how long it took, never less than nothing; None where it did not happen."""
    at = item.as_told(name)
    return None if at is None else max(int(at - item.created), 0)


def _interruptions(item: PastIncident) -> dict[str, int]:
    """Return the one interruption of an incident, by the hour of those whom it reaches."""
    local = datetime.fromtimestamp(item.created, _PEOPLE)
    weekend = local.weekday() >= 5
    asleep = not 8 <= local.hour < 22
    business = not weekend and 8 <= local.hour < 18
    kind = "sleep_hour" if asleep else "business_hour" if business else "off_hour"
    return {name: int(name == kind) for name in ("business_hour", "off_hour", "sleep_hour")}


def _group(home: PagerDutyTeam, by: str) -> dict[str, str]:
    team = {"team_id": home.id("team"), "team_name": home.title}
    service = {"service_id": home.id("service"), "service_name": home.service, **team}
    policy = {
        "escalation_policy_id": home.id("escalation_policy"),
        "escalation_policy_name": f"{home.title} escalation",
    }
    groups: dict[str, dict[str, str]] = {
        "services": service, "teams": team, "escalation_policies": policy
    }  # fmt: skip
    return groups.get(by, {})


def _range_start(at: float, unit: str, zone: ZoneInfo) -> str:
    """Return the beginning of the day, the week (from Monday) or the month of an instant."""
    day = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        day -= timedelta(days=day.weekday())
    if unit == "month":
        day = day.replace(day=1)
    return f"{day.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%S}"


def _metrics(items: list[PastIncident]) -> Document:
    def total(count: Callable[[PastIncident], int]) -> int:
        return sum(map(count, items))

    interruptions = [_interruptions(item) for item in items]
    return {
        "mean_assignment_count": 1,
        "mean_engaged_seconds": 0,
        "mean_engaged_user_count": 1,
        "mean_seconds_to_engage": _mean(items, "acknowledged"),
        "mean_seconds_to_first_ack": _mean(items, "acknowledged"),
        "mean_seconds_to_mobilize": None,
        "mean_seconds_to_resolve": _mean(items, "resolved"),
        "mean_user_defined_engaged_seconds": None,
        "total_business_hour_interruptions": sum(i["business_hour"] for i in interruptions),
        "total_engaged_seconds": 0,
        "total_escalation_count": total(lambda item: _count(item, "escalate")),
        "total_incident_count": len(items),
        "total_incidents_acknowledged": total(lambda item: item.acknowledged is not None),
        "total_incidents_auto_resolved": total(lambda item: item.self_resolved),
        "total_incidents_manual_escalated": 0,
        "total_incidents_reassigned": 0,
        "total_incidents_timeout_escalated": total(lambda item: _count(item, "escalate") > 0),
        "total_interruptions": len(items),
        "total_notifications": total(lambda item: 1 + _count(item, "escalate")),
        "total_off_hour_interruptions": sum(i["off_hour"] for i in interruptions),
        "total_sleep_hour_interruptions": sum(i["sleep_hour"] for i in interruptions),
        "total_snoozed_seconds": 0,
        "total_user_defined_engaged_seconds": 0,
    }


def _mean(items: list[PastIncident], name: str) -> float | None:
    known = [seconds for item in items if (seconds := _seconds(item, name)) is not None]
    return round(fmean(known)) if known else None

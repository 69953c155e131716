"""Searching monitors and their groups: the pages and counts Datadog's monitor list is made of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.downtimes import in_force, overlaid
from monitor_sync.emulator.queries import METRIC_TYPES, metric_names, scope_tags
from monitor_sync.emulator.search_query import classification, notified, predicate

_FOREVER = 9223372036854775807  # what a mute without an end is answered as
_SORTS = {"name": "name", "status": "status", "tags": "tags", "id": "id"}

Found: TypeAlias = tuple[list[dict[str, Any]], Json]
"""All results of a search, by ascending id, and their counts."""


def monitors(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/monitor/search."""
    return _page("monitors", _found(account, request, "monitors", _monitors), request, "name")


def groups(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/monitor/groups/search.

    Nothing is evaluated here, so every monitor has the one group a simple alert has, `total`.
    """
    return _page("groups", _found(account, request, "groups", _groups), request, "monitor_name")


def _found(
    account: Account,
    request: Request,
    name: str,
    search: Callable[[Account, list[dict[str, Any]]], Found],
) -> Found:
    """Return what a search finds; its further pages are cut from what the first one found."""
    query, downtimes = request.query.get("query", ""), in_force(account)

    def find() -> Found:
        fits, row = predicate(query), account.monitors.row
        read = (overlaid(json.loads(row(which)), downtimes) for which in account.monitors.ids())
        return search(account, [monitor for monitor in read if fits(monitor)])

    return account.remembered(name, (account.monitors.version, query, downtimes), find)


def _monitors(account: Account, matching: list[dict[str, Any]]) -> Found:
    alerts = account.last_alerts
    results = [_monitor_result(monitor, alerts.get(monitor["id"])) for monitor in matching]
    return results, {
        "status": _counted(item["status"] for item in results),
        "muted": _counted(item["muted_until_ts"] is not None for item in results),
        "tag": _counted(tag for item in results for tag in item["tags"]),
        "type": _counted(item["classification"] for item in results),
    }


def _groups(account: Account, matching: list[dict[str, Any]]) -> Found:
    alerts = account.last_alerts
    results = [_group_result(monitor, alerts.get(monitor["id"], 0)) for monitor in matching]
    return results, {
        "status": _counted(item["status"] for item in results),
        "muted": _counted(item["muted"] for item in results),
        "tag": _counted(tag for item in results for tag in item["all_tags"]),
        "type": [],
    }


def _page(name: str, results_and_counts: Found, request: Request, name_field: str) -> Answer:
    results, counts = results_and_counts
    size = request.number("per_page", 30) or 30
    page = request.number("page", 0)
    field, _, direction = request.query.get("sort", "name,asc").partition(",")
    if field not in _SORTS:
        raise refused(f"The value provided for parameter 'sort' is invalid: {field}")
    key = name_field if field == "name" else _SORTS[field]
    results = sorted(results, key=lambda item: str(item.get(key)), reverse=direction == "desc")
    metadata = {
        "total_count": len(results),
        "page_count": -(-len(results) // size),
        "page": page,
        "per_page": size,
    }
    shown = results[page * size : (page + 1) * size]
    return answer({"counts": counts, name: shown, "metadata": metadata})


def _counted(values: Iterable[Json]) -> list[dict[str, Any]]:
    """Return each value with its count, commonest first; `muted` keeps its booleans."""
    counted = sorted(Counter(values).items(), key=lambda entry: (-entry[1], str(entry[0])))
    return [{"count": count, "name": value} for value, count in counted]


def _monitor_result(monitor: dict[str, Any], last_alert: int | None) -> dict[str, Any]:
    creator = monitor.get("creator") or {}
    kind = monitor["type"]
    return {
        "status": monitor["overall_state"],
        "scopes": scope_tags(monitor["query"]) if kind in {*METRIC_TYPES, "service check"} else [],
        "classification": classification(monitor),
        "creator": {name: creator.get(name) for name in ("handle", "id", "name")},
        "metrics": metric_names(monitor["query"]) if kind in METRIC_TYPES else [],
        "notifications": [
            {"handle": handle, "name": handle} for handle in notified(monitor["message"])
        ],
        "muted_until_ts": _muted_until(monitor),
        "query": monitor["query"],
        "id": monitor["id"],
        "last_triggered_ts": last_alert,
        "name": monitor["name"],
        "tags": monitor["tags"],
        "org_id": monitor["org_id"],
        "priority": monitor.get("priority"),
        "overall_state_modified": _unix(monitor.get("overall_state_modified")),
        "restricted_roles": monitor.get("restricted_roles") or [],
        "type": kind,
    }


def _group_result(monitor: dict[str, Any], last_alert: int) -> dict[str, Any]:
    muted_until = _muted_until(monitor)
    tags = monitor["tags"]
    return {
        "status": monitor["overall_state"],
        "last_nodata_ts": 0,
        "env_tags": [tag for tag in tags if tag.startswith("env:")],
        "muted_remaining": muted_until,
        "muted_until_ts": muted_until,
        "all_tags": tags,
        "monitor_name": monitor["name"],
        "team_tags": [tag for tag in tags if tag.startswith("team:")],
        "last_triggered_ts": last_alert,
        "group": "total",
        "downtimes": monitor["matching_downtimes"],
        "monitor_id": monitor["id"],
        "priority": monitor.get("priority"),
        "muted": muted_until is not None,
        "group_tags": ["total"],
    }


def _muted_until(monitor: dict[str, Any]) -> int | None:
    silenced = monitor["options"].get("silenced") or {}
    if not silenced:
        return None
    return max(end or _FOREVER for end in silenced.values())


def _unix(moment: str | None) -> int | None:
    return int(datetime.fromisoformat(moment).timestamp()) if moment else None

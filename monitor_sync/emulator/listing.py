"""The listing of monitors: filters, pages, and what faults make of it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused
from monitor_sync.emulator.downtimes import in_force, overlaid
from monitor_sync.emulator.queries import scope_tags

_GROUP_STATES = frozenset({"all", "alert", "warn", "no data", "ok"})
_LARGEST_PAGE = 1000


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/monitor. Ids ascend; without `page` (or `id_offset`) everything is listed."""
    check_group_states(request)
    ids = _matching(account, request)
    row: Callable[[int], bytes] = account.monitors.row
    falsified = request.strike.listing if request.strike is not None else None
    if falsified is None:
        ids = _page(ids, request)
    else:
        if falsified.lag:
            ids, row = _as_it_was(account, request, ids, falsified.lag)
        page = _page(ids[: falsified.keep], request)
        ids = [*page, *page[: falsified.repeat]]
    downtimes = in_force(account)
    if downtimes or "group_states" in request.query:
        return answer([_listed(row(monitor_id), downtimes, request) for monitor_id in ids])
    rows = b",".join([row(monitor_id)[:-1] + b',"matching_downtimes":[]}' for monitor_id in ids])
    return Answer(status=200, body=b"[" + rows + b"]\n")


def check_group_states(request: Request) -> None:
    """Raise `ErrorAnswer` (400) if `group_states` names a state that there is not."""
    states = request.query.get("group_states")
    if states is not None and not all(
        state.strip().lower() in _GROUP_STATES for state in states.split(",")
    ):
        raise refused("Invalid group_state filters.")


def _matching(account: Account, request: Request) -> list[int]:
    """Return the ids a listing's filters leave, ascending. Tags are looked up, the rest is read."""
    query = request.query
    filters = (account.monitors.version, *map(query.get, ("monitor_tags", "name", "tags")))
    return account.remembered("listing", filters, lambda: _filtered(account, request))


def _filtered(account: Account, request: Request) -> list[int]:
    own_tags = _comma_separated(request.query.get("monitor_tags"))
    ids = account.monitors.with_tags(own_tags) if own_tags else account.monitors.ids()
    if not request.query.get("name") and not _comma_separated(request.query.get("tags")):
        return ids
    row = account.monitors.row
    return [monitor_id for monitor_id in ids if _wanted(json.loads(row(monitor_id)), request.query)]


def _wanted(monitor: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Return True if a monitor's name and the scope of its query pass the filters."""
    return query.get("name", "").lower() in monitor["name"].lower() and set(
        _comma_separated(query.get("tags"))
    ) <= set(scope_tags(monitor["query"]))


def _as_it_was(
    account: Account, request: Request, ids: Iterable[int], seconds: float
) -> tuple[list[int], Callable[[int], bytes]]:
    """Return the ids of a listing of some seconds ago, and what gives their rows."""
    before = account.monitors.rows_at(account.clock() - seconds)
    own_tags = set(_comma_separated(request.query.get("monitor_tags")))
    then: dict[int, bytes] = {}
    for monitor_id, row in before.items():
        if row is None:
            continue
        monitor = json.loads(row)
        if own_tags <= set(monitor["tags"]) and _wanted(monitor, request.query):
            then[monitor_id] = row
    unchanged = (monitor_id for monitor_id in ids if monitor_id not in before)
    return sorted([*unchanged, *then]), lambda which: then.get(which) or account.monitors.row(which)


def _comma_separated(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _page(ids: list[int], request: Request) -> list[int]:
    size = request.number("page_size", 100)
    if "id_offset" in request.query:
        after = request.number("id_offset", 0)
        start = bisect_right(ids, after)
        return ids[start : start + _page_size(size)]
    if "page" in request.query:
        start = request.number("page", 0) * _page_size(size)
        return ids[start : start + _page_size(size)]
    return ids


def _page_size(size: int) -> int:
    if not size:
        raise refused("The value provided for parameter 'page_size' is invalid")
    return min(size, _LARGEST_PAGE)


def _listed(row: bytes, downtimes: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    monitor = overlaid(json.loads(row), downtimes)
    if "group_states" in request.query:
        monitor["state"] = {"groups": {}}
    return dict(monitor)

"""
Logs, as far as they are counted: taken in, kept in memory, counted by facets.

Shapes are those of Datadog's pages on the intake (`POST /api/v2/logs`) and on aggregation; none of
them was recorded. Of the search syntax there are words such as `status:error` and `trace_id:*`.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.instants import instant

_FACETS = ("service", "status", "host", "trace_id")
_WORD = re.compile(r"(-?)(service|status|host|trace_id):(\*|[\w.@/-]+)")
_GROUPS = 10  # of a facet, where the request names no limit
_MOST_GROUPS = 10_000
_SHAPES: dict[str, shapes.Shape] = {
    "compute": shapes.records,
    "filter": shapes.record,
    "group_by": shapes.records,
}


def take_in(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/logs: 202; each log is an object with what its facets are."""
    now = account.clock()
    for log in request.json_array():
        if not isinstance(log, dict):
            raise refused("Invalid JSON structure: expected an array of objects")
        account.logs.append((now, _facets(log)))
    return answer({}, 202)


def _facets(log: Json) -> dict[str, str]:
    """Return the reserved attributes of a log under the names they are searched by."""
    traced = log.get("dd") if isinstance(log.get("dd"), dict) else {}
    named = {
        "service": log.get("service"),
        "status": log.get("status") or "info",
        "host": log.get("hostname"),
        "trace_id": log.get("trace_id") or log.get("dd.trace_id") or traced.get("trace_id"),
    }
    return {name: str(value) for name, value in named.items() if value}


def aggregate(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/logs/analytics/aggregate: how many logs of a search there are in each group."""
    sent = request.json()
    shapes.check(sent, _SHAPES)
    computes = sent.get("compute") or [{"aggregation": "count"}]
    if any(compute.get("aggregation") != "count" for compute in computes):
        raise refused("The emulator computes nothing but count")
    groups = [_group(group) for group in sent.get("group_by") or ()]
    logs = _matching(account, sent.get("filter") or {})
    counts = Counter(
        tuple(log[facet] for facet, _ in groups)
        for log in logs
        if all(facet in log for facet, _ in groups)
    )
    limit = min(_product(limit for _, limit in groups), _MOST_GROUPS)
    buckets = [
        {
            "by": dict(zip((facet for facet, _ in groups), values, strict=True)),
            "computes": {f"c{place}": number for place, _ in enumerate(computes)},
        }
        for values, number in counts.most_common(limit)
    ]
    meta = {"elapsed": 1, "request_id": str(uuid.uuid4()), "status": "done"}
    return answer({"data": {"buckets": buckets}, "meta": meta})


def _group(group: Json) -> tuple[str, int]:
    """Return facet and limit of one `group_by`."""
    facet, limit = group.get("facet"), group.get("limit", _GROUPS)
    if facet not in _FACETS:
        raise refused(f"The emulator has the facets {', '.join(_FACETS)}")
    if not shapes.whole(limit) or not 0 < limit <= _MOST_GROUPS:
        raise shapes.invalid("limit")
    return facet, limit


def _product(limits: Iterator[int]) -> int:
    product = 1
    for limit in limits:
        product *= limit
    return product


def _matching(account: Account, sought: Json) -> list[dict[str, str]]:
    wanted = _search(sought.get("query") or "*")
    now = account.clock()
    since = instant(sought.get("from") or "now-15m", now, "filter.from")
    until = instant(sought.get("to") or "now", now, "filter.to")
    return [log for when, log in account.logs if since <= when <= until and wanted(log)]


def _search(query: Any) -> Callable[[dict[str, str]], bool]:
    """Return a test of logs for a search: `*`, or words all of which hold."""
    words = query.split() if isinstance(query, str) else [""]
    parsed = [_WORD.fullmatch(word) for word in words if word != "*"]
    if None in parsed:
        raise refused(f"The emulator cannot search for {query!r}")
    conditions = [match.groups() for match in parsed if match]
    return lambda log: all(
        bool(negated) != (log.get(facet) == value if value != "*" else facet in log)
        for negated, facet, value in conditions
    )

"""What the server refuses in a definition, with the texts it was recorded or reported to answer.

Only what was recorded or publicly reported is refused; where the text is ours, the rule says so.
A held monitor may break every one of these rules: they are checked on writing only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.answers import Json, refused
from monitor_sync.emulator.queries import (
    LOG_LIKE_TYPES,
    METRIC_TYPES,
    comparison,
    composite_members,
    groups,
    is_balanced,
)

# Datadog's own list, with `event alert`, which it no longer creates but still held in 2021, and
# `synthetics alert`, which only the synthetics service makes.
KNOWN_TYPES = (
    METRIC_TYPES
    | LOG_LIKE_TYPES
    | {
        "composite", "service check", "event alert", "process alert", "slo alert", "cost alert",
        "data-jobs alert", "data-quality alert", "synthetics alert",
    }
)  # fmt: skip

_INVALID_QUERY = "The value provided for parameter 'query' is invalid"
_METRIC_HEAD = re.compile(r"[a-z_0-9]+\(")
_LAST_CHECKS = re.compile(r"\.last\(\s*\"?(\d+)\"?\s*\)")
# In their order; `critical_query` and its like may hold anything.
_THRESHOLDS = ("critical", "warning", "ok", "unknown", "critical_recovery", "warning_recovery")
_SHAPES: dict[str, shapes.Shape] = {
    "type": shapes.text,
    "query": shapes.text,
    "name": shapes.text,
    "message": shapes.text,
    "tags": shapes.texts,
    "options": shapes.record,
    "priority": shapes.either(shapes.whole, shapes.text),
    "restricted_roles": shapes.texts,
    "draft_status": shapes.text,
    "assets": shapes.records,
}
_OPTION_SHAPES: dict[str, shapes.Shape] = {
    "thresholds": shapes.record,
    "variables": shapes.records,
    "silenced": shapes.values(shapes.number),
    "scheduling_options": shapes.either(shapes.record, shapes.records),
}
_SAFE_SIDE = {">": "less", ">=": "less", "<": "greater", "<=": "greater"}


def check(definition: dict[str, Any]) -> None:
    """Refuse a definition Datadog would refuse; the first problem found is the answer.

    Raises `Refused` (400).
    """
    for problem in _problems(definition):
        raise refused(problem)


def check_shape(sent: Json) -> None:
    """Refuse (400) values of the wrong JSON type before anything is computed from them."""
    shapes.check(sent, _SHAPES)
    options = sent.get("options") or {}
    shapes.check(options, _OPTION_SHAPES)
    shapes.check(options.get("thresholds") or {}, dict.fromkeys(_THRESHOLDS, shapes.number))


def _problems(definition: dict[str, Any]) -> Iterator[str]:
    kind, query, options = definition["type"], definition["query"], definition["options"]
    if not kind:
        yield "The parameter 'type' is required"
        return
    if kind not in KNOWN_TYPES:
        yield "The value provided for parameter 'type' is invalid"
    if not query:
        yield "The parameter 'query' is required"
        return
    yield from _query_problems(kind, query)
    yield from _threshold_problems(kind, query, options.get("thresholds") or {})
    if kind == "service check":
        yield from _service_check_problems(query, options.get("thresholds") or {})
    yield from _option_problems(kind, query, options)
    priority = definition["priority"]
    if priority is not None and priority not in (1, 2, 3, 4, 5):
        yield "The value provided for parameter 'priority' is invalid"


def _query_problems(kind: str, query: str) -> Iterator[str]:
    """Recorded: a metric query that cannot be read, and a log query without a comparison."""
    if kind == "composite":
        if not composite_members(query) or not is_balanced(query):
            yield _INVALID_QUERY
    elif kind in METRIC_TYPES:
        readable = _METRIC_HEAD.match(query.lstrip("( ")) and is_balanced(query)
        if not readable or comparison(query) is None:
            yield _INVALID_QUERY
    elif kind in LOG_LIKE_TYPES and comparison(query) is None:
        yield f"{_INVALID_QUERY}: invalid operator specified: "
    elif kind != "service check" and not is_balanced(query):
        yield _INVALID_QUERY


def _threshold_problems(kind: str, query: str, thresholds: dict[str, Any]) -> Iterator[str]:
    critical, warning = thresholds.get("critical"), thresholds.get("warning")
    if kind in {"service check", "composite"}:
        return
    if warning is not None and critical is None:
        yield "Alert status is required."
    if thresholds.get("warning_recovery") is not None and warning is None:
        yield "Warning status is required."  # refused since 2026 (datadog-sync-cli); text is ours
    end = comparison(query)
    if end is None or critical is None:
        return
    if critical != end.number:
        yield (
            f"Alert threshold ({float(critical)}) does not match that used in the query "
            f"({end.number})."
        )
    side = _SAFE_SIDE.get(end.comparator)
    if side is None:
        return
    for label, value, limit_label, limit in (
        ("Warning threshold", warning, "alert threshold", critical),
        ("Alert recovery threshold", thresholds.get("critical_recovery"), "alert threshold",
         critical),
        ("Warning recovery threshold", thresholds.get("warning_recovery"), "warning threshold",
         warning),
    ):  # fmt: skip
        if value is None or limit is None:
            continue
        if not (value < limit if side == "less" else value > limit):
            yield (
                f"{label} ({float(value)}) must be {side} than the {limit_label} "
                f"({float(limit)}) with {end.comparator} comparison."
            )


def _service_check_problems(query: str, thresholds: dict[str, Any]) -> Iterator[str]:
    if ".by(" not in query:
        yield "A grouping must be specified for custom checks"
    if ".pct_by_status(" in query:
        return  # its thresholds are percentages, held by a live account with last(1) and 50
    last = _LAST_CHECKS.search(query)
    counts = [thresholds[name] for name in _THRESHOLDS if thresholds.get(name) is not None]
    if last and counts and int(last[1]) < max(counts):
        yield (
            "Last field should be larger than or equal to max threshold defined in monitor options"
        )


def _option_problems(kind: str, query: str, options: dict[str, Any]) -> Iterator[str]:
    if not groups(query, kind, options):
        if options.get("new_group_delay"):
            yield "The new_group_delay option can only be used for multi-alert monitors"
        if options.get("notify_by"):
            # Reported as refused without its text.
            yield "The notify_by option can only be used for multi-alert monitors"
    timeout = options.get("timeout_h")
    if isinstance(timeout, int | float) and not 0 <= timeout <= 24:
        # Announced by Datadog in 2022, and none taken since 2024; the text is ours.
        yield "The value provided for parameter 'timeout_h' is invalid"

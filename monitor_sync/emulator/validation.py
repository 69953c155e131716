"""What the server refuses in a definition, with the texts it was recorded or reported to answer.

Only what was recorded or publicly reported is refused; where the text is ours, the rule says so.
A held monitor may break every one of these rules: they are checked on writing only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor_sync.emulator import chained_queries, metric_queries, option_rules, shapes
from monitor_sync.emulator.answers import Json, refused
from monitor_sync.emulator.fields import FIELDS
from monitor_sync.emulator.queries import LOG_LIKE_TYPES, METRIC_TYPES, comparison
from monitor_sync.emulator.spelling import is_misspelt

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

_LAST_CHECKS = re.compile(r"\.last\(\s*\"?(\d+)\"?\s*\)")
# In their order; `critical_query` and its like may hold anything.
_THRESHOLDS = ("critical", "warning", "ok", "unknown", "critical_recovery", "warning_recovery")
_STATUSES = {*_THRESHOLDS, "critical_query", "critical_recovery_query"}
_NO_RECOVERY = {"service check", "slo alert"}
_OPTION_SHAPES: dict[str, shapes.Shape] = {
    "thresholds": shapes.record,
    "variables": shapes.records,
    "silenced": shapes.values(shapes.number),
    "scheduling_options": shapes.either(shapes.record, shapes.records),
    "threshold_windows": shapes.record,
    "on_missing_data": shapes.text,
    "notification_preset_name": shapes.text,
    "renotify_statuses": shapes.texts,
    "notify_by": shapes.texts,
    "escalation_message": shapes.text,
    "group_retention_duration": shapes.text,
    **dict.fromkeys(
        (
            "enable_logs_sample", "groupby_simple_monitor", "include_tags", "locked",
            "notify_audit", "notify_no_data", "require_full_window",
        ),
        shapes.flag,
    ),
    **dict.fromkeys(
        (
            "evaluation_delay", "min_failure_duration", "min_location_failed", "new_group_delay",
            "new_host_delay", "no_data_timeframe", "renotify_interval", "renotify_occurrences",
            "timeout_h",
        ),
        shapes.either(shapes.number, shapes.digits),
    ),
}  # fmt: skip
_ROLE = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_TAGS = 80  # documentation issue 15181
_SAFE_SIDE = {">": "less", ">=": "less", "<": "greater", "<=": "greater"}


def check(definition: dict[str, Any]) -> None:
    """Refuse a definition Datadog would refuse; the first problem is the answer.

    Raises `ErrorAnswer` (400).
    """
    for problem in _problems(definition):
        raise refused(problem)


def check_update(sent: Json, definition: dict[str, Any]) -> None:
    """Refuse an update Datadog would refuse.

    A held monitor may break today's rules for what the update leaves as it is: they are asked only
    where `sent` has a query, options or a type. Raises `ErrorAnswer` (400).
    """
    if sent.keys() & {"query", "options", "type"}:
        check(definition)
    for problem in _field_problems(definition):
        raise refused(problem)


def check_shape(sent: Json) -> None:
    """Refuse (400) values of the wrong JSON type before anything is computed from them."""
    shapes.check(sent, {name: field.shape for name, field in FIELDS.items()})
    options = sent.get("options") or {}
    shapes.check(options, _OPTION_SHAPES)
    thresholds = options.get("thresholds") or {}
    shapes.check(
        thresholds, dict.fromkeys(_THRESHOLDS, shapes.either(shapes.number, shapes.digits))
    )


def _problems(definition: dict[str, Any]) -> Iterator[str]:
    kind, query, options = definition["type"], definition["query"], definition["options"]
    if not kind:
        yield "The parameter 'type' is required"
        return
    if kind not in KNOWN_TYPES:
        yield "The value provided for parameter 'type' is invalid"
    if kind == "event alert":
        yield "'event alert' type is not supported, please use 'event-v2 alert' type."
    if kind == "synthetics alert":  # made by the Synthetics API only (monitors API); text is ours
        yield "The value provided for parameter 'type' is invalid"
    if not query:
        yield "The parameter 'query' is required"
        return
    refusal = _query_problem(kind, query, options)
    if refusal:
        yield refusal
    thresholds = options.get("thresholds") or {}
    yield from _threshold_problems(kind, query, thresholds)
    if kind == "service check":
        yield from _service_check_problems(query, thresholds)
    yield from option_rules.problems(kind, query, options)
    yield from _field_problems(definition)


def _field_problems(definition: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong beside query and options."""
    if definition["priority"] not in (None, 1, 2, 3, 4, 5):
        yield "The value provided for parameter 'priority' is invalid"
    if definition["draft_status"] not in ("published", "draft"):
        yield "The value provided for parameter 'draft_status' is invalid"
    tags = definition["tags"]
    if len(set(tags)) < len(tags):
        yield "All items in parameter 'tags' must be unique"
    if len(tags) > _MOST_TAGS:
        yield "The value provided for parameter 'tags' is invalid"
    if not all(map(_ROLE.fullmatch, definition["restricted_roles"] or ())):
        yield "The monitor's restricted roles is expected to be an array of UUID strings."


def _query_problem(kind: str, query: str, options: Json) -> str:
    if kind in METRIC_TYPES and not query.startswith("formula("):
        return metric_queries.problem(query)
    return chained_queries.problem(kind, query, options)


def _threshold_problems(kind: str, query: str, thresholds: dict[str, Any]) -> Iterator[str]:
    critical, warning = thresholds.get("critical"), thresholds.get("warning")
    strange = [
        name
        for name in thresholds
        if is_misspelt(name, _STATUSES) or (kind in _NO_RECOVERY and name.endswith("_recovery"))
    ]
    if strange:
        yield f"Invalid threshold statuses found: {', '.join(strange)}."
    if kind in {"service check", "composite"}:
        return
    recovery = thresholds.get("critical_recovery")
    if critical is None and (warning is not None or recovery is not None):
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
        ("Alert recovery threshold", recovery, "alert threshold", critical),
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

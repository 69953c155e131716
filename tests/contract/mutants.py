"""Breaks definitions that Datadog accepted, each in one way that it refuses.

Each function takes a definition and returns a broken copy, or None where it cannot be broken so.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

Definition = dict[str, Any]
Breaker = Callable[[Definition], Definition | None]

_METRIC = ("query alert", "metric alert")
_SEARCHES = ("log alert", "rum alert", "event-v2 alert", "ci-pipelines alert", "ci-tests alert")


def _query(pattern: str, replacement: str, *kinds: str) -> Breaker:
    """Return what replaces the query's first match, in definitions of these types (or any)."""

    def broken(definition: Definition) -> Definition | None:
        query, count = re.subn(pattern, replacement, definition["query"], count=1)
        if not count or query == definition["query"] or (kinds and definition["type"] not in kinds):
            return None
        return {**definition, "query": query}

    return broken


def _options(changes: dict[str, Any], when: Callable[[Definition], object]) -> Breaker:
    """Return what sets these options where `when` is true of the definition."""

    def broken(definition: Definition) -> Definition | None:
        if not when(definition):
            return None
        return {**definition, "options": {**definition["options"], **copy.deepcopy(changes)}}

    return broken


def _thresholds(change: Callable[[dict[str, Any], str], dict[str, Any] | None]) -> Breaker:
    """Return what changes the thresholds of a definition whose query ends in a comparison."""

    def broken(definition: Definition) -> Definition | None:
        sign = re.search(r"([<>])=?\s*-?[\d.]+\s*\Z", definition["query"])
        thresholds = definition["options"].get("thresholds") or {}
        if sign is None or thresholds.get("critical") is None:
            return None
        changed = change(thresholds, sign[1])
        if changed is None:
            return None
        return {**definition, "options": {**definition["options"], "thresholds": changed}}

    return broken


def _renamed_option(definition: Definition) -> Definition | None:
    options = dict(definition["options"])
    if "notify_no_data" not in options:
        return None
    options["notify_no_dta"] = options.pop("notify_no_data")
    return {**definition, "options": options}


def _unclosed(definition: Definition) -> Definition | None:
    """Leave the last bracket out."""
    query = definition["query"]
    last = max(query.rfind(")"), query.rfind("}"))
    if definition["type"] not in _METRIC or last < 0:
        return None
    return {**definition, "query": query[:last] + query[last + 1 :]}


def _other_source(definition: Definition) -> Definition | None:
    kind = {"log alert": "rum alert", "rum alert": "log alert", "event-v2 alert": "audit alert"}
    if definition["type"] not in kind or definition["query"].startswith("formula("):
        return None
    return {**definition, "type": kind[definition["type"]]}


def _repeated_tag(definition: Definition) -> Definition | None:
    tags = definition.get("tags") or []
    return {**definition, "tags": [*tags, tags[0]]} if tags else None


def _beyond(name: str) -> Breaker:
    """Return what puts one threshold on the wrong side of critical."""
    return _thresholds(
        lambda held, sign: {
            **held, name: held["critical"] + (10 if sign == ">" else -10)
        } if not name.startswith("warning_") else None
    )  # fmt: skip


def _is_metric(definition: Definition) -> bool:
    return definition["type"] in _METRIC and not definition["query"].startswith("formula(")


def _is_grouped(definition: Definition) -> bool:
    query = str(definition["query"])
    return bool(re.search(r"\bby\s*\{[^}*]+\}", query)) and _is_metric(definition)


def _has_policy(definition: Definition) -> bool:
    return bool(definition["options"].get("on_missing_data"))


BREAKERS: dict[str, Breaker] = {
    "time aggregation misspelt": _query(r"^\s*avg\(", "agv(", *_METRIC),
    "space aggregation misspelt": _query(r":avg:", ":agv:", *_METRIC),
    "window unit too long": _query(r"last_(\d+)m\b", r"last_\1min", *_METRIC),
    "window without unit": _query(r"last_(\d+)(m|h)\b", r"last_\1", *_METRIC),
    "window of nothing": _query(r"last_\d+(m|h)\b", r"last_0\1", *_METRIC),
    "no colon behind the window": _query(r"\):", ") ", *_METRIC),
    "empty filter": _query(r"\{[^{}]+\}", "{}", *_METRIC),
    "no filter": _query(r"(?<!by )\{[^{}]+\}(?!\))", "", *_METRIC),
    "bracket not closed": _unclosed,
    "groups without braces": _query(r"by \{([^{},]+)\}", r"by \1", *_METRIC),
    "no groups in the braces": _query(r"by \{[^{}]+\}", "by {}", *_METRIC),
    "filter of both styles": _query(
        r"(?<!by )\{\*\}", "{env:prod AND service:web,host:a}", *_METRIC
    ),
    "rollup method misspelt": _query(r"rollup\((\\?[\"'])count", r"rollup(\1cont"),
    "function misspelt": _query(r"anomalies\(", "anomalys("),
    "modifier misspelt": _query(r"\.as_count\(", ".as_cout("),
    "operator missing": _query(r"\}\s*[/+*-]\s*", "} ", *_METRIC),
    "comparison missing": _query(r"\s*[<>]=?\s*[-\d.]+\s*\Z", ""),
    "comparison of another language": _query(r">=(\s*[-\d.]+\s*)\Z", r"=>\1"),
    "number with a percent sign": _query(r"([<>]=?\s*[-\d.]+)\s*\Z", r"\1%"),
    "search in single quotes": _query(r'\("([^"]*)"\)', r"('\1')", *_SEARCHES),
    "source misspelt": _query(r"^logs\(", "log(", "log alert"),
    "source of another type": _other_source,
    "step misspelt": _query(r"\.last\(", ".lst(", *_SEARCHES),
    "search without a window": _query(r"\.last\([^)]*\)", "", *_SEARCHES),
    "search over three days": _query(r'last\("[^"]*"\)', 'last("3d")', *_SEARCHES[:2]),
    "formula names no variable": _query(r'formula\("', 'formula("quer1 + '),
    "retired type": lambda definition: (
        {**definition, "type": "event alert"} if definition["type"] == "event-v2 alert" else None
    ),
    "type misspelt": lambda definition: {**definition, "type": definition["type"][:-1]},
    "check without groups": _query(r"\.by\([^)]*\)", "", "service check"),
    "check over a time": _query(r"\.last\([^)]*\)", '.last("5m")', "service check"),
    "check without its end": _query(r"\.count_by_status\(\)", "", "service check"),
    "SLO over a fortnight": _query(r"\.over\([^)]*\)", '.over("14d")', "slo alert"),
    "composite with a word": _query(r"&&", "and", "composite"),
    "composite without an end": _query(r"\Z", " &&", "composite"),
    "option misspelt": _renamed_option,
    "threshold misspelt": _thresholds(
        lambda held, _: {"critcal" if key == "critical" else key: held[key] for key in held}
    ),
    "threshold other than in the query": _thresholds(
        lambda held, _: {"critical": held["critical"] + 1}
    ),
    "warning beyond critical": _beyond("warning"),
    "recovery beyond critical": _beyond("critical_recovery"),
    "warning alone": _thresholds(lambda held, _: {"warning": held["critical"]}),
    "recovery of no warning": _thresholds(
        lambda held, _: {"critical": held["critical"], "warning_recovery": 0}
    ),
    "both policies of missing data": _options({"notify_no_data": True}, _has_policy),
    "a timeframe beside the policy": _options({"no_data_timeframe": 10}, _has_policy),
    "policy that there is not": _options({"on_missing_data": "notify"}, _has_policy),
    "occurrences without an interval": _options(
        {"renotify_occurrences": 3, "renotify_interval": None}, bool
    ),
    "statuses that there are not": _options(
        {"renotify_interval": 60, "renotify_statuses": ["critical"]}, bool
    ),
    "preset that there is not": _options({"notification_preset_name": "hide_it"}, bool),
    "notified by no group key": _options({"notify_by": ["no_such_key"]}, _is_grouped),
    "notified by nothing": _options({"notify_by": []}, _is_grouped),
    "delay of groups without groups": _options(
        {"new_group_delay": 60},
        lambda definition: _is_metric(definition) and "by" not in definition["query"],
    ),
    "timeout of three days": _options({"timeout_h": 72}, bool),
    "windows without anomalies": _options(
        {"threshold_windows": {"trigger_window": "last_15m", "recovery_window": "last_15m"}},
        lambda definition: _is_metric(definition) and "anomalies" not in definition["query"],
    ),
    "evaluation window on a rolling query": _options(
        {"scheduling_options": {"evaluation_window": {"hour_starts": 0}}},
        lambda definition: _is_metric(definition) and "current_" not in definition["query"],
    ),
    "tag twice": _repeated_tag,
}

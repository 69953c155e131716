"""What Datadog refuses in the options of a monitor, with the words that were recorded or reported.

Where only the documentation says that something is not allowed, the words are those of the recorded
"The value provided for parameter 'query' is invalid", with the option's name. An option that is not
known and resembles no known one is let pass, as Datadog may have learnt it since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor_sync.emulator.answers import Json
from monitor_sync.emulator.chained_queries import bare, read
from monitor_sync.emulator.metric_queries import anomaly_options, minutes
from monitor_sync.emulator.queries import METRIC_TYPES, comparison, groups
from monitor_sync.emulator.shapes import Shape, whole
from monitor_sync.emulator.spelling import is_misspelt

# MonitorOptions of the API description, and what recorded answers hold besides.
_OPTIONS = frozenset(
    {
        "aggregation", "avalanche_window", "device_ids", "enable_logs_sample", "enable_samples",
        "escalation_message", "evaluation_delay", "group_retention_duration",
        "groupby_simple_monitor", "include_tags", "locked", "min_failure_duration",
        "min_location_failed", "new_group_delay", "new_host_delay", "no_data_timeframe",
        "notification_preset_name", "notify_audit", "notify_by", "notify_no_data",
        "on_missing_data", "queryConfig", "renotify_interval", "renotify_occurrences",
        "renotify_statuses", "require_full_window", "restriction_query", "scheduling_options",
        "silenced", "synthetics_check_id", "threshold_windows", "thresholds", "timeout_h",
        "variables",
    }
)  # fmt: skip
_CHOICES = {
    "on_missing_data": {"default", "show_no_data", "show_and_notify_no_data", "resolve"},
    "notification_preset_name": {
        "show_all", "hide_query", "hide_handles", "hide_all", "hide_query_and_handles",
        "show_only_snapshot", "hide_handles_and_footer",
    },
}  # fmt: skip
_RENOTIFIED = {"alert", "warn", "no data"}
_DAY = 24 * 3600
# The smallest and largest value. `timeout_h` beyond 24: announced in 2022, none taken since 2024.
_RANGES = {
    "evaluation_delay": (0, _DAY),
    "new_group_delay": (0, float("inf")),
    "new_host_delay": (0, float("inf")),
    "renotify_interval": (0, float("inf")),
    "timeout_h": (0, 24),
    "min_failure_duration": (0, 7200),
    "min_location_failed": (1, float("inf")),
}
_LONGEST_NO_DATA = 1440  # minutes: the group retention
_NO_MISSING_DATA = {"service check", "composite", "slo alert"}
_GROUPS_OF_OTHERS = {"composite", "slo alert"}  # those of its members, of its SLO
_DEFAULT_ZERO = re.compile(r"\bdefault_zero\s*\(")
_RETENTION = re.compile(r"\d+[mhd]")
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_ANOMALIES_ONLY = "threshold_windows is only used with anomalies monitors"
_CURRENT = re.compile(r"\(\s*current_1|\.\s*current\(")
_SLOW = re.compile(r"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)\b")


def problems(kind: str, query: str, options: Json) -> Iterator[str]:
    """Yield Datadog's answers to what is wrong in the options of a definition."""
    for name in options:
        if is_misspelt(name, _OPTIONS):
            yield f"Invalid monitor option: {name}"
    yield from _values(options)
    yield from _missing_data(kind, query, options)
    if options.get("renotify_occurrences") and not options.get("renotify_interval"):
        yield "The renotify_occurrences option can only be used if renotify_interval is set"
    yield from _grouping(kind, query, options)
    if kind in METRIC_TYPES:
        yield from _threshold_windows(query, options)
    yield from _scheduling(kind, query, options.get("scheduling_options"))


def _values(options: Json) -> Iterator[str]:
    for name, choices in _CHOICES.items():
        if options.get(name) is not None and options[name] not in choices:
            yield _invalid(name)
    for name, (least, most) in _RANGES.items():
        value = options.get(name)
        if isinstance(value, int | float) and not least <= value <= most:
            yield _invalid(name)
    if not _RETENTION.fullmatch(options.get("group_retention_duration") or "1h"):
        yield _invalid("group_retention_duration")
    if not _RENOTIFIED.issuperset(options.get("renotify_statuses") or ()):
        yield _invalid("renotify_statuses")


def _missing_data(kind: str, query: str, options: Json) -> Iterator[str]:
    policy = options.get("on_missing_data")
    timeframe = options.get("no_data_timeframe")
    if policy is None:
        kept = max(_LONGEST_NO_DATA, minutes(options.get("group_retention_duration") or ""))
        if isinstance(timeframe, int) and timeframe > kept:
            yield "no_data_timeframe must not exceed group retention"
        return
    if kind in _NO_MISSING_DATA:
        yield "Invalid monitor option: on_missing_data"
    for name in ("notify_no_data", "no_data_timeframe"):
        if options.get(name):
            yield (
                f"The {name} option is deprecated and cannot be used in combination with the "
                "on_missing_data option."
            )
    if policy != "default" and _DEFAULT_ZERO.search(query):
        yield f"Invalid on_missing_data value: {policy}; valid value is: default"
    if policy == "resolve" and options.get("timeout_h"):
        yield _invalid("timeout_h")  # kennel: `resolve` needs a timeout of 0


def _grouping(kind: str, query: str, options: Json) -> Iterator[str]:
    if kind in _GROUPS_OF_OTHERS:
        return
    notify_by = options.get("notify_by")
    if not groups(query, kind, options):
        if options.get("new_group_delay"):
            yield "The new_group_delay option can only be used for multi-alert monitors"
        if notify_by:
            # Reported as refused without its text.
            yield "The notify_by option can only be used for multi-alert monitors"
        return
    if notify_by is None or notify_by == ["*"]:
        return
    keys = group_keys(kind, query, options)
    named = {key.removeprefix("@") for key in notify_by}
    if keys and len(keys) > 1 and named >= keys:
        yield "The notify_by list may not include all of the query's group keys."
    if not named or (keys and named - keys):
        yield _invalid("notify_by")


def group_keys(kind: str, query: str, options: Json) -> set[str]:
    """Return what a query groups by, without `@`; nothing where that cannot be told for certain."""
    if kind in METRIC_TYPES and not query.startswith("formula("):
        if re.search(r",\s*\{", query):
            return set()  # grouped once more: `sum(avg:a{*} by {host,env}, { env })`
        blocks = re.findall(r"\bby\s*\{([^{}]*)\}", query, re.IGNORECASE)
        keys = [key for block in blocks for key in block.split(",")]
    else:
        end = comparison(query)
        chain = read(query[: end.start]) if end else None
        if chain is None:
            return set()
        keys = bare(chain.step("by"))
        for variable in options.get("variables") or ():
            facets = variable.get("group_by") or ()
            keys += [str(facet.get("facet")) for facet in facets if isinstance(facet, dict)]
            if len(facets) != len(keys) or variable.get("query"):
                return set()
    stripped = {key.strip().removeprefix("@") for key in keys}
    return set() if "*" in stripped else stripped


def _threshold_windows(query: str, options: Json) -> Iterator[str]:
    windows = options.get("threshold_windows")
    if not isinstance(windows, dict) or not any(windows.values()):
        return
    anomalies = anomaly_options(query)
    if anomalies is None:
        yield _ANOMALIES_ONLY
        return
    trigger, recovery = (str(windows.get(f"{name}_window") or "") for name in _WINDOWS)
    if not trigger or not recovery:
        yield _invalid("threshold_windows")
    alert = anomalies.get("alert_window")
    if alert and minutes(alert) != minutes(trigger):
        yield "alert window query arg must match trigger window monitor option"
    thresholds = options.get("thresholds") or {}
    critical, recovered = thresholds.get("critical"), thresholds.get("critical_recovery")
    if critical is None or recovered is None:
        return
    if minutes(recovery) * (1 - recovered) <= minutes(trigger) * (1 - critical):
        yield (
            "alert and alert recovery criteria are such that the monitor can be simultaneously in "
            "alert and alert recovery states"
        )


_WINDOWS = ("trigger", "recovery")


def _within(least: int, most: int) -> Shape:
    return lambda value: value is None or (whole(value) and least <= value <= most)


# MonitorOptionsSchedulingOptionsEvaluationWindow of the API description; any day of a month is
# documented on the page about cumulative windows.
_STARTS: dict[str, Shape] = {
    "hour_starts": _within(0, 59),
    "day_starts": lambda value: value is None or bool(re.fullmatch(_TIME, str(value))),
    "month_starts": _within(1, 31),
}


def _scheduling(kind: str, query: str, scheduling: Json) -> Iterator[str]:
    """Yield what is wrong with `evaluation_window` and `custom_schedule`.

    `custom_schedule` without `on_missing_data` was taken until February 2026 and is let pass.
    """
    window = scheduling.get("evaluation_window") if isinstance(scheduling, dict) else None
    if isinstance(scheduling, list):
        return  # recorded once, as a list of lists: whatever it means is let pass
    if kind != "cost alert" and bool(window) != bool(_CURRENT.search(query)):
        yield (
            "Monitors with an evaluation_window scheduling_option must have a current query period "
            "and vice versa."
        )
    if isinstance(window, dict):
        starts = {name for name in window if name.endswith("_starts")}
        odd = ("hour_starts" in starts and len(starts) > 1) or starts == {"month_starts"}
        if odd or not all(fits(window.get(name)) for name, fits in _STARTS.items()):
            yield _invalid("evaluation_window")
    schedule = scheduling.get("custom_schedule") if isinstance(scheduling, dict) else None
    if isinstance(schedule, dict):
        yield from _recurrences(schedule.get("recurrences"))


def _recurrences(recurrences: Any) -> Iterator[str]:
    if not isinstance(recurrences, list) or len(recurrences) != 1:
        yield _invalid("recurrences")
        return
    for name in ("rrule", "timezone"):
        if not isinstance(recurrences[0], dict) or not recurrences[0].get(name):
            yield f"Invalid scheduling options: Required parameter '{name}' is missing"
            return
    rule = str(recurrences[0]["rrule"])
    if not _SLOW.search(rule) or re.search(r"DTSTART|DTEND|DURATION", rule):
        yield _invalid("rrule")


def _invalid(name: str) -> str:
    return f"The value provided for parameter '{name}' is invalid"

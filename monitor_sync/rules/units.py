"""Thresholds in a unit that the metric does not have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query import comparison
from monitor_sync.language.tree import Call, Comparison, Expression, MetricQuery, Series
from monitor_sync.language.tree_queries import inner_queries
from monitor_sync.rules.monitor_types import METRIC
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import limit, shown
from monitor_sync.rules.views import MonitorView


class Unit(Struct, frozen=True):
    """A unit: how a message names it, and what an author probably meant by a number outside."""

    name: str
    low: float
    high: float
    meant: str


_SHARE: Final = Unit("a share from 0 to 1", 0, 1, "a percentage")
_PERCENT: Final = Unit("a percentage from 0 to 100", 1, 100, "a share")
_SECONDS: Final = Unit("seconds", 0, 100, "milliseconds")
_BYTES: Final = Unit("bytes", 100_000, math.inf, "megabytes or gigabytes")

UNITS: Final[tuple[tuple[re.Pattern[str], Unit], ...]] = (
    # integrations-core, disk/metadata.csv: fraction
    (re.compile(r"system\.(?:disk|fs\.inodes)\.in_use"), _SHARE),
    # the Agent's system checks: fraction
    (re.compile(r"system\.mem\.pct_usable|system\.swap\.pct_free"), _SHARE),
    # integrations-core, postgres/metadata.csv: fraction
    (re.compile(r"postgresql\.percent_usage_connections"), _SHARE),
    # trace metrics: an Apdex score is between 0 and 1
    (re.compile(r"trace\.[\w.]+\.apdex"), _SHARE),
    # integrations-core, kubelet/metadata.csv: fraction
    (re.compile(r"kubernetes\.(?:memory|(?:node\.(?:image\.)?)?filesystem)\.usage_pct"), _SHARE),
    # integrations-core, docker_daemon/metadata.csv: fraction
    (re.compile(r"docker\.mem\.(?:in_use|sw_in_use)"), _SHARE),
    # integrations-core, disk/metadata.csv: percent
    (re.compile(r"system\.(?:disk|fs\.inodes)\.utilized"), _PERCENT),
    # the Agent's system checks: percent
    (re.compile(r"system\.cpu\.(?:user|system|idle|iowait|stolen|guest|interrupt)"), _PERCENT),
    # CloudWatch: CPUUtilization and the like are in percent
    (re.compile(r"aws\.(?:rds|ec2|ecs|elasticache|redshift|es|docdb)\.(?:\w+\.)*"
                r"(?:engine_)?cpuutilization(?:\.\w+)?"), _PERCENT),
    # Azure Monitor: percent
    (re.compile(r"azure\.[\w.]+\.(?:cpu_percent|memory_percent|storage_percent|percentage_cpu)"),
     _PERCENT),
    # trace metrics: latencies are in seconds
    (re.compile(r"trace\.[\w.]+\.duration"), _SECONDS),
    # CloudWatch: TargetResponseTime and Latency of load balancers are in seconds
    (re.compile(r"aws\.applicationelb\.target_response_time\.\w+|aws\.elb\.latency(?:\.\w+)?"),
     _SECONDS),
    # CloudWatch: FreeableMemory and FreeStorageSpace of RDS are in bytes
    (re.compile(r"aws\.rds\.(?:freeable_memory|free_storage_space)(?:\.\w+)?"), _BYTES),
    # the Agent's system checks: bytes
    (re.compile(r"system\.mem\.(?:free|total|usable|used)|system\.disk\.(?:free|total|used)"),
     _BYTES),
    # CloudWatch: latencies of RDS are in seconds
    (re.compile(r"aws\.rds\.(?:read|write|commit)_latency"), _SECONDS),
)  # fmt: skip
"""Well-known metrics and their units. The comment before each is its source."""

_LATENCY: Final = re.compile(r"trace\.(?!.*\.(?:hits|errors|apdex|duration)\b)[\w.]+")
"""``trace.NAME``: the latency of a span, with its percentiles; the others have a suffix."""
# what works through a batch or a queue may well take minutes
_LONG_WORK: Final = re.compile(
    r"job|task|batch|worker|consum|cron|celery|sidekiq|queue|process|run"
)
_OF_POINTS: Final = re.compile(r"avg|min|max|p\d+(?:\.\d+)?")
_KEEP_THE_UNIT: Final = frozenset({
    "default_zero", "default", "abs", "clamp_min", "clamp_max", "cutoff_min", "cutoff_max", "top",
    "exclude_null", "moving_rollup", "timeshift", "hour_before", "day_before", "week_before",
    *(f"{kind}_{span}" for kind in ("ewma", "median") for span in (3, 5, 7, 9, 10, 20)),
})  # fmt: skip


@rule("thresholds/wrong-unit", Severity.WARNING)
def wrong_unit(view: MonitorView) -> Iterator[Finding]:
    """
    A threshold is in a unit that the metric does not have.

    Why: `trace.*` latencies are in seconds, so `> 500` waits for eight minutes.
    `system.disk.in_use` is a share from 0 to 1, so `> 90` is never true; CPU of RDS is a
    percentage, so `> 0.9` is always true.

    Example: `avg(last_10m):p95:trace.http.request{*} > 500`

    Use instead: `… > 0.5`

    Source: the lists of metrics of Datadog's integrations (integrations-core), its page on trace
    metrics, and AWS's pages on CloudWatch; each metric has its own in the source of this rule.
    """
    if view.monitor.type not in METRIC or not _may_be_wrong(view.monitor.query):
        return
    tree, compared = view.of_query.query.tree, comparison(view.of_query.query)
    level = limit(compared)
    if not isinstance(tree, MetricQuery) or compared is None or level is None:
        return
    if tree.evaluation.change is not None or tree.evaluation.aggregator.text == "sum":
        return
    series = _series_with_its_unit(tree.expression)
    unit = _unit_of(series) if series is not None else None
    if series is None or unit is None or not _is_impossible(level, compared, unit):
        return
    yield Finding(
        message=f"`{series.metric.text}` is in {unit.name}, but the threshold is {shown(level)}",
        field=("query",),
        start=compared.threshold.start,
        end=compared.threshold.end,
        hint=_in_unit(level, unit),
    )


def _in_unit(level: float, unit: Unit) -> str:
    if unit is _PERCENT and level > unit.high:
        return f"write a number up to {shown(unit.high)}"
    return f"{shown(level)} looks like {unit.meant}: write it in {unit.name.split(' from')[0]}"


_MAY_HAVE_UNIT: Final = re.compile(
    ":(?:" + "|".join(pattern.pattern for pattern, _ in UNITS) + r"|trace\.)"
)
_LEVEL: Final = re.compile(r"[<>]=? ?(\d{1,9}(?:\.\d{1,9})?)\s*$")


def _may_be_wrong(query: str) -> bool:
    """Return False where a glance shows that the number at the end fits; it spares the parsing."""
    level = _LEVEL.search(query, max(0, len(query) - 24))
    number = float(level[1]) if level is not None else 0.0
    if _may_be_bytes(query):
        return True
    if 1 < number < 100 and not _may_be_share(query):
        return False
    if number <= 1 and level is not None and not _may_be_percent(query):
        return False
    return bool(_MAY_HAVE_UNIT.search(query))


def _may_be_share(query: str) -> bool:
    return "pct" in query or "in_use" in query or "percent_usage" in query or "apdex" in query


def _may_be_bytes(query: str) -> bool:
    return ":system.mem." in query or ":system.disk." in query or ":aws.rds.free" in query


def _may_be_percent(query: str) -> bool:
    return "cpu" in query or "utilized" in query or "percent" in query


def _series_with_its_unit(expression: Expression) -> Series | None:
    """Return the series whose unit the whole expression has; None if it has another."""
    if isinstance(expression, Series):
        return expression
    if isinstance(expression, Call) and expression.function.text in _KEEP_THE_UNIT:
        inner = inner_queries(expression.arguments)
        return _series_with_its_unit(inner[0]) if inner else None
    return None


def _unit_of(series: Series) -> Unit | None:
    name = series.metric.text
    if any(modifier.name.text in ("as_count", "as_rate") for modifier in series.modifiers):
        return None
    if series.aggregator is not None:
        if series.aggregator.text in ("sum", "count"):
            return None
        if _LONG_WORK.search(name) and name.startswith("trace."):
            return None
        if _OF_POINTS.fullmatch(series.aggregator.text) and _LATENCY.fullmatch(name):
            return _SECONDS
    return next((unit for pattern, unit in UNITS if pattern.fullmatch(name)), None)


def _is_impossible(level: float, compared: Comparison, unit: Unit) -> bool:
    """Return whether the comparison is always or never true, or surely in another unit."""
    if unit is _SECONDS:
        return level >= unit.high
    if unit is _BYTES:
        return 0 < level < unit.low
    if unit is _PERCENT and compared.operator.text in (">", ">="):
        return level > unit.high or 0 < level <= unit.low
    return level > unit.high

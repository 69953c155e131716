"""Generated monitors of every type that the API can create, with any options that go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.sync.builders import body

FORMULA = 'formula("query1").last("15m") > {critical}'


def _events(source: str) -> list[dict[str, Any]]:
    return [
        {
            "name": "query1",
            "data_source": source,
            "search": {"query": "status:error"},
            "indexes": ["*"],
            "compute": {"aggregation": "count"},
            "group_by": [],
        }
    ]


SHAPES: dict[str, tuple[tuple[str, list[dict[str, Any]] | None], ...]] = {
    "query alert": (
        ("avg(last_5m):sum:motor.quote.count{env:production} by {channel} > {critical}", None),
        ("avg(last_15m):avg:aws.rds.cpuutilization{*} > {critical}", None),
        ("sum(last_1h):sum:payments.errors{env:production}.as_count() > {critical}", None),
    ),
    "metric alert": (("avg(last_5m):avg:system.load.5{*} by {host} > {critical}", None),),
    "log alert": (
        (
            'logs("service:a AND  type:err").index("*").rollup("count").last("5m") > {critical}',
            None,
        ),
        (
            'logs("status:err").index("a").rollup("count").by("service").last("5m") > {critical}',
            None,
        ),
        (FORMULA, _events("logs")),
    ),
    "service check": (
        ('"datadog.agent.up".over("env:production").by("host").last(6).count_by_status()', None),
    ),
    "event-v2 alert": (('events("source:deploy").rollup("count").last("5m") > {critical}', None),),
    "rum alert": (
        ('rum("@type:error").rollup("count").last("5m") > {critical}', None),
        (FORMULA, _events("rum")),
    ),
    "trace-analytics alert": (
        ('trace-analytics("service:quote-api").rollup("count").last("5m") > {critical}', None),
    ),
    "ci-pipelines alert": ((FORMULA, _events("ci_pipelines")),),
    "ci-tests alert": ((FORMULA, _events("ci_tests")),),
    "error-tracking alert": (
        (
            'error-tracking-rum("*").rollup("count").by("@issue.id").last("1h") > {critical}',
            None,
        ),
    ),
    "audit alert": (('audits("@action:deleted").rollup("count").last("5m") > {critical}', None),),
    "process alert": (
        (
            'processes("java").over("env:a").rollup("count").last("5m") > {critical}',
            None,
        ),
    ),
    "slo alert": (
        ('error_budget("f750e9c9158e52d4a43fa9c047fdb51b").over("7d") > {critical}', None),
    ),
    "llm-observability alert": (
        ('llm-observability("*").rollup("count").last("2h") > {critical}', None),
    ),
    "database-monitoring alert": ((FORMULA, _events("database_queries")),),
    "network-performance alert": ((FORMULA, _events("network")),),
    "network-path alert": ((FORMULA, _events("network_path")),),
    "cost alert": (
        (
            'formula("query1").last("7d").anomaly(direction="both") > {critical}',
            [
                {
                    "name": "query1",
                    "data_source": "cloud_cost",
                    "query": "sum:aws.cost.amortized{*} by {account}",
                    "aggregator": "sum",
                }
            ],
        ),
    ),
    "data-quality alert": (
        (
            FORMULA,
            [
                {
                    "name": "query1",
                    "data_source": "data_quality_metrics",
                    "measure": "row_count",
                    "filter": "search for table where `database:claims`",
                    "group_by": ["entity_id"],
                }
            ],
        ),
    ),
    "data-jobs alert": (
        (
            'formula("failed_runs(query1)").by(job_name).last(1h) > {critical}',
            [
                {
                    "name": "query1",
                    "job_type": "databricks.job",
                    "jobs_query": "job_name:*",
                    "query_dialect": "metric",
                }
            ],
        ),
    ),
}
"""Queries (``{critical}`` stands for the threshold) and variables, by type. No composites."""

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
LINES = st.lists(TEXT, max_size=4).map("\n".join)
CRITICAL = st.one_of(st.integers(4, 1000), st.sampled_from([4.5, 12.25, 99.9, 1000.0, 1e6]))

SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "notify_audit": st.booleans(),
    "include_tags": st.booleans(),
    "require_full_window": st.booleans(),
    "evaluation_delay": st.sampled_from([None, 0, 60, 900]),
    "timeout_h": st.sampled_from([None, 0, 1, 24]),
    "escalation_message": st.one_of(st.none(), LINES),
    "notification_preset_name": st.sampled_from(["show_all", "hide_query", "hide_handles"]),
    "enable_logs_sample": st.booleans(),
    "group_retention_duration": st.sampled_from(["1h", "2d"]),
    "min_failure_duration": st.sampled_from([0, 60]),
    "min_location_failed": st.sampled_from([1, 2]),
}
NO_POLICY = {"service check", "slo alert"}
"""Types that refuse ``on_missing_data``."""
DELAYS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"new_host_delay": 300}, {"new_host_delay": 0}, {"new_host_delay": 60}]
)
MISSING: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"notify_no_data": False},
        {"notify_no_data": False, "no_data_timeframe": 10},
        {"notify_no_data": True, "no_data_timeframe": 20},
        {"notify_no_data": True},
        {"on_missing_data": "default"},
        {"on_missing_data": "show_no_data"},
        {"on_missing_data": "show_and_notify_no_data"},
    ]
)
RENOTIFY: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"renotify_interval": 0},
        {"renotify_interval": None},
        {"renotify_interval": 30},
        {"renotify_interval": 30, "renotify_occurrences": 3},
        {"renotify_interval": 30, "renotify_statuses": ["alert", "no data"]},
        {"renotify_interval": 30, "renotify_statuses": []},
    ]
)


@st.composite
def options(draw: st.DrawFn, kind: str, grouped: bool) -> dict[str, Any]:
    """Options that Datadog takes together."""
    chosen = {name: draw(values) for name, values in SIMPLE.items() if draw(st.integers(0, 3)) == 0}
    chosen |= draw(DELAYS) | draw(MISSING) | draw(RENOTIFY)
    if kind in NO_POLICY:
        chosen.pop("on_missing_data", None)
    if grouped and draw(st.booleans()):
        chosen.pop("new_host_delay", None)
        chosen["new_group_delay"] = draw(st.sampled_from([0, 60, 300]))
    if kind == "query alert" and draw(st.integers(0, 5)) == 0:
        chosen["threshold_windows"] = None
    return chosen


@st.composite
def bodies(draw: st.DrawFn, kind: str, key: str = "payments/router/errors") -> dict[str, Any]:
    """A declared body of one type, our tags included."""
    query, variables = draw(st.sampled_from(SHAPES[kind]))
    critical = draw(CRITICAL)
    chosen = draw(options(kind, "by" in query))
    if kind == "service check":
        chosen["thresholds"] = {"ok": 1, "warning": 2, "critical": draw(st.integers(1, 5))}
    else:
        chosen["thresholds"] = {"critical": critical}
        if draw(st.booleans()):
            chosen["thresholds"]["warning"] = draw(st.sampled_from([1, 2.5]))
    if variables is not None:
        chosen["variables"] = variables
    made = body(
        key,
        type=kind,
        name=draw(TEXT.filter(lambda text: text.strip() != "")),
        query=draw(st.sampled_from(["", " "])) + query.replace("{critical}", str(critical)),
        message=draw(LINES),
        priority=draw(st.sampled_from([None, 1, 5])),
        options=chosen,
    )
    if draw(st.booleans()):
        more = st.lists(st.sampled_from(["a:b", "Tier:1", "x"]), unique=True)
        made["tags"] = [*made["tags"], *draw(more)]
    return made


def goes_together(made: Mapping[str, Any]) -> bool:
    """Return True if Datadog takes these options beside each other and with this query.

    Options of two people, merged, may be refused although those of each were taken.
    """
    chosen = made["options"]
    if "new_group_delay" in chosen and "by" not in made["query"]:
        return False
    if chosen.get("renotify_occurrences") and not chosen.get("renotify_interval"):
        return False
    policy = chosen.get("on_missing_data")
    old = chosen.get("notify_no_data") or chosen.get("no_data_timeframe")
    return not (policy and (old or (policy == "resolve" and chosen.get("timeout_h"))))

"""What is refused in searches, formulas, checks, SLO alerts and composites, and what is not."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller, monitor
from tests.emulator.test_metric_queries import INVALID

OPERATOR = f"{INVALID}: invalid operator specified: "
SEARCH = "Invalid query: Check for invalid tags or facets in your query."
SLO = '"abcdef0123456789abcdef0123456789"'
BURN = f'burn_rate({SLO}).over("7d").long_window("{{}}").short_window("4h") > 1'
TRACKING = "error-tracking alert"
VARIABLE = {"data_source": "logs", "name": "query1", "compute": {"aggregation": "count"}}

TAKEN = [
    ("log alert", 'logs("").index("*").rollup("count").last("5m") > 5'),
    ("log alert", 'logs("@a:\\"x y\\"").index("a", "b").rollup("count").by("c,d").last("1d") > 5'),
    ("log alert", 'logs("env:prod "task started"").index("*").rollup("count").last("5m") > 5'),
    ("log alert", 'logs("a:(b OR c)").rollup("pc95", "@duration").by("service").last("2h") >= 5'),
    ("log alert", 'logs("*").index("*").rollup("count").brand_new("x").last("5m") > 5'),
    ("log alert", 'logs("\\"at: noon\\" url:https://a.b c\\:").rollup("count").last("5m") > 5'),
    ("log alert", 'logs("env:a task: began").index("*").rollup("count").last("5m") > 5'),
    ("trace-analytics alert", 'trace-analytics("-a:"<b>" env:c").rollup("count").last("5m") > 5'),
    (TRACKING, 'error-tracking-rum("a").rollup("count").by("issue.id").last("5m") > 0'),
    (TRACKING, 'error-tracking("a").source("all").new().by("@issue.id").last("1d") > 0'),
    ("slo alert", BURN.format("48h")),
    ("log alert", 'formula("query1 * 100").last("15m") > 5'),
    ("log alert", 'formula("default_zero(query1)").last("15m") > 5'),
    ("query alert", 'formula("query1").rollup("sum").last("5m") > threshold'),
    ("cost alert", 'formula("query1").last("7d").anomaly(direction="above", threshold=10) >= 5'),
    ("cost alert", 'formula("query1").current("1mo").forecast() > 5'),
    ("process alert", "processes('java').over('env:prod').rollup('count').last('10m') < 1"),
    ("service check", '"ntp.in_sync".over("*").by("*").last(2).count_by_status()'),
    ("service check", '"a.b".by("host","b").last(6).pct_by_status()'),
    ("slo alert", f'error_budget({SLO}).over("30d") >= 100'),
    ("slo alert", f'burn_rate({SLO}).over("7d").long_window("1h").short_window("5m") > 14.4'),
]  # fmt: skip

REFUSED = [
    ("log alert", "query", OPERATOR),
    ("log alert", 'log("a").index("*").rollup("count").last("5m") > 5', OPERATOR),
    ("log alert", 'rum("a").rollup("count").last("5m") > 5', OPERATOR),
    ("rum alert", 'logs("a").index("*").rollup("count").last("5m") > 5', OPERATOR),
    ("log alert", "logs('a').index('*').rollup('count').last('5m') > 5", OPERATOR),
    ("log alert", 'logs("a").index("*").rollup("count").last("5m")', OPERATOR),
    ("log alert", 'logs("a").index("*").rollup("cont").last("5m") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("agv", "@b").last("5m") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("cardinality").last("5m") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count").lst("5m") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count") > 5', INVALID),
    ("log alert", 'logs("a").index("*").last("5m") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count").last("3d") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count").last("5min") > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count").last(5m) > 5', INVALID),
    ("log alert", 'logs("a").index("*").rollup("count").by(host).last("5m") > 5', INVALID),
    ("log alert", 'logs("env: status:error").rollup("count").last("5m") > 5', SEARCH),
    ("log alert", 'logs("a \\"b: c\\" @env:").rollup("count").last("5m") > 5', SEARCH),
    ("slo alert", BURN.format("49h"), INVALID),
    ("log alert", 'logs("a").rollup("count").by("a,b,c,d,e,f").last("5m") > 5', INVALID),
    ("log alert", 'formula("query1 + query2").last("5m") > 5', INVALID),
    ("log alert", 'formula("query1 + ").last("5m") > 5', INVALID),
    ("log alert", 'formula("(query1").last("5m") > 5', INVALID),
    ("log alert", 'formula("query1") > 5', INVALID),
    (
        "llm-observability alert", 'formula("query1").last("5m") > 5',
        "Value of parameter 'data_source' for 'llm-observability alert' must be"
        " 'llm_observability' not 'logs'",
    ),
    ("service check", 'formula("query1").by("a").last("5m") > 5', INVALID),
    ("cost alert", 'formula("query1").last("7d").forecast() > 5', INVALID),
    ("ci-pipelines alert", 'ci-pipelines("(count[a] / count[b]) * 100").last("15m") > 5', INVALID),
    ("network-path alert", 'network-path("*").index("a").rollup("count").last("5m") > 5', INVALID),
    (TRACKING, 'error-tracking("a").rollup("count").by("@issue.id").last("1d") > 0', INVALID),
    ("process alert", "process('java').over('*').rollup('count').last('10m') > 5", INVALID),
    ("service check", '"a".over().by("host").last(2).count_by_status()', INVALID),
    ("service check", '"a".over(env:prod).by("host").last(2).count_by_status()', INVALID),
    ("service check", '"a".over("*").by("host").last("5m").count_by_status()', INVALID),
    ("service check", '"a".over("*").by("host").last(2)', INVALID),
    ("slo alert", f'error_budget({SLO}).over("14d") > 75', INVALID),
    ("slo alert", f'error_budget({SLO}).over("30d") < 75', INVALID),
    ("slo alert", f'burn_rate({SLO}).over("30d") > 14.4', INVALID),
    ("slo alert", f'burn_rate({SLO}).over("7d").long_window("1h").short_window("2h") > 5', INVALID),
    ("composite", "1 && ", INVALID),
    ("composite", "1 and 2", INVALID),
    ("composite", "1 2", INVALID),
    ("composite", "(1 && 2", INVALID),
    ("composite", " && ".join(map(str, range(1, 12))), INVALID),
]  # fmt: skip


def definition(kind: str, query: str) -> dict[str, object]:
    return monitor(type=kind, query=query, options={"variables": [VARIABLE]})


@pytest.mark.parametrize(("kind", "query"), TAKEN)
def test_what_datadog_may_take_is_taken(call: Caller, kind: str, query: str) -> None:
    assert call("POST", "/v1/monitor/validate", definition(kind, query)) == (200, {})


@pytest.mark.parametrize(("kind", "query", "error"), REFUSED)
def test_what_datadog_refuses_is_refused(call: Caller, kind: str, query: str, error: str) -> None:
    answer = call("POST", "/v1/monitor/validate", definition(kind, query))
    assert answer == (400, {"errors": [error]})


def test_a_query_of_costs_says_how_to_aggregate(call: Caller) -> None:
    def answer(**more: str) -> object:
        variable = {"name": "a", "data_source": "cloud_cost", "query": "sum:aws.cost{*}", **more}
        query = 'formula("a").last("7d").change("absolute") > 5'
        body = monitor(type="cost alert", query=query, options={"variables": [variable]})
        return call("POST", "/v1/monitor/validate", body)

    assert answer() == (400, {"errors": ["'aggregator' is a required property"]})
    assert answer(aggregator="sum") == (200, {})


def test_a_long_search_is_read_in_time(call: Caller) -> None:
    search = '@a:")") "' * 5_000
    query = f'logs("{search}").index("*").rollup("count").last("5m") > 5'
    assert call("POST", "/v1/monitor/validate", definition("log alert", query)) == (200, {})

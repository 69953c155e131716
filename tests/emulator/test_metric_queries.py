"""What is refused in the query of a metric monitor, and what is not."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller, monitor

INVALID = "The value provided for parameter 'query' is invalid"
MIXED = "Error parsing query: 'AND' and 'OR' cannot be mixed with ','"

TAKEN = [
    "percentile(last_5m):p99.9:a{*} > 5",
    "sum(last_1mo):sum:a{*}.rollup(sum, monthly, 17, 'Asia/Tokyo') > 5",
    "sum(last_1mo):sum:a{*}.rollup(sum, daily, 12am, 'Europe/Paris') > 5",
    "sum(last_1mo):sum:a{*}.rollup(sum, monthly, 1st) > 5",
    "avg(last_5m):system.load.1{*} > 5",
    "avg(last_5m):a{*} > 5",
    "\n  avg(last_5m):\n    avg:a.b{*} by {host}\n  > 5\n",
    "avg(last_1mo):avg:a{*} > 5",
    "sum(last_5m):100 * sum:a{env:prod,!host:b}.as_count() / (sum:b{*}.as_count() + 1) > 5",
    "avg(last_5m):avg:a{phase:abort or phase:error} > 5",
    "avg(last_5m):avg:a{aws_product IN (amplify ,athena, backup) AND NOT env:dev} > 5",
    "avg(last_5m):avg:a{example,framework:chronos} > -5.5",
    "max(last_5m):sum(max:a{*} by {a,b}.rollup(max, 60), { b }) >= 1",
    "avg(last_5m):avg:a{*} by {env}.rollup(avg, 300).rollup(p95, 1800) > 5",
    "avg(last_5m):sum:a{*}.as_count() * is_greater(sum:b{*}.as_count(), 15) > 5",
    "avg(last_5m):moving_rollup(avg:a{*}, 300, 'median') > 5",
    "avg(last_5m):default(avg:a{*}, 0) + count_nonzero_finite(avg:a{*} by {host}) > 5",
    "avg(last_5m):brand_new_in_2031(avg:a{*}, 'x', size=3) > 5",
    "avg(last_5m):avg:a{*}.brand_new() > 5",
    "avg(last_5m):top(avg:a{*} by {host}, 10, 'mean', 'desc') > 5",
    "change(avg(last_5m),last_1h):avg:a{*} > 5",
    "pct_change(sum(last_5m),15m_ago):sum:a{*} < -50",
    "avg(last_4h):anomalies(avg:a{*}, 'basic', 2) >= 1",
    "avg(last_4h):anomalies(+ avg:a{*}, 'agile', 2, interval=60, alert_window='last_15m') >= 1",
    "avg(last_1d):anomalies(avg:a{*}, 'agile', 2, interval=300, alert_window='last_15m') > 0",
    "max(next_1w):forecast(avg:a{*}, 'linear', 1, interval='60m', history='1w') >= 10",
    "avg(last_30m):outliers(avg:a{*} by {host}, 'MAD', 3, 20) > 0",
]

REFUSED = [
    "THIS IS A BAD QUERY",
    "sumlast_24h):default_zero(sum:datadog.agent.running{}.as_count()) < 1",
    "agv(last_5m):avg:a{*} > 5",
    "avg(last_5min):avg:a{*} > 5",
    "avg(last_5):avg:a{*} > 5",
    "avg(last_0m):avg:a{*} > 5",
    "avg(last_1y):avg:a{*} > 5",
    "avg(last_800h):avg:a{*} > 5",
    "avg(current_2h):avg:a{*} > 5",
    "avg(next_1d):avg:a{*} > 5",
    "max(last_1d):forecast(avg:a{*}, 'linear', 1) > 5",
    "avg(last_5m) avg:a{*} > 5",
    "avg(last_5m):agv:a{*} > 5",
    "avg(last_5m):p101:a{*} > 5",
    "avg(last_5m):avg:a > 5",
    "avg(last_5m):avg:a{} > 5",
    "avg(last_5m):avg:a{env:prod AND (b:c} > 5",
    "avg(last_5m):avg:a{env IN (b,c} > 5",
    "avg(last_5m):avg:a{{*}} > 5",
    "avg(last_5m):(avg:a{*} > 5",
    "avg(last_5m):avg:a{*} by host > 5",
    "avg(last_5m):avg:a{*} by {} > 5",
    "avg(last_5m):avg:a{*} group by {host} > 5",
    "avg(last_5m):avg:a{*} avg:b{*} > 5",
    "avg(last_5m):avg:a{*} % 2 > 5",
    "avg(last_5m):avg:a{*} > .5",
    "avg(last_5m):avg:a{*} > 5%",
    "avg(last_5m):avg:a{*} => 5",
    "avg(last_5m):avg:a{env IN prod} > 5",
    "avg(last_5m):avg:a{NOT} > 5",
    "avg(last_5m):avg:a{*}.rollup(cont) > 5",
    "avg(last_5m):avg:a{*}.rollup(avg, 1m) > 5",
    "avg(last_5m):avg:a{*}.rollup(avg, -60) > 5",
    "avg(last_5m):avg:a{*}.rollup(avg, 0) > 5",
    "percentile(last_5m):avg:a{*} > 5",
    f"avg(last_5m):avg:{'a' * 201}{{*}} > 5",
    f"avg(last_5m):{'a' * 201}{{*}} > 5",
    "avg(last_5m):avg:a{*}.as_cont() > 5",
    "avg(last_5m):avg:a{*}.fill(next) > 5",
    "avg(last_5m):default_zeor(avg:a{*}) > 5",
    "avg(last_5m):autosmooth(avg:a{*}) > 5",
    "avg(last_5m):clamp_max(avg:a{*}) > 5",
    "change(last_5m,last_1h):avg:a{*} > 5",
    "avg(last_4h):anomalies(rum(\"@type:error\"), 'basic', 2) >= 1",
    "avg(last_4h):anomalies(avg:a{*}, 'fancy', 2) >= 1",
    "avg(last_4h):anomalies(avg:a{*}, 'basic', 2, direction='up') >= 1",
    "avg(last_4h):anomalies(avg:a{*}, 'basic', 2) >= 80",
    "avg(last_5m):anomalies(avg:a{*}, 'basic', 2, alert_window='last_15m') >= 1",
    "avg(last_4h):anomalies(anomalies(avg:a{*}, 'basic', 2), 'basic', 2) >= 1",
    "max(next_1w):forecast(cumsum(avg:a{*}), 'linear', 1) >= 10",
    "avg(last_30m):outliers(avg:a{*} by {host}, 'DBSCAN', 3, 20) > 0",
    "avg(last_5m):" + "(" * 5000 + "avg:a{*}" + ")" * 5000 + " > 5",
    "avg(last_5m):" + "abs(" * 5000 + "avg:a{*}" + ")" * 5000 + " > 5",
]


@pytest.mark.parametrize("query", TAKEN)
def test_what_datadog_may_take_is_taken(call: Caller, query: str) -> None:
    status, answer = call("POST", "/v1/monitor", monitor(query=query, options={}))
    assert (status, answer.get("errors")) == (200, None)


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:60])
def test_what_datadog_refuses_is_refused(call: Caller, query: str) -> None:
    answer = call("POST", "/v1/monitor", monitor(query=query, options={}))
    assert answer == (400, {"errors": [INVALID]})


@pytest.mark.parametrize(
    "query",
    [
        "avg(last_5m):avg:a{service:test AND !host:123} > 1",
        "avg(last_5m):avg:a{env:prod AND service:web,host:a} > 1",
    ],
)
def test_a_filter_of_both_styles_is_refused_in_words_of_its_own(call: Caller, query: str) -> None:
    answer = call("POST", "/v1/monitor", monitor(query=query, options={}))
    assert answer == (400, {"errors": [MIXED]})

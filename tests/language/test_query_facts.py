"""What rules, plans and backtests ask of a query, and what they are told."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.language import query as ask
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import parse, parse_critical_query


def metric(text: str) -> ask.Parsed:
    parsed = parse("query alert", text)
    assert parsed.tree is not None, parsed.problems
    return parsed


def counted(facet: str, name: str = "query1") -> dict[str, Any]:
    """A variable that counts logs by one facet."""
    return {
        "name": name,
        "data_source": "logs",
        "compute": {"aggregation": "count"},
        "search": {"query": "service:web -status:info"},
        "group_by": [{"facet": facet}],
    }


@pytest.mark.parametrize(
    ("monitor_type", "text", "keys"),
    [
        ("query alert", "avg(last_5m):avg:a.b{*} > 1", ()),
        ("query alert", "avg(last_5m):avg:a.b{*} by {host, disk} > 1", ("host", "disk")),
        ("query alert", "avg(last_5m):avg:a.b{*}.as_count() by {host} > 1", ("host",)),
        ("query alert", "avg(last_5m):avg:a{*} by {x,y} / avg:c{*} by {y,z} > 1", ("x", "y", "z")),
        ("query alert", "avg(last_5m):sum(avg:a.b{*} by {host,disk}, {host}) > 1", ("host",)),
        ("query alert", "avg(last_5m):-(abs(avg:a.b{*} by {host.name})) > 1", ("host.name",)),
        ("query alert", "avg(last_5m):max(avg:a.b{*} by {a}, avg:c.d{*} by {b}) > 1", ("a", "b")),
        ("service check", '"x".over("*").by("*").last(2).count_by_status()', ("*",)),
        ("service check", '"x".by("host","port").last(2).count_by_status()', ("host", "port")),
        ("log alert", 'logs("a").rollup("count").by("@u.id, h").last("5m") > 1', ("@u.id", "h")),
        ("process alert", 'processes("a").by("host").rollup("count").last("5m") > 1', ("host",)),
        ("data-jobs alert", 'formula("failed_runs(run_query)").by(a,b).last(1d) > 0', ("a", "b")),
        ("composite", "1 && 2", ()),
    ],
)  # fmt: skip
def test_what_a_monitor_alerts_apart_by(
    monitor_type: str, text: str, keys: tuple[str, ...]
) -> None:
    assert ask.group_keys(parse(monitor_type, text)) == keys


def test_a_formula_is_grouped_as_its_variables_are() -> None:
    metric_of = {"name": "query2", "data_source": "metrics", "query": "avg:a.b{env:prod} by {host}"}
    variables = [counted("@usr.id"), metric_of]
    parsed = parse("log alert", 'formula("query1 / query2").last("5m") > 1', variables)

    assert ask.group_keys(parsed) == ("@usr.id", "host")
    assert ask.metrics(parsed) == ("a.b",)
    assert {(tag.key, tag.value, tag.negated) for tag in ask.tags(parsed)} == {
        ("service", "web", False),
        ("status", "info", True),
        ("env", "prod", False),
    }


def test_the_tags_of_filters_in_either_style() -> None:
    comma = metric("avg(last_5m):avg:a.b{env:prod,!host:x,!zone} > 1")
    words = metric(
        "avg(last_5m):avg:a.b{env IN (prod,qa) AND NOT (host:x OR zone:(y OR z)) "
        "AND k NOT IN (v)} > 1"
    )

    assert [(t.key, t.value, t.negated) for t in ask.tags(comma)] == [
        ("env", "prod", False),
        ("host", "x", True),
        ("", "zone", True),
    ]
    assert [(t.key, t.value, t.negated) for t in ask.tags(words)] == [
        ("env", "prod", False),
        ("env", "qa", False),
        ("host", "x", True),
        ("zone", "y", True),
        ("zone", "z", True),
        ("k", "v", True),
    ]


def test_the_tags_of_a_check() -> None:
    text = '"x".over("env:prod","web").exclude("host:a").by("host").last(2).count_by_status()'

    assert [(t.key, t.value, t.negated) for t in ask.tags(parse("service check", text))] == [
        ("env", "prod", False),
        ("", "web", False),
        ("host", "a", True),
    ]


@pytest.mark.parametrize(
    ("monitor_type", "text", "written", "seconds", "form"),
    [
        ("query alert", "avg(last_1h):avg:a.b{*} > 1", "last_1h", 3600, "last"),
        ("query alert", "avg(current_1mo):avg:a.b{*} > 1", "current_1mo", 2_628_000, "current"),
        ("query alert", "change(avg(last_5m),1h_ago):avg:a.b{*} > 1", "last_5m", 300, "last"),
        ("log alert", 'logs("a").rollup("count").last("15m") > 1', "15m", 900, "last"),
        ("log alert", 'logs("a").rollup("count").current("1d") > 1', "1d", 86400, "current"),
        ("data-jobs alert", 'formula("failed_runs(run_query)").last(1h) > 0', "1h", 3600, "last"),
    ],
)  # fmt: skip
def test_the_window_and_where_it_stands(
    monitor_type: str, text: str, written: str, seconds: int, form: str
) -> None:
    window = ask.window(parse(monitor_type, text))

    assert window is not None
    assert (window.written, window.seconds, window.form) == (written, seconds, form)
    assert text[window.start : window.end] == written


@pytest.mark.parametrize(
    ("window", "every"), [("5m", 60), ("23h", 60), ("1d", 600), ("47h", 600), ("2d", 1800)]
)
def test_longer_windows_are_evaluated_less_often(window: str, every: int) -> None:
    assert ask.evaluated_every(metric(f"avg(last_{window}):avg:a.b{{*}} > 1")) == every


def test_what_has_no_window_and_no_comparison() -> None:
    for monitor_type, text in (
        ("composite", "1 && 2"),
        ("service check", '"x".by("*").last(2).count_by_status()'),
        ("synthetics alert", "no_query"),
        ("query alert", "not a query"),
    ):
        parsed = parse(monitor_type, text)
        assert ask.window(parsed) is None
        assert ask.evaluated_every(parsed) == 0
        assert ask.comparison(parsed) is None


def test_the_comparison_and_where_it_stands() -> None:
    text = "avg(last_5m):avg:a.b{*} >= - 1.5e3"
    comparison = ask.comparison(metric(text))

    assert comparison is not None
    assert comparison.operator.text == ">="
    assert isinstance(comparison.threshold, Number)
    assert comparison.threshold.value == -1500
    assert text[comparison.start : comparison.end] == ">= - 1.5e3"


def test_metrics_functions_and_references_once_each_in_written_order() -> None:
    parsed = metric(
        "avg(last_5m):abs(sum:b.b{*}) / (abs(sum:a.a{*}) + dt(avg:b.b{*}) + max(sum:c{*})) > 1"
    )

    assert ask.metrics(parsed) == ("b.b", "a.a", "c")
    assert ask.functions(parsed) == ("abs", "dt")
    composite = parse("composite", "(12 && !${id:motor/a/b}) || 12 || 7")
    assert ask.references(composite) == (12, "motor/a/b", 7)


@pytest.mark.parametrize(
    ("denominator", "floored"),
    [
        ("sum:b{*}", False),
        ("(sum:b{*})", False),
        ("(sum:b{*} + 1)", True),
        ("(1 + sum:b{*})", True),
        ("(sum:b{*} - 1)", False),
        ("(sum:b{*} + 0)", False),
        ("clamp_min(sum:b{*}, 10)", True),
        ("clamp_min(sum:b{*}, 0)", False),
        ("cutoff_min(sum:b{*}, 5)", True),
        ("default(sum:b{*}, 1)", True),
        ("default(sum:b{*}, 0)", False),
        ("default_zero(sum:b{*})", False),
        ("abs(clamp_min(sum:b{*}, 10))", True),
        ("clamp_max(sum:b{*}, 10)", False),
        ("100", True),
        ("(100 * 1000)", True),
        ("(sum:b{*} * 60)", False),
    ],
)
def test_whether_a_denominator_is_kept_away_from_zero(denominator: str, floored: bool) -> None:
    text = f"sum(last_5m):100 * sum:a{{*}} / {denominator} > 1"
    (division,) = ask.divisions(metric(text))

    assert division.floored is floored
    assert text[division.start : division.end] == "/"


def test_the_parameters_of_an_algorithm() -> None:
    text = "avg(last_4h):anomalies(avg:a{*}, 'agile', 2.5, direction='above', interval=60) >= 1"
    algorithm = ask.algorithm(metric(text))

    assert algorithm is not None
    assert (algorithm.name, algorithm.method, algorithm.amount) == ("anomalies", "agile", 2.5)
    assert algorithm.option("direction") == "above"
    assert algorithm.option("interval") == "60"
    assert algorithm.option("alert_window") == ""
    assert ask.algorithm(metric("avg(last_4h):avg:forecast.size{*} > 1")) is None


@pytest.mark.parametrize(
    ("expression", "counted", "filled"),
    [
        ("sum:a{*}.as_count() / sum:b{*}.as_count()", True, False),
        ("sum:a{*}.as_count() / sum:b{*}", False, False),
        ("100", False, False),
        ("default_zero(sum:a{*}.as_count())", True, True),
        ("sum:a{*}.fill(zero)", False, True),
        ("sum:a{*}.fill(null)", False, False),
        ("(sum:a{*}).fill(last, 60)", False, True),
    ],
)
def test_whether_series_are_counts_and_gaps_are_filled(
    expression: str, counted: bool, filled: bool
) -> None:
    parsed = metric(f"sum(last_5m):{expression} > 1")

    assert ask.every_series_is_counted(parsed) is counted
    assert ask.fills_gaps(parsed) is filled


def test_a_step_of_a_chain_by_its_name() -> None:
    parsed = parse("log alert", 'logs("a").rollup("count").last("5m") > 1')

    rollup = ask.step(parsed, "rollup")
    assert rollup is not None
    assert parsed.text[rollup.start : rollup.end] == '.rollup("count")'
    assert ask.step(parsed, "by") is None


def test_a_critical_query_ends_without_a_comparison() -> None:
    good = parse_critical_query('formula("query1 * 2").rollup("sum").last("5m")')
    assert good.problems == ()
    assert good.tree is not None

    bad = parse_critical_query('formula("query1").rollup("sum").last("5m") > 5')
    assert [problem.start for problem in bad.problems] == [43]


# --- options.variables -----------------------------------------------------------------------


def problems_of(
    monitor_type: str, formula: str, variables: list[Any]
) -> list[tuple[str, bool, tuple[Any, ...]]]:
    """Code, whether refused, and path of each problem."""
    parsed = parse(monitor_type, formula, variables)
    return [(problem.code, problem.refused, problem.path) for problem in parsed.problems]


LOGS = 'formula("query1").last("5m") > 1'


@pytest.mark.parametrize(
    ("monitor_type", "formula", "variables", "expected"),
    [
        ("log alert", LOGS, [counted("a")], []),
        ("log alert", LOGS, [], [("undefined-variable", True, ())]),
        ("log alert", LOGS, [counted("a"), counted("a", "query2")],
         [("unused-variable", False, (1, "name"))]),
        ("log alert", LOGS, [counted("a"), counted("a")],
         [("repeated-variable", True, (1, "name"))]),
        ("log alert", LOGS, [{"name": "query1", "data_source": "logz"}],
         [("unknown-data-source", True, (0, "data_source"))]),
        ("log alert", LOGS, [{"name": "query1"}], [("missing-field", True, (0,))]),
        ("rum alert", LOGS, [counted("a")], [("other-data-source", True, (0, "data_source"))]),
        ("log alert", LOGS, [counted("a") | {"compute": {"aggregation": "mode"}}],
         [("wrong-value", True, (0, "compute", "aggregation"))]),
        ("log alert", LOGS, [counted("a") | {"compute": {"aggregation": "avg"}}],
         [("missing-field", True, (0, "compute"))]),
        ("log alert", LOGS, [counted("a") | {"search": {"query": "(a OR"}}],
         [("dangling-operator", True, (0, "search", "query"))]),
        ("log alert", LOGS, [counted("a") | {"group_by": [{}]}],
         [("missing-field", True, (0, "group_by", 0))]),
        ("log alert", 'formula("a + b").last("5m") > 1', [counted("x", "a"), counted("y", "b")],
         [("different-groups", False, (0,))]),
        ("ci-tests alert", 'formula("a + b + c").last("5m") > 1',
         [counted("x", name) | {"data_source": "ci_tests"} for name in "abc"],
         [("too-many-variables", True, (2,))]),
        ("cost alert", 'formula("q").last("7d") > 1',
         [{"name": "q", "data_source": "cloud_cost", "query": "sum:a.b{env:}",
           "aggregator": "sum"}],
         [("syntax", True, (0, "query"))]),
        ("cost alert", 'formula("q").last("7d") > 1',
         [{"name": "q", "data_source": "cloud_cost", "query": "sum:a.b{*}"}],
         [("missing-field", True, (0,))]),
        ("cost alert", 'formula("q").last("7d") > 1',
         [{"name": "q", "data_source": "cloud_cost", "query": "sum:a.b{*}.rollup(sum, monthly)",
           "aggregator": "mean"}],
         [("wrong-value", True, (0, "aggregator"))]),
        ("cost alert", 'formula("q").last("7d") > 1',
         [{"name": "q", "data_source": "cloud_cost", "query": "sum:a.b{p:AmazonEC2}",
           "aggregator": "sum"}], []),
        ("cost alert", 'formula("q").last("7d") > 1',
         [{"name": "q", "data_source": "metrics", "query": "sum:a.b{p:AmazonEC2}"}],
         [("upper-case-value", False, (0, "query"))]),
        ("data-quality alert", 'formula("q").last("1h") > 1',
         [{"name": "q", "data_source": "data_quality_metrics", "measure": "row_count"}],
         [("missing-field", True, (0,))]),
        ("data-jobs alert", 'formula("failed_runs(run_query)").last(1d) > 0',
         [{"name": "run_query", "job_type": "cron", "query_dialect": "metric"}],
         [("wrong-value", True, (0, "job_type"))]),
        ("query alert", 'formula("q").rollup("sum").last("5m") > 1',
         [{"name": "q", "data_source": "aggregate_filtered_query", "filters": [{}], "x": 1,
           "base_query": {"name": "q", "data_source": "metrics", "query": "avg:a.b{*} by {o}"}}],
         [("missing-field", True, (0,)), ("unknown-field", True, (0,))]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_variable_is_told_with_the_way_to_it(
    monitor_type: str, formula: str, variables: list[Any], expected: list[Any]
) -> None:
    assert problems_of(monitor_type, formula, variables) == expected


def test_without_variables_the_names_of_a_formula_are_not_looked_up() -> None:
    assert parse("log alert", LOGS).problems == ()
    assert parse("log alert", LOGS, None).variables == ()


@pytest.mark.parametrize(
    "inner",
    [
        {"data_source": "metrics", "query": "avg:dd{*}", "aggregator": "mean"},
        {"data_source": "metrics", "query": "avg:dd{*}", "aggregator": "count_unique"},
        {"data_source": "metrics", "query": "avg:dd{*}"},
    ],
)
def test_the_base_query_of_a_joined_query_needs_no_name_and_has_more_aggregators(
    inner: dict[str, Any],
) -> None:
    outer = {"name": "q", "data_source": "aggregate_filtered_query", "base_query": inner,
             "filter_query": {"name": "f"}, "filters": [{"base_attribute": "a"}]}  # fmt: skip

    assert parse("query alert", 'formula("q").rollup("sum").last("5m") > 1', [outer]).problems == ()


def test_a_variable_of_a_variable_is_read_too() -> None:
    inner = {"name": "q", "data_source": "metrics", "query": "avg:dd{*} by {org_id}"}
    outer = {"name": "q", "data_source": "aggregate_filtered_query", "base_query": inner,
             "filter_query": {"name": "f"}, "filters": [{"base_attribute": "a"}]}  # fmt: skip
    parsed = parse("query alert", 'formula("q").rollup("sum").last("5m") > 1', [outer])

    assert parsed.problems == ()
    assert ask.group_keys(parsed) == ("org_id",)
    assert ask.metrics(parsed) == ("dd",)

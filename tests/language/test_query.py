"""What Datadog runs is never refused; what never fits is accepted there and told here."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.language.query import parse
from monitor_sync.language.query_shape import shape
from monitor_sync.language.tree import MetricQuery, SearchQuery
from monitor_sync.language.tree_queries import keys_of

METRIC, CHECK, LOGS = "query alert", "service check", "log alert"


def codes(monitor_type: str, query: str, variables: Any = ()) -> list[str]:
    parsed = parse(monitor_type, query, variables)
    assert not parsed.refused, parsed.problems
    return [problem.code for problem in parsed.problems]


def search(text: str) -> str:
    return f'logs("{text}").index("*").rollup("count").last("5m") > 1'


@pytest.mark.parametrize(
    "query",
    [
        "sum(last_1h):sum:a.b{*}.as_count() * is_greater(sum:a.t{*}.as_count(), 15) > 1",
        "avg(last_5m):is_less(avg:a.b{*}, 5) > 0",
        "avg(last_5m):is_between(avg:a.b{*}, 1, 3) > 0",
        "avg(last_5m):count_nonzero_finite(avg:a.b{*} by {host}) > 3",
        "avg(last_1h):moving_rollup(avg:a.b{*}, 300, 'median') > 1",
        "avg(last_1h):moving_rollup(avg:a.b{*}, 300, 'p99.9') > 1",
        "avg(last_1h):moving_rollup(avg:a.b{*}, 300, 'stddev') > 1",
        "avg(last_1h):avg:a.b{*} by {host,env}.rollup(avg, 60).rollup(max, 300) by {env} > 1",
    ],
)
def test_documented_functions_and_layers_are_sound(query: str) -> None:
    assert codes(METRIC, query) == []


@pytest.mark.parametrize("method", ["p95", "p99.9", "stddev", "median"])
def test_a_later_rollup_takes_more_methods_which_are_a_preview(method: str) -> None:
    query = f"avg(last_1h):avg:a.b{{*}} by {{env}}.rollup(avg, 300).rollup({method}, 1800) > 1"

    assert codes(METRIC, query) == ["nested-rollup"]
    first = parse(METRIC, f"avg(last_1h):avg:a.b{{*}}.rollup({method}, 300) > 1")
    assert [problem.code for problem in first.problems] == ["unknown-rollup"]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ("sum, daily", []),
        ("sum, monthly, 17, 'Asia/Tokyo'", []),
        ("sum, weekly, 'monday'", []),
        ("sum, daily, 12am, 'Europe/Paris'", []),
        ("sum, monthly, 1st", []),
        ("agv, daily", ["unknown-rollup"]),
        ("sum, dayly", ["bad-interval"]),
        ("sum, 60, 'UTC'", ["wrong-number-of-arguments"]),
        ("sum, daily, 1, 'UTC', 2", ["wrong-number-of-arguments"]),
    ],
)
def test_a_rollup_may_follow_the_calendar(arguments: str, codes: list[str]) -> None:
    parsed = parse(METRIC, f"sum(last_1mo):sum:a.b{{*}}.rollup({arguments}) > 1")

    assert [problem.code for problem in parsed.problems] == codes


def test_the_last_layer_of_by_says_what_a_monitor_is_grouped_by() -> None:
    query = "avg(last_1h):avg:a.b{*} by {host,env}.rollup(avg, 60) by {env} > 1"

    assert parse(METRIC, query).tree.expression.keys == ("env",)  # type: ignore[union-attr]  # a series


@pytest.mark.parametrize(
    "expression",
    [
        "top(avg:a.b{*} by {host,env}, 10, 'mean', 'desc') by {env}",
        "week_before(avg:a.b{*} by {host,env}).rollup(avg, 300) by {env}",
        "(avg:a.b{*} by {host,env} / avg:a.c{*} by {host,env}) by {env}",
        "sum(avg:a.b{*} by {host,env}, {host,env}) by {env}",
    ],
)
def test_a_further_layer_stands_behind_calls_and_parentheses_too(expression: str) -> None:
    parsed = parse(METRIC, f"avg(last_1h):{expression} > 1")

    assert parsed.problems == ()
    assert isinstance(parsed.tree, MetricQuery)
    assert keys_of(parsed.tree.expression) == ("env",)


@pytest.mark.parametrize(
    ("monitor_type", "source"),
    [
        ("llm-observability alert", "llm_observability"),
        ("network-performance alert", "network"),
        ("network-path alert", "network_path"),
    ],
)
def test_formulas_are_legal_over_every_source_that_a_variable_can_have(
    monitor_type: str, source: str
) -> None:
    variable = {"name": "a", "data_source": source, "compute": {"aggregation": "count"}}

    assert codes(monitor_type, 'formula("a").last("5m") > 1', [variable]) == []


def test_a_base_query_needs_no_name_and_has_aggregators_of_its_own() -> None:
    variable = {
        "name": "a",
        "data_source": "aggregate_filtered_query",
        "base_query": {"data_source": "metrics", "query": "avg:a.b{*}", "aggregator": "mean"},
        "filter_query": {"data_source": "reference_table"},
        "filters": [{"base_attribute": "x", "filter_attribute": "y"}],
    }

    assert codes(METRIC, 'formula("a").rollup("sum").last("5m") > 1', [variable]) == []


@pytest.mark.parametrize(
    ("monitor_type", "query", "meant"),
    [
        (LOGS, r'logs("@a:\"x \\"y\\" z\"").rollup("count").last("5m") > 1', r'@a:"x \"y\" z"'),
        (LOGS, search('env:prod "task started"'), 'env:prod "task started"'),
        (LOGS, search('"a" OR "b"'), '"a" OR "b"'),
        ("trace-analytics alert",
         'trace-analytics("-resource_name:"<anonymous>" env:prod").rollup("count").last("5m") > 1',
         '-resource_name:"<anonymous>" env:prod'),
    ],
)  # fmt: skip
def test_a_search_ends_at_the_quote_before_its_steps(
    monitor_type: str, query: str, meant: str
) -> None:
    assert codes(monitor_type, query) == ["bare-quotes"]
    parsed = parse(monitor_type, query)
    assert isinstance(parsed.tree, SearchQuery)
    assert parsed.tree.search.value == meant
    # the hint is the same search, and sound
    safe = parsed.problems[0].hint.removeprefix("write `").removesuffix("`")
    assert codes(LOGS, f'logs({safe}).rollup("count").last("5m") > 1') == []


NEVER_FIT = [
    ("env=prod", "write `env:prod`"),
    ("env==prod", "write `env:prod`"),
    ("env:'prod'", "write `env:prod`"),
    ("env:prod|stage", "write `env IN (prod,stage)`"),
    ("env:prod|team:x", "write `key IN (a,b)`"),
    ("service:^api", "write a value as it is stored"),
    ("host:web-[0-9]", "write a value as it is stored"),
    ("host:web-?", "write a value as it is stored"),
    ("env:prod;team:x", "write `key IN (a,b)`"),
    ("env:prod&team:x", "write `key IN (a,b)`"),
    ("-env:prod", "write `!env:prod`"),
    ("env:~prod", "write `env:prod`"),
    ("env:>5", "write `env:5`"),
    ("env:/prod.*/", "write `env:prefix*`"),
    ("Env:prod", "write `env:prod`"),
]


@pytest.mark.parametrize(("tag", "hint"), NEVER_FIT)
def test_a_tag_that_nothing_can_carry_is_told_in_a_filter_and_in_a_step(
    tag: str, hint: str
) -> None:
    queries = (
        (METRIC, f"avg(last_5m):avg:a.b{{{tag}}} > 1"),
        (METRIC, f"avg(last_5m):avg:a.b{{team:x,{tag}}} > 1"),
        (CHECK, f'"x.up".over("{tag}").by("*").last(2).count_by_status()'),
        (CHECK, f'"x.up".over("*").exclude("{tag}").by("*").last(2).count_by_status()'),
        ("process alert", f"processes('x').over('{tag}').rollup('count').last('5m') > 1")
        if "'" not in tag
        else (METRIC, f"avg(last_5m):avg:a.b{{{tag}}} > 1"),
    )
    for monitor_type, query in queries:
        (problem,) = parse(monitor_type, query).problems
        assert (problem.code, problem.refused) == ("filter-never-fits", False)
        in_over = monitor_type == CHECK and ".exclude(" not in query
        if in_over and tag.startswith("-"):  # there a step says what is left out
            hint_here = f'write `.exclude("{tag[1:]}")`'
        else:
            hint_here = hint
        assert problem.hint.startswith(hint_here)


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        ("{env!=prod}", "filter-never-fits", "write `!env:prod`"),
        ("{team:x,env!=prod}", "filter-never-fits", "write `!env:prod`"),
        ("{env!:prod}", "filter-never-fits", "write `!env:prod`"),
        ("{env!~prod,team:x}", "filter-never-fits", "write `!env:prod`"),
        ("{env!prod}", "filter-never-fits", "write `!env:prod`"),
        ("{env<>prod}", "filter-never-fits", "write `!env:prod`"),
        ("{env:!prod}", "syntax", "write `!env:…`"),
        ("{env:(prod,stage)}", "syntax", "write `env IN (a, b)`"),
        ("{env IN [a,b]}", "syntax", "write `env IN (a, b)`"),
    ],
)
def test_a_filter_in_the_words_of_another_tool_is_told_once(
    written: str, code: str, hint: str
) -> None:
    (problem,) = parse(METRIC, f"avg(last_5m):avg:a.b{written} > 1").problems

    assert (problem.code, problem.hint) == (code, hint)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("env:prod team:x", 'quote each by itself: `"env:prod","team:x"`'),
        ("env:prod AND team:x", 'quote each by itself: `"env:prod","team:x"`'),
        ("env:prod OR team:x", "a step takes tags, not conditions"),
    ],
)
def test_several_tags_in_one_text_are_told(text: str, hint: str) -> None:
    query = f'"x.up".over("{text}").by("*").last(2).count_by_status()'
    (problem,) = parse(CHECK, query).problems

    assert (problem.code, problem.hint) == ("tags-in-one-text", hint)


def test_a_quoted_value_with_a_blank_is_told_as_it_is_stored() -> None:
    problems = parse(METRIC, 'avg(last_5m):avg:a.b{service:"a b"} > 1').problems

    assert {problem.code for problem in problems} == {"filter-never-fits"}
    assert all("`_` for each blank" in problem.hint for problem in problems)


@pytest.mark.parametrize(
    "tag",
    [
        "env:prod",
        "web-1",
        "!env:prod",
        "url:/api/",
        "path:/a/b",
        "host:web-*",
        "a.b/c:d_e",
        "key:*",
    ],
)
def test_a_tag_that_can_be_is_left_alone(tag: str) -> None:
    assert codes(METRIC, f"avg(last_5m):avg:a.b{{{tag}}} > 1") == []


@pytest.mark.parametrize(
    ("monitor_type", "query"),
    [
        (CHECK, '"x.up".over("env:staging,depl:x").by("*").last(2).count_by_status()'),
        (CHECK, '"x.up".over("*").exclude("host:a,host:b").by("*").last(2).count_by_status()'),
        ("process alert", "processes('x').over('env:a,team:x').rollup('count').last('5m') > 1"),
    ],
)
def test_two_tags_in_one_text_are_read_as_one(monitor_type: str, query: str) -> None:
    assert codes(monitor_type, query) == ["tags-in-one-text"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("@code:[500 599]", "write `@code:[500 TO 599]`"),
        ("@code:[500 to 599]", "write `@code:[500 TO 599]`"),
        ("@code:[5 TO]", "write `@code:[from TO to]`"),
        ("@duration>500", "write `@duration:>500`"),
        ("@duration>=500", "write `@duration:>=500`"),
        ("env:a && service:b", "write `AND`"),
        ("env:a || service:b", "write `OR`"),
        ("status=error", "write `status:error`"),
        ("service==a", "write `service:a`"),
        ("service IN (a,b)", "write `service:(a OR b)`"),
        ("service:(a,b)", "write `service:(a OR b)`"),
        ("@code:[500-599]", "write `@code:[500 TO 599]`"),
        ("@code:[500..599]", "write `@code:[500 TO 599]`"),
        ("status:[error,warn]", "write `status:(error OR warn)`"),
        ("@duration >500", "write `@duration:>500`"),
        ("@duration > 500", "write `@duration:>500`"),
        ("@duration: >500", "write `@duration:>500`"),
        ("@duration:> 500", "write the number at once behind it: `@duration:>500`"),
        ("status!=error", "write `-status:error`"),
        ("status:!=error", "write `-status:error`"),
        ("status <> error", "write `-status:error`"),
        ("status = error", "write `status:error`"),
        ("@code:==500", "write `@code:500`"),
        ("@code:5..9", "write `@code:[5 TO 9]`"),
        ("service:a,b", "write `service:(a OR b)`"),
        ("service:a|b", "write `service:(a OR b)`"),
        ("service in (a,b)", "write `service:(a OR b)`"),
        ("status:error;service:b", "write `status:error service:b`"),
        ("source :nginx", "write `source:nginx`, without a blank"),
        ("env:'prod'", r"write `env:\"prod\"`, or no quotes"),
        ("env:'prod two'", r"write `env:\"prod two\"`"),
        ("@http.status_code:5xx", "write `@http.status_code:[500 TO 599]`"),
        ("service:a1,b2", "write `service:(a1 OR b2)`"),
        (
            "service:/a.*/",
            "a search has no regular expressions: `*` and `?` stand for any characters",
        ),
        ("Service:a", "write `service:`"),
        ("ENV:prod", "write `env:`"),
        ("{env:prod}", "write `env:prod`, without braces"),
        ("service:!a", "write `-service:a`"),
        ("@http.status_code:{500 TO 599}", "write `@http.status_code:[500 TO 599]`"),
        ("@http.status_code:500-599", "write `@http.status_code:[500 TO 599]`"),
        ("@code:[599 TO 500]", "write `@code:[500 TO 599]`"),
        ("@code:500 TO 599", "write `@code:[500 TO 599]`"),
        ("env:a & service:b", "write `AND`"),
        ("env:a | service:b", "write `OR`"),
        ("service:(a | b)", "write `OR`"),
        ("service:(a or b)", "write `OR`"),
        ("service:a, status:error", "write `service:a`: a blank joins what must all hold"),
        ("env:$env", "monitors have no variables of dashboards: write the value itself"),
    ],
)
def test_a_search_in_the_words_of_another_tool_is_told(text: str, hint: str) -> None:
    (problem,) = parse(LOGS, search(text)).problems

    assert (problem.code, problem.refused, problem.hint) == ("search-never-fits", False, hint)
    assert codes(LOGS, shape(search(text))) == ["search-never-fits"]  # else the memo hides it


@pytest.mark.parametrize(
    "text",
    ["please do not retry", "@code:[500 TO 599]", "@d:>5", "@d:>=5", "a:(b OR c)",
     "@url:/a?b=c", r"\"a && b\"", "@http.status:{1 TO 5}", "env: prod", r"a\\:b", "->",
     "Error:timeout", "@Service:a", "@date:2026-01", "@span:100-200", "from 5 TO 9", "@p:$", "!x",
     "@d:[-5 TO 5]", "@d:{500 TO 599}", "@d:[9 TO *]", "@d:[b TO a]", "a:(b AND c)"],
)  # fmt: skip
def test_free_text_and_sound_searches_are_left_alone(text: str) -> None:
    assert codes(LOGS, search(text)) == []


def test_a_field_without_a_value_is_refused_as_the_server_does() -> None:
    (problem,) = parse(LOGS, search("service:web env:")).problems

    assert (problem.code, problem.refused) == ("empty-value", True)


def test_the_month_so_far_is_known_of_metric_monitors_only() -> None:
    month = 'logs("a").index("*").rollup("count").current("1mo") > 1'

    assert codes(LOGS, month) == ["current-month"]
    assert codes(METRIC, "sum(current_1mo):sum:a.b{*}.as_count() > 1") == []

"""What is printed from a tree reads back as an equal tree, for every form of query."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.language.printing import print_condition
from monitor_sync.language.query import parse
from monitor_sync.language.syntax.chain import check_query, formula_query, search_query, slo_query
from monitor_sync.language.syntax.composite import composite_query
from monitor_sync.language.syntax.metric import metric_expression, metric_query
from monitor_sync.language.syntax.scan import Cursor
from monitor_sync.language.syntax.search import plain_search
from monitor_sync.language.tree import Query, Series
from tests.language import query_trees as trees
from tests.language.query_text import print_expression, print_query

Read = Callable[[str], tuple[Query | None, Cursor]]

FORMS: dict[str, tuple[st.SearchStrategy[Query], Read]] = {
    "metric": (trees.metric_queries, metric_query),
    "check": (trees.check_queries, check_query),
    "search": (trees.search_queries, search_query),
    "slo": (trees.slo_queries, slo_query),
    "formula": (trees.formula_queries, formula_query),
    "composite": (trees.composite_queries, composite_query),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_printed_tree_reads_back_as_an_equal_tree(form: str) -> None:
    strategy, read = FORMS[form]
    texts: set[str] = set()

    @settings(max_examples=50, deadline=None)
    @given(strategy)
    def reads_back(tree: Query) -> None:
        text = print_query(tree)
        texts.add(text)
        again, cursor = read(text)
        assert again == tree, (text, [problem.message for problem in cursor.problems])
        assert again is not None
        assert print_query(again) == text

    reads_back()
    assert len(texts) > 30


@settings(max_examples=50, deadline=None)
@given(trees.series)
def test_a_printed_series_reads_back_and_stands_where_it_says(tree: Series) -> None:
    text = "  " + print_expression(tree)
    again, cursor = metric_expression(text)

    assert again == tree, [problem.message for problem in cursor.problems]
    assert isinstance(again, Series)
    assert text[again.metric.start : again.metric.end] == tree.metric.text
    assert text[again.scope.start : again.scope.end].startswith("{")
    assert text[again.start : again.end] == text.strip()


@pytest.mark.parametrize(
    "search",
    [
        "service:web (a OR b) -@http.status_code:[500 TO 599]",
        '@msg:"timed out" AND NOT env:(staging OR test)',
        "@Severity:>=40 -service:x*",
        '-(a b) OR -"c d"',
        "*:timeout @a.b:{1 TO 5}",
        "@metric_name:\\(x\\)",
    ],
)
def test_a_printed_search_reads_back_as_an_equal_one(search: str) -> None:
    condition, cursor = plain_search(search)

    assert cursor.problems == []
    assert condition is not None
    again, _ = plain_search(print_condition(condition))
    assert again == condition
    assert print_condition(condition) == search


def test_queries_that_mean_the_same_have_equal_trees() -> None:
    plain = parse("query alert", "avg(last_5m):avg:a.b{env:prod AND NOT host:x} by {host} > 1000")
    other = parse(
        "query alert", "avg( last_5m ) :avg:a.b{ env:prod and not host:x } BY { host } > 1e3"
    )

    assert plain.tree == other.tree
    assert plain.text != other.text


def test_queries_that_differ_have_different_trees() -> None:
    texts = [
        "avg(last_5m):avg:a.b{env:prod} > 1",
        "avg(last_5m):avg:a.b{env:prod} > 2",
        "avg(last_5m):avg:a.b{!env:prod} > 1",
        "avg(last_5m):sum:a.b{env:prod} > 1",
        "avg(last_5m):a.b{env:prod} > 1",
        "avg(last_10m):avg:a.b{env:prod} > 1",
        "avg(last_5m):avg:a.b{env:prod}.as_count() > 1",
        "avg(last_5m):(avg:a.b{env:prod}) > 1",
    ]
    assert len({parse("query alert", text).tree for text in texts}) == len(texts)


@settings(max_examples=50, deadline=None)
@given(trees.metric_queries, st.integers(0, 3))
def test_blanks_between_tokens_do_not_change_a_metric_query(tree: Query, width: int) -> None:
    text = print_query(tree)
    blank = "\n" + " " * width
    spaced = text.replace(" + ", f"{blank}+{blank}").replace(" > ", f"{blank}>{blank}")

    assert metric_query(blank + spaced + blank)[0] == tree

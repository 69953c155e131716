"""No text makes the parser raise or take long, and simple queries are quick."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor_sync.language.query import TYPES, _read, group_keys, parse, tags
from tests.growth import calls, times_as_long
from tests.language.query_text import print_query

ALPHABET = "avgslt_15mbyINOR:{}()[]<>=.,*+-/!&|\"'\\$ \n\té@0"

SEEDS = [
    ("query alert", "avg(last_5m):9 * sum:a.b{x:y,!z} by {h}.rollup(avg, 60) / (max:c{*} + 1) > 5"),
    ("query alert", "avg(last_4h):anomalies(avg:a{a IN (b,c) AND NOT d}, 'agile', 2, n=60) >= 1"),
    ("query alert", "change(avg(last_5m),last_1h):sum(avg:a{*} by {x,y}, {x}).as_count() < -1e3"),
    ("service check", '"x".over("env:prod").exclude("a").by("host","b").last(2).count_by_status()'),
    ("log alert", r'logs("a:(b OR c) -\"d e\" @f:[1 TO 5]").rollup("avg", "@x").last("5m") > 2'),
    ("slo alert", 'burn_rate("ab").over("30d").long_window("1h").short_window("5m") > 1'),
    ("composite", "(1 && !2) || ${id:a/b/c}"),
    ("cost alert", 'formula("exclude_null(a) / b").last("7d").anomaly(threshold=10) >= 5'),
    ("data-jobs alert", 'formula("failed_runs(run_query)").by(a,b).last(10d) > 0'),
]  # fmt: skip

MOST_CALLS = 200
"""Of functions for each character of a text; the most seen is 50, where names are suggested."""


def check(monitor_type: str, text: str) -> None:
    made = calls(lambda: _read.__wrapped__(monitor_type, text))
    assert made <= MOST_CALLS * (len(text) + 20), text[:200]
    parsed = parse(monitor_type, text)
    assert parsed.tree is not None or parsed.problems
    for problem in parsed.problems:
        assert 0 <= problem.start <= problem.end <= len(text) + 1, (text[:200], problem)
        assert problem.message
    group_keys(parsed)
    tags(parsed)
    if parsed.tree is not None and not parsed.refused:
        printed = print_query(parsed.tree)
        if len(printed) < 10_000:  # blanks are added, and longer texts are not read
            assert parse(monitor_type, printed).tree == parsed.tree, printed[:200]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES), st.one_of(st.text(max_size=60), st.text(ALPHABET, max_size=80)))
@example("query alert", "\x00")
@example("query alert", "avg(last_5m):avg:a{a IN (b): c} > 1")
@example("log alert", 'logs("\\')
@example("composite", "9" * 50)
def test_no_text_makes_it_raise(monitor_type: str, text: str) -> None:
    check(monitor_type, text)


def mutated(text: str, chance: random.Random) -> str:
    """A text with some stretches left out, repeated, exchanged or made up."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + 12)
        piece = "".join(chance.choice(ALPHABET) for _ in range(chance.randint(0, 3)))
        text = chance.choice(
            (
                text[:at] + text[to:],
                text[:at] + text[at:to] * 3 + text[to:],
                text[:at] + piece + text[to:],
            )
        )
    return text


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_a_slip_of_the_hand_makes_of_a_query_makes_it_raise(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(700):
        monitor_type, text = chance.choice(SEEDS)
        check(monitor_type, mutated(text, chance))


QUERY, LOGS = "avg(last_5m):", 'logs("'
REPEATED = [
    ("query alert", QUERY, "(", ""),
    ("query alert", QUERY, "-", ""),
    ("query alert", QUERY, "abs(", ""),
    ("query alert", QUERY, "1+", "1 > 1"),
    ("query alert", QUERY, "1*", "1 > 1"),
    ("query alert", QUERY + "avg:a{", "NOT ", "a} > 1"),
    ("query alert", QUERY + "avg:a{", "a:b,", "c} > 1"),
    ("query alert", QUERY + "avg:a{", "NOT a:b OR ", "NOT a:c} > 1"),
    ("query alert", QUERY + "avg:a{*} by {", "a,", "b} > 1"),
    ("query alert", QUERY + "avg:", "{", ""),
    ("query alert", QUERY, "avg:a{*} by {x} + ", "1 > 1"),
    ("query alert", "avg(last_", "9", "m):avg:a{*} > 1"),
    ("query alert", QUERY + "avg:a{*} > ", "9", ""),
    ("query alert", QUERY, "x", "(1) > 1"),
    ("log alert", LOGS, "(", '").last("5m") > 1'),
    ("log alert", LOGS, "NOT ", '").last("5m") > 1'),
    ("log alert", LOGS, "-", '").last("5m") > 1'),
    ("log alert", LOGS, "a ", '").rollup("count").last("5m") > 1'),
    ("log alert", LOGS, '\\"', '").rollup("count").last("5m") > 1'),
    ("log alert", LOGS, "\\", ""),
    ("log alert", 'logs("a")', '.by("a")', " > 1"),
    ("log alert", 'logs("a")', ".foo()", " > 1"),
    ("log alert", 'formula("', "(", '").last("5m") > 1'),
    ("composite", "", "!", ""),
    ("composite", "", "(", ""),
    ("composite", "", "1&&", "1"),
    ("service check", "", '"', ""),
]  # fmt: skip
SHORT, LONG = 1_200, 9_600
"""Characters; what is longer than 10,000 is not read."""
ALLOWED = 24
"""Times as long for 8 times the text; the square of it would be 64."""


def grows(monitor_type: str, short: str, long: str) -> float:
    reads = (partial(_read.__wrapped__, monitor_type, text) for text in (short, long))
    return times_as_long(*reads, allowed=ALLOWED)


@pytest.mark.parametrize(("monitor_type", "before", "piece", "behind"), REPEATED)
def test_long_and_deep_texts_take_as_long_as_they_are(
    monitor_type: str, before: str, piece: str, behind: str
) -> None:
    short, long = (before + piece * (size // len(piece)) + behind for size in (SHORT, LONG))
    assert len(long) < 10_000
    check(monitor_type, long)
    assert grows(monitor_type, short, long) <= ALLOWED


@pytest.mark.parametrize(
    ("monitor_type", "text"),
    [
        ("query alert", QUERY + "avg:a{" + "(" * 4_500 + ")" * 4_500 + "} > 1"),
        ("composite", " || ".join(str(number) for number in range(2_500))),
        ("query alert", QUERY + "avg:a{*} > 1" + " " * 3_000_000),
    ],
)
def test_other_long_texts_take_no_longer_than_short_ones(monitor_type: str, text: str) -> None:
    check(monitor_type, text)


WORDS = ("logs", "metrics", "q", "(", "aggregate_filtered_query")
FIELDS = (
    "name", "data_source", "query", "search", "compute", "group_by", "base_query", "filters",
    "facet", "aggregation",
)  # fmt: skip
anything = st.recursive(
    st.one_of(st.none(), st.integers(), st.sampled_from(WORDS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(("log alert", "cost alert", "data-jobs alert", "query alert")),
    st.lists(anything, max_size=3),
)
def test_no_variables_make_it_raise(monitor_type: str, variables: list[Any]) -> None:
    parsed = parse(monitor_type, 'formula("q / r").last("5m") > 1', variables)

    assert any(problem.code == "undefined-variable" for problem in parsed.problems)
    group_keys(parsed)
    tags(parsed)


def test_variables_within_variables_without_end_are_not_followed() -> None:
    variable: dict[str, Any] = {"name": "q", "data_source": "aggregate_filtered_query"}
    for _ in range(5_000):
        variable = {"name": "q", "data_source": "aggregate_filtered_query", "base_query": variable}

    parsed = parse("query alert", 'formula("q").rollup("sum").last("5m") > 1', [variable])
    assert parsed.problems


def test_simple_queries_are_quick() -> None:
    """An idle machine reads over 30,000 a second; that is 134 calls of functions for each."""
    text = "avg(last_5m):avg:system.load.1{*} by {host} > 4"
    assert calls(lambda: _read.__wrapped__("query alert", text)) <= 270


def test_the_time_grows_with_the_length_and_not_faster() -> None:
    short, long = (
        QUERY + " + ".join(["avg:a.b{env:prod,!x:y} by {host}"] * series) + " > 1"
        for series in (35, 280)
    )
    assert grows("query alert", short, long) <= ALLOWED

"""What a metric query may and may not say: modifiers, aggregators, groups."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name, Number
from monitor_sync.language.checks.algorithms import check_algorithms
from monitor_sync.language.checks.calls import check_call
from monitor_sync.language.checks.filters import check_filter
from monitor_sync.language.checks.windows import check_evaluation
from monitor_sync.language.functions import FILLS
from monitor_sync.language.problems import Findings, listed
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Everything,
    Expression,
    MetricQuery,
    Modifier,
    Parenthesised,
    Series,
)
from monitor_sync.language.tree_queries import (
    divisions_in,
    is_counted,
    keys_of,
    series_in,
    walk,
    words_of,
)

_AGGREGATORS: Final = ("avg", "sum", "min", "max", "count", "last")
_PERCENTILE: Final = re.compile(r"p([1-9]\d?)(\.\d{1,2})?")
_NEAR_PERCENTILE: Final = re.compile(r"p\d[\d.]*")
_METHODS: Final = ("avg", "sum", "min", "max", "count")
_MODIFIERS: Final = ("as_count", "as_rate", "weighted", "rollup", "fill")
_LONGEST_NAME: Final = 200


def check_metric(tree: MetricQuery, found: Findings) -> None:
    """Everything about a metric query that the query alone shows."""
    evaluation, body = tree.evaluation, tree.expression
    check_evaluation(evaluation, found)
    check_expression(body, found, evaluation.window.seconds)
    check_algorithms(tree, found)
    if evaluation.aggregator.text == "percentile":
        _check_percentile(body, found)
    if isinstance(tree.comparison.threshold, Name):
        found.refuse(
            "dynamic-threshold",
            tree.comparison.threshold,
            "`threshold` where a number was expected",
            "only a formula() can compare with thresholds.critical_query",
        )
    if evaluation.aggregator.text != "sum" and evaluation.change is None:
        _check_ratio(tree, found)


def check_expression(expression: Expression, found: Findings, window: int) -> None:
    """Series, functions and groups of an expression that is evaluated over ``window`` seconds."""
    if isinstance(expression, Series):
        _check_series(expression, found, window)
        return
    for each in walk(expression):
        if isinstance(each, Series):
            _check_series(each, found, window)
        elif isinstance(each, Call):
            check_call(each, found)
            _check_modifiers(each.modifiers, found, window)
        elif isinstance(each, Parenthesised):
            _check_modifiers(each.modifiers, found, window)
        elif isinstance(each, Arithmetic):
            _check_groups(each, found)


def _check_series(series: Series, found: Findings, window: int) -> None:
    aggregator = series.aggregator
    if aggregator is not None and aggregator.text not in _AGGREGATORS:
        _check_aggregator(aggregator, found)
    if len(series.metric.text) > _LONGEST_NAME:
        found.refuse(
            "metric-name-too-long",
            series.metric,
            f"the metric's name has {len(series.metric.text)} characters, "
            f"at most {_LONGEST_NAME} were expected",
        )
    if not isinstance(series.scope.condition, Everything):
        check_filter(series.scope.condition, found)
    if series.suffixes:
        _check_modifiers(series.modifiers, found, window)


def _check_aggregator(aggregator: Name, found: Findings) -> None:
    text = aggregator.text
    if _PERCENTILE.fullmatch(text):
        return
    if _NEAR_PERCENTILE.fullmatch(text):
        found.refuse(
            "bad-percentile",
            aggregator,
            f"`{text}` where a percentile from p1 to p99.99 was expected",
            "at most two decimals" if "." in text else "",
        )
        return
    found.refuse(
        "unknown-aggregator",
        aggregator,
        f"`{text}` where {listed((*_AGGREGATORS, 'p95 and its like'))} was expected",
        did_you_mean(text, _AGGREGATORS),
    )


def _check_modifiers(modifiers: tuple[Modifier, ...], found: Findings, window: int) -> None:
    names = [each.name.text for each in modifiers]
    for each in modifiers:
        name = each.name.text
        if name == "rollup":
            _check_rollup(each, found, window)
        elif name == "fill":
            _check_fill(each, found)
        elif name not in _MODIFIERS:
            found.refuse(
                "unknown-modifier",
                each.name,
                f"`{name}` where {listed(_MODIFIERS)} was expected",
                did_you_mean(name, _MODIFIERS),
            )
        elif each.arguments:
            found.refuse("too-many-arguments", each, f"`{name}()` takes no arguments")
    if "as_count" in names and "as_rate" in names:
        found.warn(
            "contradicting-modifiers",
            modifiers[-1],
            "`as_count()` and `as_rate()` stand behind one series: only one can be meant",
        )


def _check_rollup(modifier: Modifier, found: Findings, window: int) -> None:
    given = modifier.arguments
    if not 1 <= len(given) <= 2:
        found.refuse(
            "wrong-number-of-arguments",
            modifier,
            f"`rollup()` has {len(given)} arguments, a method and seconds were expected",
            "write for example `rollup(avg, 60)`",
        )
        return
    method = words_of(given[0])
    if method not in _METHODS:
        found.refuse(
            "unknown-rollup",
            given[0],
            f"`{method or '…'}` where {listed(_METHODS)} was expected",
            did_you_mean(method, _METHODS),
        )
    if len(given) == 1:
        return
    seconds = given[1]
    if not window and words_of(seconds).isalpha():
        return  # a variable of a cost monitor may be rolled up by calendar: `rollup(sum, monthly)`
    if not isinstance(seconds, Number) or seconds.value <= 0 or seconds.value % 1:
        found.refuse(
            "bad-interval",
            seconds,
            f"`{words_of(seconds)}` where a whole number of seconds was expected",
            "write seconds without a unit, such as 60",
        )
    elif window and seconds.value > window:
        found.warn(
            "rollup-above-window",
            seconds,
            f"a rollup of {seconds.written} seconds leaves at most one point "
            f"in a window of {window}",
        )


def _check_fill(modifier: Modifier, found: Findings) -> None:
    given = modifier.arguments
    if not 1 <= len(given) <= 2:
        found.refuse(
            "wrong-number-of-arguments",
            modifier,
            f"`fill()` has {len(given)} arguments, a method and a limit were expected",
        )
        return
    method = words_of(given[0])
    if method not in FILLS:
        found.refuse(
            "unknown-fill",
            given[0],
            f"`{method or '…'}` where {listed(FILLS)} was expected",
            did_you_mean(method, FILLS),
        )
    if len(given) == 2:
        check_fill_limit(given[1], found)


def check_fill_limit(limit: object, found: Findings) -> None:
    """How many seconds of missing data a fill may bridge."""
    if isinstance(limit, Number) and 0 <= limit.value <= 600 and not limit.value % 1:
        return
    if isinstance(limit, Number | Name):
        found.refuse(
            "bad-fill-limit",
            limit,
            f"`{words_of(limit)}` where a number of seconds from 0 to 600 was expected",
        )


def _check_groups(arithmetic: Arithmetic, found: Findings) -> None:
    """Groups that no other operand has drop out of the result without a word. (Our inference.)"""
    first: tuple[str, ...] = ()
    for operand in arithmetic.operands:
        keys = keys_of(operand)
        if not keys or set(keys) <= set(first):
            continue
        if first and not set(first) <= set(keys):
            found.warn(
                "different-groups",
                arithmetic,
                f"one side is grouped by {listed(first, 'and')}, "
                f"the other by {listed(keys, 'and')}: groups drop out silently",
                "group both sides by the same keys",
            )
            return
        first = keys


def _check_percentile(body: Expression, found: Findings) -> None:
    for series in series_in(body):
        name = series.aggregator.text if series.aggregator else ""
        if not _NEAR_PERCENTILE.fullmatch(name):
            found.refuse(
                "percentile-of-no-distribution",
                series,
                "`percentile()` evaluates a percentile of a distribution, such as `p95:`",
                f"write `p95:{series.metric.text}`",
            )


def _check_ratio(tree: MetricQuery, found: Findings) -> None:
    """
    A ratio of counts that is not summed is taken point by point, then aggregated.

    Source: Datadog's guide on as_count in monitor evaluations.
    """
    if isinstance(tree.expression, Series):
        return
    every = series_in(tree.expression)
    if not every or not all(is_counted(each) for each in every):
        return
    algorithm = any(
        isinstance(e, Call) and e.function.text in ("anomalies", "forecast", "outliers")
        for e in walk(tree.expression)
    )
    if not algorithm and next(divisions_in(tree.expression), None) is not None:
        name = tree.evaluation.aggregator
        found.warn(
            "ratio-not-summed",
            name,
            f"`{name.text}` takes the ratio of these counts at each point by itself",
            "write `sum` to divide the sums of the whole window",
        )

"""What a metric query may and may not say: modifiers, aggregators, groups."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Node, Number
from monitor_sync.language.checks.algorithms import check_algorithms
from monitor_sync.language.checks.calls import check_call
from monitor_sync.language.checks.filters import check_case, check_filter
from monitor_sync.language.checks.windows import check_evaluation
from monitor_sync.language.functions import (
    CALENDAR,
    FILLS,
    METHODS,
    NESTED_METHODS,
    PERCENTILE,
)
from monitor_sync.language.problems import Findings
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
_MODIFIERS: Final = ("as_count", "as_rate", "weighted", "rollup", "fill")
_LONGEST_NAME: Final = 200


def check_metric(tree: MetricQuery, findings: Findings) -> None:
    """Check everything about a metric query that the query alone shows."""
    evaluation, body = tree.evaluation, tree.expression
    check_evaluation(evaluation, findings)
    check_expression(body, findings, evaluation.window.seconds)
    check_algorithms(tree, findings)
    if evaluation.aggregator.text == "percentile":
        _check_percentile(body, findings)
    if isinstance(tree.comparison.threshold, Name):
        findings.refuse(
            "dynamic-threshold",
            tree.comparison.threshold,
            "`threshold` where a number was expected",
            "only a formula() can compare with thresholds.critical_query",
        )
    if evaluation.aggregator.text != "sum" and evaluation.change is None:
        _check_ratio(tree, findings)


def check_expression(expression: Expression, findings: Findings, window: int) -> None:
    """Check the parts of an expression that is evaluated over ``window`` seconds."""
    if isinstance(expression, Series):
        _check_series(expression, findings, window)
        return
    for node in walk(expression):
        if isinstance(node, Series):
            _check_series(node, findings, window)
        elif isinstance(node, Call):
            check_call(node, findings)
            _check_modifiers(node.modifiers, findings, window)
        elif isinstance(node, Parenthesised):
            _check_modifiers(node.modifiers, findings, window)
        elif isinstance(node, Arithmetic):
            _check_groups(node, findings)


def _check_series(series: Series, findings: Findings, window: int) -> None:
    aggregator = series.aggregator
    if aggregator is not None and aggregator.text not in _AGGREGATORS:
        _check_aggregator(aggregator, findings)
    if len(series.metric.text) > _LONGEST_NAME:
        findings.refuse(
            "metric-name-too-long",
            series.metric,
            f"the metric's name has {len(series.metric.text)} characters, "
            f"at most {_LONGEST_NAME} were expected",
        )
    if not isinstance(series.scope.condition, Everything):
        check_filter(series.scope.condition, findings)
    if series.suffixes:
        _check_modifiers(series.modifiers, findings, window)
        for layer in series.layers:
            for key in layer.keys:
                check_case(key, key.text, findings)


def _check_aggregator(aggregator: Name, findings: Findings) -> None:
    text = aggregator.text
    if _PERCENTILE.fullmatch(text):
        return
    if _NEAR_PERCENTILE.fullmatch(text):
        findings.refuse(
            "bad-percentile",
            aggregator,
            f"`{text}` where a percentile from p1 to p99.99 was expected",
            "at most two decimals" if "." in text else "",
        )
        return
    findings.refuse(
        "unknown-aggregator",
        aggregator,
        f"`{text}` where {joined((*_AGGREGATORS, 'p95 and its like'))} was expected",
        did_you_mean(text, _AGGREGATORS),
    )


def _check_modifiers(modifiers: tuple[Modifier, ...], findings: Findings, window: int) -> None:
    names = [modifier.name.text for modifier in modifiers]
    rollups = 0
    for modifier in modifiers:
        name = modifier.name.text
        if name == "rollup":
            _check_rollup(modifier, findings, window, nested=rollups > 0)
            rollups += 1
        elif name == "fill":
            _check_fill(modifier, findings)
        elif name not in _MODIFIERS:
            findings.refuse(
                "unknown-modifier",
                modifier.name,
                f"`{name}` where {joined(_MODIFIERS)} was expected",
                did_you_mean(name, _MODIFIERS),
            )
        elif modifier.arguments:
            findings.refuse("too-many-arguments", modifier, f"`{name}()` takes no arguments")
    if "as_count" in names and "as_rate" in names:
        findings.warn(
            "contradicting-modifiers",
            modifiers[-1],
            "`as_count()` and `as_rate()` stand behind one series: only one can be meant",
        )


def _check_rollup(modifier: Modifier, findings: Findings, window: int, *, nested: bool) -> None:
    """Check one rollup; ``nested`` says that it rolls up what another one made."""
    given = modifier.arguments
    by_calendar = len(given) > 1 and words_of(given[1]) in CALENDAR
    if not 1 <= len(given) <= (4 if by_calendar else 2):
        findings.refuse(
            "wrong-number-of-arguments",
            modifier,
            f"`rollup()` has {len(given)} arguments, a method and seconds were expected",
            "write for example `rollup(avg, 60)`",
        )
        return
    method = words_of(given[0])
    if method not in METHODS:
        _check_nested_method(method, given[0], findings, nested=nested)
    if len(given) == 1 or by_calendar:
        return
    seconds = given[1]
    if not isinstance(seconds, Number) or seconds.value <= 0 or seconds.value % 1:
        findings.refuse(
            "bad-interval",
            seconds,
            f"`{words_of(seconds)}` where a whole number of seconds was expected",
            "write seconds without a unit, such as 60",
        )
    elif window and seconds.value > window:
        findings.warn(
            "rollup-above-window",
            seconds,
            f"a rollup of {seconds.written} seconds leaves at most one point "
            f"in a window of {window}",
        )


def _check_nested_method(method: str, argument: Node, findings: Findings, *, nested: bool) -> None:
    """
    Check a method that only later rollups have.

    Source: Datadog's page on nested queries, which calls them a preview.
    """
    known = method in NESTED_METHODS or PERCENTILE.fullmatch(method) is not None
    if nested and known:
        findings.warn(
            "nested-rollup",
            argument,
            f"`{method}` of what another rollup made is a preview of Datadog's",
        )
        return
    expected = (*NESTED_METHODS, "p95") if nested else METHODS
    hint = did_you_mean(method, expected)
    if known and not nested:
        hint = f"`{method}` rolls up what another rollup made: write `.rollup(avg, 60)` before it"
    findings.refuse(
        "unknown-rollup",
        argument,
        f"`{method or '…'}` where {joined(expected)} was expected",
        hint,
    )


def _check_fill(modifier: Modifier, findings: Findings) -> None:
    given = modifier.arguments
    if not 1 <= len(given) <= 2:
        findings.refuse(
            "wrong-number-of-arguments",
            modifier,
            f"`fill()` has {len(given)} arguments, a method and a limit were expected",
        )
        return
    method = words_of(given[0])
    if method not in FILLS:
        findings.refuse(
            "unknown-fill",
            given[0],
            f"`{method or '…'}` where {joined(FILLS)} was expected",
            did_you_mean(method, FILLS),
        )
    if len(given) == 2:
        check_fill_limit(given[1], findings)


def check_fill_limit(limit: object, findings: Findings) -> None:
    """Check how many seconds of missing data a fill may bridge."""
    if isinstance(limit, Number) and 0 <= limit.value <= 600 and not limit.value % 1:
        return
    if isinstance(limit, Number | Name):
        findings.refuse(
            "bad-fill-limit",
            limit,
            f"`{words_of(limit)}` where a number of seconds from 0 to 600 was expected",
        )


def _check_groups(arithmetic: Arithmetic, findings: Findings) -> None:
    """Report groups that the result loses because no other operand has them. (Inferred.)"""
    first: tuple[str, ...] = ()
    for operand in arithmetic.operands:
        keys = keys_of(operand)
        if not keys or set(keys) <= set(first):
            continue
        if first and not set(first) <= set(keys):
            findings.warn(
                "different-groups",
                arithmetic,
                f"one side is grouped by {joined(first, 'and')}, "
                f"the other by {joined(keys, 'and')}: groups drop out silently",
                "group both sides by the same keys",
            )
            return
        first = keys


def _check_percentile(body: Expression, findings: Findings) -> None:
    for series in series_in(body):
        name = series.aggregator.text if series.aggregator else ""
        if not _NEAR_PERCENTILE.fullmatch(name):
            findings.refuse(
                "percentile-of-no-distribution",
                series,
                "`percentile()` evaluates a percentile of a distribution, such as `p95:`",
                f"write `p95:{series.metric.text}`",
            )


def _check_ratio(tree: MetricQuery, findings: Findings) -> None:
    """
    Report a ratio of counts that is taken point by point because it is not summed.

    Source: Datadog's guide on as_count in monitor evaluations.
    """
    if isinstance(tree.expression, Series):
        return
    every = series_in(tree.expression)
    if not every or not all(is_counted(item) for item in every):
        return
    algorithm = any(
        isinstance(e, Call) and e.function.text in ("anomalies", "forecast", "outliers")
        for e in walk(tree.expression)
    )
    if not algorithm and next(divisions_in(tree.expression), None) is not None:
        name = tree.evaluation.aggregator
        findings.warn(
            "ratio-not-summed",
            name,
            f"`{name.text}` takes the ratio of these counts at each point by itself",
            "write `sum` to divide the sums of the whole window",
        )

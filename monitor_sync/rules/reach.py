"""Thresholds beyond what a query can give: it bounds its own values, and is compared outside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import comparison
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    MetricQuery,
    Parenthesised,
    Signed,
)
from monitor_sync.language.tree_queries import inner_queries
from monitor_sync.rules.monitor_types import METRIC
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import limit, shown
from monitor_sync.rules.views import QueryView

Bounds = tuple[float, float]
"""The smallest and the largest value that an expression can have."""

_ANY: Final = (-math.inf, math.inf)
_BOUNDED: Final = re.compile(r"clamp_|cutoff_|is_greater|is_less|is_between|abs\(")


@rule("query/threshold-out-of-reach", Severity.WARNING)
def threshold_out_of_reach(view: QueryView) -> Iterator[Finding]:
    """
    A query keeps its value on one side of the threshold.

    Why: `clamp_min(…, 10)` is never below 10, so `< 5` is never true. `is_greater(…)` is 0 or 1,
    so `> 5` is never true, and `>= 0` always is.

    Example: `avg(last_5m):clamp_min(avg:a.load{*}, 10) < 5`

    Use instead: the query without `clamp_min`; `cutoff_min(…, 10)` leaves out what is below 10

    Source: follows from the arithmetic; Datadog's pages on exclusion functions and on nested
    queries.
    """
    tree, compared = view.query.tree, comparison(view.query)
    level = limit(compared)
    if view.type not in METRIC or compared is None or level is None:
        return
    if not isinstance(tree, MetricQuery) or not _BOUNDED.search(view.query_text):
        return
    if tree.evaluation.change is not None or tree.evaluation.aggregator.text == "sum":
        return
    often = how_often(_bounds(tree.expression), compared.operator.text, level)
    if often:
        yield Finding(
            message=f"this is {often} `{compared.operator.text} {shown(level)}`, whatever is"
            " measured",
            field=("query",),
            start=compared.operator.start,
            end=compared.threshold.end,
            hint="take the function out that bounds the value, or compare inside its bounds",
        )


def how_often(bounds: Bounds, operator: str, level: float) -> str:
    """Return ``never`` or ``always`` where bounds decide a comparison; empty where they do not."""
    low, high = bounds
    if operator in (">", ">="):
        return how_often((-high, -low), {">": "<", ">=": "<="}[operator], -level)
    if operator == "<":
        return "never" if low >= level else "always" if high < level else ""
    if operator == "<=":
        return "never" if low > level else "always" if high <= level else ""
    return "never" if operator == "==" and not low <= level <= high else ""


def _bounds(expression: Expression) -> Bounds:
    """Return between which values an expression stays, as far as its own text says."""
    match expression:
        case Number():
            return expression.value, expression.value
        case Parenthesised() if not expression.suffixes:
            return _bounds(expression.expression)
        case Signed():
            low, high = _bounds(expression.operand)
            return (-high, -low) if expression.sign == "-" else (low, high)
        case Call() if not expression.suffixes:
            return _bounds_of_call(expression)
        case Arithmetic() if expression.operators[0].text in "*/":
            return _scaled(expression)
        case _:
            return _ANY


def _bounds_of_call(call: Call) -> Bounds:
    inner = inner_queries(call.arguments)
    low, high = _bounds(inner[0]) if inner else _ANY
    numbers = [part.value for part in inner[1:] if isinstance(part, Number)]
    match call.function.text, numbers:
        case "clamp_min", [bound]:
            return max(low, bound), max(high, bound)
        case "clamp_max", [bound]:
            return min(low, bound), min(high, bound)
        case "cutoff_min", [bound]:
            return max(low, bound), high
        case "cutoff_max", [bound]:
            return low, min(high, bound)
        case "is_greater" | "is_less", [_]:
            return 0.0, 1.0
        case "is_between", [first, second]:
            return 0.0, 1.0 if first < second else 0.0
        case "abs", []:
            return 0.0, math.inf
        case "default_zero", []:
            return min(low, 0.0), max(high, 0.0)
        case _:
            return _ANY


def _scaled(product: Arithmetic) -> Bounds:
    """Return the bounds of one bounded operand times or divided by numbers."""
    low, high = _bounds(product.operands[0])
    for operator, operand in zip(product.operators, product.operands[1:], strict=True):
        factor_low, factor_high = _bounds(operand)
        if operator.text == "/":
            if factor_low != factor_high or factor_low == 0:
                return _ANY
            factor_low = factor_high = 1 / factor_low
        if factor_low == factor_high:
            ends = low * factor_low, high * factor_low
        elif low == high:
            ends = factor_low * low, factor_high * low
        else:
            return _ANY
        low, high = _ANY if any(map(math.isnan, ends)) else (min(ends), max(ends))
    return low, high

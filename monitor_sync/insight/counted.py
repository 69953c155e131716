"""The path of ``as_count()``: each leg becomes one number first, then the arithmetic (5.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor_sync.insight import classic, functions, legs, lines
from monitor_sync.insight.classic import Variables
from monitor_sync.insight.history import REDUCTIONS
from monitor_sync.insight.legs import Buckets
from monitor_sync.insight.lines import Frame
from monitor_sync.insight.values import Group, Unsupported
from monitor_sync.language.atoms import Number
from monitor_sync.language.functions import COMBINING
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    Parenthesised,
    Series,
    Signed,
    Variable,
)
from monitor_sync.language.tree_queries import inner_queries, series_in, walk


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    One number for each group, over the whole window; None where there is none.

    ``missing`` stands for a group that has none: 0 for a count (5.6).
    """

    keys: Group
    values: dict[Group, float | None]
    missing: float | None


def applies(expression: Expression, *, compared: bool, divisions_only: bool) -> bool:
    """
    Return whether a query is evaluated on this path.

    That takes arithmetic and an ``as_count()``; ``compared`` says that ``change()`` is around it.
    """
    counted = any(legs.read(series).counted == "count" for series in series_in(expression))
    arithmetic = [part for part in walk(expression) if isinstance(part, Arithmetic)]
    if divisions_only:
        arithmetic = [a for a in arithmetic if any(o.text == "/" for o in a.operators)]
    return counted and (compared or bool(arithmetic))


def aggregated(frame: Frame, buckets: Buckets, aggregator: str) -> dict[Group, float | None]:
    """Return one number for each line: what its buckets inside the window make (5.1)."""
    reduce = REDUCTIONS[aggregator]
    every = frame.lines.items()
    if buckets.back:  # else no line goes further back than the window
        first, last = legs.bounds(buckets)
        every = {group: lines.cut(line, first, last) for group, line in every}.items()
    return {group: reduce(values) if values else None for group, (_, values) in every}


Reduction = Callable[[Frame, Buckets], tuple[Group, dict[Group, float | None]]]
"""From lines to keys and numbers: those of one window, or of several with a key that says which."""


def of_window(aggregator: str) -> Reduction:
    """Return what makes one number of each line."""
    return lambda frame, buckets: (frame.keys, aggregated(frame, buckets, aggregator))


def evaluated(
    expression: Expression, buckets: Buckets, variables: Variables, reduction: Reduction
) -> Numbers | float:
    """Return the numbers of an expression by group, or the one that it is. Raises Unsupported."""
    match expression:
        case Number():
            return expression.value
        case Series():
            return _leg(expression, buckets, reduction)
        case Variable():
            inner = classic.variable(expression, variables)
            return evaluated(inner, buckets, variables, reduction)
        case Signed():
            operand = evaluated(expression.operand, buckets, variables, reduction)
            return operation("*", -1.0 if expression.sign == "-" else 1.0, operand)
        case Parenthesised() if not expression.suffixes:
            return evaluated(expression.expression, buckets, variables, reduction)
        case Arithmetic():
            result = evaluated(expression.operands[0], buckets, variables, reduction)
            rest = zip(expression.operators, expression.operands[1:], strict=True)
            for operator, term in rest:
                right = evaluated(term, buckets, variables, reduction)
                result = operation(operator.text, result, right)
            return result
        case Call() if not expression.suffixes:
            return _call(expression, buckets, variables, reduction)
        case _:
            return _whole(expression, buckets, variables, reduction)


def _leg(series: Series, buckets: Buckets, reduction: Reduction) -> Numbers:
    leg = legs.of(buckets.history, series)
    keys, values = reduction(legs.frame(leg, buckets), buckets)
    return Numbers(keys, values, 0.0 if leg.counted == "count" else None)


def _call(
    call: Call, buckets: Buckets, variables: Variables, reduction: Reduction
) -> Numbers | float:
    name = call.function.text
    inner = inner_queries(call.arguments)
    if name in COMBINING or not inner:
        return _whole(call, buckets, variables, reduction)
    if name in functions.POINTWISE:
        change, bounds = functions.POINTWISE[name], classic.numbers(call)
        operand = evaluated(inner[0], buckets, variables, reduction)
        return mapped(operand, lambda value: change(value, *bounds))
    ago = classic.seconds_ago(call, buckets)
    if ago:
        return evaluated(inner[0], buckets.ago(ago), variables, reduction)
    if name in ("default_zero", "default") and isinstance(inner[0], Series):
        numbers = _leg(inner[0], buckets, reduction)
        if numbers.missing is not None:  # counts are aligned as 0 anyway (4.12)
            bounds = classic.numbers(call)
            return Numbers(numbers.keys, numbers.values, bounds[-1] if bounds else 0.0)
    return _whole(call, buckets, variables, reduction)


def _whole(
    expression: Expression, buckets: Buckets, variables: Variables, reduction: Reduction
) -> Numbers | float:
    frame = classic.evaluated(expression, buckets, variables)
    if not isinstance(frame, Frame):
        return frame
    keys, values = reduction(frame, buckets)
    return Numbers(keys, values, None)


def mapped(numbers: Numbers | float, change: Callable[[float], float | None]) -> Numbers | float:
    """Return numbers with each changed, that of missing groups too. Raises Unsupported."""
    if not isinstance(numbers, Numbers):
        value = change(numbers)
        if value is None:
            raise Unsupported("a function of a number without a value")
        return value
    values = {group: None if v is None else change(v) for group, v in numbers.values.items()}
    missing = None if numbers.missing is None else change(numbers.missing)
    return Numbers(numbers.keys, values, missing)


def operation(operator: str, left: Numbers | float, right: Numbers | float) -> Numbers | float:
    """Return what two operands make; a group that one of them lacks counts as its missing."""
    if not isinstance(left, Numbers):
        if isinstance(right, Numbers):
            return _each(right, lambda value: _calculated(operator, left, value))
    elif not isinstance(right, Numbers):
        return _each(left, lambda value: _calculated(operator, value, right))
    a = left if isinstance(left, Numbers) else Numbers((), {(): left}, left)
    b = right if isinstance(right, Numbers) else Numbers((), {(): right}, right)
    keys, pairs = lines.partners(a.keys, b.keys, a.values, b.values)
    values: dict[Group, float | None] = {}
    for group, mine, other in pairs:
        values[group] = _calculated(operator, _of(a, mine), _of(b, other))
    paired = {mine for _, mine, _ in pairs}, {other for _, _, other in pairs}
    if set(b.keys) <= set(a.keys):
        for group in a.values.keys() - paired[0]:
            values[group] = _calculated(operator, _of(a, group), b.missing)
    if set(a.keys) <= set(b.keys):
        for other in b.values.keys() - paired[1]:
            group = tuple(other[b.keys.index(key)] for key in keys)
            values[group] = _calculated(operator, a.missing, _of(b, other))
    return Numbers(keys, values, _calculated(operator, a.missing, b.missing))


def _each(numbers: Numbers, change: Callable[[float | None], float | None]) -> Numbers:
    missing = change(numbers.missing)
    values = {g: missing if v is None else change(v) for g, v in numbers.values.items()}
    if not numbers.keys:
        values.setdefault((), missing)
    return Numbers(numbers.keys, values, missing)


def _of(numbers: Numbers, group: Group) -> float | None:
    value = numbers.values.get(group)
    return numbers.missing if value is None else value


def _calculated(operator: str, left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else lines.calculated(operator, left, right)

"""A ratio of two counts whose denominator has a floor: what it is worth with hardly any traffic."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from monitor_sync.language.atoms import Number
from monitor_sync.language.query import comparison
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    MetricQuery,
    Parenthesised,
    Series,
    Signed,
)
from monitor_sync.language.tree_queries import (
    divisions_in,
    inner_queries,
    is_counted,
    series_in,
    walk,
)
from monitor_sync.rules.monitor_types import METRIC
from monitor_sync.rules.values import limit
from monitor_sync.rules.views import QueryView


class FlooredRatio(Struct, frozen=True):
    """
    A ratio of two counts with a floor.

    ``numerator`` is the count above the line, ``total`` the smallest denominator that the floor
    lets count, ``operator`` and ``level`` the comparison.
    """

    expression: Expression
    numerator: Series
    floor: Number
    total: float
    operator: str
    level: float

    @classmethod
    def of(cls, view: QueryView) -> FlooredRatio | None:
        """Return the ratio of a metric query; None where it is another shape or has no floor."""
        if "/" not in view.query_text or not any(name in view.query_text for name in _FLOORS):
            return None  # spares most monitors the walk
        compared, level = comparison(view.query), limit(comparison(view.query))
        if view.type not in METRIC or compared is None or level is None or not level > 0:
            return None
        tree = view.query.tree
        if not isinstance(tree, MetricQuery):
            return None
        expression = tree.expression
        calls = [part for part in walk(expression) if isinstance(part, Call)]
        floors = [call for call in calls if call.function.text in _FLOORS]
        every, divisions = series_in(expression), list(divisions_in(expression))
        if len(floors) != 1 or len(divisions) != 1 or not all(map(is_counted, every)):
            return None
        if len(floors[0].arguments) < 2:
            return None
        floor, denominator = floors[0].arguments[1], divisions[0].denominator
        if not isinstance(floor, Number) or floor.value <= 0:
            return None
        beside = [*series_in(denominator), *series_in(floors[0])]
        numerators = [series for series in every if series not in beside]
        if len(numerators) != 1 or compared.operator.text not in (">", ">=", "<", "<="):
            return None
        total = floor.value + (1 if floors[0].function.text in REMAPS else 0)
        return cls(expression, numerators[0], floor, total, compared.operator.text, level)

    def alerts(self, failures: int) -> bool:
        """Return whether so many failures alert, among as few events as the floor lets count."""
        upward = self.operator in (">", ">=")
        if not upward and not self.grows_with_events():
            upward = True  # 100 - 100 * failed / tried
        counted = failures if upward else max(self.total - failures, 0)
        if not upward and self._compares(self.value(self.total)):
            return False  # it alerts by itself, or every event has to fail
        return self._compares(self.value(counted))

    def needed(self) -> int:
        """Return the smallest floor with which two failures do not alert."""
        none, full = self.value(0), self.value(self.total)
        best = none if self.operator in (">", ">=") or not self.grows_with_events() else full
        if none is None or full is None or best is None or full == none:
            return 0
        share = abs(self.level - best) / abs(full - none)
        return math.ceil(2 / share + (0 if self.operator in (">", "<") else 1e-9)) if share else 0

    def grows_with_events(self) -> bool:
        """Return whether more counted events make the value larger."""
        none, full = self.value(0), self.value(self.total)
        return none is not None and full is not None and full > none

    def alerts_by_itself(self) -> bool:
        """Return whether one event, with which nothing is wrong, alerts."""
        counted = 1 if self.grows_with_events() else 0
        return self._compares(_value(self.expression, self.numerator, counted, 1, enough=0.0))

    def value(self, counted: float) -> float | None:
        """Return the value with so many events in the numerator; None if it is not known."""
        return _value(self.expression, self.numerator, counted, self.total)

    def _compares(self, value: float | None) -> bool:
        if value is None:
            return False
        return {
            ">": value > self.level,
            ">=": value >= self.level,
            "<": value < self.level,
            "<=": value <= self.level,
        }[self.operator]


REMAPS: Final = ("is_greater", "is_between")
"""Factors that are 1 from a number of events on, and 0 below it."""

_FLOORS: Final = ("clamp_min", "cutoff_min", *REMAPS)
_UNCHANGED: Final = ("default_zero", "default", "clamp_min", "cutoff_min", "exclude_null")


def _value(
    part: Expression, numerator: Series, counted: float, total: float, enough: float = 1.0
) -> float | None:
    """
    Return what an expression is worth; every other count than the numerator is ``total``.

    ``enough`` is what ``is_greater`` and its like give: 0 where there are too few events.
    """

    def worth(inner: Expression) -> float | None:
        return _value(inner, numerator, counted, total, enough)

    match part:
        case Number():
            return part.value
        case Series():
            return counted if part == numerator else total
        case Parenthesised():
            return worth(part.expression)
        case Signed():
            inner = worth(part.operand)
            return None if inner is None else (-inner if part.sign == "-" else inner)
        case Call():
            if part.function.text in REMAPS:
                return enough
            inner_parts = inner_queries(part.arguments)
            if part.function.text not in _UNCHANGED or not inner_parts:
                return None
            inner = worth(inner_parts[0])
            bound = part.arguments[-1]
            if part.function.text != "clamp_min" or inner is None or not isinstance(bound, Number):
                return inner
            return max(inner, bound.value)
        case Arithmetic():
            return _folded(part, [worth(operand) for operand in part.operands])
        case _:
            return None


def _folded(arithmetic: Arithmetic, values: list[float | None]) -> float | None:
    result = values[0]
    for sign, value in zip(arithmetic.operators, values[1:], strict=True):
        if result is None or value is None or (sign.text == "/" and value == 0):
            return None
        result = _OPERATIONS[sign.text](result, value)
    return result


_OPERATIONS: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}

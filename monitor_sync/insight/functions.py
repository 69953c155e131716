"""The functions of metric queries that can be reproduced (4.14): on numbers, and on lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, Final

from monitor_sync.insight.history import reduced
from monitor_sync.insight.values import Line, Unsupported

Pointwise = Callable[..., float | None]


POINTWISE: Final[Mapping[str, Pointwise]] = {
    "abs": abs,
    "log2": lambda value: math.log2(value) if value > 0 else None,
    "log10": lambda value: math.log10(value) if value > 0 else None,
    "clamp_min": max,
    "clamp_max": min,
    "cutoff_min": lambda value, bound: value if value >= bound else None,
    "cutoff_max": lambda value, bound: value if value <= bound else None,
    "is_greater": lambda value, bound: 1.0 if value > bound else 0.0,
    "is_less": lambda value, bound: 1.0 if value < bound else 0.0,
    "is_between": lambda value, low, high: 1.0 if low < value < high else 0.0,
}
"""From a value and the function's numbers to a value; None drops it."""

COUNTS: Final[Mapping[str, Callable[[float], bool]]] = {
    "count_nonzero": lambda value: value != 0,
    "count_nonzero_finite": lambda value: value != 0,
    "count_not_null": lambda _: True,
}
"""How many groups have such a value at a bucket."""

BEFORE: Final = {
    "hour_before": 3_600, "day_before": 86_400, "week_before": 604_800,
    "month_before": 28 * 86_400,
}  # fmt: skip
"""Seconds (3.7)."""

REFUSED: Final = (
    "anomalies", "outliers", "forecast", "cumsum", "integral", "robust_trend", "trend_line",
    "piecewise_constant", "autosmooth",
)  # fmt: skip
"""These need a model, or do not work reliably in monitors (4.14, 11.5)."""


def along(name: str, arguments: Sequence[Any], interval: int) -> Callable[[Line], Line] | None:
    """
    Return the function along a line with this name; None where there is none.

    ``interval`` is the seconds of a bucket; ``arguments`` are those behind the query.
    """
    if name in _DELTAS:
        return lambda line: _deltas(line, _DELTAS[name])
    if name == "throughput":
        return lambda line: (line[0], [value / interval for value in line[1]])
    kind, _, count = name.rpartition("_")
    if kind == "ewma" and count.isdigit():
        return lambda line: (line[0], _ewma(line[1], int(count)))
    if kind == "median" and count.isdigit():
        return lambda line: (line[0], _medians(line[1], int(count)))
    if name == "moving_rollup":
        seconds = int(arguments[0]) if arguments else 0
        method = str(arguments[1]) if len(arguments) > 1 else "avg"
        return lambda line: _moving(line, seconds, method)
    return None


_DELTAS: Final[Mapping[str, Callable[[float, float], float | None]]] = {
    "diff": lambda delta, _: delta,
    "monotonic_diff": lambda delta, _: delta if delta >= 0 else None,
    "dt": lambda _, seconds: seconds,
    "derivative": lambda delta, seconds: delta / seconds,
    "per_second": lambda delta, seconds: delta / seconds,
    "per_minute": lambda delta, seconds: delta / seconds * 60,
    "per_hour": lambda delta, seconds: delta / seconds * 3_600,
}
"""From the difference to the bucket before, and the seconds since."""

BEFORE_SPACE: Final = frozenset(_DELTAS)
"""Of these the page on ``diff`` says: after time aggregation, before space."""


def _deltas(line: Line, change: Callable[[float, float], float | None]) -> Line:
    times: list[int] = []
    values: list[float] = []
    for index in range(1, len(line[0])):
        value = change(line[1][index] - line[1][index - 1], line[0][index] - line[0][index - 1])
        if value is not None:
            times.append(line[0][index])
            values.append(value)
    return times, values


def _ewma(values: Sequence[float], count: int) -> list[float]:
    weight = 2 / (count + 1)
    smooth: list[float] = []
    for value in values:
        smooth.append(value if not smooth else weight * value + (1 - weight) * smooth[-1])
    return smooth


def _medians(values: Sequence[float], count: int) -> list[float]:
    return [median(values[max(0, index - count + 1) : index + 1]) for index in range(len(values))]


def _moving(line: Line, seconds: int, method: str) -> Line:
    if seconds <= 0:
        raise Unsupported("moving_rollup without a time")
    times, values = line
    moved = []
    for index, time in enumerate(times):
        held = [values[at] for at in range(index + 1) if times[at] > time - seconds]
        moved.append(reduced(method, held))
    return times, moved

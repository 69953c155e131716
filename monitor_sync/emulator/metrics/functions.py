"""
The functions of metric queries that are served, by name.

Source: Datadog's pages on functions (dashboards/functions/arithmetic, exclusion, rate, timeshift).
What `cutoff` removes is what lies beyond its number; `is_between` leaves out both ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

Number = float | None
"""A value; None where there is none."""

POINTWISE: Final[Mapping[str, tuple[int, Callable[..., Number]]]] = {
    "abs": (0, abs),
    "log2": (0, lambda value: math.log2(value) if value > 0 else None),
    "log10": (0, lambda value: math.log10(value) if value > 0 else None),
    "exclude_null": (0, lambda value: value),  # no group lacks one of the keys of a monitor
    "clamp_min": (1, max),
    "clamp_max": (1, min),
    "cutoff_min": (1, lambda value, limit: value if value >= limit else None),
    "cutoff_max": (1, lambda value, limit: value if value <= limit else None),
    "is_greater": (1, lambda value, limit: float(value > limit)),
    "is_less": (1, lambda value, limit: float(value < limit)),
    "is_between": (2, lambda value, low, high: float(low < value < high)),
}
"""Functions of one value, each with how many numbers it takes besides."""

DELTAS: Final[Mapping[str, Callable[[float, float], Number]]] = {
    "diff": lambda delta, _: delta,
    "monotonic_diff": lambda delta, _: delta if delta >= 0 else None,
    "dt": lambda _, seconds: seconds,
    "derivative": lambda delta, seconds: delta / seconds,
    "per_second": lambda delta, seconds: delta / seconds,
    "per_minute": lambda delta, seconds: delta / seconds * 60,
    "per_hour": lambda delta, seconds: delta / seconds * 3600,
}
"""Functions of what a value has grown by since the one before it, and the seconds between them."""

SHIFTS: Final = {
    "hour_before": 3600, "day_before": 86_400, "week_before": 604_800, "month_before": 2_419_200,
}  # fmt: skip
"""How many seconds ago these look; a month is four weeks."""

FUNCTIONS: Final[Mapping[str, int]] = {
    **{name: count for name, (count, _) in POINTWISE.items()},
    **dict.fromkeys((*DELTAS, *SHIFTS, "default_zero"), 0),
    "timeshift": 1,
}
"""Every function that is read, with how many numbers it takes besides a query."""


def shift(name: str, numbers: Sequence[float]) -> int:
    """Return how many seconds ago a function looks, 0 where it does not."""
    return -int(numbers[0]) if name == "timeshift" else SHIFTS.get(name, 0)


def pointwise(name: str, numbers: Sequence[float], values: Sequence[Number]) -> list[Number]:
    """Return what a function of single values makes of each."""
    if name == "exclude_null":
        return list(values)
    function = POINTWISE[name][1]
    return [None if value is None else function(value, *numbers) for value in values]


def operation(sign: str, left: Sequence[Number], right: Sequence[Number]) -> list[Number]:
    """Return what two lines make together; nothing without one of both, or divided by zero."""
    pairs = zip(left, right, strict=True)
    match sign:
        case "+":
            return [None if a is None or b is None else a + b for a, b in pairs]
        case "-":
            return [None if a is None or b is None else a - b for a, b in pairs]
        case "*":
            return [None if a is None or b is None else a * b for a, b in pairs]
        case _:
            return [None if a is None or not b else a / b for a, b in pairs]

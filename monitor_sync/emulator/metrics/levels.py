"""
How high a line must run for a monitor's number to be as high as is wanted.

A number is followed roughly: as if each line were flat, and its window one bucket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from monitor_sync.emulator.metrics import functions
from monitor_sync.emulator.metrics.query import Call, Expression, Operation, SeriesQuery
from monitor_sync.emulator.metrics.read_monitors import ReadMonitor

_LOWEST, _STEPS = 1e-6, 64
_HALVINGS: Final = 50


class LevelOf(Protocol):
    """How high a line runs: now, or at the time in the past that the query compares with."""

    def __call__(self, series: SeriesQuery, *, past: bool) -> float:
        """Return the level."""


def targets(monitor: ReadMonitor) -> tuple[float, float]:
    """Return the numbers that a monitor has usually, and in troubles."""
    critical, mildest = monitor.critical, monitor.mildest
    if monitor.comparator.startswith("<"):
        return (mildest * 2.2, critical * 0.35) if critical > 0 else (0.0, critical * 1.7)
    return (mildest * 0.4, critical * 1.7) if critical > 0 else (critical * 2, 3.0)


def is_quiet(monitor: ReadMonitor, number: float | None) -> bool:
    """Return whether a number is as far from the threshold as a usual one."""
    quiet = targets(monitor)[0]
    low = monitor.comparator.startswith("<")
    return number is not None and (number >= quiet if low else number <= quiet)


def number_of(monitor: ReadMonitor, expression: Expression, level: LevelOf) -> float | None:
    """Return what a monitor's window makes of flat lines; None where that is nothing."""
    minutes = monitor.window / 60 if monitor.method == "sum" else 1.0
    now = _value(expression, level, minutes, past=False)
    if not monitor.change:
        return now
    before = _value(expression, level, minutes, past=True)
    if now is None or before is None:
        return None
    if monitor.change == "change":
        return now - before
    return 100 * (now - before) / before if before else None


def _value(expression: Expression, level: LevelOf, minutes: float, *, past: bool) -> float | None:
    match expression:
        case SeriesQuery():
            return level(expression, past=past) * minutes
        case Operation(sign, left, right):
            sides = (_value(side, level, minutes, past=past) for side in (left, right))
            return functions.operation(sign, *([side] for side in sides))[0]
        case Call(name, inner, numbers):
            shifted = past or functions.shift(name, numbers) > 0
            value = _value(inner, level, minutes, past=shifted)
            pointwise = name in functions.POINTWISE
            return functions.pointwise(name, numbers, [value])[0] if pointwise else value
        case _:
            return expression


def solved(number: Callable[[float], float | None], wanted: float) -> float | None:
    """Return the least level at which a number is as wanted; None where there is none."""
    low, before = _LOWEST, number(_LOWEST)
    for step in range(1, _STEPS):
        high = _LOWEST * 2**step
        after = number(high)
        if before is not None and after is not None and (before - wanted) * (after - wanted) <= 0:
            return _halved(number, wanted, low, high, rises=after > before)
        low, before = high, after
    return None


def _halved(
    number: Callable[[float], float | None], wanted: float, low: float, high: float, *, rises: bool
) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        value = number(middle)
        if value is not None and (value < wanted) == rises:
            low = middle
        else:
            high = middle
    return high

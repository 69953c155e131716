"""Burn rates and error budgets of SLOs (11.3, 11.4)."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import Final

from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Result,
    ResultKind,
    Status,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Number
from monitor_sync.language.syntax.windows import read_length
from monitor_sync.language.tree import SloQuery
from monitor_sync.language.tree_queries import words_of

_SHORT: Final = 12
"""The short window is this part of the long one unless it is given."""


def burn_rate(error_rate: float, target: float) -> float:
    """Return how many times too fast an SLO's budget burns; ``target`` is in percent."""
    return error_rate / (1 - target / 100)


def short_window(long_seconds: float) -> float:
    """Return the seconds of the short window that goes with a long one."""
    return long_seconds / _SHORT


def evaluate(settings: EvaluationSettings, history: PointHistory, instant: float) -> Evaluation:
    """
    Return the burn rate, or the share of the budget used up, in percent.

    Sources named ``good`` and ``total`` count events; ``slo_target`` is the SLO's target. Raises
    Unsupported where they are not given.
    """
    tree, target = settings.query.tree, settings.slo_target
    if not isinstance(tree, SloQuery):
        raise Unsupported(settings.query.type)
    if target is None or not 0 < target < 100:
        raise Unsupported("an SLO without its target")
    if tree.measure.text == "burn_rate":
        long = _window(settings, "long_window")
        short = _optional(settings, "short_window") or short_window(long)
        rates = [_error_rate(history, instant - length, instant) for length in (long, short)]
        value = None
        if rates[0] is not None and rates[1] is not None:
            value = min(burn_rate(rates[0], target), burn_rate(rates[1], target))
    else:
        long = _window(settings, "over")
        rate = _error_rate(history, instant - long, instant)
        value = None if rate is None else burn_rate(rate, target) * 100
    reason = "no event in a window"
    result = (
        Result(ResultKind.EMPTY, None, _last(history, instant), reason)
        if value is None
        else Result(ResultKind.NUMBER, value, None, "", _at_equality(settings, value))
    )
    return Evaluation(start=instant - long, end=instant, interval=0, keys=(), results={(): result})


def _at_equality(settings: EvaluationSettings, value: float) -> Status | None:
    """Return ALERT for a burn rate equal to its threshold: the formula says so, not ``>``."""
    comparison = queries.comparison(settings.query)
    level = comparison.threshold if comparison else None
    burn = isinstance(settings.query.tree, SloQuery) and (
        settings.query.tree.measure.text == "burn_rate"
    )
    if not burn or not isinstance(level, Number) or not math.isclose(value, level.value):
        return None
    return Status.ALERT if settings.readings.equal_burns else Status.OK


def _window(settings: EvaluationSettings, name: str) -> float:
    seconds = _optional(settings, name)
    if seconds is None:
        raise Unsupported(f"an SLO alert without .{name}()")
    return seconds


def _optional(settings: EvaluationSettings, name: str) -> float | None:
    step = queries.step(settings.query, name)
    window = read_length(words_of(step.arguments[0]), 0, 0) if step and step.arguments else None
    return float(window.seconds) if window else None


def _total(history: PointHistory, name: str, low: float, end: float) -> float:
    values = [
        value
        for source in history.sources
        if source.metric == name
        for value in source.values[bisect_left(source.times, low) : bisect_right(source.times, end)]
    ]
    return math.fsum(values)


def _error_rate(history: PointHistory, start: float, end: float) -> float | None:
    """Return the share of bad events; None where there are none at all."""
    total = _total(history, "total", start, end)
    return None if total == 0 else 1 - _total(history, "good", start, end) / total


def _last(history: PointHistory, end: float) -> float | None:
    times = [
        t for source in history.sources for t in source.times[: bisect_right(source.times, end)]
    ]
    return max(times, default=None)

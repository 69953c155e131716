"""The functions that a metric monitor may call, with their arguments: data, not code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Parameter(Struct, frozen=True, kw_only=True):
    """
    One argument of a function.

    ``kind`` is ``query``, ``number`` or ``word`` (quoted or bare). ``choices`` are the only values
    there are, empty where any will do; with ``percentiles`` p1 to p99.99 are values besides.
    ``negative`` asks for a number below zero.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    percentiles: bool = False
    optional: bool = False
    negative: bool = False


_QUERY: Final = Parameter(name="a query", kind="query")
_BOUND: Final = Parameter(name="a number", kind="number")
PERCENTILE: Final = re.compile(r"p\d{1,2}(?:\.\d{1,2})?", re.ASCII)
"""A percentile, such as ``p95`` or ``p99.9``."""

METHODS: Final = ("avg", "sum", "min", "max", "count")
"""How the points of an interval become one."""

NESTED_METHODS: Final = (*METHODS, "median", "stddev")
"""How the points that another rollup made become one, percentiles besides. In Datadog's preview."""

CALENDAR: Final = ("daily", "weekly", "monthly", "yearly")
"""
Intervals of a rollup that begin with the calendar, in place of seconds; where they begin and a time
zone may follow: ``rollup(sum, monthly, 17, 'Asia/Tokyo')``. Source: Datadog's editor since October
2023 (htnosm.hatenablog.com/entry/2023/10/19/090000), and recorded queries of cost monitors.
"""

FILLS: Final = ("linear", "last", "zero", "null")

_ONLY_QUERY: Final = (
    # arithmetic and rates
    "abs", "log2", "log10", "cumsum", "integral", "per_second", "per_minute", "per_hour", "dt",
    "diff", "monotonic_diff", "derivative", "throughput",
    # counting, filling, smoothing, trends
    "count_nonzero", "count_nonzero_finite", "count_not_null", "default_zero",
    "ewma_3", "ewma_5", "ewma_10", "ewma_20", "median_3", "median_5", "median_7", "median_9",
    "robust_trend", "trend_line", "piecewise_constant",
    # the past
    "hour_before", "day_before", "week_before", "month_before",
    # `top5_mean` and its like
    *(
        f"{rank}{count}_{by}"
        for rank in ("top", "bottom")
        for count in (5, 10, 15, 20)
        for by in ("mean", "min", "max", "last", "area", "l2norm")
    ),
)  # fmt: skip

FUNCTIONS: Final[Mapping[str, tuple[Parameter, ...]]] = {
    **dict.fromkeys(_ONLY_QUERY, (_QUERY,)),
    **dict.fromkeys(("clamp_min", "clamp_max", "cutoff_min", "cutoff_max"), (_QUERY, _BOUND)),
    # documented as a floor: `… * is_greater(sum:requests{*}.as_count(), 15)`
    **dict.fromkeys(("is_greater", "is_less"), (_QUERY, _BOUND)),
    "is_between": (_QUERY, _BOUND, _BOUND),
    "exclude_null": (_QUERY, Parameter(name="a tag", kind="word", optional=True)),
    "default": (_QUERY, _BOUND),
    "fill": (
        _QUERY,
        Parameter(name="how to fill", kind="word", choices=FILLS),
        Parameter(name="a limit in seconds", kind="number", optional=True),
    ),
    "top": (
        _QUERY,
        Parameter(name="how many", kind="number", choices=("5", "10", "25", "50", "100")),
        Parameter(
            name="by what",
            kind="word",
            choices=("max", "mean", "min", "sum", "last", "l2norm", "area"),
        ),
        Parameter(name="an order", kind="word", choices=("asc", "desc")),
    ),
    "moving_rollup": (
        _QUERY,
        Parameter(name="seconds", kind="number"),
        Parameter(
            name="a method", kind="word", choices=NESTED_METHODS, percentiles=True, optional=True
        ),
    ),
    "timeshift": (
        _QUERY,
        Parameter(name="a number of seconds below zero", kind="number", negative=True),
    ),
    "calendar_shift": (
        _QUERY,
        Parameter(name="a shift such as '-1d'", kind="word"),
        Parameter(name="a time zone", kind="word", optional=True),
    ),
}
"""
By name. Source: Datadog's pages on functions, as far as monitors may use them; ``is_greater`` and
its like and the methods of ``moving_rollup`` from its page on nested queries and its guide on a
minimum request threshold.
"""

COMBINING: Final = ("min", "max", "avg", "sum")
"""These take several series, or one and the keys that remain: ``sum(avg:a.b{*} by {h,d}, {h})``."""

ALGORITHMS: Final = ("anomalies", "outliers", "forecast")

KNOWN: Final = (*FUNCTIONS, *COMBINING, *ALGORITHMS)

NOT_IN_MONITORS: Final = ("autosmooth",)
"""Functions of dashboards that monitors do not have."""

SOURCES: Final = (
    "logs", "events", "rum", "trace-analytics", "audits", "ci-pipelines", "ci-tests",
    "database-monitoring", "network-performance", "network-path", "llm-observability",
    "error-tracking", "error-tracking-rum", "error-tracking-traces", "error-tracking-logs",
)  # fmt: skip
"""What a search can be over."""

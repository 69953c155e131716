"""
Which history a monitor needs: its series one by one, each with its time aggregation written out.

Numbers such as (13.3) are sections of the evaluator's specification. Whole expressions are never
asked for: the server's own intervals and defaults would slip into the replay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.insight import legs, metric, search, windows
from monitor_sync.insight.evaluation import evaluate
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.metric import MetricCondition
from monitor_sync.insight.values import EvaluationSettings, Group, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.language.printing import print_condition
from monitor_sync.language.tree import FormulaQuery, MetricQuery, SearchQuery, Series
from monitor_sync.language.tree_queries import words_of

Limit = Literal["sum_of_a_gauge", "inside_a_minute", "short_rollup"]
"""
What points of a minute cannot tell for sure (4.5, 13.4). ``sum_of_a_gauge``: it depends on how many
points there are. ``inside_a_minute``: a maximum or a minimum of several series. ``short_rollup``:
a rollup of less than a minute.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """
    One query for history, which answers a line for each group.

    ``source`` is Datadog's ``data_source``. ``text`` is a metric query with its rollup, or a
    search. ``kind`` is that of the points that come: ``count`` or ``gauge``. ``interval`` is the
    seconds of a bucket. ``method``, ``measure`` and ``indexes`` are a search's.
    """

    source: str
    text: str
    keys: Group
    kind: str
    interval: int
    method: str = ""
    measure: str = ""
    indexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a query, a series or the text of a search, and the line that it reads."""

    part: Series | str
    line: WantedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    All that a monitor reads.

    ``back`` is how many seconds before an evaluation it looks, at most. ``every`` is the seconds
    between evaluations. ``bounds`` are other lines for the same parts: replayed, they give the
    other end of what the value may be, where points of a minute give no number (13.4). ``limits``
    are what cannot be told even so.
    """

    readings: tuple[Reading, ...]
    back: int
    every: int
    bounds: tuple[Reading, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def lines(self) -> tuple[WantedLine, ...]:
        """Every line that is to be fetched, each once."""
        return tuple(dict.fromkeys(r.line for r in (*self.readings, *self.bounds)))


_SOME_TIME: Final = 1_700_000_000.0

_STEP: Final = {60: 60, 600: 300, 1800: 600}
"""Seconds of a fetched bucket by how often a monitor is evaluated."""


def wanted(settings: EvaluationSettings) -> Wanted:
    """
    Return what history a monitor needs. Raises Unsupported where none would do.

    What only an evaluation meets, such as a function that cannot be reproduced, is met here too:
    nothing is fetched for it.
    """
    evaluate(settings, PointHistory(()), _SOME_TIME)
    tree, variables = settings.query.tree, settings.query.variables
    of_searches = isinstance(tree, FormulaQuery) and any(v.source != "metrics" for v in variables)
    if isinstance(tree, SearchQuery) or of_searches:
        return _of_searches(settings)
    if isinstance(tree, MetricQuery | FormulaQuery):
        return _of_metrics(settings, metric.condition(settings.query, settings.readings))
    raise Unsupported(settings.query.type)


def _every(settings: EvaluationSettings) -> int:
    return queries.evaluated_every(settings.query) or 60


def _back(settings: EvaluationSettings, *more: int) -> int:
    window = queries.window(settings.query)
    delay = settings.options.get("evaluation_delay")
    length = windows.length(window, settings.readings) if window else 0
    return length + int(delay if isinstance(delay, int | float) else 0) + sum(more)


# metrics


def _of_metrics(settings: EvaluationSettings, what: MetricCondition) -> Wanted:
    every = _every(settings)
    shift = max((read.shift for read in what.reads), default=0)
    shift += what.change.shift.seconds if what.change else 0
    parts = [(read.series, legs.read(read.series)) for read in what.reads]
    step = _STEP[every]
    for _, leg in parts:
        seconds = leg.rollups[0][1] if leg.rollups else 0
        step = math.gcd(step, seconds) if seconds and seconds % 60 == 0 else step
    readings = tuple(Reading(series, _line(leg, step, "")) for series, leg in parts)
    other = _other_end(settings, what, step)
    return Wanted(
        readings=readings,
        back=_back(settings, shift, what.back, step),
        every=every,
        bounds=tuple(Reading(series, _line(leg, step, other)) for series, leg in parts if other),
        limits=tuple(_limits(settings, what, [leg for _, leg in parts], step, other)),
    )


def _line(leg: legs.Leg, interval: int, method: str) -> WantedLine:
    """Return the query for one leg; ``method`` stands for its own time aggregation if given."""
    if leg.space not in ("avg", "sum", "min", "max", "count"):
        raise Unsupported(f"{leg.space}: of a distribution")
    own = (leg.rollups[0][0] if leg.rollups else "") or ("sum" if leg.counted else "avg")
    by = f" by {{{','.join(leg.keys)}}}" if leg.keys else ""
    scope = print_condition(leg.series.scope.condition)
    counted = ".as_count()" if leg.counted else ""
    text = f"{leg.space}:{leg.series.metric.text}{{{scope}}}{by}{counted}"
    return WantedLine(
        source="metrics",
        text=f"{text}.rollup({method or own}, {interval})",
        keys=leg.keys,
        kind="count" if leg.counted else "gauge",
        interval=interval,
    )


def _other_end(settings: EvaluationSettings, what: MetricCondition, step: int) -> str:
    """Return ``max`` or ``min`` where a single gauge is asked for that, inside its buckets too."""
    if what.aggregator not in ("max", "min") or len(what.reads) != 1 or what.change is not None:
        return ""
    leg = legs.read(what.reads[0].series)
    if leg.counted or leg.rollups or leg.series is not what.expression:
        return ""
    return what.aggregator if _interval(settings) < step else ""


def _interval(settings: EvaluationSettings) -> int:
    window = queries.window(settings.query)
    return windows.default_interval(windows.length(window, settings.readings)) if window else 60


def _limits(
    settings: EvaluationSettings,
    what: MetricCondition,
    read: list[legs.Leg],
    step: int,
    other: str,
) -> Iterator[Limit]:
    finer = _interval(settings) < step
    gauges = [leg for leg in read if not leg.counted and not (leg.rollups and leg.rollups[0][1])]
    if what.aggregator == "sum" and gauges and not what.on_count_path:
        yield "sum_of_a_gauge"
    if what.aggregator in ("max", "min") and gauges and finer and not other:
        yield "inside_a_minute"
    if any(leg.rollups and 0 < leg.rollups[0][1] < 60 for leg in read):
        yield "short_rollup"


# searches

_SOURCES: Final = {
    "log alert": "logs", "rum alert": "rum", "trace-analytics alert": "spans",
    "event-v2 alert": "events", "audit alert": "audit", "ci-pipelines alert": "ci_pipelines",
    "ci-tests alert": "ci_tests", "network-performance alert": "network",
}  # fmt: skip
"""Data sources of ``query/timeseries`` by type of monitor. Source: its API schema."""


def _of_searches(settings: EvaluationSettings) -> Wanted:
    source = _SOURCES.get(settings.query.type)
    if source is None:
        raise Unsupported(settings.query.type)
    every = _every(settings)
    legs = search.searches(settings.query, settings.options)
    by_text: dict[str, WantedLine] = {}
    for leg in legs.values():
        line = WantedLine(
            source=source,
            text=leg.text or "*",
            keys=leg.keys,
            kind="count" if leg.method in ("count", "sum") else "gauge",
            interval=_STEP[every],
            method=leg.method,
            measure=_measure(settings, leg.method),
            indexes=_indexes(settings),
        )
        if by_text.setdefault(leg.text, line) != line:
            raise Unsupported("two questions about one search")
    return Wanted(
        readings=tuple(Reading(text, line) for text, line in by_text.items()),
        back=_back(settings, _STEP[every]),
        every=every,
    )


def _measure(settings: EvaluationSettings, method: str) -> str:
    if method == "count":
        return ""
    step = queries.step(settings.query, "rollup")
    if method == "avg" or not isinstance(settings.query.tree, SearchQuery) or step is None:
        raise Unsupported(f"{method} of a search")
    return words_of(step.arguments[1]) if len(step.arguments) > 1 else ""


def _indexes(settings: EvaluationSettings) -> tuple[str, ...]:
    step = queries.step(settings.query, "index")
    return tuple(words_of(argument) for argument in step.arguments) if step else ()

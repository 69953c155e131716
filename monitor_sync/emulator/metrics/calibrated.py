"""
What a generated line looks like, so that the monitors of the account are quiet most of the time.

From each held monitor with a plain threshold (one series, or one divided by another) the level of
its series follows: well on the right side of the threshold usually, beyond it in troubles. Where a
monitor calculates more than that, the level of one of its series is sought (`levels.py`). Whatever
no monitor decides has a level that follows from its name.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from monitor_sync.emulator.metrics.generated import Shape, drawn
from monitor_sync.emulator.metrics.levels import is_quiet, number_of, solved, targets
from monitor_sync.emulator.metrics.query import (
    Condition,
    Expression,
    NotServed,
    Operation,
    SeriesQuery,
    series_anywhere,
    series_in,
)
from monitor_sync.emulator.metrics.read_monitors import (
    SECONDS,
    ReadMonitor,
    SearchCount,
    bare,
    read_monitor,
)
from monitor_sync.emulator.queries import comparison

_COUNTS: Final = (".count", ".hits", ".errors", ".requests")
_NOT_NARROWING: Final = frozenset(("env", "service", "team", "cluster"))
_QUIET, _BAD = 0.5, 1.7
"""Shares of a threshold at which a line runs usually, and in troubles, where high is bad."""

_BAD_WORDS: Final = re.compile(
    r"err|fail|time_?out|5\d\d|5xx|reject|declin|unavail|denied|invalid|expired|lost|miss|down"
)
"""Words in the names of things that are few while all is well, such as errors."""

_FEW, _RARE = 40, 0.1
"""A threshold below `_FEW` could be crossed by chance: its count usually runs at `_RARE` of it."""

_NOISY: Final = 0.08
"""The share of lines that cross their threshold now and then without any trouble."""


Level = tuple[float, float]
"""How high a line runs usually, and in troubles."""


@dataclass(slots=True)
class Shapes:
    """
    The shapes of an account's lines; the first monitor about a line decides.

    `learnt` are the ids of the monitors that were heard, `metrics` and `searches` what they read.
    """

    learnt: set[int] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)
    searches: dict[tuple[str, str], Shape] = field(default_factory=dict)
    _counts: set[str] = field(default_factory=set)
    _levels: dict[tuple[str, tuple[Condition, ...]], Level] = field(default_factory=dict)

    def learn(self, monitors: Iterable[dict[str, Any]]) -> None:
        """Learn from monitors which lines they read, and the thresholds on these."""
        known: list[ReadMonitor] = []
        for monitor in monitors:
            self.learnt.add(int(monitor["id"]))
            searched = search_shape(str(monitor.get("query") or ""))
            if searched is not None:
                self.searches.setdefault(*searched)
            for series in series_anywhere(str(monitor.get("query") or "")):
                self.metrics.add(series.metric)
                if series.counted:
                    self._counts.add(series.metric)
            with contextlib.suppress(NotServed):
                known.append(read_monitor(monitor))
        for read in known:
            self._calibrate(read)
        for read in known:
            self._solve(read)

    def _calibrate(self, monitor: ReadMonitor) -> None:
        factor, over, under = _parts(monitor.expression)
        if over is None or not self._is_plain(monitor):
            return
        high = monitor.comparator.startswith(">")
        few = monitor.method == "sum" and under is None and monitor.critical < _FEW
        usual = monitor.critical * ((_RARE if few else _QUIET) if high else 2.0)
        trouble = monitor.critical * (_BAD if high else 0.35) or (3.0 if high else 0.0)
        if under is not None:
            of = self._level(under.metric, _of(under))
            usual, trouble = usual * of[0] / factor, trouble * of[1] / factor
        elif monitor.method == "sum":
            minutes = max(monitor.window // 60, 1)
            usual, trouble = usual / minutes / factor, trouble / minutes / factor
            if not high:  # so few would run out by chance
                usual = max(usual, self._level(over.metric, _of(over))[0])
        else:
            usual, trouble = usual / factor, trouble / factor
        self._levels.setdefault((over.metric, _of(over)), (usual, trouble))

    def _solve(self, monitor: ReadMonitor) -> None:
        """Find a level for a line of an expression that is no plain one."""
        expression = monitor.expression
        if isinstance(expression, SearchCount) or self._is_plain(monitor):
            return
        every = series_in(expression)
        lines = [(series.metric, _of(series)) for series in every]
        free = next(
            (line for line in sorted(lines, key=lines.count) if line not in self._levels), None
        )
        if free is None:
            return

        def number(now: float, usually: float) -> float | None:
            def level(series: SeriesQuery, *, past: bool) -> float:
                line = series.metric, _of(series)
                if line == free:
                    return usually if past else now
                return self._level(*line)[0]

            return number_of(monitor, expression, level)

        quiet, trouble = targets(monitor)
        usual = self._level(*free)[0]
        if monitor.change == "change":  # its number is 0 whatever the level is
            usual = abs(monitor.critical) or usual
        elif not is_quiet(monitor, number(usual, usual)):
            usual = solved(lambda level: number(level, level), quiet) or usual
        worse = solved(lambda level: number(level, usual), trouble)
        self._levels[free] = (usual, usual if worse is None else worse)

    def _is_plain(self, monitor: ReadMonitor) -> bool:
        return not monitor.change and _parts(monitor.expression)[1] is not None

    def _level(self, metric: str, about: tuple[Condition, ...]) -> Level:
        known = self._levels.get((metric, about))
        if known is not None:
            return known
        usual = 40.0 + drawn(metric) * 400 if self.is_count(metric) else 10 + drawn(metric) * 80
        trouble = usual * (0.3 if self.is_count(metric) else 1.6)
        for demand in about if self.is_count(metric) else ():
            share, worse = _shares(demand)
            usual *= 1 - share if demand.negated else share
            trouble *= 1 - worse if demand.negated else worse
        return usual, trouble

    def is_count(self, metric: str) -> bool:
        """Return whether a metric counts something."""
        return metric in self._counts or metric.endswith(_COUNTS)

    def shape(self, series: SeriesQuery, group: tuple[str, ...]) -> Shape:
        """Return the shape of one group of a series."""
        about = _of(series)
        usual, trouble = self._level(series.metric, about)
        name = "/".join((series.metric, repr(about), *group))
        count = self.is_count(series.metric)
        if group:
            share = 0.7 + 0.6 * drawn(name)
            usual, trouble = usual * share, trouble * share
        noisy = drawn(f"noise of {name}") < _NOISY
        return Shape(
            name=name,
            usual=usual,
            trouble=trouble,
            count=count,
            rhythm=0.35 if count else 0.15,
            noise=1.15 if noisy else 0.2,
        )

    def groups(self, series: SeriesQuery) -> list[tuple[str, ...]]:
        """Return the groups that a series has: three values of the first key, one of others."""
        if not series.by:
            return [()]
        first, *others = series.by
        named = {
            value
            for demand in series.conditions
            if demand.key == first and not demand.negated
            for value in demand.values
            if "*" not in value
        }
        values = sorted(named) or [f"{first}-{letter}" for letter in "abc"]
        return [(value, *(f"{key}-a" for key in others)) for value in values]


def _shares(demand: Condition) -> tuple[float, float]:
    """Return which part of a count meets a demand, usually and in troubles."""
    of_name = drawn(f"{demand.key}:{demand.values}")
    if any(_BAD_WORDS.search(value) for value in demand.values):
        return 0.003 + 0.012 * of_name, 0.25
    return 0.1 + 0.3 * of_name, 0.1 + 0.3 * of_name


def _of(series: SeriesQuery) -> tuple[Condition, ...]:
    """Return the conditions that narrow a line down; an environment holds nearly all there is."""
    return tuple(
        demand for demand in series.conditions if demand.key not in (*_NOT_NARROWING, *series.by)
    )


def _parts(
    expression: Expression | SearchCount,
) -> tuple[float, SeriesQuery | None, SeriesQuery | None]:
    """Return factor, numerator and denominator of a plain expression; no series where it is not."""
    match expression:
        case SeriesQuery():
            return 1.0, expression, None
        case Operation("*", float() as factor, inner) | Operation("*", inner, float() as factor):
            own, over, under = _parts(inner)
            return (own * factor, over, under) if factor > 0 else (1.0, None, None)
        case Operation("/", left, SeriesQuery() as under):
            factor, over, other = _parts(left)
            return (factor, over, under) if other is None else (1.0, None, None)
        case _:
            return 1.0, None, None


_SEARCH: Final = re.compile(
    r'(?P<source>[\w-]+)\((?P<quote>["\'])(?P<search>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\)'
    r'.*\.last\(["\'](?P<count>\d+)(?P<unit>[mhd])["\']\)'
)


def search_shape(query: str) -> tuple[tuple[str, str], Shape] | None:
    """Return source and text of a search monitor, with the shape of its count a minute."""
    head, end = _SEARCH.match(query), comparison(query)
    if head is None or end is None:
        return None
    text = bare(head["search"])
    minutes = max(int(head["count"]) * SECONDS[head["unit"]] // 60, 1)
    high = end.comparator.startswith(">")
    name = f"{head['source']}/{text}"
    shape = Shape(
        name=name,
        usual=end.number * (_QUIET if high else 2.0) / minutes,
        trouble=(end.number * (_BAD if high else 0.35) or 3.0) / minutes,
        count=True,
        rhythm=0.35,
        noise=1.15 if drawn(name) < _NOISY else 0.2,
    )
    return (head["source"], text), shape

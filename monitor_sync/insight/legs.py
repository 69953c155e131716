"""One series of a query: its sources become buckets (time first), then groups (then space)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor_sync.insight import lines, windows
from monitor_sync.insight.history import REDUCTIONS, History
from monitor_sync.insight.lines import LINEAR, ZERO, Filling, Frame
from monitor_sync.insight.readings import Readings
from monitor_sync.insight.scope import fits
from monitor_sync.insight.values import Group, Line, Unsupported
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import Modifier, Series
from monitor_sync.language.tree_queries import words_of

_LONGEST_FILL: Final = 900
"""Seconds before a window of which a fill may know; 600 are allowed, one page has 900 (4.11)."""

_LONGEST_ROLLUP: Final = 366 * 86_400

_SPACE: Final = ("avg", "sum", "min", "max", "count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    Which buckets an evaluation asks for.

    ``interval`` is the default one; ``back`` how many seconds before the window are read too, for
    what is filled from there; ``shift`` how many seconds ago all of it was.
    """

    history: History
    start: float
    end: float
    interval: int
    readings: Readings
    back: int = 0
    shift: int = 0

    def ago(self, seconds: int) -> Asked:
        """Return the same, so many seconds ago; its buckets are told as if they were of now."""
        return Asked(
            history=self.history,
            start=self.start,
            end=self.end,
            interval=self.interval,
            readings=self.readings,
            back=self.back,
            shift=self.shift + seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """
    A series of the query with its modifiers read.

    ``counted`` is ``count`` or ``rate`` behind ``as_count()`` or ``as_rate()``, else empty.
    ``rollups`` are methods with their seconds, 0 for the default; the first is the time
    aggregation, the others are further layers.
    """

    series: Series
    counted: str
    rollups: tuple[tuple[str, int], ...]
    filling: Filling | None

    def interval(self, asked: Asked) -> int:
        """Return the seconds of its buckets."""
        written = self.rollups[0][1] if self.rollups else 0
        if not written:
            return asked.interval
        return windows.enforced_interval(asked.end - asked.start, written)


Transform = Callable[[Line], Line]


def read(series: Series) -> Leg:
    """Read the modifiers of a series. Raises Unsupported."""
    counted, filling = "", None
    rollups: list[tuple[str, int]] = []
    for modifier in series.modifiers:
        match modifier.name.text:
            case "as_count":
                counted = "count"
            case "as_rate":
                counted = "rate"
            case "rollup":
                rollups.append(read_rollup(modifier))
            case "fill":
                filling = read_filling(modifier)
            case name:
                raise Unsupported(name)
    return Leg(series=series, counted=counted, rollups=tuple(rollups), filling=filling)


def read_rollup(modifier: Modifier) -> tuple[str, int]:
    """Return the method of a rollup (the default where it has none), and its seconds or 0."""
    numbers = [each for each in modifier.arguments if isinstance(each, Number)]
    words = [words_of(each) for each in modifier.arguments if not isinstance(each, Number)]
    method = words[0] if words else ""
    if method and method not in REDUCTIONS:
        raise Unsupported(f"rollup({method})")
    seconds = numbers[0].value if numbers else 0.0
    if not 0 <= seconds <= _LONGEST_ROLLUP:
        raise Unsupported(f"rollup of {seconds:g} seconds")
    return method, int(seconds)


def read_filling(modifier: Modifier) -> Filling:
    """Return what ``.fill()`` asks for; 300 seconds unless it says how long (4.11)."""
    numbers = [each.value for each in modifier.arguments if isinstance(each, Number)]
    words = [words_of(each) for each in modifier.arguments if not isinstance(each, Number)]
    return Filling(words[0] if words else "linear", numbers[0] if numbers else 300)


def sources_by_group(history: History, series: Series) -> dict[Group, tuple[int, ...]]:
    """
    Return the sources of each group. One that lacks a key of it makes no group (5.9).

    Found once for a series and kept with the history, as the bucket lines are.
    """
    return history.once("groups", series, lambda: _sources_by_group(history, series))


def of(history: History, series: Series) -> Leg:
    """Return the leg of a series, read once."""
    return history.once("leg", series, lambda: read(series))


def _sources_by_group(history: History, series: Series) -> dict[Group, tuple[int, ...]]:
    keys = series.keys
    groups: dict[Group, list[int]] = {}
    for index, source in enumerate(history.sources):
        if source.metric != series.metric.text or not fits(series.scope.condition, source.tags):
            continue
        values = [source.value_of(key) for key in keys]
        if all(value is not None for value in values):
            groups.setdefault(tuple(map(str, values)), []).append(index)
    return {group: tuple(indexes) for group, indexes in groups.items()}


def frame(leg: Leg, asked: Asked, transform: Transform | None = None) -> Frame:
    """Return the lines of a series by group. ``transform`` changes those of each source."""
    interval = leg.interval(asked)
    first, last = bounds(asked)
    since = first - asked.back
    space = leg.series.aggregator.text if leg.series.aggregator else "avg"
    if space not in _SPACE:
        raise Unsupported(f"{space}: of a distribution")
    found: dict[Group, Line] = {}
    gauge = False
    for group, sources in sources_by_group(asked.history, leg.series).items():
        kind = asked.history.sources[sources[0]].kind
        gauge = gauge or kind == "gauge"
        if len(sources) == 1 and space != "count" and kind != "distribution":
            line = _time(leg, asked, interval, sources, kind, transform, since)
        else:
            line = _space(leg, asked, interval, sources, kind, transform)
        found[group] = lines.cut(line, since, last)
    for method, seconds in leg.rollups[1:]:
        found = {
            group: lines.cut(lines.rolled_up(line, method or "avg", seconds), first, last)
            for group, line in found.items()
        }
    across = leg.filling or (LINEAR if gauge else None)
    between = _between(leg, asked, gauge=gauge)
    return Frame(leg.series.keys, found, interval, across, between)


def bounds(asked: Asked) -> tuple[float, float]:
    """Return between which times a bucket has to start to belong to the window (3.2)."""
    if asked.readings.bucket_at_from:
        return asked.start, asked.end
    return math.nextafter(asked.start, math.inf), asked.end


def _between(leg: Leg, asked: Asked, *, gauge: bool) -> Filling | None:
    if leg.filling:
        return leg.filling
    if leg.counted == "rate" and not gauge and asked.readings.rates_are_zero:
        return ZERO
    return LINEAR if gauge and asked.readings.legs_interpolate else None


def _space(
    leg: Leg,
    asked: Asked,
    interval: int,
    sources: tuple[int, ...],
    kind: str,
    transform: Transform | None,
) -> Line:
    """Return the line of several sources: each over time, then over space (4.1, 5.7)."""
    space = leg.series.aggregator.text if leg.series.aggregator else "avg"
    if kind == "distribution":  # aggregated in both at once (4.2)
        return _shifted(asked, sources, interval, space)
    first, last = bounds(asked)
    interpolated = kind == "gauge" or (asked.readings.counts_interpolate and not leg.counted)
    filling = leg.filling or (LINEAR if interpolated else None)
    # a sample before the window is one end of the stretch that is interpolated
    since = first - asked.back - (int(filling.limit) + interval if filling else 0)
    each = [
        lines.cut(_time(leg, asked, interval, (index,), kind, transform, since), since, last)
        for index in sources
    ]
    return lines.combined(each, space, filling)


def _time(
    leg: Leg,
    asked: Asked,
    interval: int,
    sources: tuple[int, ...],
    kind: str,
    transform: Transform | None,
    since: float,
) -> Line:
    """Return the buckets of one source from ``since`` on (4.2, 4.7, 4.8)."""
    method = leg.rollups[0][0] if leg.rollups else ""
    counted = leg.counted if kind != "gauge" else ""
    line = _shifted(asked, sources, interval, method or ("sum" if counted else "avg"))
    if transform is not None:
        return transform(lines.cut(line, *bounds(asked)))
    if counted == "rate" and kind == "count":
        times, values = lines.cut(line, since, asked.end)
        return times, [value / interval for value in values]
    if counted == "count" and kind == "rate":
        times, values = lines.cut(line, since, asked.end)
        return times, [value * interval for value in values]
    return line


def _shifted(asked: Asked, sources: tuple[int, ...], interval: int, method: str) -> Line:
    """Return buckets of some time ago as those of now, in the grid of now."""
    low = asked.start - asked.shift - asked.back - _LONGEST_FILL - interval
    line = asked.history.line(sources, interval, method, low, asked.end - asked.shift)
    if not asked.shift:
        return line
    times, values = lines.cut(line, low, asked.end - asked.shift)
    return [(time + asked.shift) // interval * interval for time in times], values

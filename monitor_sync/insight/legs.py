"""One series of a query: its sources become buckets (time first), then groups (then space)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from monitor_sync.insight import lines, windows
from monitor_sync.insight.history import REDUCTIONS, PointHistory
from monitor_sync.insight.lines import LINEAR, ZERO, Filling, Frame
from monitor_sync.insight.readings import Readings
from monitor_sync.insight.scope import fits
from monitor_sync.insight.values import Group, Line, Unsupported
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import Modifier, Series
from monitor_sync.language.tree_queries import words_of

_LONGEST_ROLLUP: Final = 366 * 86_400

_SPACE: Final = ("avg", "sum", "min", "max", "count")

FURTHER_BY: Final = "a further `by`"
"""Its aggregation is chosen in Datadog's editor, and does not stand in the query (4.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """
    Which buckets an evaluation asks for.

    ``interval`` is the default one; ``back`` how many seconds before the window are read too, for
    what is filled from there; ``shift`` how many seconds ago all of it was. With ``finer`` rollups
    do not count: all buckets are as long as ``interval``, for whoever adds them up.
    """

    history: PointHistory
    start: float
    end: float
    interval: int
    readings: Readings
    back: int = 0
    shift: int = 0
    finer: bool = False

    def ago(self, seconds: int) -> Buckets:
        """Return the same, so many seconds ago; its buckets are told as if they were of now."""
        return replace(self, shift=self.shift + seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """
    A series of the query with its modifiers read.

    ``keys`` are what it is grouped by, ``space`` how its sources become one line.
    ``counted`` is ``count`` or ``rate`` behind ``as_count()`` or ``as_rate()``, else empty.
    ``rollups`` are methods with their seconds, 0 for the default; the first is the time
    aggregation, the others are further layers.
    """

    series: Series
    keys: Group
    space: str
    counted: str
    rollups: tuple[tuple[str, int], ...]
    filling: Filling | None

    def interval(self, buckets: Buckets) -> int:
        """Return the seconds of its buckets."""
        written = self.rollups[0][1] if self.rollups else 0
        if not written or buckets.finer:
            return buckets.interval
        return windows.enforced_interval(buckets.end - buckets.start, written)


Transform = Callable[[Line], Line]


def read(series: Series) -> Leg:
    """Read the modifiers of a series. Raises Unsupported."""
    if len(series.layers) > 1:
        raise Unsupported(FURTHER_BY)
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
    return Leg(
        series=series,
        keys=series.keys,
        space=series.aggregator.text if series.aggregator else "avg",
        counted=counted,
        rollups=tuple(rollups),
        filling=filling,
    )


def read_rollup(modifier: Modifier) -> tuple[str, int]:
    """Return the method of a rollup (the default where it has none), and its seconds or 0."""
    numbers = [argument for argument in modifier.arguments if isinstance(argument, Number)]
    words = [
        words_of(argument) for argument in modifier.arguments if not isinstance(argument, Number)
    ]
    if len(words) > 1:
        raise Unsupported(f"a rollup that is {words[1]}")
    method = words[0] if words else ""
    if method and method not in REDUCTIONS:
        raise Unsupported(f"rollup({method})")
    seconds = numbers[0].value if numbers else 0.0
    if not 0 <= seconds <= _LONGEST_ROLLUP:
        raise Unsupported(f"rollup of {seconds:g} seconds")
    return method, int(seconds)


def read_filling(modifier: Modifier) -> Filling:
    """Return what ``.fill()`` asks for; 300 seconds unless it says how long (4.11)."""
    numbers = [argument.value for argument in modifier.arguments if isinstance(argument, Number)]
    words = [
        words_of(argument) for argument in modifier.arguments if not isinstance(argument, Number)
    ]
    return Filling(words[0] if words else "linear", numbers[0] if numbers else 300)


def sources_by_group(history: PointHistory, series: Series) -> dict[Group, tuple[int, ...]]:
    """
    Return the sources of each group. One that lacks a key of it makes no group (5.9).

    Found once for a series and kept with the history, as the bucket lines are.
    """
    return history.once("groups", series, lambda: _sources_by_group(history, series))


def of(history: PointHistory, series: Series) -> Leg:
    """Return the leg of a series, read once."""
    return history.once("leg", series, lambda: read(series))


def bind(history: PointHistory, series: Series, groups: dict[Group, tuple[int, ...]]) -> None:
    """
    Say which source each group of a series reads, in place of finding it by filter and tags.

    For history that was fetched by that filter: one source a group, whose space aggregation is
    done. Raises Unsupported.
    """
    history.once("groups", series, lambda: groups)
    history.once("leg", series, lambda: replace(read(series), space="avg"))


def _sources_by_group(history: PointHistory, series: Series) -> dict[Group, tuple[int, ...]]:
    keys = series.keys
    groups: dict[Group, list[int]] = {}
    for index, source in enumerate(history.sources):
        if source.metric != series.metric.text or not fits(series.scope.condition, source.tags):
            continue
        values = [source.value_of(key) for key in keys]
        if all(value is not None for value in values):
            groups.setdefault(tuple(map(str, values)), []).append(index)
    return {group: tuple(indexes) for group, indexes in groups.items()}


def frame(leg: Leg, buckets: Buckets, transform: Transform | None = None) -> Frame:
    """Return the lines of a series by group. ``transform`` changes the line of each source."""
    interval = leg.interval(buckets)
    first, last = bounds(buckets)
    since = first - buckets.back
    if leg.space not in _SPACE:
        raise Unsupported(f"{leg.space}: of a distribution")
    history = buckets.history
    group_lines: dict[Group, Line] = {}
    gauge = False
    for group, sources in sources_by_group(history, leg.series).items():
        kind = history.sources[sources[0]].kind
        gauge = gauge or kind == "gauge"
        if len(sources) == 1 and leg.space != "count" and kind != "distribution":
            line = _time(leg, buckets, interval, sources, kind, transform, since)
        else:
            line = _space(leg, buckets, interval, sources, kind, transform, since)
        group_lines[group] = line
    for method, seconds in leg.rollups[1:]:
        group_lines = {
            group: lines.cut(lines.rolled_up(line, method or "avg", seconds), first, last)
            for group, line in group_lines.items()
        }
    across = leg.filling or (LINEAR if gauge else None)
    between = _between(leg, buckets, gauge=gauge)
    return Frame(leg.keys, group_lines, interval, across, between)


def bounds(buckets: Buckets) -> tuple[int, int]:
    """Return the first and the last second at which a bucket of the window may start (3.2)."""
    first = math.ceil(buckets.start)
    if not buckets.readings.bucket_at_from and first == buckets.start:
        first += 1
    return first, math.floor(buckets.end)


def _between(leg: Leg, buckets: Buckets, *, gauge: bool) -> Filling | None:
    if leg.filling:
        return leg.filling
    if leg.counted == "rate" and not gauge and buckets.readings.rates_are_zero:
        return ZERO
    return LINEAR if gauge and buckets.readings.legs_interpolate else None


def _space(
    leg: Leg,
    buckets: Buckets,
    interval: int,
    sources: tuple[int, ...],
    kind: str,
    transform: Transform | None,
    since: int,
) -> Line:
    """Return the line of several sources: each over time, then over space (4.1, 5.7)."""
    if kind == "distribution":  # aggregated in both at once (4.2)
        return _of_then(buckets, sources, interval, leg.space, since)
    interpolated = kind == "gauge" or (buckets.readings.counts_interpolate and not leg.counted)
    filling = leg.filling or (LINEAR if interpolated else None)
    # a sample before the window is one end of the stretch that is interpolated
    earlier = since - (int(filling.limit) + interval if filling else 0)
    source_lines = [
        _time(leg, buckets, interval, (index,), kind, transform, earlier) for index in sources
    ]
    last = bounds(buckets)[1]
    return lines.cut(lines.combined(source_lines, leg.space, filling), since, last)


def _time(
    leg: Leg,
    buckets: Buckets,
    interval: int,
    sources: tuple[int, ...],
    kind: str,
    transform: Transform | None,
    since: int,
) -> Line:
    """Return the buckets of one source from ``since`` on (4.2, 4.7, 4.8)."""
    counted = leg.counted if kind != "gauge" else ""
    method = (leg.rollups[0][0] if leg.rollups else "") or ("sum" if counted else "avg")
    if buckets.shift:
        line = _of_then(buckets, sources, interval, method, since)
    else:
        line = buckets.history.line(sources, interval, method, since, buckets.end)
    if transform is not None:
        return transform(lines.cut(line, *bounds(buckets)))
    if not counted or counted == kind:
        return line
    times, values = line
    if counted == "rate":
        return times, [value / interval for value in values]
    return times, [value * interval for value in values]


def _of_then(
    buckets: Buckets, sources: tuple[int, ...], interval: int, method: str, since: int
) -> Line:
    """Move the buckets of some time ago to now, into the grid of now."""
    shift = buckets.shift
    if not shift:
        return buckets.history.line(sources, interval, method, since, buckets.end)
    times, values = buckets.history.line(
        sources, interval, method, since - shift, buckets.end - shift
    )
    line = [(time + shift) // interval * interval for time in times], values
    return lines.cut(line, since, buckets.end)

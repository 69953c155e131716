"""
The one number that each evaluation of a monitor compares, group by group.

There are two orders (Datadog's guide on `as_count()` in monitors): arithmetic with a count in it is
done with one number a series; all other queries are calculated bucket by bucket, and what comes out
becomes one number. Refused (`NotServed`) is what depends on buckets shorter than the minute in
which a point lies: rates, counts that are not summed up, gauges filled with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.metrics import answers, buckets, functions, generated, searches
from monitor_sync.emulator.metrics.query import (
    Call,
    Expression,
    NotServed,
    Operation,
    SeriesQuery,
    series_in,
)
from monitor_sync.emulator.metrics.read_monitors import ReadMonitor, SearchCount
from monitor_sync.emulator.metrics.windows import MINUTE, Numbers, Windows

Tags = tuple[str, ...]
Lines = tuple[Numbers, ...]
"""What is calculated place by place: finished and newest buckets, or a number an evaluation."""

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A number for each evaluation, and what is known of the points in its window.

    `had_points` says which had any, `was_full` which had enough for `require_full_window`; None
    where there was a point each minute.
    """

    numbers: Numbers
    had_points: list[bool] | None = None
    was_full: list[bool] | None = None


def judged(account: Account, monitor: ReadMonitor, ends: range) -> dict[Tags, Judged]:
    """
    Return what is compared by the evaluations that see points up to `ends`, by tags of the group.

    Raises `NotServed`.
    """
    if isinstance(monitor.expression, SearchCount):
        windows = _windows(monitor, 1, ends)
        by_group = _found(account, monitor.expression, windows.origin, ends[-1])
        return {tags: Judged(_counted(windows, points)) for tags, points in by_group.items()}
    calculation = _Calculation(account, monitor, ends)
    made = calculation.numbers(monitor.expression)
    return {tags: calculation.judged(tags, numbers) for tags, numbers in made.items()}


def _windows(monitor: ReadMonitor, size: int, ends: range) -> Windows:
    seconds = size * MINUTE
    first = (ends.start - monitor.window) // seconds * seconds
    return Windows(origin=first - seconds, size=size, ends=ends, window=monitor.window)


def _counted(windows: Windows, points: Numbers) -> Numbers:
    numbers = windows.numbers(*windows.line(points, "sum"), "sum")
    return [number or 0.0 for number in numbers]  # a search that finds nothing has found none


def _found(account: Account, search: SearchCount, start: int, end: int) -> dict[Tags, Numbers]:
    """Return by group how many items each minute has."""
    found: dict[Tags, dict[int, float]] = {}
    query = {
        "data_source": searches.source_of(search.source),
        "compute": {"aggregation": "count", "interval": MINUTE * 1000},
        "search": {"query": search.text},
        "group_by": [{"facet": facet} for facet in search.by],
    }
    for begin in range(start, end, _DAY):
        span = begin, min(begin + _DAY, end)
        for tags, line in searches.lines(account, query, *span, MINUTE):
            group = tuple(sorted(tag.removeprefix("@") for tag in tags))
            found.setdefault(group, {}).update(line)
    minutes = range(start, end, MINUTE)
    return {group: [line.get(minute) for minute in minutes] for group, line in found.items()}


@dataclass(slots=True)
class _Calculation:
    """The expression of one monitor over a stretch; `seen` are the minutes that have points."""

    account: Account
    monitor: ReadMonitor
    ends: range
    seen: dict[Tags, list[Numbers]] = field(default_factory=dict)
    of_counts: bool = False

    def numbers(self, expression: Expression) -> dict[Tags, Numbers]:
        """Return the number of each evaluation by group. Raises `NotServed`."""
        change = self.monitor.change
        self.of_counts = _is_of_counts(expression, change)
        made = self._calculated(expression, 0)
        if change:
            made = _changed(change, made, self._calculated(expression, self.monitor.ago))
        if self.of_counts:
            return {tags: lines[0] for tags, lines in made.items()}
        windows, method = self._common(expression), self.monitor.method
        return {tags: windows.numbers(lines[0], lines[1], method) for tags, lines in made.items()}

    def judged(self, tags: Tags, numbers: Numbers) -> Judged:
        """Return the numbers of a group with what is known of its points."""
        lines = [
            points for group, of_group in self.seen.items() if set(group) <= set(tags)
            for points in of_group
        ]  # fmt: skip
        if any(None not in points for points in lines):
            return Judged(numbers)
        points = [
            next((point for point in of_all if point is not None), None)
            for of_all in zip(*lines, strict=True)
        ]
        windows = _windows(self.monitor, 1, self.ends)
        return Judged(
            numbers, windows.any_points(points), windows.full(points, self.monitor.full_bucket)
        )

    def _common(self, expression: Expression) -> Windows:
        sizes = {self._size(series) for series in series_in(expression)}
        if len(sizes) != 1:
            raise NotServed("arithmetic of buckets of different lengths")
        return _windows(self.monitor, sizes.pop(), self.ends)

    def _size(self, series: SeriesQuery) -> int:
        """Return the minutes of a bucket."""
        seconds = buckets.interval(self.monitor.window, series.seconds)
        if seconds % MINUTE and MINUTE % seconds:
            raise NotServed(f"buckets of {seconds} seconds")
        return max(seconds // MINUTE, 1)

    def _calculated(self, expression: Expression, back: int) -> dict[Tags, Lines]:
        match expression:
            case SeriesQuery():
                return self._series(expression, back)
            case Operation(sign, float() as number, inner):
                return _each(
                    self._calculated(inner, back),
                    lambda line: functions.operation(sign, [number] * len(line), line),
                )
            case Operation(sign, inner, float() as number):
                return _each(
                    self._calculated(inner, back),
                    lambda line: functions.operation(sign, line, [number] * len(line)),
                )
            case Operation(sign, left, right):
                sides = self._calculated(left, back), self._calculated(right, back)
                return _together(*sides, lambda a, b: functions.operation(sign, a, b))
            case Call():
                return self._called(expression, back)
            case _:
                raise NotServed("a query without a series")

    def _called(self, call: Call, back: int) -> dict[Tags, Lines]:
        if shift := functions.shift(call.name, call.numbers):
            return self._calculated(call.inner, back + shift)
        made = self._calculated(call.inner, back)
        if call.name == "default_zero":
            if not all(series.counted for series in series_in(call.inner)):
                raise NotServed("default_zero() of a gauge")
            return _each(made, lambda line: [value or 0.0 for value in line])
        if call.name not in functions.DELTAS:
            return _each(made, lambda line: functions.pointwise(call.name, call.numbers, line))
        if self.of_counts:
            raise NotServed(f"{call.name}() of a count over its window")
        windows = self._common(call.inner)
        return {tags: windows.deltas(call.name, *lines) for tags, lines in made.items()}

    def _series(self, series: SeriesQuery, back: int) -> dict[Tags, Lines]:
        size, method = self._size(series), self.monitor.method
        if series.counted == "rate":
            raise NotServed("as_rate()")
        if series.counted and method != "sum":
            raise NotServed(f"{method} of a count")
        if back < 0 or back % (size * MINUTE):
            raise NotServed(f"a look {back} seconds ago, which is no whole number of buckets")
        windows = _windows(self.monitor, size, self.ends)
        start, end = windows.origin - back, self.ends[-1] - back
        made: dict[Tags, Lines] = {}
        for group, sources in _by_minute(self.account, series, start, end).items():
            tags = tuple(
                sorted(f"{key}:{value}" for key, value in zip(series.by, group, strict=True))
            )
            lines = _combined(series, windows, sources)
            if not back:
                before = (self.ends.start - self.monitor.window - windows.origin) // MINUTE
                self.seen.setdefault(tags, []).extend(points[before:] for _, points in sources)
            if self.of_counts:
                numbers = windows.numbers(lines[0], lines[1], method)
                lines = ([n or 0.0 for n in numbers] if series.counted else numbers,)
            made[tags] = lines
        return made


def _is_of_counts(expression: Expression, change: str) -> bool:
    """Return whether a query is calculated with one number a series."""
    counted = any(series.counted for series in series_in(expression))
    return counted and (bool(change) or _has_arithmetic(expression))


def _has_arithmetic(expression: Expression) -> bool:
    match expression:
        case Operation():
            return True
        case Call(inner=inner):
            return _has_arithmetic(inner)
        case _:
            return False


def _each(made: Mapping[Tags, Lines], function: Callable[[Numbers], Numbers]) -> dict[Tags, Lines]:
    return {tags: tuple(map(function, lines)) for tags, lines in made.items()}


def _together(
    left: Mapping[Tags, Lines],
    right: Mapping[Tags, Lines],
    function: Callable[[Numbers, Numbers], Numbers],
) -> dict[Tags, Lines]:
    """Return what groups make together that have their common tags in common."""
    made: dict[Tags, Lines] = {}
    for tags in dict.fromkeys((*left, *right)):
        sides = _partner(left, tags), _partner(right, tags)
        if sides[0] is not None and sides[1] is not None:
            made[tags] = tuple(map(function, sides[0], sides[1]))
    return made


def _partner(side: Mapping[Tags, Lines], tags: Tags) -> Lines | None:
    if tags in side:
        return side[tags]
    return next((lines for group, lines in side.items() if set(group) < set(tags)), None)


def _changed(
    change: str, now: Mapping[Tags, Lines], before: Mapping[Tags, Lines]
) -> dict[Tags, Lines]:
    """Return by how much values have changed, or by how many percent of what they were."""

    def grown(value: Numbers, past: Numbers) -> Numbers:
        growth = functions.operation("-", value, past)
        if change == "change":
            return growth
        share = functions.operation("/", growth, past)
        return functions.operation("*", share, [100.0] * len(share))

    return _together(now, before, grown)


Source = tuple[bool, Numbers]
"""Whether a source counts something, and its points, one place a minute."""


def _by_minute(
    account: Account, series: SeriesQuery, start: int, end: int
) -> dict[Tags, list[Source]]:
    """Return the sources of each group."""
    known, seed = account.metrics.shapes, account.metrics.seed
    if seed is not None and not account.metrics.submitted.of(series.metric):
        return {
            group: [(known.is_count(series.metric),
                     list(generated.values(known.shape(series, group), seed, start, end)))]
            for group in known.groups(series)
        }  # fmt: skip
    span = answers.QueriedSpan(start=start, end=end)
    minutes = range(start, end, MINUTE)
    made: dict[Tags, list[Source]] = {}
    for group, sources in answers.sources(account, series, span).items():
        for kind, times, values in sources:
            method = _method(series, counts=kind != "gauge")
            line = buckets.bucketed(times, values, MINUTE, start, end, method)
            made.setdefault(group, []).append((kind != "gauge", [line.get(m) for m in minutes]))
    return made


def _method(series: SeriesQuery, *, counts: bool) -> str:
    return series.method or ("sum" if counts and series.counted else "avg")


def _combined(series: SeriesQuery, windows: Windows, sources: Sequence[Source]) -> Lines:
    """Return the line of a group: first each source in time, then all of them together."""
    lines = [windows.line(points, _method(series, counts=counts)) for counts, points in sources]
    if len(lines) == 1:
        return lines[0]
    return tuple(
        [_of_sources(values, series.space) for values in zip(*of_all, strict=True)]
        for of_all in zip(*lines, strict=True)
    )


def _of_sources(values: Sequence[float | None], space: str) -> float | None:
    known = [value for value in values if value is not None]
    return buckets.REDUCE[space](known) if known else None

"""The points that were submitted, and their buckets: aligned to UNIX time, so made only once."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev
from typing import Any, Final, TypeVar

from monitor_sync.insight.values import Group, Line

_T = TypeVar("_T")

KINDS: Final = ("gauge", "count", "rate", "distribution")


_LATEST: Final = 1e11
"""UNIX seconds, some thousand years from now: what is later is a mistake."""


_GREATEST: Final = 1e150
"""Values above it overflow when they are added up or multiplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePoints:
    """
    What one source submits: ``times`` (UNIX seconds, ascending) and ``values``.

    ``kind`` is the metric's type. ``tags`` are as on the metric, ``key:value`` or a bare word.
    """

    metric: str
    kind: str
    tags: frozenset[str]
    times: list[float]
    values: list[float]

    @classmethod
    def of(
        cls, metric: str, kind: str, tags: Iterable[str], points: Iterable[Sequence[float]]
    ) -> SourcePoints:
        """Return a source of ``(time, value)`` pairs in any order. Raises ValueError, TypeError."""
        pairs = [(float(time), float(value)) for time, value in points]
        if not all(abs(time) < _LATEST and abs(value) < _GREATEST for time, value in pairs):
            raise ValueError(metric)
        ordered = sorted(pairs, key=lambda point: point[0])
        return cls(
            metric=metric,
            kind=kind,
            tags=frozenset(tag.lower() for tag in tags),
            times=[time for time, _ in ordered],
            values=[value for _, value in ordered],
        )

    def value_of(self, key: str) -> str | None:
        """Return the value of the tag with this key, None where the source has none."""
        start = f"{key.lower()}:"
        values = sorted(tag[len(start) :] for tag in self.tags if tag.startswith(start))
        return values[0] if values else None


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


REDUCTIONS: Final[Mapping[str, Any]] = {
    "avg": _mean,
    "sum": math.fsum,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "stddev": pstdev,
}
"""How several values become one, by Datadog's word for it."""


_OF_ONE: Final = frozenset(("avg", "sum", "min", "max"))
"""What these make of one value is that value."""


def reduced(method: str, values: Sequence[float]) -> float:
    """Return one value for several. There is at least one."""
    if len(values) == 1 and method in _OF_ONE:
        return values[0]
    value: float = REDUCTIONS[method](values)
    return value


class PointHistory:
    """
    All points that are known, with their buckets kept once made.

    Buckets are aligned to UNIX time (3.2), so those of one window are those of the next.
    """

    def __init__(self, sources: Iterable[SourcePoints]) -> None:
        self.sources = tuple(sources)
        self._lines: dict[tuple[Any, ...], Line] = {}
        self._kept: dict[tuple[str, int], tuple[object, Any]] = {}

    def once(self, what: str, about: object, make: Callable[[], _T]) -> _T:
        """Return what was made of a value, which is made once; told apart by identity."""
        kept = self._kept.get((what, id(about)))
        if kept is None:
            # keeping the value keeps its identity from being given to another one
            kept = self._kept[what, id(about)] = about, make()
        made: _T = kept[1]
        return made

    def line(
        self, sources: tuple[int, ...], interval: int, method: str, first: float, end: float
    ) -> Line:
        """
        Return the buckets of some sources together that start from ``first`` to ``end``.

        The newest bucket is unfinished at ``end`` (3.2): it has the points up to then alone.
        """
        key = (sources, interval, method)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = self._bucketed(sources, interval, method)
        times, values = line
        low, high = bisect_left(times, first), bisect_right(times, end)
        if low >= high or times[high - 1] + interval <= end:
            return times[low:high], values[low:high]
        until = self._until(sources, times[high - 1], interval, end)
        if until is None:
            return times[low:high], values[low:high]
        if not until:
            return times[low : high - 1], values[low : high - 1]
        return times[low:high], [*values[low : high - 1], reduced(method, until)]

    def _bucketed(self, sources: tuple[int, ...], interval: int, method: str) -> Line:
        times, values = self.sources[sources[0]].times, self.sources[sources[0]].values
        if len(sources) > 1:
            points = [
                point
                for index in sources
                for point in zip(self.sources[index].times, self.sources[index].values, strict=True)
            ]
            points.sort(key=lambda point: point[0])
            times, values = [time for time, _ in points], [value for _, value in points]
        starts = [int(time // interval) * interval for time in times]
        if method in _OF_ONE and len(set(starts)) == len(starts):
            return starts, values
        return gathered(starts, values, method)

    def _until(
        self, sources: tuple[int, ...], start: int, interval: int, end: float
    ) -> list[float] | None:
        """Return the values of a bucket up to ``end``; None where none follows after that."""
        later = False
        inside: list[float] = []
        for index in sources:
            source = self.sources[index]
            high = bisect_right(source.times, end)
            inside += source.values[bisect_left(source.times, start, 0, high) : high]
            later = later or (high < len(source.times) and source.times[high] < start + interval)
        return inside if later else None


def gathered(starts: Sequence[int], values: Sequence[float], method: str) -> Line:
    """Return one bucket for each stretch of equal starts: what its values make together."""
    times: list[int] = []
    held: list[list[float]] = []
    for start, value in zip(starts, values, strict=True):
        if not times or start != times[-1]:
            times.append(start)
            held.append([])
        held[-1].append(value)
    return times, [reduced(method, inside) for inside in held]


def sources_read(
    sources_by_group: Mapping[Group, Sequence[int]], own: Group, keys: Group, group: Group
) -> Sequence[int]:
    """
    Return the sources that a group of a result reads: those that are equal in the common keys.

    ``own`` are the keys by which the sources are grouped, ``keys`` those of the result.
    """
    if own == keys:
        return sources_by_group.get(group, ())
    common = [(own.index(key), keys.index(key)) for key in own if key in keys]
    return [
        index
        for values, sources in sources_by_group.items()
        if all(values[mine] == group[other] for mine, other in common)
        for index in sources
    ]

"""The points that were submitted, and their buckets: aligned to UNIX time, so made only once."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev
from typing import Any, Final, TypeVar

from monitor_sync.insight.values import Line

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


def reduced(method: str, values: Sequence[float]) -> float:
    """Return one value for several, of which there is at least one."""
    if len(values) == 1 and method in ("avg", "sum", "min", "max"):
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
        self, sources: tuple[int, ...], interval: int, method: str, start: float, end: float
    ) -> Line:
        """
        Return the buckets of some sources together, from ``start`` to what was there at ``end``.

        The newest bucket is unfinished then (3.2): it has the points up to ``end`` alone. The
        line may go further on both sides; who reads it stops there.
        """
        key = (sources, interval, method)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _bucketed(self._points(sources), interval, method)
        newest = int(end // interval) * interval
        if interval == 1 and end == newest:
            return line
        return self._unfinished(sources, interval, method, (start, end), line)

    def _points(self, sources: tuple[int, ...]) -> list[tuple[float, float]]:
        every = [
            point
            for index in sources
            for point in zip(self.sources[index].times, self.sources[index].values, strict=True)
        ]
        if len(sources) > 1:
            every.sort(key=lambda point: point[0])
        return every

    def _unfinished(
        self,
        sources: tuple[int, ...],
        interval: int,
        method: str,
        window: tuple[float, float],
        line: Line,
    ) -> Line:
        start, end = window
        newest = int(end // interval) * interval
        later = False
        inside: list[float] = []
        for index in sources:
            source = self.sources[index]
            first = bisect_left(source.times, newest)
            last = bisect_right(source.times, end)
            inside += source.values[first:last]
            later = later or bisect_left(source.times, newest + interval, last) > last
        if not later:
            return line
        times, values = line
        low, high = bisect_left(times, start), bisect_left(times, newest)
        if not inside:
            return times[low:high], values[low:high]
        return [*times[low:high], newest], [*values[low:high], reduced(method, inside)]


def _bucketed(points: Iterable[tuple[float, float]], interval: int, method: str) -> Line:
    times: list[int] = []
    values: list[float] = []
    held: list[float] = []
    for time, value in points:
        start = int(time // interval) * interval
        if not times or start != times[-1]:
            if held:
                values.append(reduced(method, held))
            times.append(start)
            held = []
        held.append(value)
    if held:
        values.append(reduced(method, held))
    return times, values

"""
Windows of a monitor over one line: the buckets that an evaluation sees, and their one number.

An evaluation sees the buckets that begin in its window, its newest one as far as it has come
(Datadog's guide on rollups in monitors). There is a point a minute at most, so that buckets shorter
than that hold one point or none, and a minute stands for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from monitor_sync.emulator.metrics.buckets import REDUCE
from monitor_sync.emulator.metrics.functions import DELTAS, Number

MINUTE: Final = 60

Numbers = list[Number]

_MOST_EMPTY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """
    Which buckets each evaluation sees.

    `origin` is the second at which the first bucket begins, `size` the minutes of one; `ends` are
    the seconds up to which the evaluations see points, ascending full minutes.
    """

    origin: int
    size: int
    ends: range
    window: int

    @property
    def places(self) -> list[tuple[int, int]]:
        """The first finished bucket that each evaluation sees, and the one after the last."""
        return _places(self)

    def line(self, points: Sequence[Number], method: str) -> tuple[Numbers, Numbers]:
        """Return the values of finished buckets, and for each evaluation that of the newest."""
        size = self.size
        if size == 1:
            return list(points), [None] * len(self.ends)
        finished = [(begin, begin + size) for begin in range(0, len(points) - size + 1, size)]
        minutes = [(end - self.origin) // MINUTE for end in self.ends]
        begun = [(minute - minute % size, minute) for minute in minutes]
        whole, newest = (_of_windows(points, places, method) for places in (finished, begun))
        return [value for value, _ in whole], [value for value, _ in newest]

    def numbers(self, whole: Sequence[Number], newest: Sequence[Number], method: str) -> Numbers:
        """Return the one number of each evaluation; None where no bucket has a value."""
        finished = _of_windows(whole, self.places, method)
        if self.size == 1:
            return [number for number, _ in finished]
        pairs = zip(finished, newest, strict=True)
        return [_with(number, count, last, method) for (number, count), last in pairs]

    def any_points(self, points: Sequence[Number]) -> list[bool]:
        """Return which evaluations see any of the points, which begin with the first window."""
        return [any(p is not None for p in seen) for seen in self._seen(points)]

    def full(self, points: Sequence[Number], bucket: int) -> list[bool]:
        """
        Return which windows are full: a point in the first bucket, at most three without any.

        These buckets begin with the window and have so many minutes (Datadog's page on metric
        monitors).
        """
        made = []
        for seen in self._seen(points):
            filled = [
                any(p is not None for p in seen[begin : begin + bucket])
                for begin in range(0, len(seen), bucket)
            ]
            made.append(filled[0] and filled.count(False) <= _MOST_EMPTY)
        return made

    def _seen(self, points: Sequence[Number]) -> Iterator[Sequence[Number]]:
        width = self.window // MINUTE
        for end in self.ends:
            first = (end - self.ends.start) // MINUTE
            yield points[first : first + width]

    def deltas(self, name: str, whole: Numbers, newest: Numbers) -> tuple[Numbers, Numbers]:
        """Return what a function makes of the growth from each bucket to the next."""
        function, seconds = DELTAS[name], self.size * MINUTE
        known: tuple[float, int] | None = None
        before: list[tuple[float, int] | None] = []
        made: Numbers = []
        for place, value in enumerate(whole):
            before.append(known)
            made.append(None if value is None or known is None else
                        function(value - known[0], (place - known[1]) * seconds))  # fmt: skip
            known = known if value is None else (value, place)
        last: Numbers = []
        for value, (_, place) in zip(newest, self.places, strict=True):
            past = before[place] if place < len(before) else known
            last.append(None if value is None or past is None else
                        function(value - past[0], (place - past[1]) * seconds))  # fmt: skip
        return made, last


@lru_cache(maxsize=8)
def _places(windows: Windows) -> list[tuple[int, int]]:
    seconds, start, window = windows.size * MINUTE, windows.origin, windows.window
    return [
        (-((start + window - end) // seconds), (end - start) // seconds) for end in windows.ends
    ]


Counted = tuple[Number, int]
"""A number, and of how many values it is."""


def _of_windows(
    values: Sequence[Number], places: Sequence[tuple[int, int]], method: str
) -> list[Counted]:
    if method in ("min", "max"):
        return _extremes(values, places, method)
    known = [value for value in values if value is not None]
    counts: Sequence[int] = range(len(values) + 1)
    if len(known) < len(values):
        known = [value or 0.0 for value in values]
        counts = list(accumulate((value is not None for value in values), initial=0))
    if method == "count":
        numbers = (counts[last] - counts[first] for first, last in places)
        return [(float(number) if number else None, number) for number in numbers]
    sums = list(accumulate(known, initial=0.0))
    pairs = [(sums[last] - sums[first], counts[last] - counts[first]) for first, last in places]
    if method == "sum":
        return [(total if count else None, count) for total, count in pairs]
    return [(total / count if count else None, count) for total, count in pairs]


def _extremes(
    values: Sequence[Number], places: Sequence[tuple[int, int]], method: str
) -> list[Counted]:
    """Return the least or the greatest of each window; both of its ends only move on."""
    sign = 1.0 if method == "min" else -1.0
    best: deque[tuple[int, float]] = deque()  # ascending in both: what may still be an extreme
    upto = 0
    made: list[Counted] = []
    for first, last in places:
        for place in range(upto, last):
            value = values[place]
            if value is not None:
                value *= sign
                while best and best[-1][1] >= value:
                    best.pop()
                best.append((place, value))
        upto = max(upto, last)
        while best and best[0][0] < first:
            best.popleft()
        made.append((best[0][1] * sign, 1) if best else (None, 0))
    return made


def _with(number: Number, count: int, newest: Number, method: str) -> Number:
    """Return the number of a window with its newest bucket, of `count` values without it."""
    if newest is None or number is None:
        return number if newest is None else newest
    if method == "avg":
        return (number * count + newest) / (count + 1)
    return REDUCE[method]((number, newest))

"""
How long buckets are, which of them an answer holds, and how points become buckets.

Measured from recorded answers of `GET /api/v1/query`: buckets are aligned to UNIX time, the first
starts at or after `from`; empty ones are left out. At most 1,500 points come out of an explicit
rollup, about 300 without one (dashboards/functions/rollup).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

Line = dict[int, float]
"""Starts of buckets in ascending order, with a value for each that has a point."""

_NICE: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
_USUAL: Final = 300
_MOST: Final = 1_500


def interval(seconds: float, wanted: int = 0) -> int:
    """Return the seconds of a bucket: those wanted, unless too many points would come out."""
    if wanted and seconds <= _MOST * wanted:
        return wanted
    most = _MOST if wanted else _USUAL
    return next((nice for nice in _NICE if seconds <= most * nice), _NICE[-1])


REDUCE: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "avg": lambda values: math.fsum(values) / len(values),
    "sum": math.fsum,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
}


def bucketed(
    times: Sequence[float], values: Sequence[float], seconds: int, start: float, end: float,
    method: str,
) -> Line:  # fmt: skip
    """Return the buckets that start from `start` on and before `end`."""
    first = math.ceil(start / seconds) * seconds
    gathered: dict[int, list[float]] = {}
    for index in range(bisect_left(times, first), len(times)):
        bucket = int(times[index] // seconds) * seconds
        if bucket >= end:
            break
        gathered.setdefault(bucket, []).append(values[index])
    return {bucket: REDUCE[method](inside) for bucket, inside in gathered.items()}


def combined(lines: Sequence[Line], method: str) -> Line:
    """Return one line for several sources: at each bucket what their values make together."""
    if len(lines) == 1:
        return lines[0]
    gathered: dict[int, list[float]] = {}
    for line in lines:
        for bucket, value in line.items():
            gathered.setdefault(bucket, []).append(value)
    return {bucket: REDUCE[method](gathered[bucket]) for bucket in sorted(gathered)}

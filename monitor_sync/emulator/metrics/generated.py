"""
Points from a seed, the same each time and made only when asked for: one a minute.

A line has a day and a week (people sleep; fewer work at weekends), slow and quick noise, and in
each week one outage and one bad deploy of its system, which is the first word of the metric's name.
Where a monitor of the account has a plain threshold on it, the line keeps away from that threshold
but for noise and troubles (`calibrated.py`).
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

MINUTE: Final = 60
SECOND: Final = 20
"""The second of each minute at which there is a point: no window begins or ends there."""

_WEEK: Final = 7 * 86_400
_DAY: Final = 1440  # minutes
_KNOT: Final = 900
"""Seconds between the values that slow noise goes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    How a line runs: `usual` is its level in quiet times, `trouble` while something is wrong.

    `count` lines hold whole numbers. `rhythm` is how much of the level comes and goes with the day,
    `noise` how far slow noise leads away from it, both as shares.
    """

    name: str
    usual: float
    trouble: float
    count: bool
    rhythm: float
    noise: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch in which something is wrong, in Unix seconds."""

    start: float
    end: float


def points(shape: Shape, seed: int, start: float, end: float) -> Iterator[tuple[int, float]]:
    """Yield time and value of each point in `[start, end)`."""
    for minute in minutes(start, end):
        day, index = divmod(minute, _DAY)
        yield minute * MINUTE + SECOND, of_day(shape, seed, day)[index]


def values(shape: Shape, seed: int, start: int, end: int) -> Iterator[float]:
    """Yield the values of all points in `[start, end)`, both full minutes."""
    for day in range(start // 86_400, -(-end // 86_400)):
        begin = day * 86_400
        first, last = max(start - begin, 0) // MINUTE, min(end - begin, 86_400) // MINUTE
        yield from of_day(shape, seed, day)[first:last]


@lru_cache(maxsize=8192)
def of_day(shape: Shape, seed: int, day: int) -> array[float]:
    """Return the points of a day, one a minute; days count from the beginning of Unix time."""
    start = day * 86_400
    draw = Random(f"{shape.name}/{seed}/{day}").random  # noqa: S311 - nothing here is a secret
    wrong = _minutes_of(troubles(shape.name, seed, start), start)
    awake = _AWAKE[day % 7 in (2, 3)]  # the first of January 1970 was a Thursday
    knots = [
        2 * _knot(shape.name, seed, start // _KNOT + k) - 1 for k in range(86_400 // _KNOT + 1)
    ]
    points = array("d")
    for minute in range(_DAY):
        if minute in wrong:
            level = shape.trouble
        else:
            knot, rest = divmod(minute, _KNOT // MINUTE)
            share = rest / (_KNOT // MINUTE)
            slow = knots[knot] * (1 - share) + knots[knot + 1] * share
            level = (
                shape.usual * (1 - shape.rhythm * (1 - awake[minute])) * (1 + shape.noise * slow)
            )
        level *= 0.97 + 0.06 * draw()
        points.append(math.floor(max(level, 0.0) + draw()) if shape.count else level)
    return points


def _minutes_of(wrong: Iterable[Trouble], start: int) -> frozenset[int]:
    """Return the minutes of the day from `start` on in which something is wrong."""
    spans = ((part.start - start, part.end - start) for part in wrong)
    return frozenset(
        minute
        for first, end in spans
        for minute in range(max(math.ceil(first / MINUTE), 0), min(math.ceil(end / MINUTE), _DAY))
    )


def _busy(minute: int) -> float:
    """Return how busy people are: 0 at four in the morning, 1 in the afternoon."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * ((minute / 60 - 4) % 24) / 24)


_AWAKE: Final = {
    weekend: tuple(_busy(minute) * (0.7 if weekend else 1.0) for minute in range(_DAY))
    for weekend in (False, True)
}


@lru_cache(maxsize=65_536)
def _knot(name: str, seed: int, number: int) -> float:
    """Return a point that slow noise goes through, between -1 and 1."""
    return 2 * _unit(seed, _number(name) + number) - 1


@lru_cache(maxsize=4096)
def _of_week(system: str, seed: int, week: int) -> tuple[Trouble, ...]:
    """Return an outage at any hour, and a bad deploy in the hours of work."""
    start = week * _WEEK
    chance = [_unit(seed, _number(system) + 97 * week + turn) for turn in range(5)]
    outage = start + int(chance[0] * (_WEEK - 7200)) // MINUTE * MINUTE
    day = (0, 1, 4, 5, 6)[int(chance[1] * 5)]
    deploy = start + day * 86_400 + 3 * 3600 + int(chance[2] * 28_800) // MINUTE * MINUTE
    return (
        Trouble(outage, outage + (20 + int(chance[3] * 40)) * MINUTE),
        Trouble(deploy, deploy + (45 + int(chance[4] * 75)) * MINUTE),
    )


def troubles(name: str, seed: int, time: float) -> tuple[Trouble, ...]:
    """Return what is wrong in the week of a time with the system that a line belongs to."""
    return _of_week(name.partition(".")[0], seed, int(time // _WEEK))


def minutes(start: float, end: float) -> Iterator[int]:
    """Yield the minutes whose point lies in `[start, end)`."""
    yield from range(math.ceil((start - SECOND) / MINUTE), math.ceil((end - SECOND) / MINUTE))


def drawn(name: str) -> float:
    """Return a number in [0, 1) that follows from a name."""
    return _unit(0, _number(name))


@lru_cache(maxsize=65_536)
def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _unit(seed: int, number: int) -> float:
    """Return a number in [0, 1) that looks drawn, always the same for the same two."""
    mixed = (number + seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ (mixed >> 31)) / 2**64

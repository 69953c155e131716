"""Arithmetic on lines of buckets: cut, align, fill, combine, roll up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.insight.history import gathered, reduced
from monitor_sync.insight.values import Group, Line

INTERPOLATED_FOR: Final = 300
"""Seconds after a real sample for which a gauge is interpolated (4.10), and a fill lasts (4.11)."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a line has where it has no point, and for how many seconds after its last one."""

    method: str
    limit: float = INTERPOLATED_FOR


LINEAR: Final = Filling("linear")
ZERO: Final = Filling("zero", float("inf"))


@dataclass(frozen=True, slots=True)
class Frame:
    """
    Lines by group, between the buckets that belong to the window; a little before it too.

    ``interval`` is the seconds of a bucket. ``across`` is what aligns its groups with each other,
    ``between`` what aligns it with another operand; None where nothing does (4.10, 4.11).
    """

    keys: Group
    lines: dict[Group, Line]
    interval: int
    across: Filling | None = None
    between: Filling | None = None

    def having(self, lines: dict[Group, Line]) -> Frame:
        """Return a frame of the same keys with other lines."""
        return Frame(self.keys, lines, self.interval, self.across, self.between)


def cut(line: Line, first: float, last: float) -> Line:
    """Return the buckets that start from ``first`` to ``last``, both included."""
    times, values = line
    if not times or (times[0] >= first and times[-1] <= last):
        return line
    low, high = bisect_left(times, first), bisect_right(times, last)
    if low == 0 and high == len(times):
        return line
    return times[low:high], values[low:high]


def mapped(line: Line, change: Callable[[float], float | None]) -> Line:
    """Return a line with each value changed; None drops the bucket."""
    times: list[int] = []
    values: list[float] = []
    for time, value in zip(*line, strict=True):
        changed = change(value)
        if changed is not None:
            times.append(time)
            values.append(changed)
    return times, values


def at(line: Line, time: int, filling: Filling | None) -> float | None:
    """Return a line's value in a bucket, filled where it has none; None where there is none."""
    times, values = line
    index = bisect_left(times, time)
    if index < len(times) and times[index] == time:
        return values[index]
    if filling is None or filling.method == "null":
        return None
    if filling.method == "zero":
        return _zero(line, index, time, filling)
    if index == 0 or time - times[index - 1] > filling.limit:
        return None
    if filling.method == "last":
        return values[index - 1]
    if index == len(times):
        return None
    share = (time - times[index - 1]) / (times[index] - times[index - 1])
    return values[index - 1] + share * (values[index] - values[index - 1])


def _zero(line: Line, index: int, time: int, filling: Filling) -> float | None:
    if filling.limit == float("inf"):
        return 0.0
    return 0.0 if index and time - line[0][index - 1] <= filling.limit else None


def union(lines: Iterable[Line]) -> list[int]:
    """Return the buckets in which any of the lines has a point."""
    return sorted({time for times, _ in lines for time in times})


def combined(lines: Sequence[Line], method: str, filling: Filling | None) -> Line:
    """Return one line of several: at each bucket, what those that have a value there make."""
    if len(lines) == 1 and method != "count":
        return lines[0]
    times: list[int] = []
    values: list[float] = []
    for time in union(lines):
        held = [value for line in lines if (value := at(line, time, filling)) is not None]
        if held:
            times.append(time)
            values.append(reduced(method, held))
    return times, values


def rolled_up(line: Line, method: str, interval: int) -> Line:
    """Return coarser buckets of a line: a further layer of time aggregation (4.6)."""
    times, values = line
    return gathered([time // interval * interval for time in times], values, method)


def calculated(operator: str, left: float, right: float) -> float | None:
    """Return the result of one operation; None for a division by zero and what is no number."""
    if operator == "+":
        value = left + right
    elif operator == "-":
        value = left - right
    elif operator == "*":
        value = left * right
    elif right == 0:
        return None
    else:
        value = left / right
    return value if abs(value) != float("inf") and value == value else None


def partners(
    left: Group, right: Group, groups: Iterable[Group], others: Collection[Group]
) -> Pairs:
    """
    Return which groups of two operands belong together, by their common keys (5.8).

    An operand without keys applies to all groups. One without a partner has no value.
    """
    if left == right:
        return left, [(group, group, group) for group in groups if group in others]
    common = [key for key in left if key in right]
    keys = left + tuple(key for key in right if key not in left)
    by_common: dict[Group, list[Group]] = {}
    for other in others:
        at_common = tuple(other[right.index(key)] for key in common)
        by_common.setdefault(at_common, []).append(other)
    extra = [index for index, key in enumerate(right) if key not in left]
    pairs: list[tuple[Group, Group, Group]] = []
    for group in groups:
        at_common = tuple(group[left.index(key)] for key in common)
        pairs += (
            (group + tuple(other[index] for index in extra), group, other)
            for other in by_common.get(at_common, ())
        )
    return keys, pairs


Pairs = tuple[Group, list[tuple[Group, Group, Group]]]
"""Keys of the result; and for each of its groups that group, the left one and the right one."""

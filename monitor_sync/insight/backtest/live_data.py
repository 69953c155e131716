"""What points of the last days say of a definition, before anybody is paged by it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from monitor_sync.incidents import TimeSpan
from monitor_sync.insight import missing
from monitor_sync.insight.backtest.comparison import Definition
from monitor_sync.insight.backtest.replay import Points, Replay, bound_history, replay
from monitor_sync.insight.backtest.wanted import Reading, WantedLine
from monitor_sync.language.tree import Series

DataFault = Literal[
    "no_points", "no_counts", "no_points_with_filter", "no_such_group", "counted_gauge",
    "many_groups", "other_unit", "always_crossed", "never_crossed",
]  # fmt: skip
"""
What is odd. ``no_points``: a metric did not report. ``no_counts``: nothing was counted.
``no_points_with_filter``: only other tags reported. ``no_such_group``: nothing that fits the filter
has all group keys. ``counted_gauge``: a gauge is read as a count. ``many_groups``: each can page.
``other_unit``: the threshold is as far from all values as one unit from another.
``always_crossed`` and ``never_crossed``: at every evaluation, and at none.
"""

MOST_GROUPS: Final = 100
"""Groups up to which a monitor is taken to be meant so; Datadog itself watches far more."""

UNITS: Final = (60, 100, 1000, 1_000_000, 1_000_000_000)
"""
How many of one unit are another: seconds and minutes, shares and percent, then milli, micro, nano
and kilo, mega, giga. Those of 1,024 are as good as 1,000 here.
"""

_STEADY: Final = 10
"""Values within this factor of each other have one size that a threshold can miss."""

_STRIDE: Final = 5
"""One of so many evaluations is made, of many groups one of more: a check is no replay."""

_GROUPS_A_STRIDE: Final = 20

_HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFinding:
    """
    One odd thing. ``part`` is the series or search it is about, None for the threshold.

    ``number`` is how many groups there are, or the factor between the units. ``low`` and ``high``
    are the ends of the numbers that were compared with ``critical``: those of the group that was
    worst each time, where a monitor is ``grouped``.
    """

    fault: DataFault
    part: Series | str | None = None
    number: int = 0
    low: float = 0.0
    high: float = 0.0
    critical: float = 0.0
    comparator: str = ""
    grouped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Wider questions about a line without points: without its groups, and without its filter."""

    ungrouped: WantedLine
    unfiltered: WantedLine


def probes(definition: Definition, points: Points) -> dict[WantedLine, Probes]:
    """Return what to ask about each line that has no points and should have some."""
    return {
        reading.line: _wider(reading.part, reading.line)
        for reading in _empty(definition, points)
        if isinstance(reading.part, Series) and reading.line.kind == "gauge"
    }


def _wider(series: Series, line: WantedLine) -> Probes:
    scope = line.text[len(line.text.partition("{")[0]) :].split("}")[0] + "}"
    ungrouped = f"avg:{series.metric.text}{scope}.rollup(avg, {_HOUR})"
    unfiltered = f"avg:{series.metric.text}{{*}}.rollup(avg, {_HOUR})"
    return Probes(
        ungrouped=replace(line, text=ungrouped, keys=(), interval=_HOUR),
        unfiltered=replace(line, text=unfiltered, keys=(), interval=_HOUR),
    )


def _empty(definition: Definition, points: Points) -> Iterator[Reading]:
    """Yield the parts without a point, unless the monitor is there to tell of missing data."""
    if missing.policy(definition.settings).notifies:
        return
    by_line = {reading.line: reading for reading in definition.wanted.readings}
    yield from (reading for line, reading in by_line.items() if not points.get(line))


def findings(definition: Definition, points: Points, span: TimeSpan) -> Iterator[DataFinding]:
    """
    Yield what is odd about a definition, given its own points and those of its probes.

    Raises Unsupported.
    """
    empty = [_silent(reading, definition, points) for reading in _empty(definition, points)]
    yield from empty
    yield from _many(definition, points)
    if not empty and all(points.get(line) for line in definition.wanted.lines):
        yield from _of_threshold(definition, points, span)


def _many(definition: Definition, points: Points) -> Iterator[DataFinding]:
    """Yield the first part with too many groups, unless `notify_by` says which of them page."""
    if definition.settings.options.get("notify_by"):
        return
    for reading in definition.wanted.readings:
        number = len(points.get(reading.line, {}))
        if number > MOST_GROUPS:
            yield DataFinding(fault="many_groups", part=reading.part, number=number)
            return


def _silent(reading: Reading, definition: Definition, points: Points) -> DataFinding:
    wider = probes(definition, points).get(reading.line)
    fault: DataFault = "no_counts" if wider is None else "no_points"
    if wider is not None and reading.line.keys and points.get(wider.ungrouped):
        fault = "no_such_group"
    elif wider is not None and points.get(wider.unfiltered):
        fault = "no_points_with_filter"
    return DataFinding(fault=fault, part=reading.part)


def counted(definition: Definition) -> dict[str, Series]:
    """Return by metric the first series that is read as a count or a rate."""
    series = [
        reading.part
        for reading in reversed(definition.wanted.readings)
        if isinstance(reading.part, Series) and reading.line.kind == "count"
    ]
    return {part.metric.text: part for part in series}


def of_types(definition: Definition, types: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield the gauges that are read as counts, given types by metric."""
    for metric, series in counted(definition).items():
        if types.get(metric) == "gauge":
            yield DataFinding(fault="counted_gauge", part=series)


def _of_threshold(definition: Definition, points: Points, span: TimeSpan) -> Iterator[DataFinding]:
    history = bound_history(definition.wanted.readings, points)
    groups = max(len(points.get(line, {})) for line in definition.wanted.lines)
    stride = _STRIDE * (1 + groups // _GROUPS_A_STRIDE)
    made = replay(
        definition.body, definition.settings, history, span, warm_up=0, stride=stride
    )  # fmt: skip
    numbers = [value for _, value in made.values if math.isfinite(value)]
    if not numbers or made.critical is None:
        return
    low, high = min(numbers), max(numbers)
    fault = _crossed(made, numbers)
    if fault is None:
        return
    gauges = all(line.kind == "gauge" for line in definition.wanted.lines)
    factor = _unit(low, high, made.critical) if gauges else 0
    yield DataFinding(
        fault="other_unit" if factor else fault,
        number=factor,
        low=low,
        high=high,
        critical=made.critical,
        comparator=made.comparator,
        grouped=any(line.keys for line in definition.wanted.lines),
    )


def _crossed(made: Replay, numbers: Iterable[float]) -> DataFault | None:
    """Return whether the threshold was crossed each time or never; None for something between."""
    critical = made.critical or 0.0
    compare = {
        ">": lambda value: value > critical, ">=": lambda value: value >= critical,
        "<": lambda value: value < critical, "<=": lambda value: value <= critical,
    }.get(made.comparator)  # fmt: skip
    if compare is None:
        return None
    crossed = {compare(value) for value in numbers}
    return None if len(crossed) > 1 else "always_crossed" if True in crossed else "never_crossed"


def _unit(low: float, high: float, critical: float) -> int:
    """Return the factor of the units that a threshold is off by; 0 where it looks like none."""
    if critical <= 0 or low <= 0 or high > low * _STEADY:
        return 0
    usual = math.sqrt(low * high)
    off = max(critical / usual, usual / critical)
    factor = min(UNITS, key=lambda unit: abs(math.log(off / unit)))
    return factor if factor / 2 <= off < factor * 5 else 0

"""
Many evaluations of one metric query at once: windows that are cut out of one line.

That is right where no bucket hangs on the window that it lies in: nothing is filled, ranked,
interpolated or derived along a line, buckets are as long in all windows, and none is unfinished
when its window ends. Where counts are only added up, an unfinished bucket is the points that it
has: shorter ones will do, and of the longer ones it matters where the first begins. What else there
is, is evaluated window by window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from monitor_sync.insight import classic, functions, legs, metric, schedule, windows
from monitor_sync.insight.classic import Variables
from monitor_sync.insight.history import REDUCTIONS, PointHistory
from monitor_sync.insight.legs import Buckets
from monitor_sync.insight.lines import Frame
from monitor_sync.insight.metric import MetricCondition
from monitor_sync.insight.values import Evaluations, EvaluationSettings, Group, Result
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    Parenthesised,
    Series,
    Signed,
    Variable,
)
from monitor_sync.language.tree_queries import inner_queries

Columns = dict[Group, list[float | None]]
"""A number for each window, by group."""

_AT_ONCE: Final = 1440
"""Windows in one pass: a day's, which a hundred groups have room for in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Windows:
    """
    Windows of one length, by their ends; ``buckets`` are those of all of them together.

    ``interval`` is the default one of a window; at multiples of ``grid`` seconds begins the first
    bucket of each, in ``firsts`` once they are in passes. ``times`` are those of the points that a
    group reads, in order, as far as they were needed.
    """

    what: MetricCondition
    ends: Sequence[float]
    length: int
    buckets: Buckets
    interval: int
    grid: int
    firsts: Sequence[int] = ()
    times: dict[Group, list[float]] = field(default_factory=dict)

    def times_of(self, keys: Group, group: Group) -> list[float]:
        """Return the times of the points that a group reads, put in order once."""
        if group not in self.times:
            reads = metric.times_of(self.what, self.buckets, keys, group)
            self.times[group] = sorted({t + read.shift for read, times in reads for t in times})
        return self.times[group]

    def window(self, index: int) -> Buckets:
        """Return the buckets of one window."""
        end, interval = self.ends[index], self.interval
        start = end - self.length
        return replace(self.buckets, start=start, end=end, interval=interval, finer=False)

    def passes(self) -> Iterator[_Windows]:
        """Yield the same windows, so many at a time."""
        for begin in range(0, len(self.ends), _AT_ONCE):
            ends = self.ends[begin : begin + _AT_ONCE]
            buckets = replace(self.buckets, start=ends[0] - self.length, end=ends[-1])
            yield replace(self, ends=ends, buckets=buckets, firsts=self._firsts(ends))

    def _firsts(self, ends: Sequence[float]) -> list[int]:
        at_start, grid = self.buckets.readings.bucket_at_from, self.grid
        return [windows.first_bucket(end - self.length, grid, at_start=at_start) for end in ends]


def evaluations(
    settings: EvaluationSettings, history: PointHistory, instants: Sequence[float]
) -> Evaluations | None:
    """Return what a query says at instants in equal steps; None where that is not possible here."""
    many = _windows(settings, history, instants)
    if many is None:
        return None
    keys: Group = ()
    results: dict[Group, list[float | Result | None]] = {}
    for windows_of_pass in many.passes():
        keys, columns = _columns(windows_of_pass)
        if not keys and not columns:
            columns = {(): [None] * len(windows_of_pass.ends)}
        for group, column in columns.items():
            judged = _judged(windows_of_pass, keys, group, column)
            results.setdefault(group, []).extend(judged)
    return Evaluations(
        instants=instants,
        delay=instants[0] - many.ends[0],
        keys=keys,
        results=results,
        notes=metric.noted(many.what, history),
    )


def _windows(
    settings: EvaluationSettings, history: PointHistory, instants: Sequence[float]
) -> _Windows | None:
    """Return the windows of some instants; None where one hangs on more than its points."""
    what, readings, options = metric.known(settings, history), settings.readings, settings.options
    full, timed = options.get("require_full_window"), schedule.custom_schedule(options)
    if not instants or what.window.form != "last" or what.back or full or timed:
        return None
    start, first = windows.span(what.window, instants[0], options, readings)
    delay, length = instants[0] - first, int(first - start)
    interval = windows.interval(length, readings)
    one = Buckets(
        history=history, start=start, end=first, interval=interval, readings=readings
    )  # fmt: skip
    step = int(instants[1] - instants[0]) if len(instants) > 1 else interval
    grid = _grid(what, one)
    finer = grid is not None and _adds_counts_up(what, history) and grid % step == 0
    buckets = replace(
        one, end=instants[-1] - delay, interval=step if finer else interval, finer=finer
    )
    if not _is_local(what.expression, what.variables):
        return None
    if grid is None or not _in_step(what, buckets, first, step, grid):
        return None
    ends = [instant - delay for instant in instants]
    return _Windows(
        what=what, ends=ends, length=length, buckets=buckets, interval=interval, grid=grid
    )  # fmt: skip


def _grid(what: MetricCondition, one: Buckets) -> int | None:
    """Return how long the buckets of all series are in a window; None where they differ."""
    lengths = {legs.of(one.history, read.series).interval(one) for read in what.reads}
    return lengths.pop() if len(lengths) == 1 else None


def _adds_counts_up(what: MetricCondition, history: PointHistory) -> bool:
    """Return whether a window is nothing but the sum of its points, for each series by itself."""
    read = [legs.of(history, read.series) for read in what.reads]
    alone = what.on_count_path or isinstance(what.expression, Series)
    return (
        alone
        and what.aggregator == "sum"
        and all(
            leg.counted == "count" and {method for method, _ in leg.rollups} <= {"", "sum"}
            for leg in read
        )
    )


def _is_local(expression: Expression, variables: Variables) -> bool:
    """Return whether each bucket of an expression follows from its own points alone."""
    match expression:
        case Number() | Series():
            return True
        case Variable():
            return _is_local(classic.variable(expression, variables), variables)
        case Signed():
            return _is_local(expression.operand, variables)
        case Parenthesised():
            return not expression.suffixes and _is_local(expression.expression, variables)
        case Arithmetic():
            return all(_is_local(operand, variables) for operand in expression.operands)
        case Call():
            inner = inner_queries(expression.arguments)
            known = expression.function.text in functions.POINTWISE
            return bool(
                known and inner and not expression.suffixes and _is_local(inner[0], variables)
            )


def _in_step(what: MetricCondition, buckets: Buckets, first: float, step: int, grid: int) -> bool:
    """
    Return whether windows end where buckets do, and no point lies at the very end of one.

    Each group of a series has one source then, with buckets of the usual length.
    """
    shift = what.change.shift.seconds if what.change else 0
    if any(number % buckets.interval for number in (first, step)) or shift % step or shift % grid:
        return False
    history = buckets.history
    for read in what.reads:
        leg = legs.of(history, read.series)
        rolled_up = any(seconds for _, seconds in leg.rollups) and not buckets.finer
        if leg.space == "count" or len(leg.rollups) > 1 or rolled_up:
            return False
        for sources in legs.sources_by_group(history, read.series).values():
            source = history.sources[sources[0]]
            if len(sources) > 1 or source.kind == "distribution":
                return False
            if buckets.finer and source.kind != "count":
                return False
            if first % step in {time % step for time in source.times}:
                return False
    return True


def _columns(many: _Windows) -> tuple[Group, Columns]:
    what = many.what
    if not what.on_count_path:
        frame = metric.frame(what, many.buckets)
        return frame.keys, _cut(frame, many)
    names = [str(index) for index in range(len(many.ends))]

    def reduction(frame: Frame, _: Buckets) -> tuple[Group, dict[Group, float | None]]:
        numbers: dict[Group, float | None] = {}
        for group, column in _cut(frame, many).items():
            numbers.update(zip(((name, *group) for name in names), column, strict=True))
        return ("", *frame.keys), numbers

    # which window it is, is one more key: arithmetic joins the numbers of the same window
    numbers = metric.counts(what, many.buckets, reduction)
    columns: Columns = {}
    for (name, *group), value in numbers.values.items():
        columns.setdefault(tuple(group), [None] * len(names))[int(name)] = value
    return numbers.keys[1:], columns


def _cut(frame: Frame, many: _Windows) -> Columns:
    """Return what the buckets of each line make in each window."""
    reduce = REDUCTIONS[many.what.aggregator]
    columns: Columns = {}
    for group, (times, values) in frame.lines.items():
        column: list[float | None] = []
        low = high = 0
        last = len(times)
        # a step or two from one window to the next, where a search takes many
        for start, end in zip(many.firsts, many.ends, strict=True):
            while low < last and times[low] < start:
                low += 1
            while high < last and times[high] < end:
                high += 1
            column.append(reduce(values[low:high]) if low < high else None)
        columns[group] = column
    return columns


def _judged(
    many: _Windows, keys: Group, group: Group, column: Sequence[float | None]
) -> Iterator[float | Result | None]:
    """Yield what each window says: its number, or why it has none."""
    what = many.what
    times = many.times_of(keys, group) if what.on_count_path else []
    low = 0
    for index, (end, value) in enumerate(zip(many.ends, column, strict=True)):
        certain = value is not None
        if certain and what.on_count_path:  # a count has a number without a point too
            low = bisect_left(times, many.firsts[index], low)
            certain = low < len(times) and times[low] <= end
        if certain:
            yield value
        else:
            yield metric.judged(what, many.window(index), keys, group, value, full=False)

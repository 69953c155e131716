"""Metric monitors and formulas over metrics: one number for each group at an instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.insight import classic, counted, functions, legs, windows
from monitor_sync.insight.classic import Variables
from monitor_sync.insight.counted import Numbers, Reduction
from monitor_sync.insight.history import PointHistory, sources_read
from monitor_sync.insight.legs import Buckets
from monitor_sync.insight.lines import Frame, calculated
from monitor_sync.insight.readings import Readings
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Name, Number, Window
from monitor_sync.language.query import Parsed
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    ChangeShift,
    Expression,
    FormulaQuery,
    MetricQuery,
    Parenthesised,
    Series,
    Signed,
    Variable,
)
from monitor_sync.language.tree_queries import inner_queries, modifiers_in, walk, words_of

_AGGREGATORS: Final = ("avg", "sum", "max", "min")


@dataclass(frozen=True, slots=True)
class Read:
    """A series of the query, and how many seconds ago it is read."""

    series: Series
    shift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCondition:
    """What a metric monitor or a metric formula evaluates, taken out of its query."""

    window: Window
    aggregator: str
    change: ChangeShift | None
    expression: Expression
    variables: Variables
    reads: tuple[Read, ...]
    on_count_path: bool
    back: int
    notes: tuple[str, ...]


def condition(query: Parsed, readings: Readings) -> MetricCondition:
    """Take a query apart. Raises Unsupported for what cannot be reproduced."""
    tree = query.tree
    change = None
    variables: Variables = {}
    if isinstance(tree, MetricQuery):
        window, aggregator = tree.evaluation.window, tree.evaluation.aggregator.text
        change = tree.evaluation.change
    elif isinstance(tree, FormulaQuery):
        aggregator, variables = _formula(query)
        window_of_step = queries.window(query)
        if window_of_step is None:
            raise Unsupported("a formula without a window")
        window = window_of_step
    else:
        raise Unsupported(query.type)
    if aggregator not in _AGGREGATORS or window.form == "next":
        raise Unsupported(aggregator if window.form != "next" else window.written)
    if tree.comparison is None or isinstance(tree.comparison.threshold, Name):
        raise Unsupported("a dynamic threshold")
    reads = tuple(_reads(tree.expression, 0, variables))
    on_count_path = counted.applies(
        _inlined(tree.expression, variables),
        compared=change is not None,
        divisions_only=readings.divisions_only,
    )
    return MetricCondition(
        window=window,
        aggregator=aggregator,
        change=change,
        expression=tree.expression,
        variables=variables,
        reads=reads,
        on_count_path=on_count_path,
        back=_back((tree.expression, *variables.values()), readings),
        notes=tuple(_notes(reads, aggregator)),
    )


def _formula(query: Parsed) -> tuple[str, Variables]:
    step = queries.step(query, "rollup")
    aggregator = words_of(step.arguments[0]) if step and step.arguments else "avg"
    variables: dict[str, Expression] = {}
    for variable in query.variables:
        if variable.source != "metrics" or variable.expression is None:
            raise Unsupported(f"{variable.source} in a formula")
        variables[variable.name] = variable.expression
    return aggregator, variables


def _reads(expression: Expression, shift: int, variables: Variables) -> Iterator[Read]:
    """Yield each series with how far back it is read; civil days are taken as they are now."""
    match expression:
        case Series():
            yield Read(expression, shift)
        case Variable():
            yield from _reads(classic.variable(expression, variables), shift, variables)
        case Call():
            if expression.function.text in ("timeshift", *functions.BEFORE):
                shift += classic.fixed_shift(expression)
            for inner in inner_queries(expression.arguments):
                yield from _reads(inner, shift, variables)
        case Arithmetic():
            for inner in expression.operands:
                yield from _reads(inner, shift, variables)
        case Parenthesised():
            yield from _reads(expression.expression, shift, variables)
        case Signed():
            yield from _reads(expression.operand, shift, variables)
        case Number():
            pass


def _inlined(expression: Expression, variables: Variables) -> Expression:
    """Return an expression that has the series of all variables, for questions about them."""
    if not variables:
        return expression
    arguments = (expression, *variables.values())
    return Call(0, 0, (), Name(0, 0, "max"), arguments)


def _back(expressions: Iterable[Expression], readings: Readings) -> int:
    """Return how many seconds before the window matter, for what is filled from there."""
    parts = [part for expression in expressions for part in walk(expression)]
    calls = {part.function.text for part in parts if isinstance(part, Call)}
    limits = [
        int(legs.read_filling(modifier).limit)
        for expression in expressions
        for modifier in modifiers_in(expression)
        if modifier.name.text == "fill"
    ]
    filled = {"default_zero", "default", "fill"} & calls or functions.COUNTS.keys() & calls
    if filled or readings.legs_interpolate:
        limits.append(600)
    return max(limits, default=0)


def _notes(reads: Iterable[Read], aggregator: str) -> Iterable[str]:
    counts = [read for read in reads if legs.read(read.series).counted == "count"]
    if aggregator != "sum" and counts:
        yield "as_count_without_sum"


def known(settings: EvaluationSettings, history: PointHistory) -> MetricCondition:
    """Return what a query evaluates, taken apart once. Raises Unsupported."""
    return history.once("condition", settings, lambda: condition(settings.query, settings.readings))


def noted(what: MetricCondition, history: PointHistory) -> tuple[str, ...]:
    """Return the open points that a query meets, whatever the points are."""
    return history.once("notes", what, lambda: (*what.notes, *_met(what, history)))


def evaluate(settings: EvaluationSettings, history: PointHistory, instant: float) -> Evaluation:
    """Return a result for each group at an instant. Raises Unsupported."""
    what = known(settings, history)
    start, end = windows.span(what.window, instant, settings.options, settings.readings)
    buckets = buckets_for(what, settings, history, start, end)
    first = what.reads[0].series if what.reads else None
    keys, values = _values(what, buckets)
    return Evaluation(
        start=start,
        end=end,
        interval=legs.of(history, first).interval(buckets) if first else buckets.interval,
        keys=keys,
        results=_results(what, buckets, settings, keys, values),
        notes=noted(what, history),
    )


def buckets_for(
    what: MetricCondition,
    settings: EvaluationSettings,
    history: PointHistory,
    start: float,
    end: float,
) -> Buckets:
    """Return which buckets a condition asks for in a window."""
    return Buckets(
        history=history,
        start=start,
        end=end,
        interval=windows.interval(end - start, settings.readings),
        readings=settings.readings,
        back=what.back,
    )


def _met(what: MetricCondition, history: PointHistory) -> tuple[str, ...]:
    """Return open points that depend on what the points are (4.7)."""
    for read in what.reads:
        if legs.of(history, read.series).counted == "count":
            groups = legs.sources_by_group(history, read.series)
            if any(history.sources[i].kind == "rate" for s in groups.values() for i in s):
                return ("interval_of_a_rate",)
    return ()


def _values(what: MetricCondition, buckets: Buckets) -> tuple[Group, dict[Group, float | None]]:
    if what.on_count_path:
        numbers = counts(what, buckets, counted.of_window(what.aggregator))
        return numbers.keys, numbers.values
    now = frame(what, buckets)
    return now.keys, counted.aggregated(now, buckets, what.aggregator)


def frame(what: MetricCondition, buckets: Buckets) -> Frame:
    """Return the lines that the classic path aggregates. Raises Unsupported."""
    now = classic.evaluated(what.expression, buckets, what.variables)
    if what.change is not None and isinstance(now, Frame):
        before = buckets.ago(what.change.shift.seconds)
        past = classic.evaluated(what.expression, before, what.variables)
        if isinstance(past, Frame):
            percent = what.change.kind.text == "pct_change"
            # a change takes buckets as they are: nothing aligns now with then
            now, past = _unfilled(now), _unfilled(past)
            now = classic.joined(now, past, lambda a, b: _changed(a, b, percent=percent))
    if not isinstance(now, Frame):
        raise Unsupported("a query without a series")
    return now


def _unfilled(frame: Frame) -> Frame:
    return Frame(frame.keys, frame.lines, frame.interval, frame.across, None)


def counts(what: MetricCondition, buckets: Buckets, reduction: Reduction) -> Numbers:
    """Return the numbers of the path of ``as_count()``. Raises Unsupported."""
    now = counted.evaluated(what.expression, buckets, what.variables, reduction)
    if what.change is not None:
        before = buckets.ago(what.change.shift.seconds)
        past = counted.evaluated(what.expression, before, what.variables, reduction)
        now = _change_of_numbers(now, past, percent=what.change.kind.text == "pct_change")
    if not isinstance(now, Numbers):
        raise Unsupported("a query without a series")
    return now


def _changed(now: float, past: float, *, percent: bool) -> float | None:
    """Return the difference, or the percentage; a past of 0 has none (5.10)."""
    if not percent:
        return now - past
    ratio = calculated("/", now - past, past)
    return None if ratio is None else ratio * 100


def _change_of_numbers(
    now: Numbers | float, past: Numbers | float, *, percent: bool
) -> Numbers | float:
    difference = counted.operation("-", now, past)
    if not percent:
        return difference
    return counted.operation("*", 100.0, counted.operation("/", difference, past))


def _results(
    what: MetricCondition,
    buckets: Buckets,
    settings: EvaluationSettings,
    keys: Group,
    values: dict[Group, float | None],
) -> dict[Group, Result]:
    full = settings.options.get("require_full_window") is True and what.window.form == "last"
    if not keys and not values:
        values = {(): None}
    certain = not full and not what.on_count_path
    results: dict[Group, Result] = {}
    for group, value in values.items():
        if certain and value is not None:
            results[group] = Result(ResultKind.NUMBER, value)
            continue
        result = judged(what, buckets, keys, group, value, full=full)
        if result is not None:
            results[group] = result
    return results


def judged(
    what: MetricCondition,
    buckets: Buckets,
    keys: Group,
    group: Group,
    value: float | None,
    *,
    full: bool,
) -> Result | None:
    """Return the result of a group that may have no points; None before its first one."""
    if not _any_within(what, buckets, keys, group):
        last = _last_point(what, buckets, keys, group)
        if last is None and keys:
            return None
        return Result(ResultKind.EMPTY, None, last, "no point in the window")
    if full and not _is_full(what, buckets, keys, group):
        return Result(ResultKind.SKIPPED, None, None, "the window is not full")
    if value is None:
        if what.on_count_path:  # a denominator of 0 over the whole window (5.6)
            last = _last_point(what, buckets, keys, group)
            return Result(ResultKind.EMPTY, None, last, "divided by zero")
        return Result(ResultKind.SKIPPED, None, None, "no bucket has a value")
    return Result(ResultKind.NUMBER, value)


def of_group(series: Series, history: PointHistory, keys: Group, group: Group) -> Sequence[int]:
    """Return the sources of a series that a group of the result reads."""
    sources = legs.sources_by_group(history, series)
    return sources_read(sources, legs.of(history, series).keys, keys, group)


def times_of(
    what: MetricCondition, buckets: Buckets, keys: Group, group: Group
) -> Iterator[tuple[Read, list[float]]]:
    """Yield the times of the points that a group reads, with the leg that reads them."""
    for read in what.reads:
        for index in of_group(read.series, buckets.history, keys, group):
            yield read, buckets.history.sources[index].times


def _any_within(what: MetricCondition, buckets: Buckets, keys: Group, group: Group) -> bool:
    """Return whether any leg has a bucket of the window with a point."""
    for read, times in times_of(what, buckets, keys, group):
        interval = legs.of(buckets.history, read.series).interval(buckets)
        start, end = buckets.start - read.shift, buckets.end - read.shift
        at_start = buckets.readings.bucket_at_from
        low = bisect_left(times, windows.first_bucket(start, interval, at_start=at_start))
        if low < len(times) and times[low] <= end:
            return True
    return False


def _last_point(what: MetricCondition, buckets: Buckets, keys: Group, group: Group) -> float | None:
    """Return when the last point was, as the query sees it: that of a shifted leg later."""
    last = None
    for read, times in times_of(what, buckets, keys, group):
        index = bisect_right(times, buckets.end - read.shift)
        if index and (last is None or times[index - 1] + read.shift > last):
            last = times[index - 1] + read.shift
    return last


def _is_full(what: MetricCondition, buckets: Buckets, keys: Group, group: Group) -> bool:
    """Return whether the first bucket has a point and at most three have none (6.1)."""
    if buckets.readings.window_of_all_groups:
        keys, group = (), ()
    size = windows.full_buckets(what.window)
    count = round((buckets.end - buckets.start) / size)
    having: set[int] = set()
    for read, times in times_of(what, buckets, keys, group):
        start, end = buckets.start - read.shift, buckets.end - read.shift
        low, high = bisect_left(times, start), bisect_left(times, end)
        having.update(int((time - start) // size) for time in times[low:high])
    return 0 in having and count - len(having) <= windows.MOST_EMPTY

"""Counts of what a search finds (logs, RUM, spans, events, CI, …), and formulas of them (11.1)."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.insight import classic, counted, functions, windows
from monitor_sync.insight.counted import Numbers
from monitor_sync.insight.history import REDUCTIONS, PointHistory, sources_read
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import Parsed
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    FormulaQuery,
    Parenthesised,
    SearchQuery,
    Signed,
    Variable,
)
from monitor_sync.language.tree_queries import inner_queries, words_of

_LIMITS: Final = {0: 1, 1: 1_000, 2: 30, 3: 10, 4: 5}
"""Of so many groups are only the top values watched, by the number of facets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLeg:
    """One search: its text, what is computed of the items found, and by which facets."""

    text: str
    method: str
    keys: Group


def evaluate(settings: EvaluationSettings, history: PointHistory, instant: float) -> Evaluation:
    """Return a result for each group at an instant. Raises Unsupported."""
    query = settings.query
    window = queries.window(query)
    if window is None:
        raise Unsupported("a search without a window")
    start, end = windows.span(window, instant, settings.options, settings.readings)
    by_name = history.once("searches", settings, lambda: searches(query, settings.options))
    low = start if settings.readings.bucket_at_from else math.nextafter(start, math.inf)
    numbers = {name: _numbers(search, history, low, end) for name, search in by_name.items()}
    tree = query.tree
    if isinstance(tree, FormulaQuery):
        value = _formula(tree.expression, numbers)
        result = value if isinstance(value, Numbers) else Numbers((), {(): value}, value)
    else:
        result = numbers[""]
    return Evaluation(
        start=start,
        end=end,
        interval=0,
        keys=result.keys,
        results=_results(settings, history, tuple(by_name.values()), result, low, end),
        notes=("limit_of_groups",) if len(result.values) > most_groups(result.keys) else (),
    )


def most_groups(keys: Group) -> int:
    """Return how many groups of these facets are watched (11.1)."""
    most = _LIMITS.get(len(keys), 5)
    return most ** len(keys) if len(keys) > 1 else most


def searches(query: Parsed, options: Mapping[str, Any]) -> dict[str, SearchLeg]:
    """Return the searches by the name a formula has for them; a query's own has none."""
    if isinstance(query.tree, SearchQuery):
        step = queries.step(query, "rollup")
        words = [words_of(argument) for argument in step.arguments] if step else []
        text = query.tree.search.value
        method = words[0] if words else "count"
        return {"": _search(text, method, queries.group_keys(query))}
    searches = {}
    for written in options.get("variables") or ():
        compute = written.get("compute") or {}
        search = written.get("search") or {}
        keys = tuple(_facet(group) for group in written.get("group_by") or ())
        method = str(compute.get("aggregation"))
        searches[str(written.get("name"))] = _search(str(search.get("query", "")), method, keys)
    return searches


def _facet(written: Any) -> str:
    return str(written.get("facet")) if isinstance(written, Mapping) else str(written)


def _search(text: str, method: str, keys: Group) -> SearchLeg:
    if method not in ("count", "sum", "min", "max", "avg"):
        raise Unsupported(f"{method} of a search")
    return SearchLeg(text=text, method=method, keys=keys)


def _sources(search: SearchLeg, history: PointHistory) -> dict[Group, list[int]]:
    """
    Return the sources of a search by group: those given for its text, or for any search.

    A point of a count is so many items; one of a statistic is the measure of an item. Found once
    and kept with the history.
    """
    return history.once("groups", search, lambda: _sources_by_group(search, history))


def _sources_by_group(search: SearchLeg, history: PointHistory) -> dict[Group, list[int]]:
    groups: dict[Group, list[int]] = {}
    for index, source in enumerate(history.sources):
        if source.metric not in ("", search.text):
            continue
        values = [source.value_of(key.removeprefix("@")) for key in search.keys]
        values = [
            source.value_of(key) if value is None else value
            for key, value in zip(search.keys, values, strict=True)
        ]
        if all(value is not None for value in values):
            groups.setdefault(tuple(map(str, values)), []).append(index)
    return groups


def _numbers(search: SearchLeg, history: PointHistory, low: float, end: float) -> Numbers:
    values: dict[Group, float | None] = {}
    reduce: Callable[[Sequence[float]], float] = (
        math.fsum if search.method == "count" else REDUCTIONS[search.method]
    )
    for group, sources in _sources(search, history).items():
        points = []
        for index in sources:
            source = history.sources[index]
            first, last = bisect_left(source.times, low), bisect_right(source.times, end)
            points += source.values[first:last]
        values[group] = reduce(points) if points else None
    return Numbers(search.keys, values, 0.0 if search.method == "count" else None)


def _formula(expression: Expression, numbers: Mapping[str, Numbers]) -> Numbers | float:
    match expression:
        case Number():
            return expression.value
        case Variable() if expression.name in numbers:
            return numbers[expression.name]
        case Parenthesised():
            return _formula(expression.expression, numbers)
        case Signed():
            sign = -1.0 if expression.sign == "-" else 1.0
            return counted.operation("*", sign, _formula(expression.operand, numbers))
        case Arithmetic():
            result = _formula(expression.operands[0], numbers)
            rest = zip(expression.operators, expression.operands[1:], strict=True)
            for operator, operand in rest:
                result = counted.operation(operator.text, result, _formula(operand, numbers))
            return result
        case Call() if expression.function.text in functions.POINTWISE:
            change = functions.POINTWISE[expression.function.text]
            bounds = classic.numbers(expression)
            inner = _formula(inner_queries(expression.arguments)[0], numbers)
            return counted.mapped(inner, lambda value: change(value, *bounds))
        case Call() if expression.function.text in ("default_zero", "default"):
            bounds = classic.numbers(expression)
            inner = _formula(inner_queries(expression.arguments)[0], numbers)
            if not isinstance(inner, Numbers):
                return inner
            return Numbers(inner.keys, inner.values, bounds[-1] if bounds else 0.0)
        case _:
            raise Unsupported("this formula of searches")


def _results(
    settings: EvaluationSettings,
    history: PointHistory,
    searches: Sequence[SearchLeg],
    numbers: Numbers,
    low: float,
    end: float,
) -> dict[Group, Result]:
    values = dict(numbers.values)
    if not numbers.keys and not values:
        values[()] = None
    results: dict[Group, Result] = {}
    anywhere: bool | None = None
    for group, value in values.items():
        mine = [
            index
            for search in searches
            for index in sources_read(_sources(search, history), search.keys, numbers.keys, group)
        ]
        if any(_within(history, index, low, end) for index in mine):
            results[group] = (
                Result(ResultKind.SKIPPED, None, None, "no value")
                if value is None
                else Result(ResultKind.NUMBER, value)
            )
            continue
        last = max((t for i in mine if (t := _last(history, i, end)) is not None), default=None)
        if last is None and numbers.keys:
            continue
        if anywhere is None:
            every = (_sources(search, history).values() for search in searches)
            sources = (index for groups in every for indexes in groups for index in indexes)
            anywhere = any(_within(history, index, low, end) for index in sources)
        results[group] = _absent(settings, last, vanished=bool(numbers.keys) and anywhere)
    return results


def _absent(settings: EvaluationSettings, last: float | None, *, vanished: bool) -> Result:
    """Return the result of a group without an item, while others have some (8.8)."""
    if not vanished:
        return Result(ResultKind.EMPTY, None, last, "nothing was found")
    if settings.query.type == "trace-analytics alert" and settings.readings.vanished_is_zero:
        return Result(ResultKind.NUMBER, 0.0)
    return Result(ResultKind.SKIPPED, None, last, "this group has nothing, others have")


def _within(history: PointHistory, index: int, low: float, end: float) -> bool:
    times = history.sources[index].times
    first = bisect_left(times, low)
    return first < len(times) and times[first] <= end


def _last(history: PointHistory, index: int, end: float) -> float | None:
    times = history.sources[index].times
    at = bisect_right(times, end)
    return times[at - 1] if at else None

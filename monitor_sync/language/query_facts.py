"""What a query says: groups, metrics, tags, window, comparison, and whatever else rules ask for."""

from __future__ import annotations

from msgspec import Struct

from monitor_sync.language.atoms import Window
from monitor_sync.language.checks.search import facets_of, window_of
from monitor_sync.language.checks.variables import FormulaVariable
from monitor_sync.language.functions import ALGORITHMS, COMBINING
from monitor_sync.language.problems import QueryProblem
from monitor_sync.language.tree import (
    Call,
    CheckQuery,
    Comparison,
    CompositeQuery,
    Expression,
    FormulaQuery,
    MetricQuery,
    MonitorId,
    Query,
    SearchQuery,
    Series,
    SloQuery,
    Step,
    Tag,
)
from monitor_sync.language.tree_queries import (
    Algorithm,
    Division,
    algorithm_in,
    divisions_in,
    is_counted,
    keys_of,
    members_in,
    modifiers_in,
    series_in,
    tags_in,
    walk,
    words_of,
)


class Parsed(Struct, frozen=True, kw_only=True):
    """
    A query, read.

    ``tree`` is None where the text could not be read as a whole; ``problems`` says why. A query
    may have a tree and problems: an unknown function, a window that is too long.
    """

    type: str
    text: str
    tree: Query | None
    problems: tuple[QueryProblem, ...] = ()
    variables: tuple[FormulaVariable, ...] = ()

    @property
    def refused(self) -> bool:
        """Return whether Datadog would answer 400."""
        return any(problem.refused for problem in self.problems)


def _steps(parsed: Parsed) -> tuple[Step, ...]:
    tree = parsed.tree
    if isinstance(tree, FormulaQuery | CheckQuery | SearchQuery | SloQuery):
        return tree.steps
    return ()


def step(parsed: Parsed, name: str) -> Step | None:
    """Return the first step of a chain with this name, such as ``rollup``; None without one."""
    return next((step for step in _steps(parsed) if step.name.text == name), None)


def expressions(parsed: Parsed) -> tuple[Expression, ...]:
    """Return the metric expression or the formula, then those of formula variables."""
    tree = parsed.tree
    own = (tree.expression,) if isinstance(tree, MetricQuery | FormulaQuery) else ()
    return own + tuple(v.expression for v in parsed.variables if v.expression is not None)


def group_keys(parsed: Parsed) -> tuple[str, ...]:
    """
    Return the keys that split the alert, once each, in order; ``*`` of a check stays.

    Facets keep their ``@``. After regrouping only the outer keys; formulas take them from their
    variables.
    """
    if isinstance(parsed.tree, MetricQuery):
        return keys_of(parsed.tree.expression)
    by = step(parsed, "by")
    keys = facets_of(by) if by else []
    for variable in parsed.variables:
        keys.extend(variable.keys)
    return tuple(dict.fromkeys(keys))


def series(parsed: Parsed) -> tuple[Series, ...]:
    """Return every series that is read, formula variables included, in written order."""
    return tuple(single for expression in expressions(parsed) for single in series_in(expression))


def metrics(parsed: Parsed) -> tuple[str, ...]:
    """Return the metrics that are read, formula variables included, each once, in written order."""
    return tuple(dict.fromkeys(metric_series.metric.text for metric_series in series(parsed)))


def tags(parsed: Parsed) -> tuple[Tag, ...]:
    """
    Return every tag of a filter: scopes, searches, ``.over()`` and ``.exclude()`` of checks.

    ``negated`` says whether such things are left out, in whichever way that is written.
    """
    filter_tags = [
        tag for metric_series in series(parsed) for tag in tags_in(metric_series.scope.condition)
    ]
    tree = parsed.tree
    if isinstance(tree, SearchQuery) and tree.condition is not None:
        filter_tags += tags_in(tree.condition)
    for variable in parsed.variables:
        if variable.condition is not None:
            filter_tags += tags_in(variable.condition)
    for step in _steps(parsed):
        if step.name.text in ("over", "exclude") and not isinstance(tree, SloQuery):
            filter_tags += (
                _tag(argument, step.name.text) for argument in map(words_of, step.arguments)
            )
    return tuple(filter_tags)


def _tag(written: str, name: str) -> Tag:
    key, colon, value = written.partition(":")
    if not colon:
        key, value = "", written
    return Tag(0, 0, key, value, name == "exclude")


def functions(parsed: Parsed) -> tuple[str, ...]:
    """Return the functions called, each once, in order, without aggregators and modifiers."""
    calls = (node for expression in expressions(parsed) for node in walk(expression))
    names = (call.function.text for call in calls if isinstance(call, Call))
    return tuple(dict.fromkeys(name for name in names if name not in COMBINING))


def algorithm(parsed: Parsed) -> Algorithm | None:
    """Return the algorithm of a metric query, taken apart; None where it has none."""
    if not isinstance(parsed.tree, MetricQuery) or not any(a in parsed.text for a in ALGORITHMS):
        return None
    return algorithm_in(parsed.tree.expression)


def divisions(parsed: Parsed) -> tuple[Division, ...]:
    """Return every division, with whether its denominator is kept away from zero."""
    return tuple(
        division for expression in expressions(parsed) for division in divisions_in(expression)
    )


def every_series_is_counted(parsed: Parsed) -> bool:
    """Return whether there are series, and all are read ``.as_count()``."""
    every = series(parsed)
    return bool(every) and all(map(is_counted, every))


def fills_gaps(parsed: Parsed) -> bool:
    """Return whether a ``default_zero``, ``default`` or ``fill`` gives missing data a value."""
    named = {"default_zero", "default"} & set(functions(parsed))
    return bool(named) or any(
        modifier.name.text == "fill"
        and words_of(modifier.arguments[0]) in ("zero", "last", "linear")
        for expression in expressions(parsed)
        for modifier in modifiers_in(expression)
        if modifier.arguments
    )


def references(parsed: Parsed) -> tuple[int | str, ...]:
    """Return a composite's members, each once: Datadog's ids as numbers, our keys as texts."""
    if not isinstance(parsed.tree, CompositeQuery):
        return ()
    members = members_in(parsed.tree.condition)
    named = (member.id if isinstance(member, MonitorId) else member.key for member in members)
    return tuple(dict.fromkeys(named))


def window(parsed: Parsed) -> Window | None:
    """
    Return the window of a query, with positions; None for composites and checks.

    ``form`` is ``last``, ``current`` or ``next``.
    """
    tree = parsed.tree
    if isinstance(tree, MetricQuery):
        return tree.evaluation.window
    return window_of(_steps(parsed))


def evaluated_every(parsed: Parsed) -> int:
    """
    Return how often Datadog evaluates the query, in seconds; 0 where it has no window.

    Source: a metric window below 24 hours is looked at every minute, below 48 hours every
    10 minutes, above every 30. (Datadog's documentation.)
    """
    time = window(parsed)
    if time is None:
        return 0
    hours = time.seconds / 3600
    return 60 if hours < 24 else 600 if hours < 48 else 1800


def comparison(parsed: Parsed) -> Comparison | None:
    """Return the operator and the number at the end, None where the type has none."""
    tree = parsed.tree
    if isinstance(tree, MetricQuery | FormulaQuery | SearchQuery | SloQuery):
        return tree.comparison
    return None

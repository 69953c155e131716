"""Counts: how a window adds them up, and what a monitor does when nothing is counted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.atoms import Name, Number
from monitor_sync.language.functions import ALGORITHMS
from monitor_sync.language.query import algorithm, comparison, expressions, functions, step
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    MetricQuery,
    SearchQuery,
    Series,
    Tag,
    TagList,
)
from monitor_sync.language.tree_queries import is_counted, series_in, walk, words_of
from monitor_sync.rules.empty_windows import (
    how_to_notify,
    is_silent_when_empty,
    notifies_no_data,
)
from monitor_sync.rules.monitor_types import EVENTS, METRIC
from monitor_sync.rules.reach import how_often
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import limit, shown
from monitor_sync.rules.views import MonitorView, QueryView, pages

_OF_GAUGES: Final = re.compile(r"avg|min|max|p\d+(?:\.\d+)?")


def counts_events(view: QueryView) -> bool:
    """Return whether the query counts: each series ``.as_count()``, or a search with ``count``."""
    tree = view.query.tree
    if view.type in METRIC and isinstance(tree, MetricQuery):
        every = series_in(tree.expression)
        if tree.evaluation.change is not None:
            return False
        return bool(every) and all(map(is_counted, every)) and not _is_derived(tree.expression)
    if view.type in EVENTS and isinstance(tree, SearchQuery):
        rollup = step(view.query, "rollup")
        return (
            rollup is not None
            and bool(rollup.arguments)
            and words_of(rollup.arguments[0]) in ("count", "cardinality")
        )
    return False


def _is_derived(expression: Expression) -> bool:
    """Return whether the value is something else than a count: a ratio, an anomaly, a change."""
    return any(
        isinstance(part, Arithmetic)
        or (isinstance(part, Call) and part.function.text in (*ALGORITHMS, *_SIGNED))
        for part in walk(expression)
    )


_SIGNED: Final = (
    "diff", "derivative", "dt", "log2", "log10", "trend_line", "robust_trend",
    "is_greater", "is_less", "is_between",
)  # fmt: skip
"""Functions that can make a count negative, or no count any more."""


def _window_aggregator(view: QueryView) -> Name | None:
    """Return what a metric query does with the window; None for a change, an anomaly and others."""
    tree = view.query.tree
    if not isinstance(tree, MetricQuery) or tree.evaluation.change is not None:
        return None
    return None if algorithm(view.query) is not None else tree.evaluation.aggregator


def _has_modifier(series: Series, *names: str) -> bool:
    return any(modifier.name.text in names for modifier in series.modifiers)


@rule("query/count-not-summed", Severity.WARNING)
def count_not_summed(view: QueryView) -> Iterator[Finding]:
    """
    A count is evaluated with `avg`, `min` or `max` over the window.

    Why: `.as_count()` gives the events of each small bucket. The average or the maximum of these
    depends on the length of the bucket, which Datadog chooses, and not on how many events the
    window has.

    Example: `avg(last_10m):sum:a.errors{*}.as_count() > 5`

    Use instead: `sum(last_10m):sum:a.errors{*}.as_count() > 50`; or `.rollup(sum, 60)` behind the
    count, if the busiest minute is meant

    Source: Datadog's guide on as_count in monitor evaluations: other aggregations than sum make no
    sense with it.
    """
    aggregator = _window_aggregator(view)
    if aggregator is None or aggregator.text not in ("avg", "min", "max"):
        return
    expression = expressions(view.query)[0]
    if any(isinstance(part, Arithmetic) for part in walk(expression)):
        return  # query/ratio-not-summed has a finding for those
    for series in series_in(expression):
        if is_counted(series) and not _has_modifier(series, "rollup", "as_rate"):
            yield Finding(
                message=f"`{aggregator.text}` of a count depends on the buckets that Datadog"
                " chooses, not on the events of the window",
                field=("query",),
                start=aggregator.start,
                end=aggregator.end,
                hint="write `sum(…)`, and the threshold for the whole window",
            )
            return


@rule("query/gauge-summed", Severity.WARNING)
def gauge_summed(view: QueryView) -> Iterator[Finding]:
    """
    A gauge is added up over the window.

    Why: a gauge is a level: a temperature, the length of a queue. Its sum over a window is the
    level times the number of points, and this number depends on how many hosts report and on the
    buckets that Datadog chooses.

    Example: `sum(last_5m):avg:system.load.1{*} > 20`

    Use instead: `avg(last_5m):avg:system.load.1{*} > 4`; `.as_count()`, if the metric counts

    Source: Datadog's guide on as_count in monitor evaluations, the part on gauges; the number of
    points in a window follows from its page on rollup.
    """
    aggregator = _window_aggregator(view)
    level = limit(comparison(view.query))
    if aggregator is None or aggregator.text != "sum" or level is None or 0 <= level <= 1:
        return  # `> 0` and `>= 1` ask whether a flag was up at all
    expression = expressions(view.query)[0]
    if any(isinstance(part, Arithmetic) for part in walk(expression)):
        return
    if any(name not in _OF_LEVELS for name in functions(view.query)):
        return
    for series in series_in(expression):
        space = series.aggregator.text if series.aggregator is not None else "avg"
        counted = _has_modifier(series, "as_count", "as_rate", "rollup")
        if _OF_GAUGES.fullmatch(space) and not counted:
            yield Finding(
                message=f"`sum` over the window of `{space}:` adds up one level many times",
                field=("query",),
                start=aggregator.start,
                end=aggregator.end,
                hint=f"write `avg(…)`, or `sum:{series.metric.text}{{…}}.as_count()`",
            )
            return


_OF_LEVELS: Final = frozenset({"default_zero", "default", "abs", "clamp_min", "clamp_max"})
"""Functions behind which a level is still a level."""


@rule("query/cumulative-function", Severity.WARNING)
def cumulative_function(view: QueryView) -> Iterator[Finding]:
    """
    A monitor uses `cumsum` or `integral`.

    Why: both add up from the start of what Datadog looks at, and a monitor looks at another stretch
    at each evaluation. The value jumps and does not mean what it means on a dashboard.

    Example: `avg(last_1h):cumsum(sum:a.errors{*}.as_count()) > 100`

    Use instead: `sum(last_1h):sum:a.errors{*}.as_count() > 100`, or a window that starts with the
    day, `sum(current_1d):…`

    Source: Datadog's guide on missing data says that cumsum does not work reliably in monitors.
    That integral behaves alike is our inference.
    """
    for expression in expressions(view.query):
        for part in walk(expression):
            if isinstance(part, Call) and part.function.text in ("cumsum", "integral"):
                yield Finding(
                    message=f"`{part.function.text}` starts anew at each evaluation",
                    field=("query",),
                    start=part.function.start,
                    end=part.function.end,
                    hint="let the window add up: `sum(last_1h):…`, or `sum(current_1d):…`",
                )
                return


@rule("query/never-below-zero", Severity.WARNING)
def never_below_zero(view: QueryView) -> Iterator[Finding]:
    """
    A count is compared with a number below which it cannot be.

    Why: a count is never less than 0, so the monitor never alerts.

    Example: `sum(last_1h):sum:a.orders{*}.as_count() < 0`

    Use instead: `… < 1`, which is true when there was none

    Source: follows from the comparison.
    """
    compared = comparison(view.query)
    if compared is None or not counts_events(view) or not _is_below(compared):
        return
    level = limit(compared)
    if level is not None and how_often(_COUNTS, compared.operator.text, level) == "never":
        yield Finding(
            message=f"a count is never `{compared.operator.text} {shown(level)}`, so this never"
            " alerts",
            field=("query",),
            start=compared.operator.start,
            end=compared.threshold.end,
            hint="write `< 1`, if it has to alert when there is none",
        )


_COUNTS: Final = (0.0, math.inf)
"""The smallest and the largest value of a count."""


def _is_below(compared: Comparison) -> bool:
    return compared.operator.text in ("<", "<=")


def _asks_for_none(compared: Comparison) -> bool:
    """Return whether only a count of 0 meets the comparison."""
    if not isinstance(compared.threshold, Number):
        return False
    level, operator = compared.threshold.value, compared.operator.text
    return (
        (operator == "<" and 0 < level <= 1)
        or (operator == "<=" and 0 <= level < 1)
        or (operator == "==" and level == 0)
    )


@rule("options/silent-at-zero", Severity.WARNING)
def silent_at_zero(view: QueryView) -> Iterator[Finding]:
    """
    A monitor that has to page when nothing happens stays silent when nothing happens.

    Why: where nothing is counted there is often no data at all, and then `on_missing_data` decides
    and not the comparison. `default` compares with 0. Of a query with `default_zero` Datadog's
    pages differ: it counts as 0, or it keeps its last state. `show_no_data` and `resolve` notify
    nobody.

    Example: `sum(last_30m):sum:a.orders{*}.as_count() < 1` with `priority: 1` and
    `on_missing_data: show_no_data`

    Use instead: `options: {on_missing_data: show_and_notify_no_data}`, or `default`; both without
    `default_zero` in the query

    Source: Datadog's guide on missing data; its pages on configuring monitors and on interpolation
    differ about default_zero.
    """
    compared = comparison(view.query)
    if not view.pages or compared is None or not _asks_for_none(compared):
        return
    if counts_events(view) and is_silent_when_empty(view):
        yield Finding(
            message="no data is what it waits for, and no data notifies nobody",
            field=("query",),
            start=compared.operator.start,
            end=compared.threshold.end,
            hint=how_to_notify(view),
        )


@rule("query/silent-group", Severity.WARNING)
def silent_group(view: QueryView) -> Iterator[Finding]:
    """
    A log monitor waits for no logs in each group, where a group without logs does not count.

    Why: Datadog compares a group only if it has logs. A service that goes silent by itself does
    not alert; only when there are no logs of any group is there an alert.

    Example: `logs("env:prod").index("*").rollup("count").by("service").last("30m") < 1`

    Use instead: a monitor for each service, without `.by(…)` and with the service in the search;
    `for_each` makes them of one. Or `on_missing_data: show_and_notify_no_data`

    Source: Datadog's page on log monitors, about `below` and groups.
    """
    compared = comparison(view.query)
    if view.type != "log alert" or compared is None or not _asks_for_none(compared):
        return
    by = step(view.query, "by")
    if by is not None and counts_events(view) and not notifies_no_data(view.options):
        yield Finding(
            message="a group without logs does not alert by itself, only all of them together do",
            field=("query",),
            start=by.start,
            end=by.end,
            hint="search for one group, without `.by(…)`; `for_each` makes a monitor for each",
        )


_BAD_NEWS: Final = re.compile(
    r"error|fail|exception|[^a-z0-9][45]xx|fatal|crash|reject|timeout|timed_out|dropped|throttl"
    r"|oom|dead_?letter|dlq|denied|declined",
    re.IGNORECASE,
)


_OUTCOMES: Final = re.compile(r"status|code|level|result|outcome|severity", re.IGNORECASE)


def _counted(series: Series) -> str:
    """Return the metric, and the status, level or result that its filter asks for."""
    condition = series.scope.condition
    tags = condition.items if isinstance(condition, TagList) else (condition,)
    outcomes = (
        tag.value
        for tag in tags
        if isinstance(tag, Tag) and not tag.negated and _OUTCOMES.search(tag.key)
    )
    return " ".join((series.metric.text, *outcomes))


@rule("options/no-data-of-errors", Severity.WARNING)
def no_data_of_errors(view: MonitorView) -> Iterator[Finding]:
    """
    A monitor that counts errors pages when there is no data.

    Why: most services send no point where there is no error. So the page comes in the best of all
    states, again and again, until people stop reading it.

    Example: `sum(last_5m):sum:a.errors{*}.as_count() > 10` with `priority: 1` and
    `on_missing_data: show_and_notify_no_data`

    Use instead: `on_missing_data: default`, which reads no data as 0 errors; and a monitor of the
    requests, which alerts when the service is silent

    Source: our own practice; that a count without data is compared as 0 is on Datadog's page on
    configuring monitors.
    """
    body = view.monitor.body
    if not pages(view.monitor.priority, view.project.policy) or not notifies_no_data(
        body["options"]
    ):
        return
    if not _BAD_NEWS.search(view.monitor.query):
        return
    of_query = view.of_query
    compared = comparison(of_query.query)
    upward = compared is not None and compared.operator.text in (">", ">=")
    if not upward or not counts_events(of_query):
        return
    tree = of_query.query.tree
    texts = (
        [_counted(series) for series in series_in(tree.expression)]
        if isinstance(tree, MetricQuery)
        else [tree.search.value if isinstance(tree, SearchQuery) else ""]
    )
    if all(_BAD_NEWS.search(text) for text in texts):
        name = "on_missing_data" if body["options"].get("on_missing_data") else "notify_no_data"
        yield Finding(
            message="no data here means no errors, and that pages",
            field=("options", name),
            hint="write `on_missing_data: default`, which reads no data as 0",
        )

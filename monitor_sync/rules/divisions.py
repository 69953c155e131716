"""Ratios of counts: too few events below the line, and counts that do not arrive together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import comparison, window
from monitor_sync.language.tree import (
    Call,
    Expression,
    FormulaQuery,
    MetricQuery,
)
from monitor_sync.language.tree_queries import (
    Division,
    divisions_in,
    is_counted,
    series_in,
    walk,
)
from monitor_sync.rules.empty_windows import how_to_notify, is_silent_when_empty
from monitor_sync.rules.floored_ratio import REMAPS, FlooredRatio
from monitor_sync.rules.monitor_types import EVENTS, METRIC
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import QueryView

_FEW: Final = 3600
"""Windows up to an hour: at night they hold few events."""
_FRESH: Final = 600
"""Windows up to ten minutes: the last minute, still incomplete, is a good part of them."""


@rule("query/division-without-floor", Severity.WARNING)
def division_without_floor(view: QueryView) -> Iterator[Finding]:
    """
    A ratio of counts over an hour or less has no floor under its denominator.

    Why: at night one failure among two requests is 50 percent and wakes somebody. A floor makes
    the ratio small while there are few events: with 20, one failure is at most 5 percent. It does
    so for `>` only; below a `<` it would alert by itself.

    Example: `sum(last_10m):100 * sum:a.errors{*}.as_count() / sum:a.hits{*}.as_count() > 5`.

    Use instead: `.rollup(sum, 300)` behind both, and `clamp_min(sum:a.hits{…}, 10)` around the
    denominator: the floor counts for each five minutes. Or `* is_greater(sum:a.hits{…}, 15)`
    behind the ratio, or a composite with a monitor of the volume.

    Source: our own practice; Datadog's guide on a minimum of requests for error rates.
    """
    if not _may_divide_counts(view):
        return
    level = comparison(view.query)
    if level is None or level.operator.text not in (">", ">=") or _window(view) > _FEW:
        return
    for division in divisions_in(_expression(view)):
        if _counts(division.denominator) and not (division.floored or _has_minimum(view, division)):
            yield Finding(
                message="few events make this ratio jump: its denominator has no floor",
                field=("query",),
                start=division.denominator.start,
                end=division.denominator.end,
                hint="roll both up, and write `clamp_min(…, 20)` around this one",
            )


def _has_minimum(view: QueryView, division: Division) -> bool:
    """Return whether a factor such as ``is_greater(…, 15)`` asks for a minimum."""
    counted = series_in(division.denominator)
    return any(
        isinstance(part, Call)
        and part.function.text in REMAPS
        and any(series in counted for series in series_in(part))
        for part in walk(_expression(view))
    )


@rule("query/division-without-delay", Severity.WARNING)
def division_without_delay(view: QueryView) -> Iterator[Finding]:
    """
    Two counts are divided over ten minutes or less without an `evaluation_delay`.

    Why: numerator and denominator do not arrive together. The newest minute has the one without
    the other, and in a short window that moves the ratio.

    Example: `sum(last_5m):sum:a.errors{*}.as_count() / sum:a.hits{*}.as_count() > 0.05`.

    Use instead: `options: {evaluation_delay: 60}`; 0 where both arrive together.

    Source: Datadog's documentation recommends 60 seconds with division.
    """
    if not _may_divide_counts(view):
        return
    if "evaluation_delay" in view.options or _window(view) > _FRESH:
        return
    for division in divisions_in(_expression(view)):
        if _counts(division.denominator):
            yield Finding(
                message="the counts of the newest minute do not arrive together, "
                "and there is no evaluation_delay",
                field=("query",),
                start=division.start,
                end=division.end,
                hint="write `evaluation_delay: 60` under `options`",
            )
            return


def _may_divide_counts(view: QueryView) -> bool:
    """Return whether the text may divide counts; if not, its tree need not be walked."""
    text = view.query_text
    return "/" in text and ".as_count" in text and view.type in METRIC


def _expression(view: QueryView) -> Expression:
    tree = view.query.tree
    return tree.expression if isinstance(tree, MetricQuery) else _NOTHING


_NOTHING: Final = Number(0, 0, 0.0, "0")


def _window(view: QueryView) -> int:
    evaluated = window(view.query)
    return evaluated.seconds if evaluated is not None else 0


def _counts(denominator: Expression) -> bool:
    counted = series_in(denominator)
    return bool(counted) and all(is_counted(series) for series in counted)


# what a ratio does when there is little, and when there is nothing


@rule("options/silent-ratio", Severity.WARNING)
def silent_ratio(view: QueryView) -> Iterator[Finding]:
    """
    A ratio that has to page when it falls says nothing when everything stops.

    Why: in a total outage there is neither a success nor a request. Nothing divided by nothing is
    no value, so `on_missing_data` decides: `show_no_data` and `resolve` notify nobody. Of a query
    with `default_zero` Datadog's pages differ: it counts as 0, or it keeps its last state.

    Example: `sum(last_30m):100 * sum:a.paid{*}.as_count() / sum:a.tried{*}.as_count() < 80` with
    `priority: 1` and no `on_missing_data`

    Use instead: `options: {on_missing_data: show_and_notify_no_data}`, without `default_zero`; or a
    second monitor that pages when nothing is tried

    Source: Datadog's guides on missing data and on division in monitors: what has no denominator
    has no value.
    """
    compared = comparison(view.query)
    if not view.pages or compared is None or compared.operator.text not in ("<", "<="):
        return
    division = next((part for part in _ratios(view)), None)
    if division is not None and is_silent_when_empty(view):
        yield Finding(
            message="in a total outage this ratio has no value, and no data notifies nobody",
            field=("query",),
            start=division.start,
            end=division.end,
            hint=how_to_notify(view),
        )


def _ratios(view: QueryView) -> Iterator[Division]:
    """Yield the divisions of counts, in metrics and in formulas over events."""
    tree = view.query.tree
    if view.type in METRIC and isinstance(tree, MetricQuery):
        for division in divisions_in(tree.expression):
            if _counts(division.denominator):
                yield division
    elif view.type in EVENTS and isinstance(tree, FormulaQuery):
        for division in divisions_in(tree.expression):
            if not isinstance(division.denominator, Number):
                yield division


@rule("query/floor-below", Severity.WARNING)
def floor_below(view: QueryView) -> Iterator[Finding]:
    """
    A ratio that alerts when it is small has `clamp_min` or `is_greater` as its floor.

    Why: `clamp_min` makes the ratio smaller while there are few events, and a factor
    `is_greater(…, 20)` makes it 0. Under `<` it then alerts although nothing failed.

    Example: `100 * sum:a.paid{*}.as_count() / clamp_min(sum:a.tried{*}.as_count(), 20) < 80`

    Use instead: `cutoff_min(…, 20)`, which gives no value while there are few; or the share of
    failures under `>`

    Source: follows from the arithmetic; Datadog's pages on arithmetic functions and on nested
    queries.
    """
    compared = comparison(view.query)
    if compared is None or compared.operator.text not in ("<", "<=") or view.type not in METRIC:
        return
    if not any(name in view.query_text for name in _SHRINKING):
        return
    ratio = FlooredRatio.of(view)
    if ratio is None or not ratio.alerts_by_itself():
        return
    calls = (part for part in walk(_expression(view)) if isinstance(part, Call))
    floor = next((call for call in calls if call.function.text in _SHRINKING), None)
    if floor is not None:
        yield Finding(
            message=f"`{floor.function.text}` makes this ratio small while there are few events,"
            f" and `{compared.operator.text}` alerts on that",
            field=("query",),
            start=floor.function.start,
            end=floor.function.end,
            hint="write `cutoff_min` around the denominator, or compare the share of failures"
            " with `>`",
        )


_SHRINKING: Final = ("clamp_min", *REMAPS)
"""Floors that make a ratio small while there are few events, instead of leaving it out."""


@rule("query/floor-too-low", Severity.WARNING)
def floor_too_low(view: QueryView) -> Iterator[Finding]:
    """
    The floor of a ratio that pages is so low that one or two failures page.

    Why: a floor of 10 lets one failure be 10 percent at most. With a threshold of 5 that still
    pages. The floor times the share that is allowed must be at least two events; with
    `.rollup(…)` it counts for each bucket, and at night one bucket may hold all there is.

    Example: `… / clamp_min(sum:a.tried{*}.as_count().rollup(sum, 300), 10) > 5` with `priority: 1`

    Use instead: `clamp_min(…, 40)`: two failures are then 5 percent

    Source: follows from the arithmetic; Datadog's guide on a minimum of requests for error rates.
    """
    ratio = FlooredRatio.of(view) if view.pages else None
    if ratio is None:
        return
    for failures, words in ((1, "one failure is"), (2, "two failures are")):
        if ratio.alerts(failures):
            yield Finding(
                message=f"with so low a floor {words} enough to page",
                field=("query",),
                start=ratio.floor.start,
                end=ratio.floor.end,
                hint=f"write at least {ratio.needed()}",
            )
            return

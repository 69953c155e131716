"""Ratios of counts: too few events below the line, and counts that do not arrive together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import comparison, window
from monitor_sync.language.tree import Expression, MetricQuery
from monitor_sync.language.tree_queries import divisions_in, is_counted, series_in
from monitor_sync.rules.monitor_types import METRIC
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
    denominator: the floor counts for each five minutes. Or a composite with a monitor of the
    volume.

    Source: our own practice; Datadog divides whatever there is.
    """
    if not _may_divide_counts(view):
        return
    level = comparison(view.query)
    if level is None or level.operator.text not in (">", ">=") or _window(view) > _FEW:
        return
    for division in divisions_in(_expression(view)):
        if not division.floored and _counts(division.denominator):
            yield Finding(
                message="few events make this ratio jump: its denominator has no floor",
                field=("query",),
                start=division.denominator.start,
                end=division.denominator.end,
                hint="roll both up, and write `clamp_min(…, 20)` around this one",
            )


@rule("query/division-without-delay", Severity.WARNING)
def division_without_delay(view: QueryView) -> Iterator[Finding]:
    """
    Two counts are divided over ten minutes or less without an `evaluation_delay`.

    Why: numerator and denominator do not arrive together. The newest minute has the one without
    the other, and in a short window that moves the ratio.

    Example: `sum(last_5m):sum:a.errors{*}.as_count() / sum:a.hits{*}.as_count() > 0.05`.

    Use instead: `options: {evaluation_delay: 60}`.

    Source: Datadog's documentation recommends 60 seconds with division.
    """
    if not _may_divide_counts(view):
        return
    if view.options.get("evaluation_delay") or _window(view) > _FRESH:
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

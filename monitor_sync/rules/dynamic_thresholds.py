"""Thresholds that are queries: ``critical_query`` beside ``… > threshold``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Name
from monitor_sync.language.query import QueryProblem
from monitor_sync.language.tree import FormulaQuery
from monitor_sync.rules.monitor_types import METRIC, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.thresholds import field
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

_QUERIES: Final = ("critical_query", "critical_recovery_query")
_STATIC: Final = ("critical", "warning", "critical_recovery", "warning_recovery")


def _dynamic(view: QueryView) -> bool:
    given = view.thresholds
    return "critical_query" in given or "critical_recovery_query" in given


@rule("thresholds/no-dynamic-threshold", Severity.ERROR)
def no_dynamic_threshold(view: QueryView) -> Iterable[Finding]:
    """
    The query compares with `threshold`, but `critical_query` is missing.

    Why: the word stands for the value that `thresholds.critical_query` gives. Without it there is
    nothing to compare with.

    Example: `formula("a").rollup("sum").last("5m") > threshold` without thresholds.

    Use instead: `thresholds: {critical_query: 'formula("a").rollup("sum").last("1d")'}`, or a
    number.

    Source: Datadog's description of dynamic thresholds (a preview).
    """
    tree = view.query.tree
    if not isinstance(tree, FormulaQuery) or view.type not in METRIC:
        return ()  # elsewhere the word itself is wrong, which is the query's rule
    word = tree.comparison.threshold if tree.comparison is not None else None
    if not isinstance(word, Name) or view.thresholds.get("critical_query"):
        return ()
    return [
        Finding(
            message="the query compares with `threshold`, but `critical_query` is missing",
            field=("query",),
            start=word.start,
            end=word.end,
            hint="write `${critical}` here, or add `critical_query` to the thresholds",
        )
    ]


@rule("thresholds/static-beside-dynamic", Severity.ERROR)
def static_beside_dynamic(view: QueryView) -> Iterable[Finding]:
    """
    A number stands beside `critical_query` in the thresholds.

    Why: a monitor has either numbers or queries as thresholds.

    Example: `thresholds: {critical: 5, critical_query: …}`.

    Use instead: one of the two.

    Source: Datadog's description of dynamic thresholds (a preview).
    """
    if not view.thresholds or not _dynamic(view):
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(view.thresholds[name])} beside a threshold "
            "that is a query",
            field=field(name),
            hint=f"remove `{name}`, or the query",
        )
        for name in _STATIC
        if number(view.thresholds.get(name)) is not None
    ]


@rule("thresholds/dynamic-unsupported", Severity.ERROR)
def dynamic_unsupported(view: QueryView) -> Iterable[Finding]:
    """
    `critical_query` is given on a monitor that has no dynamic threshold.

    Why: only metric monitors with a `formula(…)` compare with a query, and their own query must
    end in the word `threshold`; elsewhere `critical_query` has no place.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` with `thresholds: {critical_query: …}`.

    Use instead: `formula("a").rollup("avg").last("5m") > threshold`, or a number.

    Source: Datadog's description of dynamic thresholds (a preview).
    """
    if not view.thresholds or not _dynamic(view):
        return ()
    tree = view.query.tree
    if tree is None:
        return ()
    if view.type not in METRIC:
        why = f"but {article(view.type)} has none"
    elif not isinstance(tree, FormulaQuery):
        why = "but the query is no `formula(…)`"
    elif tree.comparison is None or not isinstance(tree.comparison.threshold, Name):
        why = "but the query compares with a number"
    else:
        return ()
    name = next(level for level in _QUERIES if level in view.thresholds)
    return [
        Finding(
            message=f"`{name}` is a dynamic threshold, {why}",
            field=field(name),
            hint="end the query in `> threshold`, or write `critical: …` with a number",
        )
    ]


@rule("thresholds/bad-query", Severity.ERROR)
def bad_query(view: QueryView) -> Iterable[Finding]:
    """
    A threshold's query cannot be read.

    Why: it is a `formula(…)` over the same `variables`, with a rollup and a window, and without
    a comparison at its end.

    Example: `critical_query: 'formula("a").last("1d") > 5'`.

    Use instead: `critical_query: 'formula("a").rollup("sum").last("1d")'`.

    Source: Datadog's description of dynamic thresholds (a preview).
    """
    if not view.thresholds or not _dynamic(view):
        return ()
    findings = []
    for name in _QUERIES:
        text = view.thresholds.get(name)
        if not isinstance(text, str):
            continue
        parsed = query.parse_critical_query(text)
        problem = next((problem for problem in parsed.problems if _refused(problem)), None)
        if problem is not None:
            findings.append(
                Finding(
                    message=problem.message,
                    field=field(name),
                    start=problem.start,
                    end=problem.end,
                    hint=problem.hint or "it ends behind `.last(…)`, without a comparison",
                )
            )
    return findings


def _refused(problem: QueryProblem) -> bool:
    # a threshold may look back further than a monitor: Datadog's own example, half a year
    return problem.refused and problem.code != "window-too-long"

"""Thresholds of service checks: how many results in a row, or how many percent of the groups."""

from __future__ import annotations

from collections.abc import Iterable

from monitor_sync.diagnostics import Severity
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import CheckQuery
from monitor_sync.rules.monitor_types import CHECK
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.thresholds import field
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

_STATES = ("critical", "warning", "ok", "unknown")


@rule("thresholds/not-whole", Severity.WARNING)
def not_whole(view: QueryView) -> Iterable[Finding]:
    """
    A threshold of a service check is not a whole number of results.

    Why: a service check counts results of one state in a row, at least one. Datadog stores other
    numbers; what they do there is not documented.

    Example: `"http.can_connect".over("*").by("host").last(2).count_by_status()` with
    `thresholds: {critical: 1.5}`.

    Use instead: `thresholds: {critical: 2}`.

    Source: Datadog's page on service checks; an example in Datadog's own operator has `critical:
    0.5`, and monitors in public repositories `ok: 0`.
    """
    if view.type != CHECK or _terminal(view) != "count_by_status":
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(value)}, "
            "but a service check counts results in a row, at least 1",
            field=field(name),
            hint=f"write a whole number, such as {round(value) if 1 <= value < 1e9 else 1}",
        )
        for name, value in _given(view)
        if value < 1 or not value.is_integer()
    ]


@rule("thresholds/more-than-last", Severity.ERROR)
def more_than_last(view: QueryView) -> Iterable[Finding]:
    """
    A threshold of a service check is larger than `.last(…)` of its query.

    Why: the check looks at that many of the latest results, so it could never see as many in a
    row; Datadog refuses it.

    Example: `.last(4)` with `thresholds: {critical: 5}`.

    Use instead: `.last(6)`: one more than the largest threshold, as Datadog's own editor writes.

    Source: reported: Datadog answers 400 "Last field should be larger than or equal to max
    threshold defined in monitor options" (terraform-provider-datadog issue 1202); accepted
    monitors have no exception.
    """
    if view.type != CHECK or not view.thresholds:
        return ()
    tree = view.query.tree
    if not isinstance(tree, CheckQuery) or _terminal(view) != "count_by_status":
        return ()
    last = next((step for step in tree.steps if step.name.text == "last"), None)
    if last is None or not last.arguments or not isinstance(last.arguments[0], Number):
        return ()
    results = last.arguments[0]
    return [
        Finding(
            message=f"`{name}` is {shown(value)}, but the query looks at the last "
            f"{results.written} results only",
            field=field(name),
            hint=f"write `.last({shown(value + 1)})`, or a threshold of at most {results.written}",
        )
        for name, value in _given(view)
        if value > results.value
    ]


@rule("thresholds/not-a-percentage", Severity.WARNING)
def not_a_percentage(view: QueryView) -> Iterable[Finding]:
    """
    A threshold of a cluster alert is not a percentage.

    Why: `.pct_by_status()` gives the share of the cluster that is in a state, 0 to 100; a
    threshold outside can never be reached, or always is.

    Example: `… .last(1).pct_by_status()` with `thresholds: {critical: 150}`.

    Use instead: `thresholds: {critical: 50}` for half of the cluster.

    Source: Datadog's page on service checks.
    """
    if view.type != CHECK or _terminal(view) != "pct_by_status":
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(value)}, but `pct_by_status` gives 0 to 100 percent",
            field=field(name),
            hint="write a percentage, such as 50",
        )
        for name, value in _given(view)
        if not 0 <= value <= 100
    ]


def _terminal(view: QueryView) -> str:
    """Return how the query counts: ``count_by_status`` or ``pct_by_status``."""
    tree = view.query.tree
    return tree.steps[-1].name.text if isinstance(tree, CheckQuery) and tree.steps else ""


def _given(view: QueryView) -> Iterable[tuple[str, float]]:
    for name in _STATES:
        value = number(view.thresholds.get(name))
        if value is not None:
            yield name, value

"""Delays: of every evaluation, of new groups, of new hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Number, Window
from monitor_sync.language.query_shape import CRAWLED
from monitor_sync.language.syntax.windows import read_window
from monitor_sync.language.tree import FormulaQuery, MetricQuery, SloQuery
from monitor_sync.language.tree_queries import modifiers_in
from monitor_sync.rules.monitor_types import METRIC, UNKNOWN_GROUPS
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

_CRAWLED_DELAY: Final = 900
"""Seconds; what Datadog recommends for figures that it fetches from a cloud."""

_OURS: Final = ("aws.lambda.enhanced.",)
"""Sent by Datadog's own library, so they arrive at once."""


@rule("options/new-group-delay-ungrouped", Severity.ERROR)
def new_group_delay_ungrouped(view: QueryView) -> Iterable[Finding]:
    """
    `new_group_delay` is given, but the query has no groups.

    Why: it keeps a new group from being evaluated at once; Datadog refuses it on a query without
    any.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` with `options: {new_group_delay: 60}`.

    Use instead: `… by {host}`, or no `new_group_delay`.

    Source: reported: Datadog answers 400 "The new_group_delay option can only be used for
    multi-alert monitors" (terraform-provider-datadog issue 1221); no accepted monitor of the
    recordings has it, published ones that were never sent do.
    """
    if "new_group_delay" not in view.options or view.type in UNKNOWN_GROUPS:
        return ()
    seconds = view.options["new_group_delay"]
    if not seconds or view.query.tree is None or view.keys:
        return ()  # 0 is options/no-groups-to-delay
    return [
        Finding(
            message=f"`new_group_delay` is {shown(seconds)}, but the query has no groups",
            field=("options", "new_group_delay"),
            hint=f"remove `new_group_delay`, or group the query{_grouped(view)}",
        )
    ]


def _grouped(view: QueryView) -> str:
    """Return how a query of this type is grouped, in words to append; empty for a formula."""
    if view.type in METRIC:
        return ": `by {host}`"
    return "" if isinstance(view.query.tree, FormulaQuery) else ': `.by("host")`'


@rule("options/no-groups-to-delay", Severity.WARNING)
def no_groups_to_delay(view: QueryView) -> Iterable[Finding]:
    """
    `new_group_delay: 0` is given, but the query has no groups.

    Why: there is no group to delay, and 0 delays nothing. Datadog refuses other numbers there;
    monitors with 0 are in use.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` with `options: {new_group_delay: 0}`

    Use instead: no `new_group_delay`

    Source: reported: Datadog answers 400 "The new_group_delay option can only be used for
    multi-alert monitors" (terraform-provider-datadog issue 1221); monitors in public repositories
    have 0 on queries without groups.
    """
    given = view.options.get("new_group_delay")
    if given is None or given is False or given != 0 or view.type in UNKNOWN_GROUPS:
        return ()
    if view.query.tree is None or view.keys:
        return ()
    message = "`new_group_delay` is 0, and the query has no groups"
    where = ("options", "new_group_delay")
    return [Finding(message=message, field=where, hint="remove `new_group_delay`")]


@rule("options/two-delays", Severity.WARNING)
def two_delays(view: QueryView) -> Iterable[Finding]:
    """
    `new_host_delay` stands beside `new_group_delay`.

    Why: the newer one counts, for hosts too. Datadog accepts both, and who reads them does not
    know which acts.

    Example: `options: {new_group_delay: 60, new_host_delay: 300}`.

    Use instead: `new_group_delay` alone.

    Source: kennel sends only one of them; recorded: both together are accepted until 2026-04.
    """
    options = view.options
    if options.get("new_host_delay") is None or options.get("new_group_delay") is None:
        return ()
    return [
        Finding(
            message=f"`new_host_delay` is {shown(options['new_host_delay'])} beside "
            f"`new_group_delay`, {shown(options['new_group_delay'])}",
            field=("options", "new_host_delay"),
            hint="remove `new_host_delay`",
        )
    ]


@rule("options/evaluation-delay-unused", Severity.WARNING)
def evaluation_delay_unused(view: QueryView) -> Iterable[Finding]:
    """
    `evaluation_delay` is given on an alert about the error budget of an SLO.

    Why: the alert reads the budget that Datadog has already computed over 7 to 90 days, so there is
    no window to delay. Metric, log, network and check monitors and burn rates have the option.

    Example: `error_budget("…").over("7d") > 75` with `options: {evaluation_delay: 700}`

    Use instead: no `evaluation_delay`

    Source: Datadog's page on configuring monitors, 2026: it documents the option for these types,
    and for burn rates among the SLO alerts.
    """
    tree = view.query.tree
    if not view.options.get("evaluation_delay") or not isinstance(tree, SloQuery):
        return ()
    if tree.measure.text != "error_budget":
        return ()
    seconds = view.options["evaluation_delay"]
    return [
        Finding(
            message=f"`evaluation_delay` is {shown(seconds)}, but an error budget has no window to"
            " delay",
            field=("options", "evaluation_delay"),
            hint="remove `evaluation_delay`",
        )
    ]


@rule("options/no-evaluation-delay", Severity.WARNING)
def no_evaluation_delay(view: QueryView) -> Iterable[Finding]:
    """
    The query reads a metric that is fetched from a cloud, and nothing waits for it.

    Why: such figures come in minutes late. Without a delay the monitor looks at a window whose end
    is still empty: it alerts on half the numbers, or says that data is missing.

    Example: `avg(last_5m):avg:aws.rds.cpuutilization{*} > 85` without `evaluation_delay`.

    Use instead: `options: {evaluation_delay: 900}`. Where the figures are streamed and come
    within two minutes, a smaller one; even 0 says that somebody thought of it. In an hour or more
    the last minutes hardly count, except in a sum that must not fall or is compared with the past.

    Source: Datadog's page on configuring monitors recommends 900 seconds, its guide on the delay
    of cloud metrics a longer timeframe too.
    """
    if view.type not in METRIC or "evaluation_delay" in view.options or _bears_delay(view):
        return ()
    text = view.query_text
    if not any(prefix in text for prefix in CRAWLED):  # spares most monitors the walk
        return ()
    late = next((metric for metric in query.metrics(view.query) if _crawled(metric)), None)
    if late is None:
        return ()
    at = text.find(late)
    return [
        Finding(
            message=f"`{late}` is fetched from the cloud and comes late, "
            "but `evaluation_delay` is not set",
            field=("query",) if at >= 0 else (),
            start=max(at, 0),
            end=at + len(late) if at >= 0 else None,
            hint=f"add `evaluation_delay: {_CRAWLED_DELAY}` to the options",
        )
    ]


_LONG: Final = 3600
"""Seconds: of an hour, figures that are ten minutes late leave the most."""


def _bears_delay(view: QueryView) -> bool:
    """Return whether so much time is looked at that a late end does not alert by itself."""
    tree = view.query.tree
    if not isinstance(tree, MetricQuery):
        return False
    window: Window | None = tree.evaluation.window
    found = query.algorithm(view.query)
    if found is not None and found.option("alert_window"):
        window = read_window(found.option("alert_window"), 0, 0)
    if window is None or window.seconds < _LONG:
        return False
    falls = tree.comparison.operator.text in ("<", "<=")
    is_sum = tree.evaluation.aggregator.text == "sum"
    return not (is_sum and (falls or tree.evaluation.change is not None))


_SHORT: Final = 300
"""Seconds: as long as CloudWatch takes for one point of most metrics."""

_SOON: Final = ("aws.rds.", "aws.cloudwatch.metricstreams.")
"""Fetched every three minutes, with a point a minute; and about the streams themselves."""


@rule("query/short-window-of-cloudwatch", Severity.WARNING)
def short_window_of_cloudwatch(view: QueryView) -> Iterable[Finding]:
    """
    A metric of CloudWatch is evaluated over five minutes or less.

    Why: most of these metrics have one point each five minutes, and Datadog fetches them every ten.
    So short a window holds one point or none: the monitor alerts on a single value, or has no data.
    Those of RDS are fetched every three minutes, with a point for each.

    Example: `avg(last_5m):avg:aws.ec2.cpuutilization{*} > 85`

    Use instead: `avg(last_15m):…`; a short window only where the metrics are streamed

    Source: Datadog's guide on the delay of cloud metrics, which recommends a longer timeframe.
    """
    evaluated = query.window(view.query)
    if view.type not in METRIC or evaluated is None or evaluated.seconds > _SHORT:
        return ()
    if "aws." not in view.query_text:  # spares most monitors the walk
        return ()
    names = (name for name in query.metrics(view.query) if _crawled(name))
    late = next((n for n in names if n.startswith("aws.") and not n.startswith(_SOON)), None)
    if late is None:
        return ()
    return [
        Finding(
            message=f"`{evaluated.written}` holds one point of `{late}`, or none",
            field=("query",),
            start=evaluated.start,
            end=evaluated.end,
            hint="write `last_15m` or longer",
        )
    ]


def _crawled(metric: str) -> bool:
    return metric.startswith(CRAWLED) and not metric.startswith(_OURS)


@rule("options/rollup-without-delay", Severity.WARNING)
def rollup_without_delay(view: QueryView) -> Iterable[Finding]:
    """
    The window is shorter than two buckets of a rollup, and no delay waits for the last one.

    Why: buckets begin at full hours or minutes, not with the window. A window of an hour cuts two
    buckets of an hour in pieces: the monitor finds no data, or judges a bucket of a few points.

    Example: `avg(last_1h):avg:motor.load{*}.rollup(avg, 3600) > 4`.

    Use instead: `options: {evaluation_delay: 3600}`, or a shorter rollup, or none.

    Source: Datadog's guide on missing data in monitors (documentation pull 34140, 2026): the delay
    is at least as long as the rollup.
    """
    tree, window = view.query.tree, query.window(view.query)
    if not isinstance(tree, MetricQuery) or ".rollup(" not in view.query_text:
        return ()
    if window is None or window.form != "last":
        return ()
    delay = number(view.options.get("evaluation_delay")) or 0
    return [
        Finding(
            message=f"`{window.written}` holds no two buckets of {shown(seconds.value)} seconds, "
            "and `evaluation_delay` is shorter than one",
            field=("query",),
            start=seconds.start,
            end=seconds.end,
            hint=f"write `evaluation_delay: {shown(seconds.value)}` under `options`, "
            "or a shorter rollup",
        )
        for seconds in _rollups(tree)
        if delay < seconds.value <= window.seconds < 2 * seconds.value
    ]


def _rollups(tree: MetricQuery) -> Iterator[Number]:
    """Yield the seconds of the rollups of a query."""
    for modifier in modifiers_in(tree.expression):
        if modifier.name.text == "rollup":
            yield from (part for part in modifier.arguments[1:2] if isinstance(part, Number))

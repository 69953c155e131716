"""Delays: of every evaluation, of new groups, of new hosts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.query_shape import CRAWLED
from monitor_sync.rules.monitor_types import METRIC, UNKNOWN_GROUPS, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import shown
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
    if seconds is None or view.query.tree is None or view.keys:
        return ()
    return [
        Finding(
            message=f"`new_group_delay` is {shown(seconds)}, but the query has no groups",
            field=("options", "new_group_delay"),
            hint="remove `new_group_delay`, or group the query: `by {host}`",
        )
    ]


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
    `evaluation_delay` is given on a monitor that is not over metrics.

    Why: Datadog documents it for metrics only. It stored it on log alerts and service checks when
    last recorded, and says nowhere that it acts there.

    Example: a `log alert` with `options: {evaluation_delay: 700}`.

    Use instead: a longer window, which forgives late events.

    Source: Datadog's page on configuring monitors; recorded: stored elsewhere until 2025-12.
    """
    if not view.options.get("evaluation_delay") or view.type in METRIC:
        return ()
    seconds = view.options["evaluation_delay"]
    return [
        Finding(
            message=f"`evaluation_delay` is {shown(seconds)}, but it is for metrics and not for "
            f"{article(view.type)}",
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
    within two minutes, a smaller one; even 0 says that somebody thought of it.

    Source: Datadog's page on configuring monitors recommends 900 seconds.
    """
    if view.type not in METRIC or "evaluation_delay" in view.options:
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


def _crawled(metric: str) -> bool:
    return metric.startswith(CRAWLED) and not metric.startswith(_OURS)

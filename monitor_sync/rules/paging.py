"""Pages that come too often: one for each container, or one for each quiet night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query import comparison, window
from monitor_sync.language.tree import SearchQuery
from monitor_sync.rules.counts import counts_events
from monitor_sync.rules.monitor_types import UNKNOWN_GROUPS, scheduling_part
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import limit, quoted, shown
from monitor_sync.rules.views import QueryView

SHORT_LIVED: Final = frozenset({
    "container_id", "container.id", "container_name", "display_container_name", "docker_container",
    "pod_name", "pod", "kube_pod", "k8s.pod.name", "replicaset", "kube_replica_set", "task_arn",
    "task_id", "process_id", "pid", "thread", "trace_id", "span_id", "request_id", "correlation_id",
    "session_id", "session.id", "user_id", "usr.id", "usr.email", "usr.name", "customer_id",
    "account_id_hash", "email", "url", "http.url", "http.url_details.path", "view.url", "view.id",
    "ip", "client_ip", "network.client.ip", "source_ip", "message", "error.message", "uuid", "guid",
    "order_id", "transaction_id", "device_id", "version_id", "query_signature", "stack",
})  # fmt: skip
"""Keys with a value for each container, user or request. Those of facets are without their @."""


@rule("query/page-for-each", Severity.WARNING)
def page_for_each(view: QueryView) -> Iterator[Finding]:
    """
    A monitor that pages alerts for each container, user, address or request by itself.

    Why: such a key has hundreds of values, and new ones every hour. One outage then makes hundreds
    of pages, and nobody can act on a single one of them. A value that disappears takes its
    recovery along.

    Example: `… by {pod_name} > 0.9` with `priority: 1`

    Use instead: `by {kube_deployment}`; `notify_by: ["*"]` for one page about all of them; or a
    priority that does not page

    Source: our own practice; Datadog's page on configuring monitors describes the aggregation of
    notifications.
    """
    if not view.pages or view.type in UNKNOWN_GROUPS:
        return
    many = [key for key in view.keys if key.removeprefix("@").lower() in SHORT_LIVED]
    notify_by = view.options.get("notify_by")
    if isinstance(notify_by, list) and notify_by:
        many = [key for key in many if key in notify_by]
    if many:
        start = view.query_text.rfind(many[0])
        yield Finding(
            message=f"each {quoted(many, 'and')} pages by itself",
            field=("query",),
            start=max(start, 0),
            end=start + len(many[0]) if start >= 0 else None,
            hint='group by what somebody can act on, or write `notify_by: ["*"]` under `options`',
        )


_QUIET: Final = 6 * 3600
"""Seconds of a night in which some businesses have no event at all."""
_FEW: Final = 10


@rule("query/pages-in-quiet-hours", Severity.NOTE)
def pages_in_quiet_hours(view: QueryView) -> Iterator[Finding]:
    """
    A monitor pages when hardly anything is counted, over a window shorter than a night.

    Why: at four in the morning there may be no order, no claim and no sign-in, and nothing is
    wrong. The page comes every night until people stop reading it.

    Example: `sum(last_30m):sum:a.orders{*}.as_count() < 5` with `priority: 1`

    Use instead: a window that holds a whole night, `sum(last_8h):…`; a comparison with the same
    time of other days, `anomalies(…, direction='below')`; a `custom_schedule` where one evaluation
    a day is enough. Where there is traffic around the clock, an `ignore` that says so

    Source: our own practice; Datadog's guide on custom schedules.
    """
    compared, evaluated = comparison(view.query), window(view.query)
    if not view.pages or compared is None or evaluated is None or evaluated.seconds >= _QUIET:
        return
    level = limit(compared)
    few = level is not None and level <= _FEW and compared.operator.text in ("<", "<=", "==")
    tree = view.query.tree
    processes = isinstance(tree, SearchQuery) and tree.source.text == "processes"
    if not few or processes or not counts_events(view) or evaluated.form != "last":
        return
    if scheduling_part(view.options, "custom_schedule") is None:
        yield Finding(
            message=f"a quiet night pages: `{compared.operator.text} {shown(level)}` over"
            f" `{evaluated.written}`",
            field=("query",),
            start=evaluated.start,
            end=evaluated.end,
            hint="take a window that holds a whole night, or compare with other days",
        )


@rule("options/page-left-open", Severity.NOTE)
def page_left_open(view: QueryView) -> Iterator[Finding]:
    """
    A monitor that pages goes over into NO DATA and notifies nobody.

    Why: when the data of an alert stops, `show_no_data` notifies nobody, and Datadog sends no
    recovery when it is back. The incident of the page stays open until somebody closes it.

    Example: `priority: 1` with `options: {on_missing_data: show_no_data}`.

    Use instead: `resolve` where no data means that all is well, `show_and_notify_no_data` where
    it does not.

    Source: Datadog's page on monitor dependencies (documentation pull 7961, 2020): no recovery
    after an alert that went through NO DATA; its pages of today do not say.
    """
    if view.pages and view.options.get("on_missing_data") == "show_no_data":
        yield Finding(
            message="an alert whose data stops may never be told as recovered: its page stays open",
            field=("options", "on_missing_data"),
            hint="write `resolve` where no data is well, else `show_and_notify_no_data`",
        )

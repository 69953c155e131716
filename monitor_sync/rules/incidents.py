"""How alerts become incidents in the on-call tool: what its own conventions do to a monitor."""

from __future__ import annotations

from collections.abc import Iterator

from monitor_sync.audience.audience import pagers_of_alerts
from monitor_sync.counting import joined
from monitor_sync.diagnostics import Severity
from monitor_sync.language.handles import handles
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import MessageView


@rule("routing/groups-share-an-incident", Severity.NOTE)
def groups_share_an_incident(view: MessageView) -> Iterator[Finding]:
    """
    A monitor with groups pages through Zenduty, where all its groups share one incident.

    Why: Zenduty takes Datadog's alert id for the entity id, and that is the id of the monitor. The
    second group that alerts joins the open incident in place of paging, and the recovery of one
    group may resolve it while another still alerts.

    Example: `… by {service} > 5` with a team whose `on_call` is `{tool: zenduty, …}`

    Use instead: `notify_by: ["*"]` where one page about all groups is meant; a monitor for each
    with `for_each` where somebody must hear of each. `monitor-sync on-call payload` says how to try
    another entity id on one service.

    Source: Zenduty's page on Datadog and its page on alert rules: "an alert from Datadog will be
    its alert ID", alerts of one entity id share an incident. What it does at run time with several
    groups is not published.
    """
    keys, notify_by = view.context.keys, view.context.notify_by
    if view.team.tool != "zenduty" or not keys or (notify_by and "*" in notify_by):
        return
    for handle in pagers_of_alerts(view.notified, view.pagers):
        if any(parsed.kind == "webhook" for parsed in handles(handle)):
            routed = handle in view.recipients.get("alert", ())
            yield Finding(
                message=f"all groups (by {joined(keys, 'and')}) share one incident of `{handle}`",
                field=("recipients", "alert", handle) if routed else ("message",),
                hint='write `notify_by: ["*"]` for one page about all, or a monitor for each',
            )
            return

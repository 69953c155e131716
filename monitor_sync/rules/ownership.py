"""Does the page reach the team that owns the monitor?"""

from __future__ import annotations

from collections.abc import Iterator

from monitor_sync.audience.audience import pagers_of_alerts
from monitor_sync.audience.teams import handles_of
from monitor_sync.diagnostics import Severity
from monitor_sync.model import UNOWNED, UNPLACED
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import MessageView, MonitorView


@rule("ownership/pages-another-team", Severity.WARNING)
def pages_another_team(view: MessageView) -> Iterator[Finding]:
    """
    The monitor pages another team and not the one that owns it.

    Why: exactly one team owns a monitor. Its tags, its footer and every report name the owner,
    while somebody else is woken, who can neither change the monitor nor expects it.

    Example: `team: motor` with `notify: {alert: ["@webhook-zenduty-payments"]}`

    Use instead: `team: payments`, or the owner's pager and `also_notify` for the other team

    Source: our own rule of ownership; whose a handle is, is what teams.yaml says.
    """
    paged = pagers_of_alerts(view.notified, view.pagers)
    team = view.team
    if not paged or any(handle in paged for handle in handles_of(team)):
        return
    for handle in paged:
        others = [other.name for other in view.teams.values() if handle in handles_of(other)]
        if others:
            routed = handle in view.recipients.get("alert", ())
            yield Finding(
                message=f"`{handle}` is the pager of `{others[0]}`, and `{team.name}` owns the"
                " monitor",
                field=("recipients", "alert", handle) if routed else ("message",),
                hint=f"write `team: {others[0]}`, or page the owner too",
            )


@rule("ownership/nobody-yet", Severity.WARNING)
def nobody_yet(view: MonitorView) -> Iterator[Finding]:
    """
    The monitor was imported, and nobody has said yet where it belongs or who owns it.

    Why: `import` puts what no tag places into the unit `unplaced`, and what no team owns to the
    team `unowned`. Neither gives a tag, so that Datadog does not say either whose the monitor is.

    Example: `unplaced/general.yaml`, under `team: unowned`

    Use instead: before the import, other tags under `import:` in project.yaml, or names for their
    values: `unit: {tag: [unit, team], names: {mtr: motor}}`. After it, the file of a business unit,
    with `moved_from: unplaced/general/NAME`, so that the id stays; and `team:` with a team of
    teams.yaml

    Source: our own rule of ownership: exactly one team owns a monitor.
    """
    monitor = view.monitor
    if monitor.business_unit == UNPLACED:
        yield Finding(
            message="no business unit has this monitor yet",
            hint=f"move it to a unit's file and write `moved_from: {monitor.key}`",
        )
    elif monitor.team == UNOWNED:
        yield Finding(
            message="no team owns this monitor yet",
            field=("team",),
            hint="write `team:` with a team of teams.yaml",
        )

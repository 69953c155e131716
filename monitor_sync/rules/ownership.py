"""Does the page reach the team that owns the monitor?"""

from __future__ import annotations

from collections.abc import Iterator

from monitor_sync.diagnostics import Severity
from monitor_sync.model import Team
from monitor_sync.rules.audience import pagers
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import MessageView


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
    paged = pagers(view.notified, view.policy.pagers)
    team = view.team
    if not paged or any(each in paged for each in owned(team)):
        return
    for handle in paged:
        others = [each.name for each in view.teams.values() if handle in owned(each)]
        if others:
            routed = handle in view.recipients.get("alert", ())
            yield Finding(
                message=f"`{handle}` is the pager of `{others[0]}`, and `{team.name}` owns the"
                " monitor",
                field=("recipients", "alert", handle) if routed else ("message",),
                hint=f"write `team: {others[0]}`, or page the owner too",
            )


def owned(team: Team) -> Iterator[str]:
    """The handles that a team has, by name or in its rules."""
    yield from team.handles.values()
    for each in team.notify:
        for recipients in each.recipients.values():
            yield from recipients

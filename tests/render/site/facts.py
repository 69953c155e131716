"""Facts of a site as tests write them: a small project, and what would be malice in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor_sync.app.noisy_monitors import NoiseReport
from monitor_sync.app.site import SiteFacts
from monitor_sync.incidents import Span
from monitor_sync.insight.ownership import ownership
from monitor_sync.insight.response.noise import Noise, NoisyMonitor
from monitor_sync.model import Monitor, NotifyRule, Project, Team
from monitor_sync.render.site.pages import pages
from tests.insight.response.history import MONDAY, PAGER, monitor

MADE = datetime(2026, 11, 2, 12, tzinfo=UTC)
MOTOR = Team(
    name="motor",
    title="Motor quotes",
    on_call="motor",
    tool="zenduty",
    service="motor",
    handles={"pager": PAGER, "chat": "@slack-motor"},
    notify=(
        NotifyRule(priorities=frozenset({1, 2}), recipients={"alert": (PAGER, "@slack-motor")}),
        NotifyRule(recipients={"alert": ("@slack-motor",)}),
    ),
    sop="on-call.md",
)


def facts(*monitors: Monitor, teams: dict[str, Team] | None = None, **given: Any) -> SiteFacts:
    monitors = monitors or (monitor("motor/api/errors"),)
    project = Project(
        name="acme",
        teams=teams or {"motor": MOTOR},
        monitors={declared.key: declared for declared in monitors},
        business_units={"motor": "Motor"},
    )
    rows = tuple(NoisyMonitor(monitor=declared) for declared in monitors)
    report = NoiseReport(
        noise=Noise(monitors=rows),
        span=Span(MONDAY, MONDAY + 28 * 86_400),
        time_zone="UTC",
        within=600.0,
    )
    values = {"noise": report, "made": MADE, "not_checked": {"who is on call": "no keys"}, **given}
    return SiteFacts(project=project, ownership=ownership(project, list(monitors), set()), **values)


def site(*monitors: Monitor, **given: Any) -> dict[str, str]:
    """All files of a site."""
    return dict(pages(facts(*monitors, **given)))

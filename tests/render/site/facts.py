"""Facts of a site as tests write them: a small project, and what would be malice in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitor_sync.app.noisy_monitors import NoiseReport
from monitor_sync.app.site import SiteFacts
from monitor_sync.incidents import Incident, ResponseTarget, TimeSpan
from monitor_sync.insight.ownership import ownership
from monitor_sync.insight.response.noise import Noise, NoisyMonitor
from monitor_sync.insight.response.report import (
    ResponseReport,
    question_of,
    response_report,
)
from monitor_sync.insight.response.together import PagedProblem, PageOfMonitor
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
    targets=(ResponseTarget(acknowledge=300, resolve=5400),),
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
        span=TimeSpan(MONDAY, MONDAY + 28 * 86_400),
        time_zone="UTC",
        within=600.0,
    )
    if counted := given.get("responded"):
        given.setdefault("recent", counted.counted)
    values = {"noise": report, "made": MADE, "not_checked": {"who is on call": "no keys"}, **given}
    return SiteFacts(project=project, ownership=ownership(project, list(monitors), set()), **values)


def site(*monitors: Monitor, **given: Any) -> dict[str, str]:
    """All files of a site."""
    return dict(pages(facts(*monitors, **given)))


def incident(number: int, after: float, **given: Any) -> Incident:
    """An incident of the motor team: created so many hours after the Monday, acknowledged later."""
    created = MONDAY + 3600 * after
    values: dict[str, Any] = {
        "tool": "zenduty",
        "id": str(number),
        "number": str(number),
        "title": given.pop("title", "Quotes fail for Ann"),
        "service": "motor",
        "service_id": "",
        "status": "resolved",
        "created": created,
        "acknowledged": created + 60 * (4 + number),
        "resolved": created + 3600,
        "priority": "P1",
    }
    return Incident(**{**values, **given})


def responded(title: str = "Quotes fail for Ann", **given: Any) -> ResponseReport:
    """How the motor team responded: three incidents in the first week, one in the second, open."""
    project = Project(name="acme", teams={"motor": MOTOR}, **given)
    incidents = [incident(number, 24 * number, title=title) for number in (0, 3, 6)]
    incidents.append(
        incident(9, 24 * 8, title=title, status="triggered", acknowledged=None, resolved=None)
    )
    return response_report(project, incidents, (), question_of("2026-W44", MADE.timestamp()))


def paged(known: SiteFacts) -> SiteFacts:
    """The same facts, where each monitor paged once in the first night."""
    rows = known.noise.noise.monitors
    counted: dict[str, Any] = {
        "fires": 1,
        "episodes": 1,
        "pages": 1,
        "night": 1,
        "off_hours": 0,
        "flaps": 0,
    }
    pages_of = tuple(
        PageOfMonitor(key=row.key, team=row.monitor.team, group="", start=MONDAY) for row in rows
    )
    noisy = Noise(
        monitors=tuple(
            replace(row, **counted, hours_in_alert=0.5, last_fired=MONDAY) for row in rows
        ),
        problems=(PagedProblem(team="motor", pages=pages_of),),
    )
    return replace(known, noise=replace(known.noise, noise=noisy))

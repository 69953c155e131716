"""How often a team was paged."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Incident
from monitor_sync.insight.response.paged import team_pages
from monitor_sync.insight.response.placement import PlacedIncident

NOW = datetime(2026, 11, 30, tzinfo=UTC).timestamp()


def incident(number: int, hour: int, teams: str = "motor", why_not: str = "") -> PlacedIncident:
    """An incident of a Thursday, at an hour in UTC."""
    created = datetime(2026, 11, 26, hour, tzinfo=UTC).timestamp()
    return PlacedIncident(
        incident=Incident(
            tool="zenduty", id=str(number), number=str(number), title="", service="motor",
            service_id="", status="resolved", created=created, acknowledged=created + 60,
            resolved=created + 600, merged=why_not == "merged",
            suppressed=why_not == "suppressed", maintenance=why_not == "maintenance",
        ),
        team=teams,
        claimants=tuple(teams.split("+")),
        unit="motor",
        monitor=f"motor/m{number % 2}",
    )  # fmt: skip


def test_only_what_rang_for_the_team_counts_by_the_hours_of_its_zone() -> None:
    incidents = [
        incident(1, 18),  # 01:00 in Jakarta
        incident(2, 3),  # 10:00
        incident(3, 4),
        incident(4, 18, why_not="merged"),
        incident(5, 18, why_not="suppressed"),
        incident(6, 18, why_not="maintenance"),
        incident(7, 18, teams="travel"),
    ]
    jakarta = ZoneInfo("Asia/Jakarta")
    pages = team_pages(incidents, "motor", days=28, zone=jakarta, now=NOW)
    assert (pages.pages, pages.nights) == (3, 1)
    assert pages.by_monitor == {"motor/m1": 2, "motor/m0": 1}


def test_a_service_that_several_teams_share_pages_each_of_them() -> None:
    both = [incident(1, 18, teams="motor+travel")]
    for team in ("motor", "travel"):
        assert team_pages(both, team, days=28, zone=ZoneInfo("UTC"), now=NOW).pages == 1

"""How often a team was paged: what somebody before a first shift may expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor_sync.insight.response.times import why_left_out
from monitor_sync.insight.response.weeks import hour_kind

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor_sync.incidents import Seconds
    from monitor_sync.insight.response.placement import PlacedIncident


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPages:
    """
    The incidents that a team was paged for in ``days`` days, ``nights`` of them at night.

    Those of a service that it shares with other teams are among them: they page it too.

    ``by_monitor`` counts those of each monitor, by key. Children of another incident, suppressed
    ones and those in maintenance paged nobody and are not among them.
    """

    days: int
    pages: int
    nights: int
    by_monitor: Mapping[str, int]


def team_pages(
    incidents: Iterable[PlacedIncident], team: str, *, days: int, zone: ZoneInfo, now: Seconds
) -> TeamPages:
    """Count the pages of a team among the incidents. Nights are those of ``zone``."""
    paged = [
        placed
        for placed in incidents
        if team in placed.claimants and why_left_out(placed.incident, now) in (None, "bad_times")
    ]
    nights = sum(hour_kind(placed.incident.created, zone) == "night" for placed in paged)
    monitors = Counter(placed.monitor for placed in paged if placed.monitor)
    return TeamPages(days=days, pages=len(paged), nights=nights, by_monitor=dict(monitors))

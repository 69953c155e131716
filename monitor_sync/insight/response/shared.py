"""What a team's figures lack: the incidents of services that page other teams too."""

from __future__ import annotations

from dataclasses import dataclass

from monitor_sync.insight.response.report import ResponseReport
from monitor_sync.insight.response.times import Response, responses
from monitor_sync.insight.response.weeks import zone_of
from monitor_sync.model import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedService:
    """
    A service of the on-call tool that pages a team and ``others``, with its incidents.

    They are nobody's alone: reports have them as ``SHARED``, and no team's figures have them.
    ``late`` counts those that were late by the team's own targets, None where it has none.
    """

    name: str
    others: tuple[str, ...]
    incidents: int
    late: int | None


def shared_services(report: ResponseReport, team: Team) -> tuple[SharedService, ...]:
    """Return the services that page a team and others, the one with most incidents first."""
    shared = (
        response.placed
        for response in report.counted
        if response.placed.team != team.name and team.name in response.placed.claimants
    )
    zone, now = zone_of(report.zone), report.question.now
    services: dict[tuple[str, tuple[str, ...]], list[Response]] = {}
    for response in responses(shared, {team.name: team}, zone, now).counted:
        name = response.incident.service, response.placed.claimants
        services.setdefault(name, []).append(response)
    made = (_service(team, *name, own) for name, own in services.items())
    return tuple(sorted(made, key=lambda service: -service.incidents))


def _service(
    team: Team, name: str, claimants: tuple[str, ...], own: list[Response]
) -> SharedService:
    return SharedService(
        name=name,
        others=tuple(other for other in claimants if other != team.name),
        incidents=len(own),
        late=sum(response.is_late for response in own) if team.targets else None,
    )

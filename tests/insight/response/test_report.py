"""Which incidents a report is about."""

from __future__ import annotations

from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.report import selected
from tests.insight.response.incidents import incident, project, team


def test_a_team_means_the_incidents_of_a_service_that_it_shares_too() -> None:
    desk = project(team("sales", "desk"), team("claims", "desk"), team("bot"))
    made = placed([incident("1", service="desk"), incident("2", service="bot")], places_of(desk))

    for name, meant in (("sales", {"1"}), ("claims", {"1"}), ("shared", {"1"}), ("bot", {"2"})):
        chosen = selected(made, desk, (f"team:{name}",))
        assert {own.incident.id for own in chosen} == meant

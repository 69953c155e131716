"""Which incidents a report is about."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.report import ResponseQuestion, selected
from tests.insight.response.incidents import incident, project, team


def test_a_team_means_the_incidents_of_a_service_that_it_shares_too() -> None:
    desk = project(team("sales", "desk"), team("claims", "desk"), team("bot"))
    made = placed([incident("1", service="desk"), incident("2", service="bot")], places_of(desk))

    for name, meant in (("sales", {"1"}), ("claims", {"1"}), ("shared", {"1"}), ("bot", {"2"})):
        chosen = selected(made, desk, (f"team:{name}",))
        assert {own.incident.id for own in chosen} == meant


def test_the_week_before_the_clocks_change_has_as_many_days_and_not_as_many_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    question = ResponseQuestion(start=date(2026, 10, 19), end=date(2026, 10, 26), now=0)

    span, before = question.span(berlin), question.before(berlin)

    assert (span.end - span.start, before.end - before.start) == (169 * 3600, 168 * 3600)
    assert before.end == span.start

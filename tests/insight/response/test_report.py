"""Which incidents a report is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor_sync.incidents import ResponseTarget
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.report import ResponseQuestion, response_report, selected
from tests.insight.response.incidents import incident, project, team


def test_a_team_means_the_incidents_of_a_service_that_it_shares_too() -> None:
    desk = project(team("sales", "desk"), team("claims", "desk"), team("bot"))
    made = placed([incident("1", service="desk"), incident("2", service="bot")], places_of(desk))

    for name, meant in (("sales", {"1"}), ("claims", {"1"}), ("shared", {"1"}), ("bot", {"2"})):
        chosen = selected(made, desk, (f"team:{name}",))
        assert {own.incident.id for own in chosen} == meant


def test_what_teams_share_is_judged_and_makes_no_team_keep_or_miss_its_targets() -> None:
    targets = (ResponseTarget(acknowledge=300),)
    desk = project(
        team("sales", "desk", targets=targets),
        team("claims", "desk", targets=targets),
        team("bot", targets=targets),
    )
    at = datetime(2026, 10, 20, tzinfo=UTC).timestamp()
    made = [
        incident("1", at, service="desk", acknowledged=at + 600),
        incident("2", at, service="desk", resolved=at + 600),
        incident("3", at, service="bot", acknowledged=at + 60),
    ]
    question = ResponseQuestion(start=date(2026, 10, 19), end=date(2026, 10, 26), now=at + 9000)
    report = response_report(desk, made, (), question)

    assert {row.name: (row.incidents, row.late) for row in report.rows} == {
        "shared": (2, 2),
        "bot": (1, 0),
    }
    assert report.teams_within("acknowledge") == (1, 1)
    assert report.teams_without_times("acknowledge") == 0


def test_the_week_before_the_clocks_change_has_as_many_days_and_not_as_many_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    question = ResponseQuestion(start=date(2026, 10, 19), end=date(2026, 10, 26), now=0)

    span, before = question.span(berlin), question.before(berlin)

    assert (span.end - span.start, before.end - before.start) == (169 * 3600, 168 * 3600)
    assert before.end == span.start

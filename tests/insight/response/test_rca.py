"""What the register of RCAs lacks, and what it did not stop."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from monitor_sync.incidents import Rca, RcaAction
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.rca import RcaFindings, findings
from monitor_sync.insight.response.times import responses
from tests.insight.response.incidents import incident, monitor, project, team

DAY = 86400.0
NOW = 100 * DAY  # 1970-04-11
CONVERSION = monitor("motor/flow/conversion", "motor-quotes", priority=1)


def rca(*incidents: str, **given: Any) -> Rca:
    return Rca(incidents=incidents, team="motor-quotes", cause="c", path="motor/rca/a.md",
               unit="motor", **given)  # fmt: skip


def action(due: date, *, done: bool = False) -> RcaAction:
    return RcaAction(what="test the deploy", team="motor-quotes", due=due, done=done)


def said(register: list[Rca], *made: Any) -> RcaFindings:
    acme = project(team("motor-quotes"), monitors=(CONVERSION,))
    places = places_of(acme, {7: CONVERSION.key})
    known = responses(placed(made, places), acme.teams, ZoneInfo("UTC"), NOW).counted
    return findings(register, known, known, NOW, ZoneInfo("UTC"))


def urgent(number: str, days: float, **given: Any) -> Any:
    created = NOW - days * DAY
    given.setdefault("priority", "P1")
    return incident(f"id-{number}", created, number=number, resolved=created + 60, **given)


def missing(said_of: RcaFindings) -> list[str]:
    return [response.incident.number for response in said_of.missing]


def test_a_p1_or_p2_of_five_days_ago_needs_an_rca() -> None:
    made = [urgent("1", 5), urgent("2", 4.9), urgent("3", 20, priority="P3"), urgent("4", 9)]

    findings = said([], *made)

    assert missing(findings) == ["4", "1"]
    assert findings.asked == 2


def test_one_in_the_register_or_a_postmortem_in_the_tool_is_one() -> None:
    made = [urgent("1", 9), urgent("2", 9), urgent("3", 9, has_review=True)]

    assert missing(said([rca("1", "id-2")], *made)) == []


def test_actions_are_overdue_the_day_after_their_day_unless_done() -> None:
    days = [date(1970, 4, 11), date(1970, 4, 10), date(1970, 4, 1)]
    actions = (*map(action, days), action(days[2], done=True))

    assert [late.days for late in said([rca("1", actions=actions)]).overdue] == [10, 1]


def test_the_same_problem_after_its_rca_is_still_recurring() -> None:
    made = [urgent(str(days), days, monitor_id=7) for days in (20, 3)]
    made.append(urgent("another problem", 2, title="Other"))

    (still,) = said([rca("20", actions=(action(date(1970, 5, 1)),))], *made).recurring

    assert (still.times, still.last, still.open_actions) == (1, NOW - 3 * DAY, 1)


def test_only_what_came_after_the_meeting_counts_where_its_day_is_known() -> None:
    made = [urgent(str(days), days, monitor_id=7) for days in (20, 10, 2)]
    held = rca("20", held=date(1970, 4, 3))  # eight days ago

    (still,) = said([held], *made).recurring

    assert still.times == 1


def test_a_monitor_that_the_rca_names_recurs_where_the_incident_is_forgotten() -> None:
    made = [urgent("9", 2, monitor_id=7)]
    known = rca("1", monitors=(CONVERSION.key,), held=date(1970, 3, 1))

    assert [still.times for still in said([known], *made).recurring] == [1]
    assert said([rca("1", held=date(1970, 3, 1))], *made).recurring == ()

"""Sentences about how we responded, and how problems are named."""

from __future__ import annotations

from monitor_sync.incidents import Incident, ResponseTarget
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.recurrence import Recurrence
from monitor_sync.insight.response.report import (
    ResponseQuestion,
    ResponseReport,
    question_of,
    report_of,
)
from monitor_sync.render.response.text import verdict
from monitor_sync.render.response.values import came_back, endings, problem
from tests.insight.response.incidents import incident, monitor, project, team

NOW = 1_791_200_000.0  # 2026-10-05, 08:53 UTC
DAY = 86400.0
GUESSING = monitor("identity/services/password-guessing", "identity")
TARGETS = (ResponseTarget(acknowledge=300, resolve=5400),)
ACME = project(
    team("identity", targets=TARGETS), team("finance", targets=TARGETS), monitors=(GUESSING,)
)
QUESTION: ResponseQuestion = question_of("2026-W40", NOW)


def report(*incidents: Incident) -> ResponseReport:
    return report_of(ACME, placed(incidents, places_of(ACME, {7: GUESSING.key})), (), QUESTION)


def guessing(name: str, days: float, host: str) -> Incident:
    at = NOW - days * DAY
    title = f"[Triggered on {{host:{host}}}] password guessing"
    return incident(name, at, title=title, monitor_id=7, resolved=at + 60, service="identity",
                    service_id="i")  # fmt: skip


def test_two_groups_of_one_monitor_are_told_apart_by_their_group() -> None:
    again = report(*(guessing(f"{host}{n}", 2 + n, host) for host in "ab" for n in (0, 1)))

    assert [problem(repeater) for repeater in again.recurrence.repeaters] == [
        f"{GUESSING.key} (host:a)",
        f"{GUESSING.key} (host:b)",
    ]


def test_it_is_said_of_what_the_share_of_re_occurrences_is() -> None:
    every = Recurrence(occurrences=17, distinct=10, reoccurrences=17)
    some = Recurrence(occurrences=15, distinct=1, reoccurrences=13)

    after = "came from a problem resolved within the 30 days before"
    assert came_back(every) == f"All 17 incidents {after}; 10 different problems in all"
    assert came_back(some) == f"13 of 15 incidents (87 %) {after}; 1 different problem in all"


def test_what_resolved_by_itself_is_told_of_what_is_known_and_what_came_again_too() -> None:
    at = NOW - 2 * DAY
    ended = {"resolved": at + 60, "self_resolved": True}
    whole = report(
        incident("1", at, **ended),
        incident("2", at, acknowledged=at + 9, **ended),
        incident("3", at, resolved=at + 60, self_resolved=False, reopened=2),
        incident("4", at, acknowledged=at + 9, self_resolved=True),
        incident("5", at, acknowledged=at + 60, resolved=at + 60),
    )

    assert list(endings(whole.whole)) == [
        "Resolved by themselves: 2 of the 3 of which it is known (67 %), 1 of these before"
        " anybody acknowledged",
        "Acknowledged at the moment of their resolution: 1; perhaps the tool filled that in,"
        " and nobody acknowledged them",
        "Opened again after a resolution: 1",
    ]
    alone = report(incident("2", at, **ended))
    assert list(endings(alone.whole)) == [
        "Resolved by themselves: 1 of 1 (100 %), 1 of these before anybody acknowledged"
    ]
    assert list(endings(report(incident("1", at, resolved=at + 60)).whole)) == []


def test_a_team_that_never_acknowledged_is_no_team_within() -> None:
    at = NOW - 2 * DAY
    never = incident("1", at, resolved=at + 4000, service="finance", service_id="f")
    soon = incident("2", at, acknowledged=at + 60, resolved=at + 4000, service="identity",
                    service_id="i")  # fmt: skip

    assert verdict(report(never), "acknowledge") == (
        "MTTA: none of 1 was acknowledged (target 5m)."
    )
    assert verdict(report(never, soon), "acknowledge") == (
        "MTTA 1m of the 1 acknowledged, within the target of 5m; 50 % of 2 in time,"
        " 1 of 2 teams within, 1 team acknowledged none."
    )

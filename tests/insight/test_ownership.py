"""Who owns which monitors, and what they lack."""

from __future__ import annotations

from typing import Any

from monitor_sync.insight.ownership import TracedLogs, ownership, team_differences, traced_logs
from monitor_sync.model import Monitor, Project, Team

PAGER, CHAT = "@webhook-zenduty-motor", "@slack-motor"
TEAMS = {
    "motor": Team(name="motor", title="Motor", on_call="motor", sop="runbooks/on-call.md"),
    "claims": Team(name="claims", title="Claims", on_call="claims"),
    "unowned": Team(name="unowned", title="unowned", on_call="unowned"),
}


def monitor(key: str, team: str = "motor", message: str = PAGER, **given: Any) -> Monitor:
    body = {"type": "query alert", "query": "avg(last_5m):avg:a{*} > 1", "name": key}
    body |= {"message": message, "priority": given.pop("priority", 1), **given.pop("body", {})}
    return Monitor(
        key=key,
        body=body,
        business_unit=given.pop("unit", "motor"),
        team=team,
        text_end=len(message),
        **given,
    )


def owned(*monitors: Monitor, tested: set[str] | None = None) -> Any:
    project = Project(name="acme", teams=TEAMS, monitors={m.key: m for m in monitors})
    return ownership(project, monitors, tested or set())


def test_a_page_that_reaches_a_chat_or_only_tells_of_the_end_reaches_no_pager() -> None:
    total = owned(
        monitor("paged"),
        monitor("chat", message=CHAT),
        monitor("late", message="{{#is_recovery}}" + PAGER + "{{/is_recovery}}"),
        monitor("nobody is to get up", message=CHAT, priority=3),
    ).total

    assert total.gaps.unpaged == ("chat", "late")
    assert (total.monitors, total.urgent) == (4, 3)


def test_a_runbook_counts_as_a_page_a_link_or_an_asset() -> None:
    asset = {"assets": [{"category": "runbook", "name": "r", "url": "/notebook/1"}]}
    total = owned(
        monitor("page", runbook="https://r.example/a"),
        monitor("link", message="The runbook: https://r.example/a"),
        monitor("asset", body=asset),
        monitor("none"),
    ).total

    assert total.gaps.without_runbook == ("none",)


def test_tests_are_asked_of_what_wakes_somebody() -> None:
    total = owned(monitor("a"), monitor("b"), monitor("c", priority=4), tested={"a"}).total

    assert total.gaps.untested == ("b",)


def test_nobody_s_monitors_come_first_then_those_without_a_pager() -> None:
    report = owned(
        monitor("a", "motor", CHAT),
        *(monitor(f"b{number}", "claims") for number in range(9)),
        monitor("c", "unowned", unit="unplaced", service="quote-api"),
    )

    assert [row.name for row in report.rows["team"]] == ["unowned", "motor", "claims"]
    assert [row.name for row in report.rows["unit"]] == ["unplaced", "motor"]
    assert [row.name for row in report.rows["service"]] == ["quote-api"]
    assert report.total.gaps.unowned == report.total.gaps.unplaced == ("c",)


def test_every_team_is_asked_for_an_sop_but_nobody() -> None:
    report = owned(monitor("a"))

    assert (report.without_sop, report.team_count) == (("claims",), 2)


def test_of_some_monitors_only_their_owners_are_asked_for_an_sop() -> None:
    monitors = {key: monitor(key, team) for key, team in (("a", "motor"), ("b", "claims"))}
    project = Project(name="acme", teams=TEAMS, monitors=monitors)

    assert ownership(project, [monitors["a"]], set()).without_sop == ()


def test_datadogs_teams_are_compared_by_handle_and_by_name() -> None:
    live = {"motor": "Motor insurance", "sales": "Sales"}
    differences = team_differences(TEAMS, live)

    assert differences.missing == ("claims",)
    assert differences.unknown == ("sales",)
    assert differences.renamed == {"motor": ("Motor", "Motor insurance")}
    assert not team_differences(TEAMS, live, among={"motor"}).unknown
    assert not team_differences(TEAMS, {"motor": "Motor", "claims": "Claims"})


def test_the_service_whose_errors_can_be_traced_least_comes_first() -> None:
    rows = traced_logs({"a": 10, "b": 200, "c": 100, "none": 0}, {"a": 10, "c": 150, "b": 50})

    assert rows[0] == TracedLogs(service="b", logs=200, traced=50)
    assert [(row.service, row.share) for row in rows] == [("b", 0.25), ("c", 1.0), ("a", 1.0)]

"""What is still on Opsgenie: its counterpart, whether both call the same person, what is next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor_sync.app.on_call_migration import ToolMigration, verify_migration
from monitor_sync.render import on_call_migration as shown
from tests.app.on_call_local import KEY, NOW, OnCallLocal, serving
from tests.emulator.calls import ask

OPSGENIE_KEY = "2f7a9c1e-5b2d-4f60-8a7c-9e1d3b5f7a90"
RULES = "/api/v2/monitor/notification_rule"
WEBHOOKS = "/api/v1/integration/webhooks/configuration/webhooks"
TEAMS = """
teams:
  quotes:
    on_call: {tool: zenduty, service: Quotes}
    handles: {pager: "@webhook-quotes", old: "@opsgenie-quotes"}
    notify: [{alert: [pager, old], recovery: [pager, old]}]
  policies:
    on_call: {tool: opsgenie}
    handles: {pager: "@opsgenie-policies"}
    notify: [{alert: [pager], recovery: [pager]}]
  travel:
    on_call: {tool: datadog}
    handles: {pager: "@oncall-travel", old: "@opsgenie-travel", older: "@opsgenie-travel-eu"}
    notify: [{alert: [old], recovery: [old]}]
  gadgets:
    on_call: {tool: zenduty, service: Gadgets}
    handles: {pager: "@webhook-gadgets"}
    notify: [{alert: [pager], recovery: [pager]}]
"""
PAGERS = "policy: {pagers: ['@webhook-*', '@oncall-*']}\n"  # the old tool is none any more


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCallLocal]:
    with serving(tmp_path_factory.mktemp("migration") / "monitors", TEAMS, PAGERS) as local:
        yield local


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[OnCallLocal]:
    """For what leaves something behind in Datadog."""
    with serving(tmp_path / "monitors", TEAMS, PAGERS) as local:
        yield local


def migration(
    served: OnCallLocal, *selectors: str, now: datetime = NOW, **environ: str
) -> ToolMigration:
    usual = {"OPSGENIE_URL": f"{served.url}/__opsgenie", "OPSGENIE_API_KEY": OPSGENIE_KEY}
    return verify_migration(served.root, served.target(**(usual | environ)), selectors, now=now)


def states(report: ToolMigration) -> dict[str, str]:
    return {handle.old.team: handle.state for handle in report.handles}


def test_each_handle_has_a_counterpart_and_whether_both_reach_the_same_person(
    served: OnCallLocal,
) -> None:
    served.break_it()
    report = migration(served)

    assert states(report) == {"policies": "no_counterpart", "quotes": "ready", "travel": "ready"}
    by_team = {handle.old.team: handle for handle in report.handles}
    assert by_team["quotes"].counterpart == "@webhook-quotes"
    assert (by_team["quotes"].both, by_team["travel"].both) == (1, 0)
    assert by_team["travel"].counterpart == "@oncall-travel"
    assert (report.monitors, report.selected, report.days_left) == (3, 4, 126)
    assert [(t.name, t.is_its_tool, t.unused) for t in report.teams] == [
        ("policies", True, ()),
        ("travel", False, ("@opsgenie-travel-eu",)),
    ]
    assert report.services == ("travel-eu",)


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ("people-differ", "different"),
        ("service-disabled", "broken"),
        ("schedule-gap", "broken"),
        ("html", "not_checked"),
    ],
)
def test_what_stands_in_the_way_is_told_for_its_team_alone(
    served: OnCallLocal, way: str, state: str
) -> None:
    served.break_it(f"{way}=quotes")
    report = migration(served)
    assert states(report) == {"policies": "no_counterpart", "quotes": state, "travel": "ready"}


def test_without_a_key_nobody_knows_whom_the_old_one_calls(served: OnCallLocal) -> None:
    served.break_it()
    report = migration(served, OPSGENIE_API_KEY="")
    assert states(report)["quotes"] == "not_checked"
    assert "set OPSGENIE_API_KEY" in shown.text(report).replace("\n      ", " ")


def test_a_webhook_that_leads_to_opsgenie_is_an_old_handle_too(served: OnCallLocal) -> None:
    served.break_it()
    webhook = {"url": "https://api.opsgenie.com/v1/json/datadog?apiKey=5f3a9c1e"}
    ask(served.emulator, "PUT", f"{WEBHOOKS}/gadgets", webhook)

    report = migration(served)

    assert states(report)["gadgets"] == "no_counterpart"
    assert "5f3a9c1e" not in shown.text(report) + shown.as_json(report) + repr(report)


def test_it_is_told_for_people_and_for_programs_without_anything_private(
    served: OnCallLocal,
) -> None:
    served.break_it("people-differ=travel")
    report = migration(served)

    text, page, data = shown.text(report), shown.markdown(report), json.loads(shown.as_json(report))

    assert text.startswith("Opsgenie ends on 2027-04-05: 126 days left.\n")
    summary = "Still on Opsgenie: 3 of 4 monitors and 3 teams. 1 monitor is ready to be moved."
    assert summary in text.replace("\n  ", " ")
    assert all(len(line) <= 80 or line.endswith("--dry-run`") for line in text.splitlines())
    place = f"motor/travel/load  {data['handles'][2]['monitors'][0]['file']}:"
    assert place in shown.text(report, full=True)
    for name in ("JSM Operations", "Zenduty (Xurrent IMR)", "PagerDuty", "Datadog On-Call"):
        assert name in text.replace("\n  ", " ")
        assert name in page
        assert name in data["successors"]
    assert {entry["team"]: entry["same_person"] for entry in data["handles"]} == {
        "policies": None, "quotes": True, "travel": False,
    }  # fmt: skip
    assert data["handles"][0]["monitors"][0]["line"] > 0
    people = {name for entry in data["handles"] for name in entry["on_call"]}
    assert people
    assert not any(name in shown.markdown(report, names=False) for name in people)
    for printed in (text, page, shown.as_json(report), repr(report)):
        assert "ompass" not in printed
        assert not any(secret in printed for secret in (KEY, OPSGENIE_KEY, "@acme.example"))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (datetime(2027, 4, 4, tzinfo=UTC), "ends on 2027-04-05: 1 day left."),
        (datetime(2027, 4, 5, 12, tzinfo=UTC), "ends on 2027-04-05: today is the last day."),
        (datetime(2027, 4, 15, tzinfo=UTC), "ended on 2027-04-05, 10 days ago."),
    ],
)
def test_the_days_that_are_left_are_counted(day: datetime, sentence: str) -> None:
    done = ToolMigration(at=day, selected=7)
    assert shown.text(done) == (
        f"Opsgenie {sentence}\n\nNothing leads to Opsgenie any more (7 monitors looked at).\n"
    )


def test_notification_rules_that_notify_opsgenie_are_named(alone: OnCallLocal) -> None:
    alone.break_it()
    attributes = {
        "name": "Route gadgets",
        "filter": {"tags": ["team:gadgets"]},
        "recipients": ["opsgenie-gadgets"],
    }
    rule = {"data": {"type": "monitor-notification-rule", "attributes": attributes}}
    ask(alone.emulator, "POST", RULES, rule)
    report = migration(alone, "team:gadgets")

    (gadgets,) = report.handles
    assert (gadgets.old.handle, gadgets.rules, gadgets.by_message) == (
        "@opsgenie-gadgets", ("Route gadgets",), False,
    )  # fmt: skip
    assert [rule.name for rule in report.rules] == ["Route gadgets"]
    assert "by Datadog's notification rule Route gadgets" in shown.text(report)

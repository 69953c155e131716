"""Zenduty's incidents: in the shapes of its examples, complete over all pages, and true."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.emulator.history import edges
from monitor_sync.emulator.on_call.broken import BadWay
from tests.emulator.history.estates import TEAMS, UNTIL, Served, served

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/zenduty"
FILTER = "/__zenduty/api/incidents/filter/"
ANALYTICS = "/__zenduty/api/v2/account/analytics/team_analytics/"


def listed(estate: Served, sent: dict[str, Any], size: int = 100) -> list[dict[str, Any]]:
    """Return the incidents of a filter, page by page, as `next` leads."""
    incidents: list[dict[str, Any]] = []
    query = f"page=1&page_size={size}"
    while True:
        status, given = estate.ask("POST", FILTER, sent, query=query)
        assert status == 200, given
        assert given["count"] is None
        incidents += given["results"]
        if given["next"] is None:
            return incidents
        address, _, query = given["next"].partition("?")
        assert address == f"http://tool.example{FILTER}"


def seconds(written: str | None) -> float | None:
    return None if written is None else datetime.fromisoformat(written).timestamp()


def times(incident: dict[str, Any]) -> dict[str, float | None]:
    return {
        "created": seconds(incident["creation_date"]),
        "acknowledged": seconds(incident["acknowledged_date"]),
        "resolved": seconds(incident["resolved_date"]),
    }


@pytest.mark.parametrize("variant", ["oldest-first", ""])
def test_pages_hold_every_incident_of_the_truth_once_in_either_order(variant: str) -> None:
    estate = Served(variants=[variant]) if variant else served()
    incidents = listed(estate, {"status": 0})
    numbers = [incident["incident_number"] for incident in incidents]
    assert numbers == sorted(numbers, reverse=not variant)
    by_number = {item["number"]: item for item in estate.truth["incident"]}
    assert len(numbers) == len(by_number)
    for incident in incidents:
        truth = by_number[incident["incident_number"]]
        assert times(incident) == truth["told"]
        assert incident["service_object"]["name"] == f"{truth['team']} service"
        assert incident["is_child_incident"] == (truth["merged_into"] is not None)
        assert [tag["name"] for tag in incident["tags"]] == truth["tags"]
        assert (incident["team_priority_object"] or {"name": ""})["name"] == truth["priority"]
        assert bool(incident["postmortems"]) == truth["reviewed"]


def test_only_those_of_a_status_are_listed_and_open_ones_where_none_is_named() -> None:
    truth = Counter(item["status"] for item in served().truth["incident"])
    for status, names in ((1, ["triggered"]), (2, ["acknowledged"]), (3, ["resolved"])):
        assert len(listed(served(), {"status": status})) == sum(truth[name] for name in names)
    assert len(listed(served(), {"status": -1})) == truth["triggered"] + truth["acknowledged"]
    assert len(listed(served(), {})) == truth["triggered"]


def test_teams_and_services_narrow_the_listing() -> None:
    _, teams = served().ask("GET", "/__zenduty/api/account/teams/")
    motor = next(team for team in teams if team["name"] == "Motor on call")
    of_team = listed(served(), {"status": 0, "team_ids": [motor["unique_id"]]})
    assert {incident["service_object"]["team"] for incident in of_team} == {motor["unique_id"]}
    truth = Counter(item["team"] for item in served().truth["incident"])
    assert len(of_team) == truth["motor-quotes"] + truth["motor-policies"]
    service = of_team[0]["service_object"]
    of_service = listed(served(), {"status": 0, "service_ids": [service["unique_id"]]})
    assert len(of_service) == truth[service["name"].removesuffix(" service")]


def test_days_narrow_the_listing_from_midnight_to_midnight() -> None:
    span: dict[str, Any] = {"status": 0, "from_date": "2026-10-05", "to_date": "2026-10-12"}
    first, last = (seconds(f"{span[name]}T00:00Z") or 0 for name in ("from_date", "to_date"))
    expected = [i["number"] for i in served().truth["incident"] if first < i["created"] < last]
    assert sorted(i["incident_number"] for i in listed(served(), span)) == expected


@pytest.mark.parametrize(
    "sent",
    [
        {"status": 9},
        {"status": []},
        {"from_date": "5 October"},
        {"from_date": "2026-13-01"},
        {"team_ids": 5},
    ],
)
def test_a_filter_that_nobody_can_mean_is_refused(sent: dict[str, Any]) -> None:
    status, given = served().ask("POST", FILTER, sent)
    assert (status, given) == (400, {"detail": "This request can not be processed."})


def test_a_page_beyond_the_last_is_not_found() -> None:
    assert served().ask("POST", FILTER, {"status": 0}, query="page=9999")[0] == 404


def test_an_incident_is_read_by_number_and_by_id_and_a_child_names_its_parent() -> None:
    child = next(i for i in served().truth["incident"] if i["merged_into"] is not None)
    status, by_number = served().ask("GET", f"/__zenduty/api/incidents/{child['number']}/")
    assert status == 200
    assert by_number["merged_with"] == child["merged_into"]
    path = f"/__zenduty/api/incidents/{by_number['unique_id']}/"
    assert served().ask("GET", path) == (200, by_number)
    assert served().ask("GET", "/__zenduty/api/incidents/999999/")[0] == 404


def test_alerts_tell_where_an_incident_comes_from() -> None:
    names = {"datadog": {"Datadog"}, "cloudwatch": {"AWS CloudWatch"}, "person": set()}
    for origin, integrations in names.items():
        item = next(i for i in served().truth["incident"] if i["origin"] == origin)
        _, alerts = served().ask("GET", f"/__zenduty/api/incidents/{item['number']}/alerts/")
        assert {alert["integration_object"]["name"] for alert in alerts} == integrations
        assert {alert["entity_id"] for alert in alerts} <= {item["entity"]}
        if origin == "datadog":
            assert item["entity"] == str(item["monitor_id"])


def test_reminders_join_the_open_incident() -> None:
    renotified = {
        episode["cycle"]: [at for at, kind in episode["events"] if kind == "renotify"]
        for episode in served().truth["episode"]
    }
    item = next(
        i for i in served().truth["incident"]
        if renotified.get(i["cycle"]) and i["resolved"] and i["resolved"] > i["created"] + 7200
        and not i["reopened"]
    )  # fmt: skip
    _, alerts = served().ask("GET", f"/__zenduty/api/incidents/{item['number']}/alerts/")
    reminders = [alert for alert in alerts if "[Re-Triggered" in alert["message"]]
    assert reminders
    assert len(reminders) <= len(renotified[item["cycle"]])
    assert [alert["creation_date"] for alert in alerts] == sorted(
        a["creation_date"] for a in alerts
    )


def test_alerts_of_a_suppressed_incident_are_suppressed() -> None:
    item = next(i for i in served().truth["incident"] if i["suppressed"])
    _, alerts = served().ask("GET", f"/__zenduty/api/incidents/{item['number']}/alerts/")
    assert {alert["suppressed"] for alert in alerts} == {True}


def test_maintenance_windows_are_listed_for_their_team() -> None:
    truth = served().truth["maintenance"]
    _, teams = served().ask("GET", "/__zenduty/api/account/teams/")
    windows = [
        window
        for team in teams
        for window in served().ask(
            "GET", f"/__zenduty/api/account/teams/{team['unique_id']}/maintenance/"
        )[1]
    ]
    spans = sorted(
        (seconds(window["start_time"]), seconds(window["end_time"])) for window in windows
    )
    assert spans == sorted((window["from"], window["to"]) for window in truth)


def test_analytics_equal_an_independent_count_of_the_truth() -> None:
    truth = [i for i in served().truth["incident"] if i["merged_into"] is None]
    sent = {"child_incident": "exclude"}
    _, given = served().ask("POST", ANALYTICS, sent)
    waits = [
        item["told"]["acknowledged"] - item["told"]["created"]
        for item in truth
        if item["told"]["acknowledged"] is not None
    ]
    assert given["all_teams"]["total_incidents"] == len(truth)
    assert given["all_teams"]["mtta_seconds"] == pytest.approx(sum(waits) / len(waits))
    assert sum(record["total_incidents"] for record in given["team_records"]) == len(truth)


def test_what_the_documentation_leaves_open_can_be_chosen() -> None:
    filled, last = (
        {i["incident_number"]: i for i in listed(Served(variants=[variant]), {"status": 0})}
        for variant in ("ack-on-resolve", "last-ack")
    )
    for item in served().truth["incident"]:
        if item["acknowledged"] is None:
            assert times(filled[item["number"]])["acknowledged"] == item["told"]["resolved"]
        if edges.ACK_TIMEOUT in item["edges"]:
            last_ack = times(last[item["number"]])["acknowledged"]
            assert last_ack is not None
            assert last_ack > item["acknowledged"]


def test_a_variant_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadWay) as refusal:
        Served(variants=["oldest-fist"])
    assert "oldest-first" in refusal.value.hint


@pytest.mark.parametrize(
    ("method", "path", "a_second", "a_minute"),
    [
        ("POST", FILTER, 1, 15),
        ("GET", "/__zenduty/api/incidents/1/", 3, 30),
        ("GET", "/__zenduty/api/incidents/1/alerts/", 1, 20),
    ],
)
def test_limits_are_enforced_where_told(
    method: str, path: str, a_second: int, a_minute: int
) -> None:
    estate = Served(weeks=2, enforce_limits=True)
    for _ in range(a_second):
        assert estate.ask(method, path)[0] == 200
    assert estate.ask(method, path)[0] == 429
    answered = a_second
    for _ in range(a_minute):
        estate.now += 1.01
        answered += estate.ask(method, path)[0] == 200
    assert answered == a_minute
    estate.now = UNTIL + 300
    assert estate.ask(method, path)[0] == 200


@pytest.mark.parametrize("name", ["incidents_filter", "incident_alerts_list", "analytics_team"])
def test_answers_have_the_shape_of_zendutys_own_examples(name: str) -> None:
    sample = SAMPLES / f"{name}.json"
    if not sample.exists():
        pytest.skip("the collected samples are not here")
    example = json.loads(sample.read_text())["response_body"]
    given: Any
    if name == "incidents_filter":
        given = listed(served(), {"status": 0})
        example = example["results"]
    elif name == "incident_alerts_list":
        number = next(i["number"] for i in served().truth["incident"] if i["tags"])
        _, given = served().ask("GET", f"/__zenduty/api/incidents/{number}/alerts/")
    else:
        _, answer = served().ask("POST", ANALYTICS, {})
        given, example = answer["team_records"], example["team_records"]
    assert {frozenset(item) for item in given} == {frozenset(item) for item in example}
    for field, value in example[0].items():
        nested = [item[field] for item in given if isinstance(item[field], dict)]
        if isinstance(value, dict) and nested:
            assert nested[0].keys() == value.keys()


def test_every_team_of_the_file_has_incidents() -> None:
    services = {i["service_object"]["name"] for i in listed(served(), {"status": 0})}
    assert services == {f"{team} service" for team in TEAMS}

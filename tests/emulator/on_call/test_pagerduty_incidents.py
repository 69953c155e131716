"""PagerDuty's incidents, log and analytics: its shapes, its limits, and the truth behind them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor_sync.emulator.history import edges, scenarios
from tests.emulator.history.estates import UNTIL, served

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/pagerduty"
SINCE = datetime.fromtimestamp(UNTIL - 26 * 604_800, UTC).isoformat()
WHOLE = {"since": SINCE, "until": datetime.fromtimestamp(UNTIL, UTC).isoformat()}


def true_incidents() -> list[dict[str, Any]]:
    """Every incident that there was."""
    return served("pagerduty").truth["incident"]


@cache
def listed(name: str = "incidents", **query: str) -> list[dict[str, Any]]:
    """Return all objects of a listing, page by page."""
    objects: list[dict[str, Any]] = []
    while True:
        parameters = {**WHOLE, "limit": "100", "offset": str(len(objects)), **query}
        status, given = served("pagerduty").ask("GET", f"/__pagerduty/{name}", query=parameters)
        assert status == 200, given
        objects += given[name.rpartition("/")[2]]
        if not given["more"]:
            return objects


def analysed(path: str, body: dict[str, Any]) -> dict[str, Any]:
    status, given = served("pagerduty").ask("POST", f"/__pagerduty/analytics/{path}", body)
    assert status == 200, given
    assert isinstance(given, dict)
    return given


def seconds(written: str | None) -> float | None:
    return None if written is None else datetime.fromisoformat(written).timestamp()


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_hold_every_incident_of_the_truth_once_in_either_order(order: str) -> None:
    incidents = listed(sort_by=f"created_at:{order}")
    numbers = [incident["incident_number"] for incident in incidents]
    assert numbers == sorted(numbers, reverse=order == "desc")
    by_number = {item["number"]: item for item in true_incidents()}
    assert sorted(numbers) == sorted(by_number)
    for incident in incidents:
        truth = by_number[incident["incident_number"]]
        assert seconds(incident["created_at"]) == truth["told"]["created"]
        assert seconds(incident["resolved_at"]) == truth["told"]["resolved"]
        assert incident["status"] == truth["status"]
        assert incident["service"]["summary"] == f"{truth['team']} service"
        assert (incident["priority"] or {"summary": ""})["summary"] == truth["priority"]
        merged = (incident["resolve_reason"] or {"type": ""})["type"] == "merge_resolve_reason"
        assert merged == (truth["merged_into"] is not None)


def test_acknowledgements_are_there_only_while_an_incident_is_acknowledged() -> None:
    acknowledged = [i for i in listed(sort_by="created_at:asc") if i["acknowledgements"]]
    assert acknowledged
    assert {incident["status"] for incident in acknowledged} == {"acknowledged"}
    forgotten = [i for i in true_incidents() if scenarios.FORGOTTEN in i["edges"]]
    assert [item["status"] for item in forgotten] == ["triggered"]
    assert forgotten[0]["acknowledged"] is not None


def test_the_log_of_the_account_tells_when_somebody_first_acknowledged() -> None:
    first: dict[str, float] = {}
    until = UNTIL
    while until > UNTIL - 26 * 604_800:  # 10,000 entries are the most that can be paged through
        since = until - 4 * 604_800
        span = {
            "since": datetime.fromtimestamp(since, UTC).isoformat(),
            "until": datetime.fromtimestamp(until, UTC).isoformat(),
        }
        for entry in listed("log_entries", is_overview="true", **span):
            if entry["type"] == "acknowledge_log_entry":
                at = seconds(entry["created_at"]) or 0
                first[entry["incident"]["id"]] = min(at, first.get(entry["incident"]["id"], at))
        until = since
    ids = {i["incident_number"]: i["id"] for i in listed(sort_by="created_at:asc")}
    for item in true_incidents():
        assert first.get(ids[item["number"]]) == item["told"]["acknowledged"]


def test_the_log_of_an_incident_has_its_steps_the_newest_first() -> None:
    item = next(i for i in true_incidents() if edges.ACK_TIMEOUT in i["edges"])
    types = [entry["type"] for entry in listed(f"incidents/{item['number']}/log_entries")]
    words = [step[1] for step in reversed(item["steps"])]
    assert types == [f"{word}_log_entry" for word in words]
    assert "unacknowledge_log_entry" in types


def test_the_first_of_an_outage_has_the_alerts_of_all_that_were_merged_into_it() -> None:
    parent = next(
        i for i in true_incidents() if "outage" in i["edges"] and i["merged_into"] is None
    )
    alerts = listed(f"incidents/{parent['number']}/alerts")
    assert len(alerts) == 40
    assert all("/monitors/2" in alert["body"]["contexts"][0]["href"] for alert in alerts)


def test_nothing_is_suppressed_reopened_or_made_in_maintenance() -> None:
    assert not [i for i in true_incidents() if i["suppressed"] or i["reopened"] or i["maintenance"]]


def test_services_and_statuses_narrow_the_listing() -> None:
    service = listed(sort_by="created_at:asc")[0]["service"]
    query = urlencode(
        [*WHOLE.items(), ("service_ids[]", "PNONE"), ("service_ids[]", service["id"])]
    )
    _, given = served("pagerduty").ask("GET", "/__pagerduty/incidents", query=f"{query}&total=true")
    team = service["summary"].removesuffix(" service")
    assert given["total"] == sum(item["team"] == team for item in true_incidents())
    still = listed(**{"statuses[]": "triggered"})
    assert {i["incident_number"] for i in still} == {
        i["number"] for i in true_incidents() if i["status"] == "triggered"
    }


def test_without_a_span_the_last_month_is_told_and_more_than_six_are_refused() -> None:
    _, given = served("pagerduty").ask("GET", "/__pagerduty/incidents", query="total=true")
    assert given["total"] == sum(i["created"] >= UNTIL - 30 * 86_400 for i in true_incidents())
    for query in ("since=2026-01-01&until=2026-11-01", "since=whenever", "offset=9990&limit=100"):
        status, refused = served("pagerduty").ask("GET", "/__pagerduty/incidents", query=query)
        assert status == 400
        assert refused["error"]["message"] == "Invalid Input Provided"
    everything = served("pagerduty").ask(
        "GET", "/__pagerduty/incidents", query="date_range=all&total=true"
    )
    assert everything[1]["total"] == len(true_incidents())


def test_raw_analytics_page_through_all_that_is_a_day_old() -> None:
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = analysed("raw/incidents", {"limit": 200, "starting_after": after, "order": "asc"})
        rows += page["data"]
        after = page["last"]
        if not page["more"]:
            break
    midnight = UNTIL - UNTIL % 86_400
    known = [i for i in true_incidents() if i["created"] < midnight]
    assert [row["incident_number"] for row in rows] == [i["number"] for i in known]
    for row, item in zip(rows, known, strict=True):
        times = item["told"]
        ack = None if times["acknowledged"] is None else times["acknowledged"] - times["created"]
        assert row["seconds_to_first_ack"] == (None if ack is None else max(ack, 0))
        assert row["auto_resolved"] == item["self_resolved"]


def test_metrics_of_a_week_equal_a_count_of_the_truth() -> None:
    span = {"created_at_start": "2026-11-09T00:00:00Z", "created_at_end": "2026-11-16T00:00:00Z"}
    body = {"filters": span, "aggregate_unit": "week", "time_zone": "Etc/UTC"}
    given = analysed("metrics/incidents/services", body)
    start, end = (seconds(value) or 0 for value in span.values())
    week = [item for item in true_incidents() if start <= item["created"] < end]
    assert {row["range_start"] for row in given["data"]} == {"2026-11-09T00:00:00"}
    for row in given["data"]:
        team = row["service_name"].removesuffix(" service")
        of_team = [item for item in week if item["team"] == team]
        acked = [item for item in of_team if item["acknowledged"] is not None]
        assert row["total_incident_count"] == len(of_team)
        assert row["total_incidents_acknowledged"] == len(acked)
    whole = analysed("metrics/incidents/all", {"filters": span})["data"]
    assert [row["total_incident_count"] for row in whole] == [len(week)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("raw/incidents", {"limit": 1001}),
        ("raw/incidents", {"order": "newest"}),
        ("raw/incidents", {"starting_after": "Q"}),
        ("raw/incidents", {"filters": []}),
        ("metrics/incidents/people", {}),
        ("metrics/incidents/all", {"aggregate_unit": "year"}),
        ("metrics/incidents/all", {"time_zone": "Java"}),
        ("metrics/incidents/all", {"filters": {"team_ids": "P"}}),
        ("metrics/incidents/all", {"filters": {"created_at_start": 5}}),
    ],
)
def test_analytics_refuse_what_nobody_can_mean(path: str, body: dict[str, Any]) -> None:
    assert served("pagerduty").ask("POST", f"/__pagerduty/analytics/{path}", body)[0] == (
        200 if body == {"filters": []} else 400
    )


@pytest.mark.parametrize(
    ("sample", "given"),
    [
        ("incidents_list", lambda: listed(sort_by="created_at:asc")[0]),
        ("log_entries", lambda: listed("log_entries", since="2026-11-29")[-1]),
        ("incident_alerts", lambda: listed("incidents/1/alerts")[0]),
        ("analytics_raw_incidents", lambda: analysed("raw/incidents", {})["data"][0]),
        (
            "analytics_metrics_incidents_services",
            lambda: analysed("metrics/incidents/services", {"aggregate_unit": "day"})["data"][0],
        ),
    ],
)
def test_objects_have_the_shape_of_pagerdutys_own_examples(sample: str, given: Any) -> None:
    path = SAMPLES / f"{sample}.json"
    if not path.exists():
        pytest.skip("the collected samples are not here")
    examples = json.loads(path.read_text())["response_example"].values()
    value = next(iter(examples))["value"]
    example = next(part for part in value.values() if isinstance(part, list))[0]
    missing = example.keys() - given().keys() - {'total_interruptions"', "up_time_pct"}
    assert missing - {"event_details"} == set()

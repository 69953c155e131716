"""Alert events: every page of them, once, in the order asked for, and what searches leave."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.emulator.conftest import Caller
from tests.emulator.history.estates import UNTIL, Served, served

WHOLE = {"query": "source:alert", "from": "2026-06-01T00:00:00Z", "to": "2026-11-30T00:00:00Z"}


def pages(
    estate: Served, sought: dict[str, Any], sort: str = "timestamp", limit: int = 1000
) -> list[dict[str, Any]]:
    """Return all events of a search, page by page."""
    events: list[dict[str, Any]] = []
    page: dict[str, Any] = {"limit": limit}
    while True:
        sent = {"filter": sought, "sort": sort, "page": page}
        status, given = estate.ask("POST", "/api/v2/events/search", sent)
        assert status == 200, given
        events += given["data"]
        after = given["meta"]["page"].get("after")
        if after is None:
            return events
        page = {"limit": limit, "cursor": after}


@cache
def whole(sort: str = "timestamp") -> list[dict[str, Any]]:
    """Return all events of the shared estate."""
    return pages(served(), WHOLE, sort)


def facts(event: dict[str, Any]) -> tuple[int, str, str, int, str]:
    nested = event["attributes"]["attributes"]
    monitor = nested["monitor"]
    return (
        monitor["id"],
        ",".join(monitor["groups"]),
        monitor["alert_cycle_key_txt"],
        nested["timestamp"] // 1000,
        monitor["transition"]["transition_type"],
    )


@pytest.mark.parametrize("sort", ["timestamp", "-timestamp"])
def test_pages_hold_every_event_of_the_truth_once_in_either_order(sort: str) -> None:
    estate = served()
    events = [facts(event) for event in whole(sort)]
    times = [event[3] for event in events]
    assert times == sorted(times, reverse=sort == "-timestamp")
    assert sorted(events) == sorted(
        (episode["monitor_id"], episode["group"], episode["cycle"], at, kind)
        for episode in estate.truth["episode"]
        for at, kind in episode["events"]
    )
    assert len(events) == estate.truth["history"][0]["events"]


def test_ids_of_events_are_unique() -> None:
    events = whole()
    assert len({event["id"] for event in events}) == len(events)


def test_small_pages_hold_the_same_as_large_ones() -> None:
    days = {**WHOLE, "from": "2026-11-27T00:00:00Z"}
    assert pages(served(), days, limit=7) == pages(served(), days)


def test_a_span_includes_its_beginning_and_not_its_end() -> None:
    at = facts(whole()[5])[3]
    inside = {**WHOLE, "from": str(at * 1000), "to": str((at + 1) * 1000)}
    outside = {**WHOLE, "from": str((at - 1) * 1000), "to": str(at * 1000)}
    assert at in [facts(event)[3] for event in pages(served(), inside)]
    assert at not in [facts(event)[3] for event in pages(served(), outside)]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("source:alert team:motor-quotes", lambda e: "team:motor-quotes" in e["tags"]),
        (
            'source:alert @monitor.transition.transition_type:(alert OR "alert recovery")',
            lambda e: e["monitor"]["transition"]["transition_type"] in {"alert", "alert recovery"},
        ),
        (
            "@monitor.id:20000111 -@monitor.transition.destination_state:OK",
            lambda e: (
                e["monitor"]["id"] == 20_000_111
                and e["monitor"]["transition"]["destination_state"] != "OK"
            ),
        ),
        ("source:alert @monitor.priority:1", lambda e: e["monitor"]["priority"] == 1),
    ],
)
def test_a_search_leaves_exactly_what_fits(query: str, holds: Any) -> None:
    weeks = {**WHOLE, "from": "2026-11-09T00:00:00Z"}

    def flat(event: dict[str, Any]) -> dict[str, Any]:
        return {**event["attributes"], **event["attributes"]["attributes"]}

    expected = [e["id"] for e in pages(served(), weeks) if holds(flat(e))]
    assert expected
    assert [e["id"] for e in pages(served(), {**weeks, "query": query})] == expected


def test_a_group_can_be_searched_for() -> None:
    estate = served()
    episode = next(e for e in estate.truth["episode"] if e["group"])
    sought = {**WHOLE, "query": f'source:alert @monitor.groups:"{episode["group"]}"'}
    assert {facts(event)[1] for event in pages(estate, sought)} == {episode["group"]}


def test_another_source_has_no_events() -> None:
    assert pages(served(), {**WHOLE, "query": "source:github"}) == []


def test_the_search_in_the_query_answers_as_the_one_in_the_body() -> None:
    query = {f"filter[{name}]": value for name, value in WHOLE.items()} | {"page[limit]": "3"}
    status, given = served().ask("GET", "/api/v2/events", query=query)
    assert status == 200
    assert [facts(e) for e in given["data"]] == [facts(e) for e in whole()[:3]]
    _, following = served().ask(
        "GET", "/api/v2/events", query={**query, "page[cursor]": given["meta"]["page"]["after"]}
    )
    assert facts(following["data"][0]) == facts(whole()[3])


def test_an_event_has_the_shape_of_the_real_one() -> None:
    event = next(
        e for e in whole()
        if e["attributes"]["attributes"]["monitor"]["transition"]["destination_state"] == "OK"
    )  # fmt: skip
    nested = event["attributes"]["attributes"]
    assert {"tags", "message", "attributes"} <= event["attributes"].keys()
    assert nested["_dd"].keys() == {
        "evt", "has_notification", "internal", "is_shadow", "source_type_name", "version",
    }  # fmt: skip
    assert {
        "aggregation_key", "duration", "evt", "monitor", "monitor_groups", "monitor_id", "priority",
        "service", "sourcecategory", "status", "timestamp", "title",
    } <= nested.keys()  # fmt: skip
    assert {
        "alert_cycle_key_txt", "created_at", "draft_status", "group_status", "groups", "id",
        "message", "modified", "name", "options", "priority", "query", "result", "templated_name",
        "transition", "type",
    } <= nested["monitor"].keys()  # fmt: skip
    assert nested["status"] == "success"


@pytest.mark.parametrize(
    "sent",
    [
        {"page": {"limit": 1001}},
        {"page": {"limit": "many"}},
        {"page": {"cursor": "%%%"}},
        {"sort": "newest"},
        {"filter": {"from": "yesterday"}},
        {"filter": {"query": "(source:alert"}},
        {"filter": []},
    ],
)
def test_what_no_search_can_mean_is_refused(sent: dict[str, Any]) -> None:
    status, given = served().ask("POST", "/api/v2/events/search", sent)
    assert status == 400, given


def test_without_a_history_there_are_no_events(call: Caller) -> None:
    assert call("POST", "/v2/events/search", {}) == (200, {"data": []})
    assert call("GET", "/v2/events") == (200, {"data": []})
    assert call("GET", "/v1/events", query="start=1&end=2") == (200, {"events": []})


def test_the_old_listing_has_the_same_events_the_newest_first() -> None:
    estate = served()
    query = {"start": str(int(UNTIL) - 26 * 604_800), "end": str(int(UNTIL)), "sources": "alert"}
    events: list[dict[str, Any]] = []
    for page in range(100):
        status, given = estate.ask(
            "GET", "/api/v1/events", query={**query, "unaggregated": "true", "page": str(page)}
        )
        assert status == 200, given
        events += given["events"]
        if len(given["events"]) < 1000:
            break
    assert len(events) == estate.truth["history"][0]["events"]
    assert [e["date_happened"] for e in events] == sorted(
        (e["date_happened"] for e in events), reverse=True
    )


def test_the_old_listing_has_pages_of_unaggregated_events_alone() -> None:
    status, _ = served().ask("GET", "/api/v1/events", query="start=1&end=2&page=1")
    assert status == 400

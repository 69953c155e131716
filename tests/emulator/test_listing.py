"""Listing and searching: pages, filters, order."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller


def test_without_a_page_everything_is_listed(call: Caller, seven: list[int]) -> None:
    assert call.listed() == seven
    assert call.listed("page_size=2") == seven


def test_pages_are_counted_from_zero(call: Caller, seven: list[int]) -> None:
    assert call.listed("page=0&page_size=3") == seven[:3]
    assert call.listed("page=2&page_size=3") == seven[6:]
    assert call.listed("page=3&page_size=3") == []
    assert call.listed("page=0") == seven


def test_a_page_holds_at_most_a_thousand(call: Caller) -> None:
    call.emulator.seed(
        {"type": "query alert", "name": f"{number}", "query": "avg(last_5m):avg:a{*} > 1"}
        for number in range(1001)
    )
    assert len(call.listed("page=0&page_size=5000")) == 1000
    assert len(call.listed("page=0")) == 100
    assert len(call.listed()) == 1001


def test_an_id_offset_continues_after_that_id(call: Caller, seven: list[int]) -> None:
    assert call.listed("id_offset=0&page_size=3") == seven[:3]
    assert call.listed(f"id_offset={seven[2]}&page_size=3") == seven[3:6]
    assert call.listed(f"id_offset={seven[6]}&page_size=3") == []


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=0&page_size=0", "id_offset=x"])
def test_a_page_that_is_no_number_is_refused(call: Caller, query: str) -> None:
    assert call("GET", "/v1/monitor", query=query)[0] == 400


def test_monitor_tags_are_the_monitors_own_and_must_all_be_there(call: Caller) -> None:
    first = call.created(tags=["a:1", "b:2"])["id"]
    second = call.created(tags=["a:1"])["id"]
    assert call.listed("monitor_tags=a:1") == [first, second]
    assert call.listed("monitor_tags=a:1,b:2") == [first]
    assert call.listed("monitor_tags=c:3") == []
    call("PUT", f"/v1/monitor/{first}", {"tags": []})
    assert call.listed("monitor_tags=a:1") == [second]


def test_tags_are_those_in_the_query(call: Caller) -> None:
    query = "avg(last_5m):avg:a.b{env:production,service:quotes} by {host} > 5"
    made = call.created(tags=["env:staging"], query=query)["id"]
    assert call.listed("tags=env:production,service:quotes") == [made]
    assert call.listed("tags=env:staging") == []
    assert call.listed("tags=host") == []


def test_names_are_found_by_a_part_of_them(call: Caller, seven: list[int]) -> None:
    assert call.listed("name=monitor+3") == [seven[3]]


def test_a_listing_follows_every_change(call: Caller, seven: list[int]) -> None:
    assert call.listed("name=Monitor") == seven
    call("DELETE", f"/v1/monitor/{seven[0]}")
    assert call.listed("name=Monitor") == call.listed() == seven[1:]


def test_listed_monitors_tell_their_downtimes_and_not_their_restriction_policy(
    call: Caller,
) -> None:
    call.created()
    _, (listed,) = call("GET", "/v1/monitor")
    assert listed["matching_downtimes"] == []
    assert "restriction_policy" not in listed
    assert "assets" not in listed


def test_group_states_are_checked(call: Caller) -> None:
    made = call.created()
    refusal = (400, {"errors": ["Invalid group_state filters."]})
    assert call("GET", "/v1/monitor", query="group_states=bad") == refusal
    assert call("GET", f"/v1/monitor/{made['id']}", query="group_states=bad") == refusal
    assert call.read(made["id"], "group_states=all,no+data")["state"] == {"groups": {}}

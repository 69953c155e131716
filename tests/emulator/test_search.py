"""Searching monitors and their groups."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller, Clock


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Claims", "Quotes"]),
        ("quotes", ["Quotes"]),
        ('title:"quo"', ["Quotes"]),
        ("team:motor", ["Quotes"]),
        ("tag:team:motor OR tag:team:claims", ["Claims", "Quotes"]),
        ("tag:(team:motor OR team:claims) -type:log", ["Quotes"]),
        ("NOT (team:motor)", ["Claims"]),
        ("status:alert", []),
        ('status:"no data" metric:motor.*', ["Quotes"]),
        ("notification:slack-motor", ["Quotes"]),
        ("muted:true", []),
    ],
)
def test_search_finds(call: Caller, query: str, names: list[str]) -> None:
    call.created(name="Quotes", tags=["team:motor"], message="@slack-motor")
    call.created(
        name="Claims",
        tags=["team:claims"],
        message="",
        type="log alert",
        query='logs("service:claims").index("*").rollup("count").last("5m") > 5',
    )
    status, answer = call("GET", "/v1/monitor/search", query={"query": query})
    assert status == 200
    assert [item["name"] for item in answer["monitors"]] == names
    assert answer["metadata"]["total_count"] == len(names)


def test_search_counts_and_pages(call: Caller, seven: list[int]) -> None:
    _, answer = call("GET", "/v1/monitor/search", query="per_page=3&page=2")
    assert [item["id"] for item in answer["monitors"]] == seven[6:]
    assert answer["metadata"] == {"total_count": 7, "page_count": 3, "page": 2, "per_page": 3}
    assert answer["counts"]["status"] == [{"count": 7, "name": "No Data"}]
    assert answer["counts"]["muted"] == [{"count": 7, "name": False}]
    assert {"count": 7, "name": "team:motor-quotes"} in answer["counts"]["tag"]
    _, groups = call("GET", "/v1/monitor/groups/search")
    assert [group["monitor_id"] for group in groups["groups"]] == seven


@pytest.mark.parametrize("path", ["search", "groups/search"])
def test_search_refuses_an_unknown_status(call: Caller, path: str) -> None:
    assert call("GET", f"/v1/monitor/{path}", query="query=status:notastatus") == (
        400,
        {"errors": ["Query parsing error: 'notastatus' is not a valid monitor status"]},
    )


def test_search_refuses_what_it_cannot_read(call: Caller) -> None:
    for query in ("(a", "a)", "OR a", "a AND"):
        status, answer = call("GET", "/v1/monitor/search", query=f"query={query}")
        assert status == 400
        assert answer["errors"][0].startswith("Query parsing error: ")


def test_a_search_tells_what_changed_since_it_was_asked_the_same(
    call: Caller, clock: Clock
) -> None:
    def muted() -> list[int]:
        _, answer = call("GET", "/v1/monitor/search", query="query=muted:true")
        return [item["id"] for item in answer["monitors"]]

    assert muted() == []
    first, second = call.created(name="A")["id"], call.created(name="B")["id"]
    downtime = {"scope": "*", "monitor_id": first, "end": int(clock.now) + 60}
    assert call("POST", "/v1/downtime", downtime)[0] == 200
    assert muted() == [first]
    assert call("POST", f"/v1/monitor/{second}/mute")[0] == 200
    assert muted() == [first, second]
    clock.now += 61
    assert muted() == [second]

"""The audit trail: who changed which monitor, and how to ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.conftest import KEYS, Caller, Clock, monitor

ANI = "ani.berg@acme.example"


@pytest.fixture
def changed(call: Caller, clock: Clock) -> int:
    """A monitor made by the one user, changed by Ani a day later, another deleted by the user."""
    made = call.created()["id"]
    other = call.created(name="Other")["id"]
    clock.now += 86_400
    as_(call, ANI, "PUT", f"/api/v1/monitor/{made}", {"name": "Renamed"})
    clock.now += 60
    call("DELETE", f"/v1/monitor/{other}")
    assert isinstance(made, int)
    return made


def as_(call: Caller, person: str, method: str, path: str, body: Any) -> Any:
    headers = {**KEYS, "X-Emulator-User": person}
    status, _, answer = call.emulator.handle(method, path, "", headers, json.dumps(body).encode())
    assert status == 200, answer
    return json.loads(answer)


def entries(call: Caller, query: str = "*", **body: Any) -> list[tuple[str, str, str]]:
    """Action, id and e-mail address of what a search answers."""
    filter_ = {"query": query, "from": "now-90d", "to": "now", **body.pop("filter", {})}
    status, answer = call("POST", "/v2/audit/events/search", {"filter": filter_, **body})
    assert status == 200, answer
    return [
        (inner["action"], inner["asset"]["id"], inner["usr"]["email"])
        for inner in (event["attributes"]["attributes"] for event in answer["data"])
    ]


def test_the_trail_tells_who_changed_a_monitor_last(call: Caller, changed: int) -> None:
    query = f"@evt.name:Monitor @asset.type:monitor @asset.id:{changed} -@action:resolved"
    assert entries(call, query, sort="-timestamp") == [
        ("modified", str(changed), ANI),
        ("created", str(changed), "user@emulator.example"),
    ]


def test_an_event_has_the_documented_envelope(call: Caller) -> None:
    made = call.created()["id"]
    body = {"filter": {"query": "*", "from": "now-1h", "to": "now"}}
    answer = call("POST", "/v2/audit/events/search", body)[1]
    assert answer["meta"] == {
        "elapsed": 1, "request_id": "emulated", "status": "done", "page": {},
    }  # fmt: skip
    (event,) = answer["data"]
    assert (event["type"], event["attributes"]["service"]) == ("audit", "Monitor")
    assert event["attributes"]["timestamp"] == "2027-01-15T08:00:00.250Z"
    assert event["attributes"]["attributes"] == {
        "action": "created",
        "asset": {"id": str(made), "name": "Quotes are slow", "type": "monitor"},
        "evt": {"actor": {"type": "USER"}, "name": "Monitor"},
        "http": {"method": "POST", "url_details": {"path": "/api/v1/monitor"}},
        "usr": {
            "email": "user@emulator.example",
            "id": "2000000",
            "name": "Emulated User",
            "uuid": "00000000-0000-4000-8000-000000000001",
        },
    }


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("*", ["created", "created", "modified", "deleted"]),
        ("@action:(modified OR deleted)", ["modified", "deleted"]),
        ("@action:mod*", ["modified"]),
        ("-@action:created", ["modified", "deleted"]),
        (f"@usr.email:{ANI}", ["modified"]),
        (f'@usr.email:"{ANI}" AND @action:created', []),
        ("@nothing.at.all:5", []),
    ],
)
def test_a_search_is_understood(call: Caller, changed: int, query: str, actions: list[str]) -> None:
    assert changed
    assert [action for action, _, _ in entries(call, query)] == actions


def test_only_the_time_asked_about_is_searched(call: Caller, changed: int, clock: Clock) -> None:
    assert changed
    assert [entry[0] for entry in entries(call, filter={"from": "now-5m"})] == [
        "modified",
        "deleted",
    ]
    assert [entry[0] for entry in entries(call, filter={"from": "now-30s"})] == ["deleted"]
    ago = str(int((clock.now - 3600) * 1000))
    assert [entry[0] for entry in entries(call, filter={"to": ago})] == ["created", "created"]
    assert entries(call, filter={"to": "2020-01-01T00:00:00Z"}) == []


def test_a_long_answer_comes_in_pages(call: Caller, changed: int) -> None:
    assert changed
    body: dict[str, Any] = {"filter": {"from": "now-2d"}, "page": {"limit": 3}}
    first = call("POST", "/v2/audit/events/search", body)[1]
    body["page"]["cursor"] = first["meta"]["page"]["after"]
    second = call("POST", "/v2/audit/events/search", body)[1]
    assert (len(first["data"]), len(second["data"]), second["meta"]["page"]) == (3, 1, {})


@pytest.mark.parametrize(
    "body",
    [
        {"filter": 5}, {"page": "5"}, {"page": {"limit": 0}}, {"page": {"limit": 1001}},
        {"page": {"cursor": "x"}}, {"filter": {"from": "yesterday"}},
        {"filter": {"from": "9" * 400}}, {"filter": {"query": "who?"}}, {"filter": {"query": 5}},
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(call: Caller, body: dict[str, Any]) -> None:
    status, answer = call("POST", "/v2/audit/events/search", body)
    assert (status, list(answer)) == (400, ["errors"])


def test_a_refused_change_is_no_deed(call: Caller) -> None:
    call("POST", "/v1/monitor", monitor(query=""))
    call("DELETE", "/v1/monitor/5")
    assert entries(call) == []


def test_the_creator_is_who_asked(call: Caller) -> None:
    made = as_(call, ANI, "POST", "/api/v1/monitor", monitor())
    assert (made["creator"]["name"], made["creator"]["handle"]) == ("Ani Berg", ANI)
    key = {**KEYS, "DD-APPLICATION-KEY": "bo@acme.example"}
    body = json.dumps(monitor(name="Other")).encode()
    answer = call.emulator.handle("POST", "/api/v1/monitor", "", key, body)[2]
    assert json.loads(answer)["creator"]["email"] == "bo@acme.example"

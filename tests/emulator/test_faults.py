"""Faults as they are written, set, matched and counted; what each does is in the HTTP tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.fault_specs import BadFault
from tests.emulator.conftest import KEYS, Caller, Clock, monitor

FAULTS = "/__emulator/faults"


def ask(emulator: Emulator, method: str, body: Any = None) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    status, _, answer = emulator.handle(method, FAULTS, "", {}, content)
    return status, json.loads(answer)


def statuses(call: Caller, *requests: tuple[str, str]) -> list[int]:
    return [call(method, path)[0] for method, path in requests]


def test_a_fault_lets_some_pass_strikes_some_and_is_over(call: Caller) -> None:
    call.emulator.inject(["error-before,route=GET /api/v1/monitor,skip=2,times=3"])
    assert statuses(call, *[("GET", "/v1/monitor")] * 7) == [200, 200, 500, 500, 500, 200, 200]
    assert [fault["struck"] for fault in call.emulator.faults()] == [3]


def test_a_fault_strikes_for_ever_where_told(call: Caller) -> None:
    call.emulator.inject(["error-before,times=always"])
    assert statuses(call, *[("GET", "/v1/monitor")] * 5) == [500] * 5


@pytest.mark.parametrize(
    "route",
    [
        "GET /api/v1/monitor/{id}",
        "GET /api/v1/monitor/*",
        "* /api/v1/monitor/10000001",
        "/api/v1/monitor/1*",
        "*",
    ],
)
def test_a_route_is_a_glob_over_the_path_as_sent_or_with_ids_left_out(
    call: Caller, route: str
) -> None:
    assert call.created()["id"] == 10000001
    call.emulator.inject([{"kind": "error-before", "route": route, "times": None}])
    assert call("GET", "/v1/monitor/10000001")[0] == 500
    expected = 500 if route == "*" else 200
    assert call("GET", "/v1/monitor")[0] == expected


def test_one_request_meets_the_first_fault_that_decides_and_the_next_the_second(
    call: Caller,
) -> None:
    call.emulator.inject(["unauthorized", "forbidden,skip=1", "throttled"])
    seen = statuses(call, *[("GET", "/v1/monitor")] * 5)
    # The second request is let pass by the second fault, so that the third strikes it.
    assert seen == [401, 429, 403, 200, 200]


def test_faults_of_a_listing_go_together_with_each_other(call: Caller, clock: Clock) -> None:
    for name in "abcd":
        call.created(name=name)
    clock.now += 60
    call.created(name="e")
    call.emulator.inject(["lagging,seconds=30", "truncated,count=3", "repeated,count=1"])
    names = [entry["name"] for entry in call("GET", "/v1/monitor")[1]]
    assert names == ["a", "b", "c", "a"]


def test_a_lag_forgets_what_was_made_and_changed_within_it(call: Caller, clock: Clock) -> None:
    made = call.created()
    clock.now += 1
    call("PUT", f"/v1/monitor/{made['id']}", {"name": "Other"})
    call("DELETE", f"/v1/monitor/{made['id']}")
    call.emulator.inject(["lagging,seconds=1.5", "lagging,seconds=1"])
    assert call.listed() == []
    call.emulator.inject(["lagging,seconds=1"])
    assert [entry["name"] for entry in call("GET", "/v1/monitor")[1]] == ["Quotes are slow"]


def test_without_a_connection_a_fault_of_one_is_an_exception(call: Caller) -> None:
    call.emulator.inject(["dropped-after", "stalled-before", "stalled-after,seconds=0"])
    with pytest.raises(ConnectionResetError):
        call("POST", "/v1/monitor", monitor())
    with pytest.raises(TimeoutError):
        call("POST", "/v1/monitor", monitor(name="Other"))
    assert call("POST", "/v1/monitor", monitor(name="Third"))[0] == 200
    assert call.emulator.monitor_count == 2


def test_faults_are_set_told_and_ended_over_http(call: Caller) -> None:
    set_ = [{"kind": "throttled", "seconds": 2, "times": None}, "truncated,count=5,skip=1"]
    as_set = [
        {
            "kind": "throttled", "route": "*", "skip": 0, "times": None, "seconds": 2.0,
            "struck": 0,
        },
        {
            "kind": "truncated", "route": "*", "skip": 1, "times": 1, "count": 5,
            "struck": 0,
        },
    ]  # fmt: skip
    assert ask(call.emulator, "PUT", set_) == (200, as_set)
    assert statuses(call, ("GET", "/v1/monitor"), ("POST", "/v1/monitor")) == [429, 429]
    assert [fault["struck"] for fault in ask(call.emulator, "GET")[1]] == [2, 0]
    assert ask(call.emulator, "PUT", {"kind": "stalled-before"})[1][0]["seconds"] is None
    assert ask(call.emulator, "DELETE") == (200, [])
    assert ask(call.emulator, "GET") == (200, [])


BAD: list[tuple[Any, str, str]] = [
    (
        "trottled",
        "'trottled' is no kind of fault, expected one of latency, ",
        "did you mean `throttled`?",
    ),
    ({"route": "*"}, "null is no kind of fault, expected one of latency, ", ""),
    (
        "throttled,second=3",
        "'second' is nothing that fault throttled takes, expected route, skip, times, seconds",
        "did you mean `seconds`?",
    ),
    ("latency,seconds=soon", "'soon' for seconds, expected a number of 0 or more", "e.g. `s"),
    ({"kind": "latency", "seconds": True}, "true for seconds, expected a number of 0", "e.g. `s"),
    ("latency,seconds=-1", "-1.0 for seconds, expected a number of 0 or more", "e.g. `s"),
    ("throttled,times=0", "0 for times, expected a whole number of 1 or more or `a", "e.g. `t"),
    ("throttled,skip=1.5", "'1.5' for skip, expected a whole number of 0 or more", "e.g. `skip=2`"),
    (
        "throttled,times",
        "'times' in fault 'throttled,times', expected name=value",
        "write `times=…",
    ),
    ("throttled,skip=1,skip=2", "'skip=2' in fault 'throttled,skip=1,skip=2': skip is given", ""),
    ("truncated", "fault truncated says no count", "write `truncated,count=100`"),
    ("error-before,route=monitor", "'monitor' for route, expected a method and a path", "e.g. `r"),
    (
        "error-before,route=POST /api/v1/monitors",
        "'POST /api/v1/monitors' for route, but the emulator answers no such request",
        "did you mean `POST /api/v1/monitor`?",
    ),
    (
        "lagging,route=POST /api/v1/monitor",
        "'POST /api/v1/monitor' for route, where fault lagging strikes only GET /api/v1/monitor",
        "write `lagging` without a route",
    ),
    (5, "5 is no fault, expected an object", 'write {"kind": "throttled", "times": 2}'),
]


@pytest.mark.parametrize(("fault", "message", "hint"), BAD, ids=lambda value: str(value)[:30])
def test_a_slip_is_refused_with_what_to_write(
    call: Caller, fault: Any, message: str, hint: str
) -> None:
    call.emulator.inject(["latency,seconds=0"])
    with pytest.raises(BadFault) as raised:
        call.emulator.inject([fault])
    assert str(raised.value).startswith(message)
    assert raised.value.hint.startswith(hint)
    status, answer = ask(call.emulator, "PUT", [fault])
    assert status == 400
    assert answer["errors"][0].startswith(message)
    assert answer["errors"][0].endswith(raised.value.hint)
    assert [fault["kind"] for fault in call.emulator.faults()] == ["latency"], "it took them away"


@pytest.mark.parametrize("body", [b"", b"{", b"5", b"null", b'"throttled"'])
def test_a_body_that_is_no_array_of_faults_is_refused(emulator: Emulator, body: bytes) -> None:
    status, _, answer = emulator.handle("PUT", FAULTS, "", KEYS, body)
    assert status == 400
    assert json.loads(answer)["errors"][0].startswith("Invalid JSON structure")

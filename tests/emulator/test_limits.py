"""Rate limits that are enforced, all or by name, and what is counted of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.limits import BadLimit, read
from tests.emulator.conftest import Caller, Clock, monitor

LIMITS = "/__emulator/limits"


def counts(emulator: Emulator, name: str) -> Any:
    return json.loads(emulator.handle("GET", LIMITS, "", {}, b"")[2])[name]


def creates(call: Caller, count: int) -> list[int]:
    bodies = (monitor(name=f"{number} of {count}") for number in range(count))
    return [call("POST", "/v1/monitor", body)[0] for body in bodies]


def test_a_limit_set_by_name_is_enforced_and_others_are_not(clock: Clock) -> None:
    call = Caller(Emulator(limits=[read("post_monitors=3/1")], clock=clock))
    assert creates(call, 4) == [200, 200, 200, 429]
    assert call.headers["x-ratelimit-limit"] == "3"
    assert call.headers["x-ratelimit-period"] == "1"
    assert call.headers["x-ratelimit-remaining"] == "0"
    assert call.emulator.monitor_count == 3
    assert [call("GET", "/v1/monitor/search")[0] for _ in range(121)] == [200] * 121
    clock.now += 1
    assert creates(call, 2) == [200, 200]


def test_the_most_in_one_period_and_the_refused_are_told(clock: Clock) -> None:
    call = Caller(Emulator(limits=[read("post_monitors=3/1")], clock=clock))
    creates(call, 5)
    clock.now += 1
    creates(call, 2)
    counted = {"requests": 3, "seconds": 1, "enforced": True, "most": 5, "refused": 2}
    assert counts(call.emulator, "post_monitors") == counted
    call.emulator.handle("DELETE", LIMITS, "", {}, b"")
    assert counts(call.emulator, "post_monitors") == {**counted, "most": 0, "refused": 0}
    creates(call, 1)
    assert counts(call.emulator, "post_monitors")["most"] == 3
    assert counts(call.emulator, "get_monitors") == {
        "requests": 3000, "seconds": 10, "enforced": False, "most": 0, "refused": 0,
    }  # fmt: skip


def test_all_recorded_limits_are_enforced_on_request(clock: Clock) -> None:
    emulator = Emulator(enforce_limits=True, limits=[read("put_monitors=7/2")], clock=clock)
    limits = json.loads(emulator.handle("GET", LIMITS, "", {}, b"")[2])
    assert all(limit["enforced"] for limit in limits.values())
    assert (limits["post_monitors"]["requests"], limits["post_monitors"]["seconds"]) == (500, 10)
    assert (limits["put_monitors"]["requests"], limits["put_monitors"]["seconds"]) == (7, 2)


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("post_monitors", "'post_monitors' is no rate limit, expected NAME=N/S", "e.g. `post"),
        ("post_monitors=0/1", "'post_monitors=0/1' is no rate limit, expected", "e.g. `post"),
        ("post_monitors=5/.5", "'post_monitors=5/.5' is no rate limit, expected", "e.g. `post"),
        (
            "post_monitor=5/1",
            "'post_monitor' is the name of no rate limit",
            "did you mean `post_monitors",
        ),
        ("nothing=5/1", "'nothing' is the name of no rate limit", "GET /__emulator/limits tells"),
    ],
)
def test_a_slip_is_refused_with_what_to_write(setting: str, message: str, hint: str) -> None:
    with pytest.raises(BadLimit) as raised:
        read(setting)
    assert str(raised.value).startswith(message)
    assert raised.value.hint.startswith(hint)

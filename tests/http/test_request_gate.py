"""Waiting for one's turn: the deadline, the end at once, and who is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor_sync.errors import Interrupted, NotSent
from monitor_sync.http.rate_limit import Wait
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.request_gate import LONGEST, RequestGate
from monitor_sync.http.service import Service
from tests.http.clock import Unhurried

SERVICE = Service(name="Datadog", host="api.example")
CREATE = ApiRequest(
    method="POST",
    path="/a",
    kind="monitor",
    operation="create",
    subject="a monitor",
    repeatable=False,
)
READ = ApiRequest(
    method="GET",
    path="/a/{id}",
    kind="monitor",
    operation="read",
    subject="monitor 5",
    repeatable=True,
)


def limits(left: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "500",
        "X-RateLimit-Period": "10",
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Name": "post_monitors",
    }


def test_stop_ends_every_wait_at_once_and_nothing_goes_any_more() -> None:
    gate = RequestGate(SERVICE)
    turn = gate.enter(CREATE)
    gate.answered(turn, limits(0, 600), refused=False)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(gate.enter, CREATE) for _ in range(2)]
        waiting.append(pool.submit(gate.pause, "read monitor 5", Wait(seconds=600.0)))  # type: ignore[arg-type] # of no interest
        threading.Timer(0.05, gate.stop).start()
        errors = [future.exception(timeout=120) for future in waiting]  # they wait for 600 s
    assert [type(error) for error in errors] == [Interrupted] * 3
    assert str(errors[0]) == "did not create a monitor: interrupted before it was sent"
    with pytest.raises(Interrupted):
        gate.enter(READ)


def test_past_the_deadline_nothing_goes() -> None:
    clock = Unhurried()
    gate = RequestGate(SERVICE, deadline=20, clock=clock)
    turn = gate.enter(CREATE)
    gate.answered(turn, limits(0, 600), refused=False)
    with pytest.raises(NotSent, match="the deadline of 20 s is over") as raised:
        gate.enter(CREATE)
    assert "--deadline" in raised.value.hint
    assert sum(clock.waited) == pytest.approx(20, abs=0.5)


def test_a_limit_that_is_anew_only_in_an_hour_is_not_waited_for() -> None:
    gate = RequestGate(SERVICE, clock=Unhurried())
    turn = gate.enter(READ)
    gate.answered(turn, limits(0, 3000), refused=False)
    with pytest.raises(NotSent, match=r"post_monitors \(500 in 10 s\) is used up for 3000 s"):
        gate.enter(READ)
    assert LONGEST < 3000


def test_everybody_who_waits_for_the_same_is_told_of_once() -> None:
    waits: list[tuple[str, float]] = []
    gate = RequestGate(SERVICE, on_wait=lambda *what: waits.append(what))
    turn = gate.enter(CREATE)
    gate.answered(turn, limits(50, 600), refused=False)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(gate.enter, CREATE) for _ in range(8)]
        threading.Timer(0.05, gate.stop).start()
        assert all(future.exception(timeout=120) for future in waiting)
    assert [(what, round(seconds)) for what, seconds in waits] == [
        ("Datadog's limit post_monitors (500 in 10 s)", 600)
    ]


def test_short_waits_are_not_told() -> None:
    waits: list[object] = []
    gate = RequestGate(SERVICE, on_wait=lambda *what: waits.append(what), clock=Unhurried())
    gate.pause("read monitor 5", Wait(seconds=0.9, reason="Datadog to recover"))
    assert waits == []


def test_a_waiter_that_stops_everything_when_told_is_heard() -> None:
    gate = RequestGate(SERVICE, on_wait=lambda *_: gate.stop())
    with pytest.raises(NotSent):
        gate.pause("read monitor 5", Wait(seconds=600.0, reason="Datadog to recover"))

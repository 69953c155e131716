"""The circuit breaker: when it opens, its single tries, and when there is no hope."""

from __future__ import annotations

from monitor_sync.http.circuit_breaker import CircuitBreaker
from monitor_sync.http.rate_limit import Wait


def breaker() -> CircuitBreaker:
    return CircuitBreaker("Datadog", backoff=1.0, chance=lambda: 1.0)


def fail(circuit: CircuitBreaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        circuit.failed(now, why="it answered 503", single=circuit.sent())


def test_four_failures_in_a_row_stop_nobody_and_the_fifth_stops_all() -> None:
    circuit = breaker()
    fail(circuit, 0.0, times=4)
    assert circuit.wait(0.0) is None
    fail(circuit, 0.0)
    assert circuit.wait(1.0) == Wait(seconds=3.0, reason="Datadog to recover (it answered 503)")


def test_a_success_in_between_starts_the_count_anew() -> None:
    circuit = breaker()
    fail(circuit, 0.0, times=4)
    circuit.succeeded()
    fail(circuit, 0.0, times=4)
    assert circuit.wait(0.0) is None


def test_one_try_goes_after_each_pause_and_the_pauses_grow_until_there_is_no_hope() -> None:
    circuit = breaker()
    fail(circuit, 0.0, times=5)
    now, pauses = 0.0, []
    while not circuit.hopeless(now):
        wait = circuit.wait(now)
        assert wait is not None
        pauses.append(wait.seconds)
        now += wait.seconds
        assert circuit.wait(now) is None
        single = circuit.sent()
        assert single
        assert circuit.wait(now) is not None, "only one goes"
        circuit.failed(now, why="", single=single)
    assert pauses == [4, 8, 16, 32, 60, 60]
    assert circuit.hopeless(now) == 180


def test_the_try_that_works_lets_everybody_go() -> None:
    circuit = breaker()
    fail(circuit, 0.0, times=5)
    assert circuit.sent()
    circuit.succeeded()
    assert circuit.wait(4.0) is None
    assert not circuit.sent()


def test_a_try_of_which_nothing_is_known_makes_room_for_the_next() -> None:
    circuit = breaker()
    fail(circuit, 0.0, times=5)
    assert circuit.wait(4.0) is None
    circuit.forgotten(single=circuit.sent())
    assert circuit.wait(4.0) is None


def test_failures_that_were_on_the_way_when_it_opened_do_not_lengthen_the_pause() -> None:
    circuit = breaker()
    late = [circuit.sent() for _ in range(3)]
    fail(circuit, 0.0, times=5)
    for single in late:
        circuit.failed(1.0, why="", single=single)
    assert circuit.wait(4.0) is None

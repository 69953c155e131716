"""Waiting for one's turn: the breaker, the deadline, the end at once, and who is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor_sync.datadog.circuit_breaker import Breaker
from monitor_sync.datadog.client import Client
from monitor_sync.datadog.rate_limit import Wait
from monitor_sync.datadog.request_gate import LONGEST, Traffic
from monitor_sync.errors import Interrupted, NotSent, OutcomeUnknown, Unreachable
from tests.datadog.conftest import Answer, Asked, Script, Unhurried

GET, POST = "GET /a", "POST /a"
BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5"}


def limits(left: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "500",
        "X-RateLimit-Period": "10",
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Name": "post_monitors",
    }


def stopping(client: Client, answer: Answer) -> Callable[[Asked], Answer]:
    """Stop the client while its request is on the wire, then answer it."""

    def respond(_: Asked) -> Answer:
        client.stop()
        return answer

    return respond


def breaker() -> Breaker:
    return Breaker(backoff=1.0, chance=lambda: 1.0)


def fail(one: Breaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        one.failed(now, why="it answered 503", single=one.sent())


def test_four_failures_in_a_row_stop_nobody_and_the_fifth_stops_all() -> None:
    one = breaker()
    fail(one, 0.0, times=4)
    assert one.wait(0.0) is None
    fail(one, 0.0)
    assert one.wait(1.0) == Wait(seconds=3.0, reason="Datadog to recover (it answered 503)")


def test_a_success_in_between_starts_the_count_anew() -> None:
    one = breaker()
    fail(one, 0.0, times=4)
    one.succeeded()
    fail(one, 0.0, times=4)
    assert one.wait(0.0) is None


def test_one_try_goes_after_each_pause_and_the_pauses_grow_until_there_is_no_hope() -> None:
    one = breaker()
    fail(one, 0.0, times=5)
    now, pauses = 0.0, []
    while not one.hopeless(now):
        wait = one.wait(now)
        assert wait is not None
        pauses.append(wait.seconds)
        now += wait.seconds
        assert one.wait(now) is None
        single = one.sent()
        assert single
        assert one.wait(now) is not None, "only one goes"
        one.failed(now, why="", single=single)
    assert pauses == [4, 8, 16, 32, 60, 60]
    assert one.hopeless(now) == 180


def test_the_try_that_works_lets_everybody_go() -> None:
    one = breaker()
    fail(one, 0.0, times=5)
    assert one.sent()
    one.succeeded()
    assert one.wait(4.0) is None
    assert not one.sent()


def test_a_try_of_which_nothing_is_known_makes_room_for_the_next() -> None:
    one = breaker()
    fail(one, 0.0, times=5)
    assert one.wait(4.0) is None
    one.forgotten(single=one.sent())
    assert one.wait(4.0) is None


def test_failures_that_were_on_the_way_when_it_opened_do_not_lengthen_the_pause() -> None:
    one = breaker()
    late = [one.sent() for _ in range(3)]
    fail(one, 0.0, times=5)
    for single in late:
        one.failed(1.0, why="", single=single)
    assert one.wait(4.0) is None


def test_stop_ends_every_wait_at_once_and_nothing_goes_any_more() -> None:
    traffic = Traffic()
    turn = traffic.enter(POST, "create a monitor")
    traffic.answered(turn, limits(0, 600), refused=False)
    begin = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(traffic.enter, POST, "create a monitor") for _ in range(2)]
        waiting.append(pool.submit(traffic.pause, "read monitor 5", Wait(seconds=600.0)))  # type: ignore[arg-type] # of no interest
        threading.Timer(0.05, traffic.stop).start()
        errors = [each.exception(timeout=5) for each in waiting]
    assert [type(each) for each in errors] == [Interrupted] * 3
    assert str(errors[0]) == "did not create a monitor: interrupted before it was sent"
    assert time.monotonic() - begin < 2
    with pytest.raises(Interrupted):
        traffic.enter(GET, "read monitor 5")


def test_past_the_deadline_nothing_goes() -> None:
    clock = Unhurried()
    traffic = Traffic(deadline=20, clock=clock)
    turn = traffic.enter(POST, "create a monitor")
    traffic.answered(turn, limits(0, 600), refused=False)
    with pytest.raises(NotSent, match="the deadline of 20 s is over") as found:
        traffic.enter(POST, "create a monitor")
    assert "--deadline" in found.value.hint
    assert sum(clock.waited) == pytest.approx(20, abs=0.5)


def test_a_limit_that_is_anew_only_in_an_hour_is_not_waited_for() -> None:
    traffic = Traffic(clock=Unhurried())
    turn = traffic.enter(GET, "list monitors")
    traffic.answered(turn, limits(0, 3000), refused=False)
    with pytest.raises(NotSent, match=r"post_monitors \(500 in 10 s\) is used up for 3000 s"):
        traffic.enter(GET, "list monitors")
    assert LONGEST < 3000


def test_everybody_who_waits_for_the_same_is_told_of_once() -> None:
    told: list[tuple[str, float]] = []
    traffic = Traffic(on_wait=lambda *what: told.append(what))
    turn = traffic.enter(POST, "create a monitor")
    traffic.answered(turn, limits(50, 600), refused=False)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(traffic.enter, POST, "create a monitor") for _ in range(8)]
        threading.Timer(0.05, traffic.stop).start()
        assert all(each.exception(timeout=5) for each in waiting)
    assert [(what, round(seconds)) for what, seconds in told] == [
        ("Datadog's limit post_monitors (500 in 10 s)", 600)
    ]


def test_short_waits_are_not_told() -> None:
    told: list[object] = []
    traffic = Traffic(on_wait=lambda *what: told.append(what), clock=Unhurried())
    traffic.pause("read monitor 5", Wait(seconds=0.9, reason="Datadog to recover"))
    assert told == []


def test_a_waiter_that_stops_everything_when_told_is_heard() -> None:
    traffic = Traffic(on_wait=lambda *_: traffic.stop())
    with pytest.raises(NotSent):
        traffic.pause("read monitor 5", Wait(seconds=600.0, reason="Datadog to recover"))


def test_a_client_told_to_stop_sends_nothing_more(script: Script) -> None:
    script.say(Answer(body={"id": 7}))
    client = script.client()
    client.stop()
    with pytest.raises(NotSent):
        client.create(BODY)
    assert script.asked == []


def test_an_update_stopped_between_two_tries_is_not_called_unsent(script: Script) -> None:
    client = script.client(tries=3)
    script.say(stopping(client, Answer(status=502)))
    with pytest.raises(Unreachable, match="502") as found:
        client.update(7, BODY)
    assert type(found.value) is Unreachable
    assert len(script.asked) == 1


def test_a_throttled_create_stopped_while_it_waits_is_unsent(script: Script) -> None:
    client = script.client()
    script.say(stopping(client, Answer(status=429, headers=limits(0, 7))))
    with pytest.raises(NotSent):
        client.create(BODY)


def test_a_create_on_the_wire_when_the_run_is_stopped_is_finished(script: Script) -> None:
    client = script.client()
    script.say(stopping(client, Answer(body={"id": 7})))
    assert client.create(BODY) == {"id": 7}


def test_when_datadog_is_down_a_big_run_ends_with_few_requests(script: Script) -> None:
    script.say(Answer(status=503, body="<html>maintenance</html>"))
    client = script.client(tries=4)
    for number in range(99):
        with pytest.raises(Unreachable):
            client.update(number, BODY)
    with pytest.raises(NotSent, match="every try of it"):
        client.update(99, BODY)
    assert len(script.asked) <= 12
    # the pauses are halved here; at full length they are at most three minutes
    assert sum(script.waited) < 60


def test_a_create_that_failed_opens_no_second_one(script: Script) -> None:
    script.say(Answer(status=503), Answer(body={"id": 7}))
    with pytest.raises(OutcomeUnknown):
        script.client().create(BODY)
    assert len(script.asked) == 1

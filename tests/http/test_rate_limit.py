"""The rate limiter against a simulated service: no window is ever broken, and none is wasted."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.http.rate_limit import RateLimiter, Wait, reserve
from monitor_sync.http.service import RequestLimit, Service

pytestmark = pytest.mark.early

CREATE = "POST /api/v1/monitor"
Headers = dict[str, str]

SERVICE = Service(
    name="Datadog",
    host="api.example",
    limits={CREATE: RequestLimit(requests=500, seconds=10.0)},
    usual_limit=RequestLimit(requests=12_000, seconds=60.0),
)


def limiter(backoff: float = 0.5) -> RateLimiter:
    return RateLimiter(SERVICE, backoff=backoff, chance=lambda: 0.0)


def limit_headers(
    left: int, reset: int, *, limit: int = 500, period: int = 10, name: str = "n"
) -> Headers:
    return {
        "X-RateLimit-Limit": str(limit),
        "x-ratelimit-period": str(period),
        "x-ratelimit-remaining": str(left),
        "X-RATELIMIT-RESET": str(reset),
        "x-ratelimit-name": name,
    }


@dataclass(kw_only=True)
class Server:
    """Counts as Datadog does: windows on the calendar, resets in whole seconds."""

    limit: int
    period: int
    rounding: Callable[[float], int]
    silent: bool = False
    counts: Counter[int] = field(default_factory=Counter)

    def answer(self, now: float) -> tuple[Headers, bool]:
        window = int(now // self.period)
        self.counts[window] += 1
        left = self.limit - self.counts[window]
        reset = self.rounding((window + 1) * self.period - now)
        headers = limit_headers(max(left, 0), reset, limit=self.limit, period=self.period)
        return ({} if self.silent else headers), left < 0


def run(
    limiter: RateLimiter,
    server: Server,
    *,
    requests: int,
    workers: int,
    begin: float,
    latencies: list[tuple[float, float]],
    lose: set[int] = frozenset(),  # type: ignore[assignment] # never changed
    route: str = CREATE,
) -> float:
    """Send so many requests by so many workers in simulated time; how long it took in seconds."""
    order = itertools.count()
    events: list[Any] = []
    latency = itertools.cycle(latencies)
    sent = done = 0
    now = begin
    while done < requests:
        wait = Wait(seconds=0.0)
        while sent - done < workers and sent < requests:
            wait = limiter.wait(route, now) or Wait(seconds=-1.0)
            if wait.seconds >= 0:
                break
            request = limiter.sent(route, now)
            up, down = next(latency)
            heapq.heappush(events, (now + up, next(order), "arrives", request, sent, down, None))
            sent += 1
        stuck = sent - done < workers and sent < requests
        wake = now + max(wait.seconds, 1e-6) if stuck else math.inf
        if events and events[0][0] <= wake:
            now, _, what, request, number, down, given = heapq.heappop(events)
            if what == "arrives":
                given = server.answer(now)
                entry = (now + down, next(order), "is answered", request, number, down, given)
                heapq.heappush(events, entry)
            elif number in lose:
                limiter.lost(request, now, counted=True)
                done += 1
            else:
                limiter.answered(request, now, given[0], refused=given[1])
                done += 1
        else:
            assert wake < math.inf, "nothing is on its way and nobody waits"
            now = wake
        assert now - begin < 1e5, "no progress"
    return now - begin


quick = st.tuples(st.floats(0.001, 0.02), st.floats(0.001, 0.02))
latency = st.tuples(st.floats(0.001, 0.4), st.floats(0.001, 0.4))
slow = st.tuples(st.floats(0.001, 1.4), st.floats(0.001, 1.4))


@given(
    limit=st.integers(6, 60),
    period=st.sampled_from([10, 30]),  # none recorded is shorter
    rounding=st.sampled_from([math.ceil, math.floor]),
    workers=st.integers(1, 12),
    begin=st.floats(100, 130),
    latencies=st.lists(st.one_of(latency, slow), min_size=1, max_size=7),
    lose=st.sets(st.integers(0, 100), max_size=5),
)
def test_no_window_ever_sees_more_than_its_limit_however_answers_interleave(
    limit: int,
    period: int,
    rounding: Callable[[float], int],
    workers: int,
    begin: float,
    latencies: list[tuple[float, float]],
    lose: set[int],
) -> None:
    server = Server(limit=limit, period=period, rounding=rounding)
    run(
        limiter(),
        server,
        requests=100,
        workers=workers,
        begin=begin,
        latencies=latencies,
        lose=lose,
    )
    assert max(server.counts.values()) <= limit


@given(
    limit=st.integers(6, 60),
    period=st.sampled_from([1, 2]),
    workers=st.integers(1, 12),
    begin=st.floats(100, 110),
    latencies=st.lists(quick, min_size=1, max_size=7),
)
def test_windows_of_a_second_are_kept_to_where_answers_are_quick(
    limit: int, period: int, workers: int, begin: float, latencies: list[tuple[float, float]]
) -> None:
    server = Server(limit=limit, period=period, rounding=math.ceil)
    run(limiter(), server, requests=100, workers=workers, begin=begin, latencies=latencies)
    assert max(server.counts.values()) <= limit


@given(
    workers=st.integers(1, 32),
    begin=st.floats(100, 120),
    latencies=st.lists(latency, min_size=1, max_size=7),
)
def test_a_server_that_tells_nothing_is_not_sent_more_than_the_recorded_limit(
    workers: int, begin: float, latencies: list[tuple[float, float]]
) -> None:
    server = Server(limit=500, period=10, rounding=math.ceil, silent=True)
    run(limiter(), server, requests=1200, workers=workers, begin=begin, latencies=latencies)
    assert max(server.counts.values()) <= 500


@given(
    begin=st.floats(100, 110),
    up=st.floats(0.002, 0.01),
    rounding=st.sampled_from([math.ceil, math.floor]),
)
def test_1200_creates_take_little_longer_than_the_limit_forces(
    begin: float, up: float, rounding: Callable[[float], int]
) -> None:
    server = Server(limit=500, period=10, rounding=rounding)
    seconds = run(limiter(), server, requests=1200, workers=8, begin=begin, latencies=[(up, up)])
    # a run that begins with its window must wait for two more: 20 s, and then do the rest
    assert seconds <= 1.2 * 20
    assert max(server.counts.values()) <= 450 + 1  # a tenth is left to people


def test_the_first_request_of_a_limit_goes_alone_and_its_answer_lets_the_others_go() -> None:
    rates = limiter()
    assert rates.wait(CREATE, 0.0) is None
    first = rates.sent(CREATE, 0.0)
    assert rates.wait(CREATE, 0.1) == Wait(seconds=0.9)

    rates.answered(first, 0.2, limit_headers(499, 7), refused=False)

    assert rates.wait(CREATE, 0.2) is None


def test_while_the_first_answer_is_slow_one_more_goes_each_second() -> None:
    rates = limiter()
    goes = []
    for tick in range(40):
        if rates.wait(CREATE, tick / 10) is None:
            goes.append(tick / 10)
            rates.sent(CREATE, tick / 10)
    assert goes == [0.0, 1.0, 2.0, 3.0]


def test_what_is_on_the_way_counts_against_what_remains() -> None:
    rates = limiter()
    first = rates.sent(CREATE, 0.0)
    rates.answered(first, 0.1, limit_headers(53, 7), refused=False)
    sent = 0
    while (wait := rates.wait(CREATE, 0.2)) is None:
        rates.sent(CREATE, 0.2)
        sent += 1
    assert sent == 53 - reserve(500)
    assert wait.seconds == pytest.approx(6.9)
    assert wait.reason == "Datadog's limit n (500 in 10 s)"


@pytest.mark.parametrize(
    ("limit", "kept"), [(1, 0), (2, 1), (10, 1), (100, 10), (500, 50), (12_000, 50)]
)
def test_a_tenth_of_a_limit_is_left_to_people_at_least_one_at_most_fifty(
    limit: int, kept: int
) -> None:
    assert reserve(limit) == kept


def test_routes_that_share_a_limit_share_what_remains_of_it() -> None:
    rates = limiter()
    for route in ("DELETE /a", "GET /b"):
        request = rates.sent(route, 0.0)
        rates.answered(request, 0.1, limit_headers(50, 7, name="global_org"), refused=False)

    assert rates.wait("DELETE /a", 0.2) is not None
    assert rates.wait("GET /b", 0.2) is not None
    assert rates.wait("PUT /c", 0.2) is None


def test_an_older_answer_that_arrives_late_does_not_give_anything_back() -> None:
    rates = limiter()
    slow, quick = rates.sent(CREATE, 0.0), rates.sent(CREATE, 0.0)
    rates.answered(quick, 0.5, limit_headers(50, 7), refused=False)
    rates.answered(slow, 0.6, limit_headers(51, 7), refused=False)

    assert rates.wait(CREATE, 0.6) is not None


def test_a_refusal_with_headers_is_waited_out_until_the_window_ends() -> None:
    rates = limiter()
    request = rates.sent(CREATE, 0.0)
    rates.answered(request, 0.5, limit_headers(3, 7), refused=True)

    assert rates.wait(CREATE, 1.0) == Wait(seconds=6.5, reason="Datadog's limit n (500 in 10 s)")
    assert rates.wait(CREATE, 7.5) is None


def test_refusals_that_name_no_limit_stop_every_route_longer_each_time() -> None:
    rates = limiter()
    waits, now = [], 0.0
    for _ in range(7):
        request = rates.sent(CREATE, now)
        rates.answered(request, now, None, refused=True)
        wait = rates.wait("GET /another", now)
        assert wait is not None
        waits.append(wait.seconds)
        now += wait.seconds
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]  # halved: chance gives 0

    request = rates.sent(CREATE, now)
    rates.answered(request, now, limit_headers(499, 7), refused=False)
    request = rates.sent(CREATE, now)
    rates.answered(request, now, None, refused=True)
    wait = rates.wait(CREATE, now)
    assert wait is not None
    assert wait.seconds == 1.0


def test_refusals_of_requests_that_were_already_on_the_way_do_not_add_up() -> None:
    rates = limiter()
    requests = [rates.sent(CREATE, 0.0) for _ in range(8)]
    for request in requests:
        rates.answered(request, 0.1, {}, refused=True)
    wait = rates.wait(CREATE, 0.1)
    assert wait is not None
    assert wait.seconds == pytest.approx(1.0)


@pytest.mark.parametrize(
    "broken",
    [{"x-ratelimit-reset": "soon"}, {"x-ratelimit-limit": "0"}, {"x-ratelimit-remaining": "nan"}],
)
def test_headers_that_make_no_sense_tell_nothing(broken: Headers) -> None:
    rates = limiter()
    request = rates.sent(CREATE, 0.0)
    rates.answered(request, 0.1, {**limit_headers(0, 7), **broken}, refused=False)
    assert rates.wait(CREATE, 0.2) is None


def test_a_name_with_control_characters_is_not_shown() -> None:
    rates = limiter()
    request = rates.sent(CREATE, 0.0)
    rates.answered(request, 0.1, limit_headers(0, 7, name="n\x1b[31m"), refused=False)
    wait = rates.wait(CREATE, 0.2)
    assert wait is not None
    assert wait.reason == "Datadog's limit for POST /api/v1/monitor (500 in 10 s)"


def test_requests_to_a_silent_service_go_apart_and_none_is_left_over_where_none_is_reserved() -> (
    None
):
    limit = RequestLimit(requests=3, seconds=60.0, apart=0.5, reserved=0)
    rates = RateLimiter(
        Service(name="Bell", host="bell.example", usual_limit=limit),
        backoff=0.5,
        chance=lambda: 0.0,
    )
    for now in (0.0, 0.5, 1.0):
        assert rates.wait("GET /on-call", now) is None
        rates.answered(rates.sent("GET /on-call", now), now + 0.1, {}, refused=False)
        assert rates.wait("GET /on-call", now + 0.2) is not None
    wait = rates.wait("GET /on-call", 10.0)
    assert wait is not None
    assert (wait.seconds, wait.reason) == (50.0, "the usual limit of Bell (3 in 60 s)")

"""Zenduty's limits: two on-call reads a second and 40 a minute, for an estate of forty teams."""

from __future__ import annotations

import itertools

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.owners import OwnerTeam
from monitor_sync.emulator.server import running
from monitor_sync.http.rate_limit import RateLimiter
from monitor_sync.http.service import Service
from monitor_sync.oncall.path import LookAhead, PageToFollow
from monitor_sync.oncall.tool import Connection
from monitor_sync.oncall.zenduty import connecting
from tests.emulator.calls import requests
from tests.http.clock import Unhurried
from tests.oncall.zenduty.estate import NOW


class Noting(Unhurried):
    """A clock that notes when the on-call reads of an emulator go. It goes on by waits alone."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self._emulator = emulator
        self.reads: list[float] = []

    def now(self) -> float:
        return self._ahead

    def note(self) -> None:
        counts = requests(self._emulator)
        count = sum(n for route, n in counts.items() if route.endswith("/oncall/"))
        self.reads += [self.now()] * (count - len(self.reads))


def test_forty_teams_stay_within_two_a_second_and_forty_a_minute() -> None:
    teams = [
        OwnerTeam(
            name=f"team{number}",
            title=f"Team {number}",
            tool="zenduty",
            service="",
            handles=(f"@webhook-{number}",),
        )
        for number in range(40)
    ]
    emulator = Emulator(clock=NOW.timestamp)
    emulator.seed_on_call(teams)
    clock = Noting(emulator)
    with running(emulator) as url:
        environ = {"ZENDUTY_API_KEY": "k" * 20, "ZENDUTY_URL": f"{url}/__zenduty"}
        zenduty = connecting.connect(Connection(environ=environ), clock)
        for team in teams:
            page = PageToFollow(team=team.name, handle="@x", target="x", service=team.name)
            followed = zenduty.follow(page, LookAhead(now=NOW))
            assert followed.steps[-1].status == "ok"
            clock.note()
        zenduty.close()
        counts = requests(emulator)

    print(f"40 teams: {counts}")
    assert len(clock.reads) == 40
    assert sum(counts.values()) == 1 + 6 * 40
    for earlier, later in itertools.pairwise(clock.reads):
        assert later - earlier > 0.5


def test_headers_of_a_refusal_do_not_take_the_place_of_the_published_limits() -> None:
    route = "POST /api/incidents/filter/"
    service = Service(
        name="Zenduty", host="z", headers=connecting.HEADERS, limits=connecting.LIMITS
    )
    limiter = RateLimiter(service, backoff=0.5, chance=lambda: 0.0)
    headers = {"X-RateLimit-Limit": "15", "X-RateLimit-Remaining": "0", "Retry-After": "2"}
    now, sent = 0.0, []
    while now < 300:
        if wait := limiter.wait(route, now):
            now += max(wait.seconds, 0.001)
            continue
        request = limiter.sent(route, now)
        sent.append(now)
        refused = len(sent) == 3
        limiter.answered(request, now, headers if refused else {}, refused=refused)

    assert all(later - earlier > 60 for earlier, later in zip(sent, sent[15:], strict=False))
    assert len(sent) > 60

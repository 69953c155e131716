"""
How many requests a service's limits still allow, learnt from its answers. Pure: no clock, no lock.

An answer names the limit that its request was counted under and what is left of it until the
window ends. Windows may begin on the calendar, not with our first request. The state of a window
is kept for each name and shared by all workers. These rules keep within every window, whatever
the order in which answers arrive:

- A request on its way counts as if no answer had counted it yet.
- A tenth of each limit is left to people and to other tools of the organisation.
- While nothing is known (before the first answer, and after a window has ended), one request goes
  alone, and its answer tells how many others may go. While it is slow, one more goes now and then.
- Where answers tell no limits, the ones that ``Service`` knows are kept to, without a calendar.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct, field

from monitor_sync.http.service import ABSURD, RateLimitHeaders, Service

_LEAST: Final = 10
"""The smallest limit ever recorded: one that is not known yet is taken to be no larger."""

_LONGEST_PAUSE: Final = 60
"""The longest pause after a 429 that says nothing, in units of the first wait."""


class Wait(Struct, frozen=True, kw_only=True):
    """Why a request cannot go now, for how many seconds at most; ``reason`` is empty if trivial."""

    seconds: float
    reason: str = ""


class Quota(Struct, frozen=True, kw_only=True):
    """What an answer tells: ``left`` of ``limit`` requests in ``period`` s, anew in ``reset`` s."""

    name: str
    limit: int
    period: float
    left: int
    reset: float


def quota_told(names: RateLimitHeaders, headers: Mapping[str, str] | None) -> Quota | None:
    """Return what the headers of an answer tell; None where they tell nothing or make no sense."""
    values = lower_case(headers)
    try:
        limit, left, reset = (
            float(values[name]) for name in (names.limit, names.remaining, names.reset)
        )
        period = float(values.get(names.period, names.default_period or "unknown"))
    except (KeyError, ValueError):
        return None
    if not (1 <= limit < ABSURD and 0 < period < ABSURD):
        return None
    if not (-ABSURD < left < ABSURD and 0 <= reset < ABSURD):
        return None
    name = values.get(names.name, "")
    return Quota(name=name, limit=int(limit), period=period, left=int(left), reset=reset)


def pause_told(names: RateLimitHeaders, headers: Mapping[str, str] | None) -> float | None:
    """Return the seconds until the limit starts again, which some answers tell alone; or None."""
    try:
        seconds = float(lower_case(headers)[names.reset])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds < ABSURD else None


def lower_case(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers with their names in lower case, as ``RateLimitHeaders`` has them."""
    return {name.lower(): value for name, value in (headers or {}).items()}


def reserve(limit: int) -> int:
    """Return how much of a limit is left to others: a tenth, at least one, at most 50."""
    return min(50, max(1, limit // 10), limit - 1)


class PendingRequest(Struct, frozen=True, kw_only=True, eq=False):
    """One request on its way: where to, and when it was sent."""

    route: str
    sent: float


class _LimitState(Struct):
    """
    What is known of one limit; ``quota`` is the newest that an answer told.

    ``began`` is when the request was sent whose answer opened the window, ``ends`` the earliest
    end that answers allow. The end is believed ``jitter`` seconds later, so that several processes
    do not wake as one. ``probed`` is when the last request went while nothing was known.
    ``silent`` is True where answers come and tell no limit; ``recent`` are then the times of the
    requests in the last period. ``finished`` are the requests that were done while others were on
    their way: when, and whether their answer told what was left.
    """

    quota: Quota | None = None
    left: int = 0
    began: float = 0.0
    ends: float = 0.0
    jitter: float = 0.0
    probed: float = -1.0
    silent: bool = False
    pending: list[PendingRequest] = field(default_factory=list)
    finished: list[tuple[float, bool]] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)

    def finish(self, request: PendingRequest, now: float, *, reported: bool) -> None:
        """Note the end of a request; ``reported`` is True if its answer told what was left."""
        self.pending.remove(request)
        oldest = min((pending.sent for pending in self.pending), default=now)
        self.finished = [(done, known) for done, known in self.finished if done > oldest]
        if self.pending:
            self.finished.append((now, reported))

    def learn(self, quota: Quota, request: PendingRequest, now: float, *, refused: bool) -> None:
        """
        Take in what the answer to a request tells.

        Resets are whole seconds, and nobody says how they are rounded. The answer to a request
        sent after the end that was believed in is taken at its word. Of one sent before, only a
        reset that reaches beyond that end proves a newer window; else the smaller numbers count.
        What was done while the request was on its way may have been counted after it.
        """
        sent = request.sent
        left = min(quota.left, 0) if refused else quota.left
        ends = now + (quota.reset or 1.0)
        meanwhile = [reported for done, reported in self.finished if done > sent]
        newer = self.quota is None or sent >= self.ends or sent + quota.reset - 1 > self.ends
        old = not newer and sent < self.began
        if newer:
            self.began, self.left, self.ends = sent, left - len(meanwhile), ends
        elif old:
            self.left -= 1  # counted in the window before, or in this one: nobody knows
        else:
            self.left = min(self.left, left - meanwhile.count(False))
            self.ends = min(self.ends, ends)
        self.quota = quota
        self.finish(request, now, reported=not old)


class RateLimiter:
    """
    Says whether a request may go, and learns from answers.

    Times are seconds of any clock that only goes forward. ``backoff`` is the unit of the waits
    that no answer tells, ``chance`` gives numbers from 0 to 1 so that several processes do not
    wake as one.
    """

    def __init__(self, service: Service, *, backoff: float, chance: Callable[[], float]) -> None:
        self._service = service
        self._backoff = backoff
        self._chance = chance
        self._names: dict[str, str] = {}  # the limit that each route counts against
        self._windows: dict[str, _LimitState] = {}
        self._shut_until = 0.0
        self._unnamed = 0  # how many 429 in a row named no limit

    def wait(self, route: str, now: float) -> Wait | None:
        """Return why a request must wait; None where it may go."""
        if now < self._shut_until:
            reason = f"{self._service.name}'s limit (429, unnamed)"
            return Wait(seconds=self._shut_until - now, reason=reason)
        window = self._window(route)
        quota = window.quota
        if quota is None:
            return self._assumed(route, window, now) if window.silent else self._alone(window, now)
        opens = window.ends + window.jitter
        if now >= opens:
            return self._alone(window, now)
        if window.left - len(window.pending) > reserve(quota.limit):
            return None
        return Wait(seconds=opens - now, reason=self._reason(route, quota))

    def sent(self, route: str, now: float) -> PendingRequest:
        """Note a request that goes now. Exactly one of ``answered`` and ``lost`` must follow."""
        request = PendingRequest(route=route, sent=now)
        window = self._window(route)
        window.pending.append(request)
        if now >= window.ends:
            window.probed = now
        if window.quota is None:
            window.recent.append(now)
        return request

    def answered(
        self,
        request: PendingRequest,
        now: float,
        headers: Mapping[str, str] | None,
        *,
        refused: bool,
    ) -> None:
        """Learn from an answer that is the service's own; ``refused`` is a 429 about a limit."""
        quota = quota_told(self._service.headers, headers)
        if quota is None:
            self.lost(request, now, counted=True)
            if refused:
                self._shut_for_a_while(now, pause_told(self._service.headers, headers))
            else:
                self._window(request.route).silent = True
                self._unnamed = 0
            return
        self._rename(request.route, quota.name or request.route)
        window = self._window(request.route)
        window.learn(quota, request, now, refused=refused)
        window.jitter = min(0.25, quota.period / 100) * self._chance()
        if not refused:
            self._unnamed = 0

    def lost(self, request: PendingRequest, now: float, *, counted: bool) -> None:
        """Note a request without a useful answer; ``counted`` if the service may have got it."""
        window = self._window(request.route)
        window.finish(request, now, reported=not counted)
        if counted and window.quota is not None and request.sent < window.ends:
            window.left -= 1

    def _window(self, route: str) -> _LimitState:
        return self._windows.setdefault(self._names.get(route, route), _LimitState())

    def _rename(self, route: str, name: str) -> None:
        """Put a route, and its requests on their way, under the limit that an answer names."""
        if self._names.get(route, route) == name:
            return
        before = self._window(route)
        self._names[route] = name
        moving = [pending for pending in before.pending if pending.route == route]
        before.pending = [pending for pending in before.pending if pending.route != route]
        after = self._window(route)
        after.pending += moving
        after.finished += before.finished  # too many, if the old one was shared: no harm

    def _alone(self, window: _LimitState, now: float) -> Wait | None:
        """Return the wait while no limit is known: one request first, then one more each pause."""
        probes = [pending.sent for pending in window.pending if pending.sent >= window.ends]
        pause = 2 * self._backoff
        if not probes:
            # an answer that got lost, just when a window seemed to end: it may not have yet
            again = window.probed + pause if window.quota and window.probed >= window.ends else now
            return Wait(seconds=again - now) if again > now else None
        age = now - min(probes)
        most = window.quota.limit - reserve(window.quota.limit) if window.quota else _LEAST
        if len(probes) < min(1 + int(age / pause), most):
            return None
        return Wait(seconds=pause - age % pause)

    def _assumed(self, route: str, window: _LimitState, now: float) -> Wait | None:
        """Keep to the known limit in every stretch of its period, as the calendar is unknown."""
        limit = self._service.limit_of(route)
        while window.recent and window.recent[0] <= now - limit.seconds:
            window.recent.popleft()
        if window.recent and now < window.recent[-1] + limit.apart:
            return Wait(seconds=window.recent[-1] + limit.apart - now)
        left_to_others = reserve(limit.requests) if limit.reserved is None else limit.reserved
        if len(window.recent) < limit.requests - left_to_others:
            return None
        name = self._service.name
        reason = f"the usual limit of {name} ({limit.requests} in {limit.seconds:g} s)"
        return Wait(seconds=window.recent[0] + limit.seconds - now, reason=reason)

    def _shut_for_a_while(self, now: float, seconds: float | None) -> None:
        """Let nobody send for a while after a 429 without a name; None: longer each time."""
        if now < self._shut_until:
            return  # a request that was already on its way: it tells nothing new
        if seconds is None:
            pause = min(4 * 2**self._unnamed, _LONGEST_PAUSE) * self._backoff
            pause *= 0.5 + self._chance() / 2
            self._unnamed = min(self._unnamed + 1, 8)
        else:
            pause = (seconds or 1.0) + self._chance() / 4
        self._shut_until = now + pause

    def _reason(self, route: str, quota: Quota) -> str:
        """Return the limit, as the end of "waiting for …"."""
        name = quota.name if quota.name.isprintable() and quota.name else f"for {route}"
        return f"{self._service.name}'s limit {name[:80]} ({quota.limit} in {quota.period:g} s)"

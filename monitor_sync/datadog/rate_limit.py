"""
How many requests Datadog's limits still allow, from what its answers tell. Pure: no clock, no lock.

Every answer names the limit that it was counted under and what is left of it until the window
ends; windows begin on the calendar, not with our first request (Datadog's page on rate limits).
One window's state is kept per name and shared by all workers, and these rules keep every window
unbroken in whatever order answers arrive:

- What is on the way counts as if no answer had counted it yet.
- A tenth of each limit is left to people and other tools of the organisation.
- While nothing is known (before the first answer, and when a window has ended), one request goes
  alone and its answer says what the others may; where it is slow, one more goes now and then.
- Where answers tell no limits at all, those of recorded traffic are kept to, without a calendar.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

RECORDED: Final[Mapping[str, tuple[int, float]]] = {
    "POST /api/v1/monitor": (500, 10.0),
    "PUT /api/v1/monitor/{id}": (500, 10.0),
    "GET /api/v1/monitor/{id}": (3000, 10.0),
    "GET /api/v1/monitor": (1000, 10.0),
}
"""Requests and seconds by route, measured from recorded answers of 2020 to 2023."""

_ELSEWHERE: Final = (12_000, 60.0)
"""The recorded limit that most other routes share."""

_LEAST: Final = 10
"""The smallest limit ever recorded: one that is not known yet is taken to be no larger."""

_LONGEST_PAUSE: Final = 60
"""The longest pause after a 429 that says nothing, in units of the first wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why a request cannot go now, for how many seconds at most; ``reason`` is empty if trivial."""

    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer tells: ``left`` of ``limit`` requests in ``period`` s, anew in ``reset`` s."""

    name: str
    limit: int
    period: float
    left: int
    reset: float

    @classmethod
    def of(cls, headers: Mapping[str, str] | None) -> Self | None:
        """Read the ``X-RateLimit-…`` headers; None where they are absent or make no sense."""
        found = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            limit, period, left, reset = (
                float(found[f"x-ratelimit-{each}"])
                for each in ("limit", "period", "remaining", "reset")
            )
        except (KeyError, ValueError):
            return None
        if not (1 <= limit < 1e9 and 0 < period < 1e9 and -1e9 < left < 1e9 and 0 <= reset < 1e9):
            return None
        name = found.get("x-ratelimit-name", "")
        return cls(name=name, limit=int(limit), period=period, left=int(left), reset=reset)


def pause_told(headers: Mapping[str, str] | None) -> float | None:
    """The seconds of ``X-RateLimit-Reset`` alone, which some answers have without the others."""
    found = {name.lower(): value for name, value in (headers or {}).items()}
    try:
        seconds = float(found["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds < 1e9 else None


def reserve(limit: int) -> int:
    """How much of a limit is left to others: a tenth, at least one, at most 50."""
    return min(50, max(1, limit // 10), limit - 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flight:
    """One request on its way: where to, and when it was sent."""

    route: str
    sent: float


@dataclass(slots=True)
class _Window:
    """What is known of one limit. ``left`` is None where its window may have ended."""

    told: Told | None = None
    left: int = 0
    began: float = 0.0  # when the request was sent whose answer opened it
    ends: float = 0.0  # the earliest time that answers allow to hope for
    late: float = 0.0  # so much later is it believed, so that several processes do not wake as one
    asked: float = -1.0  # when the last request went while nothing was known
    silent: bool = False  # answers come, and tell no limit
    flying: list[Flight] = field(default_factory=list)  # those without an answer yet
    landed: list[tuple[float, bool]] = field(default_factory=list)  # those done, for late answers
    sent: deque[float] = field(default_factory=deque)  # where it is silent, in the last period

    def land(self, flight: Flight, now: float, *, said: bool) -> None:
        """A request is no longer on its way; ``said`` where its answer told what was left."""
        self.flying.remove(flight)
        oldest = min((each.sent for each in self.flying), default=now)
        self.landed = [each for each in self.landed if each[0] > oldest]
        if self.flying:
            self.landed.append((now, said))

    def learn(self, told: Told, flight: Flight, now: float, *, refused: bool) -> None:
        """
        Take in what the answer to a request tells.

        Resets are whole seconds, and nobody says how they are rounded. The answer to a request
        sent after the end that was believed in is taken at its word. Of one sent before, only a
        reset that reaches beyond that end proves a newer window; else the smaller numbers count.
        What was done while it was on its way may have been counted after it.
        """
        sent = flight.sent
        left = min(told.left, 0) if refused else told.left
        ends = now + (told.reset or 1.0)
        meanwhile = [said for done, said in self.landed if done > sent]
        newer = self.told is None or sent >= self.ends or sent + told.reset - 1 > self.ends
        old = not newer and sent < self.began
        if newer:
            self.began, self.left, self.ends = sent, left - len(meanwhile), ends
        elif old:
            self.left -= 1  # of the window before, or counted in this one: nobody knows
        else:
            self.left = min(self.left, left - meanwhile.count(False))
            self.ends = min(self.ends, ends)
        self.told = told
        self.land(flight, now, said=not old)


class Budget:
    """
    Says whether a request may go, and learns from answers.

    Times are seconds of any clock that only goes forward. ``backoff`` is the unit of all waits
    of our own, ``chance`` gives numbers from 0 to 1 so that several processes do not wake as one.
    """

    def __init__(self, *, backoff: float, chance: Callable[[], float]) -> None:
        self._backoff = backoff
        self._chance = chance
        self._names: dict[str, str] = {}  # the limit that each route counts against
        self._windows: dict[str, _Window] = {}
        self._shut_until = 0.0
        self._shut = 0  # how often in a row a 429 said nothing

    def wait(self, route: str, now: float) -> Wait | None:
        """Why a request must wait; None where it may go."""
        if now < self._shut_until:
            return Wait(seconds=self._shut_until - now, reason="Datadog's limit (429, unnamed)")
        window = self._window(route)
        told = window.told
        if told is None:
            return self._assumed(route, window, now) if window.silent else self._alone(window, now)
        opens = window.ends + window.late
        if now >= opens:
            return self._alone(window, now)
        if window.left - len(window.flying) > reserve(told.limit):
            return None
        return Wait(seconds=opens - now, reason=_reason(route, told))

    def sent(self, route: str, now: float) -> Flight:
        """A request goes now. Exactly one of ``answered`` and ``lost`` must follow."""
        flight = Flight(route=route, sent=now)
        window = self._window(route)
        window.flying.append(flight)
        if now >= window.ends:
            window.asked = now
        if window.silent:
            window.sent.append(now)
        return flight

    def answered(
        self, flight: Flight, now: float, headers: Mapping[str, str] | None, *, refused: bool
    ) -> None:
        """An answer came, of Datadog's and no broken one; ``refused`` is a 429 about a limit."""
        told = Told.of(headers)
        if told is None:
            self.lost(flight, now, counted=True)
            if refused:
                self._shut_for_a_while(now, pause_told(headers))
            else:
                self._window(flight.route).silent = True
                self._shut = 0
            return
        self._rename(flight.route, told.name or flight.route)
        window = self._window(flight.route)
        window.learn(told, flight, now, refused=refused)
        window.late = min(0.25, told.period / 100) * self._chance()
        if not refused:
            self._shut = 0

    def lost(self, flight: Flight, now: float, *, counted: bool) -> None:
        """No answer that says anything; ``counted`` where Datadog may have got the request."""
        window = self._window(flight.route)
        window.land(flight, now, said=not counted)
        if counted and window.told is not None and flight.sent < window.ends:
            window.left -= 1

    def _window(self, route: str) -> _Window:
        return self._windows.setdefault(self._names.get(route, route), _Window())

    def _rename(self, route: str, name: str) -> None:
        """Put a route, and what of it is on its way, under the limit that an answer names."""
        if self._names.get(route, route) == name:
            return
        before = self._window(route)
        self._names[route] = name
        moving = [each for each in before.flying if each.route == route]
        before.flying = [each for each in before.flying if each.route != route]
        after = self._window(route)
        after.flying += moving
        after.landed += before.landed  # too many, if the old one was shared: no harm

    def _alone(self, window: _Window, now: float) -> Wait | None:
        """While nothing is known: one on the way, and one more for each while that it takes."""
        asking = [each.sent for each in window.flying if each.sent >= window.ends]
        pause = 2 * self._backoff
        if not asking:
            # an answer that got lost, just when a window seemed to end: it may not have yet
            again = window.asked + pause if window.told and window.asked >= window.ends else now
            return Wait(seconds=again - now) if again > now else None
        late = now - min(asking)
        most = window.told.limit - reserve(window.told.limit) if window.told else _LEAST
        if len(asking) < min(1 + int(late / pause), most):
            return None
        return Wait(seconds=pause - late % pause)

    def _assumed(self, route: str, window: _Window, now: float) -> Wait | None:
        """Keep to the recorded limit in every stretch of its period, as the calendar is unknown."""
        limit, period = RECORDED.get(route, _ELSEWHERE)
        while window.sent and window.sent[0] <= now - period:
            window.sent.popleft()
        if len(window.sent) < limit - reserve(limit):
            return None
        seconds = window.sent[0] + period - now
        return Wait(seconds=seconds, reason=f"the usual limit of {limit} in {period:g} s")

    def _shut_for_a_while(self, now: float, told: float | None) -> None:
        """After a 429 that names no limit nobody sends anything, longer each time."""
        if now < self._shut_until:
            return  # others that were on the way: known already
        if told is None:
            pause = min(4 * 2**self._shut, _LONGEST_PAUSE) * self._backoff
            pause *= 0.5 + self._chance() / 2
            self._shut = min(self._shut + 1, 8)
        else:
            pause = (told or 1.0) + self._chance() / 4
        self._shut_until = now + pause


def _reason(route: str, told: Told) -> str:
    """The limit, as the end of "waiting for …"."""
    name = told.name if told.name.isprintable() and told.name else f"for {route}"
    return f"Datadog's limit {name[:80]} ({told.limit} in {told.period:g} s)"

"""The one place where requests wait for their turn, and where a run is stopped or timed out."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from monitor_sync.errors import Interrupted, NotSent
from monitor_sync.http.circuit_breaker import CircuitBreaker
from monitor_sync.http.rate_limit import PendingRequest, RateLimiter, Wait
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.service import Service

LONGEST: Final = 900.0
"""Seconds: a limit that is anew only after longer is an error to show, not to wait out."""

_WORTH_TELLING: Final = 1.0
"""Seconds: longer waits are announced."""


class Clock:
    """Seconds that only go forward, and waiting. Tests bring their own."""

    def now(self) -> float:
        """Return the seconds since some fixed moment."""
        return time.monotonic()

    def wait(self, gate: threading.Condition, seconds: float) -> None:
        """Wait so long, with the gate held, or until somebody notifies it."""
        gate.wait(seconds)


class Turn(Struct, frozen=True, kw_only=True):
    """The permission for one request, to be given back with how it ended."""

    pending: PendingRequest
    single: bool


class RequestGate:
    """
    Lets requests go one by one, as a service's limits and its health allow. Safe for threads.

    ``deadline`` is in seconds from ``begun`` on its clock, which is now unless said; None for none.
    When a wait of more than a second begins, ``on_wait`` gets its reason and its seconds, once for
    all threads that wait for the same. ``backoff`` is the unit of the waits that no answer tells.
    """

    def __init__(
        self,
        service: Service,
        *,
        backoff: float = 0.5,
        deadline: float | None = None,
        begun: float | None = None,
        on_wait: Callable[[str, float], None] | None = None,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._service = service
        self._gate = threading.Condition()
        self._clock = clock or Clock()
        self._limiter = RateLimiter(service, backoff=backoff, chance=chance)
        self._breaker = CircuitBreaker(service.name, backoff=backoff, chance=chance)
        self._deadline = deadline
        start = self._clock.now() if begun is None else begun
        self._ends = None if deadline is None else start + deadline
        self._on_wait = on_wait
        self._announced: dict[str, float] = {}
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """True if somebody stopped it: nothing more is sent."""
        return self._stopped

    def now(self) -> float:
        """Return the seconds on the clock that all waits go by."""
        return self._clock.now()

    def stop(self) -> None:
        """Send nothing more: all who wait, and all who come, get NotSent."""
        with self._gate:
            self._stopped = True
            self._gate.notify_all()

    def enter(self, request: ApiRequest) -> Turn:
        """Wait for the turn of one request. Raises NotSent where it will not come."""
        while True:
            with self._gate:
                now = self._clock.now()
                self._check(now, request.words, request.words_for_any)
                wait = self._breaker.wait(now) or self._limiter.wait(request.route, now)
                if wait is None:
                    pending = self._limiter.sent(request.route, now)
                    return Turn(pending=pending, single=self._breaker.sent())
                if wait.seconds > LONGEST:
                    raise self._too_long(request, wait)
                new = self._is_new(wait, now)
                if not new:
                    self._clock.wait(self._gate, self._within_deadline(wait.seconds, now))
            if new:
                self._tell(wait)

    def pause(self, purpose: str, wait: Wait, *, for_any: str = "") -> None:
        """
        Wait before ``purpose`` is tried again. Raises NotSent where it will not be.

        ``for_any`` is the purpose without the name of an object.
        """
        with self._gate:
            now = self._clock.now()
            until = now + wait.seconds
            new = self._is_new(wait, now)
        if new:
            self._tell(wait)
        with self._gate:
            while (now := self._clock.now()) < until:
                self._check(now, purpose, for_any or purpose)
                self._clock.wait(self._gate, self._within_deadline(until - now, now))

    def answered(self, turn: Turn, headers: Mapping[str, str] | None, *, refused: bool) -> None:
        """Give a turn back: the service answered; ``refused`` is a 429 because of a limit."""
        with self._gate:
            self._breaker.succeeded()
            self._limiter.answered(turn.pending, self._clock.now(), headers, refused=refused)
            self._gate.notify_all()

    def failed(self, turn: Turn, why: str, *, sent: bool) -> None:
        """Give a turn back: no answer, or one that says that the service is not well."""
        with self._gate:
            self._breaker.failed(self._clock.now(), why=why, single=turn.single)
            self._limiter.lost(turn.pending, self._clock.now(), counted=sent)
            self._gate.notify_all()

    def forgotten(self, turn: Turn) -> None:
        """Give a turn back: the request ended in a way that says nothing about the service."""
        with self._gate:
            self._breaker.forgotten(single=turn.single)
            self._limiter.lost(turn.pending, self._clock.now(), counted=True)
            self._gate.notify_all()

    def _check(self, now: float, purpose: str, for_any: str) -> None:
        """Raise NotSent where nothing may go any more."""
        kind: type[NotSent] = NotSent
        if self._stopped:
            kind = Interrupted
            problem, hint = "interrupted before it was sent", "run again: it does what is left"
        elif self._ends is not None and now >= self._ends:
            problem = f"the deadline of {self._deadline:g} s is over"
            hint = "run again, it does what is left; or give it more time with --deadline"
        elif failing := self._breaker.hopeless(now):
            name, page = self._service.name, self._service.status_page
            problem = f"every request to {name} has failed for {failing:.0f} s"
            hint = f"{page} may say more; run again later" if page else "run again later"
        else:
            return
        error = kind.of(f"did not {purpose}", problem, hint=hint, for_any=f"did not {for_any}")
        error.final = True
        raise error

    def _too_long(self, request: ApiRequest, wait: Wait) -> NotSent:
        return NotSent.of(
            f"could not {request.words}",
            f"{wait.reason} is used up for {wait.seconds:.0f} s",
            hint="run again later; other tools of your organisation share this limit",
            for_any=f"could not {request.words_for_any}",
        )

    def _within_deadline(self, seconds: float, now: float) -> float:
        return seconds if self._ends is None else max(0.0, min(seconds, self._ends - now))

    def _is_new(self, wait: Wait, now: float) -> bool:
        """Return True once for a wait that nobody has been told of yet."""
        if self._on_wait is None or not wait.reason or wait.seconds <= _WORTH_TELLING:
            return False
        if now < self._announced.get(wait.reason, now):
            return False
        self._announced[wait.reason] = now + wait.seconds
        return True

    def _tell(self, wait: Wait) -> None:
        if self._on_wait is not None:
            self._on_wait(wait.reason, wait.seconds)

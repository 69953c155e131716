"""Stops everybody for a while when a service fails again and again. Pure: no clock, no lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from monitor_sync.http.rate_limit import Wait

_IN_A_ROW: Final = 5
"""Failures without one success between them after which everybody waits."""

_PAUSES: Final = (4, 8, 16, 32, 60, 60)
"""Pauses before each single try, in units of the first wait; after the last there is no hope."""


class CircuitBreaker:
    """
    Closed, requests go. After several failures in a row (5xx, 512, no answer) it opens: nothing
    goes but one try after each pause, and the first success closes it.

    ``service`` is its name, for people. ``backoff`` is the unit of the pauses, ``chance`` gives
    numbers from 0 to 1.
    """

    def __init__(self, service: str, *, backoff: float, chance: Callable[[], float]) -> None:
        self._service = service
        self._backoff = backoff
        self._chance = chance
        self._failures = 0
        self._pauses = 0
        self._opened_at = 0.0
        self._closed_until: float | None = None  # None: requests go
        self._trying = False
        self._why = ""

    def wait(self, now: float) -> Wait | None:
        """Return why a request must wait; None where it may go."""
        if self._closed_until is None:
            return None
        if now < self._closed_until:
            reason = f"{self._service} to recover{self._why}"
            return Wait(seconds=self._closed_until - now, reason=reason)
        return Wait(seconds=2 * self._backoff) if self._trying else None

    def hopeless(self, now: float) -> float:
        """Return for how many seconds it has failed, if that is long enough to give up; else 0."""
        return now - self._opened_at if self._pauses > len(_PAUSES) else 0.0

    def sent(self) -> bool:
        """Note a request that goes; True where it is the single try."""
        if self._closed_until is None:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """Note an answer of the service, whatever it said."""
        self._failures = self._pauses = 0
        self._closed_until, self._trying = None, False

    def failed(self, now: float, *, why: str, single: bool) -> None:
        """Note a failure; ``single`` is what ``sent`` returned, ``why`` is for people."""
        self._failures += 1
        if self._closed_until is None and self._failures >= _IN_A_ROW:
            self._opened_at = now
            self._pause(now, why)
        elif single:
            self._pause(now, why)

    def forgotten(self, *, single: bool) -> None:
        """Forget a request that told nothing about the service."""
        if single:
            self._trying = False

    def _pause(self, now: float, why: str) -> None:
        self._trying = False
        self._why = f" ({why})" if why else ""
        pause = _PAUSES[min(self._pauses, len(_PAUSES) - 1)] * self._backoff
        self._pauses += 1
        self._closed_until = now + pause * (0.5 + self._chance() / 2)

"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from monitor_sync.datadog.problems import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """
    How patient we are. All times in seconds.

    A request is tried ``tries`` times in all where Datadog fails; waits grow from ``first_wait``
    by doubling, each somewhere between half and all of it, so that workers do not return as one.
    Being throttled is no failure: it is waited out as Datadog says, ``longest_throttle`` for one
    request in all. A create is only sent again where it surely did not happen.
    """

    tries: int = 4
    first_wait: float = 0.5
    longest_throttle: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def wait_before_next(self, failure: Failure, failed: int, throttled: float) -> float | None:
        """
        How long to wait before sending again; None to give up.

        ``failed`` counts the failures so far, this one included; ``throttled`` is how long this
        request has already waited for limits.
        """
        if failure.throttled:
            wait = self._throttle(failure)
            return wait if throttled + wait <= self.longest_throttle else None
        if not failure.passing or failure.outcome_unknown or failed >= self.tries:
            return None
        return float(self.first_wait * 2 ** (failed - 1) * (0.5 + self.chance() / 2))

    def _throttle(self, failure: Failure) -> float:
        """What X-RateLimit-Reset says, or two seconds: some 429s say nothing (recorded)."""
        for name, value in (failure.headers or {}).items():
            if name.lower() == "x-ratelimit-reset":
                try:
                    return max(float(value), 0.1) + self.chance()
                except ValueError:
                    break
        return 2.0 + self.chance()

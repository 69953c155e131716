"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec import Struct

from monitor_sync.http.failure import Failure


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """
    How patient we are with one request. All times in seconds.

    A request is tried ``tries`` times in all where the service fails. Waits grow from
    ``first_wait`` by doubling, each somewhere between half and all of it, so that workers do not
    return as one. Being throttled is no failure: all workers wait it out together
    (``rate_limit.py``), one request for ``longest_throttle`` in all, or for ``throttle_waits``
    first waits where the service does not say for how long. A request that is not repeatable is
    sent again only where it surely did not happen.
    """

    tries: int = 4
    first_wait: float = 0.5
    longest_throttle: float = 120.0
    throttle_waits: float = 240.0
    chance: Callable[[], float] = random.random

    def wait_before_next(self, failure: Failure, failures: int, throttled: float) -> float | None:
        """
        Return how long to wait before asking for the next turn; None to give up.

        ``failures`` counts the failures so far, this one included; ``throttled`` is how long this
        request has already waited for limits.
        """
        if failure.kind == "throttled":
            if failure.wait is None:
                return 0.0 if throttled < self.throttle_waits * self.first_wait else None
            return 0.0 if throttled + failure.wait <= self.longest_throttle else None
        tries = failure.request.tries or self.tries
        if not failure.transient or failure.outcome_unknown or failures >= tries:
            return None
        return float(self.first_wait * 2 ** (failures - 1) * (0.5 + self.chance() / 2))

"""The limit on reads that PagerDuty, Opsgenie and Datadog On-Call each have for an account."""

from __future__ import annotations

from collections import deque


class ReadLimit:
    """
    So many reads in the last `seconds`, whatever they read.

    Reads are counted always and refused only where the limit is enforced; a refused one counts.
    """

    def __init__(self, requests: int, seconds: int, *, enforced: bool) -> None:
        self.requests = requests
        self.seconds = seconds
        self._enforced = enforced
        self._reads: deque[float] = deque(maxlen=requests)

    def take(self, now: float) -> bool:
        """Count a read at `now` (Unix seconds). Return True if it is one too many."""
        while self._reads and self._reads[0] <= now - self.seconds:
            self._reads.popleft()
        refused = self._enforced and len(self._reads) >= self.requests
        self._reads.append(now)
        return refused

    @property
    def remaining(self) -> int:
        """How many more reads there may be."""
        return self.requests - len(self._reads)

    def reset(self, now: float) -> int:
        """Return in how many seconds the oldest read is forgotten, after the first `take`."""
        return int(self._reads[0] + self.seconds - now)

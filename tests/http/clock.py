"""A clock for tests, on which no wait takes time."""

from __future__ import annotations

import threading

from monitor_sync.http.request_gate import Clock


class Unhurried(Clock):
    """A clock on which every wait is over at once, and that notes how long it would have been."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self._ahead = 0.0

    def now(self) -> float:
        return super().now() + self._ahead

    def wait(self, gate: threading.Condition, seconds: float) -> None:
        self.waited.append(round(seconds, 2))
        self._ahead += seconds
        super().wait(gate, 0.001)

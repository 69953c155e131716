"""All that is known of an account's metrics: what was submitted, and what is generated."""

from __future__ import annotations

from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.inventory import Inventory
from monitor_sync.emulator.metrics.calibrated import Shapes
from monitor_sync.emulator.metrics.points import Submitted


class MetricHistory:
    """
    Submitted points, and shapes of lines by what the account's monitors say.

    `seed` is None where nothing is generated. A monitor shapes lines when it is first met: a
    threshold that is changed later does not change what has happened. `played` has the alerts that
    followed, by span and by what they followed from.
    """

    def __init__(self, monitors: Inventory) -> None:
        self.submitted = Submitted()
        self.seed: int | None = None
        self.played: dict[tuple[int, ...], PastHistory] = {}
        self._monitors = monitors
        self._version = -1
        self._shapes = Shapes()

    @property
    def shapes(self) -> Shapes:
        """The shapes of lines, those of new monitors included."""
        if self._version != self._monitors.version:
            self._version = self._monitors.version
            fresh = [
                monitor
                for which in self._monitors.ids()
                if which not in self._shapes.learnt and (monitor := self._monitors.get(which))
            ]
            self._shapes.learn(fresh)
        return self._shapes

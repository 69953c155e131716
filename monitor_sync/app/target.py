"""Which Datadog is meant, as whom it is asked, and how."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.datadog.settings import Settings, from_environment
from monitor_sync.model import WORKERS

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    One organisation at one Datadog site: its address, the keys, and how requests are sent.

    ``environ`` has the ``DD_…`` variables (and ``XDG_STATE_HOME``, for the folder of journals);
    it is read when the target is first used, so that whoever needs no Datadog needs no keys.
    ``organisation`` names the organisation where the caller knows it; else Datadog is asked.
    ``workers`` is how many threads write at once. ``deadline`` is when to send nothing more to
    anybody, in seconds from ``begun``: when the target was made, on the monotonic clock.
    ``on_wait`` is told what is waited for and for how many seconds, when a wait of more than a
    second begins.
    """

    environ: Mapping[str, str] = field(repr=False)
    organisation: str = ""
    workers: int = WORKERS
    deadline: float | None = None
    on_wait: Callable[[str, float], None] | None = field(default=None, repr=False)
    begun: float = field(default_factory=time.monotonic, repr=False, compare=False)

    @property
    def time_left(self) -> float | None:
        """How many seconds are left of the deadline, None where there is none."""
        if self.deadline is None:
            return None
        return max(0.0, self.begun + self.deadline - time.monotonic())

    @property
    def settings(self) -> Settings:
        """Where requests go, and the keys. Raises UsageError that names the variable to set."""
        return from_environment(self.environ)

    @property
    def state(self) -> Path:
        """The folder below which journals are kept."""
        from monitor_sync.store import state  # only an apply keeps any

        return state.home(self.environ)

    def connect(self) -> Client:
        """Return a client, which opens no connection yet. Raises UsageError."""
        from monitor_sync.datadog.client import Client  # Datadog's library takes long to import

        return Client.from_environment(
            self.environ,
            workers=self.workers,
            deadline=self.deadline,
            begun=self.begun,
            on_wait=self.on_wait,
        )

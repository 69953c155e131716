"""A client in a process that may be killed at any of its writes, without killing this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from monitor_sync.datadog import client as door
from monitor_sync.datadog.monitors import Monitors
from monitor_sync.model import Body


class Killed(BaseException):
    """The process is no more."""


@dataclass(slots=True)
class Fate:
    """When a process is killed: at which write, and before it is sent or after its answer."""

    at: int = 0
    after: bool = False
    seen: int = 0
    dead: bool = False

    def strike(self, *, after: bool) -> None:
        """Raise Killed where it is time, and ever after."""
        if self.dead:
            raise Killed
        if after == self.after:
            self.seen += 1
            if self.seen == self.at:
                self.dead = True
                raise Killed


FATE = Fate()


class _Monitors(Monitors):
    """The real monitors, in a process that may be killed at one of its writes."""

    def create(self, body: Body) -> Any:
        FATE.strike(after=False)
        made = super().create(body)
        FATE.strike(after=True)
        return made

    def update(self, id: int, body: Body) -> Any:  # noqa: A002 - Datadog's word
        FATE.strike(after=False)
        made = super().update(id, body)
        FATE.strike(after=True)
        return made

    def delete(self, id: int, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        FATE.strike(after=False)
        super().delete(id, force=force)
        FATE.strike(after=True)


class CrashingClient(door.Client):
    """The real client, in a process that may be killed at one of its writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.monitors = _Monitors(self.api)

"""The kinds of resources that this version manages. A new kind is entered here."""

from __future__ import annotations

from typing import Final

from monitor_sync.resources.kind import Kind
from monitor_sync.resources.monitor.kind import MONITOR

KINDS: Final[tuple[Kind, ...]] = (MONITOR,)

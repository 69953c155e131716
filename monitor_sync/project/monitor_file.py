"""One file of monitors, as expansion needs it: its values, the levels above them, its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor_sync.project.compiled import CompiledMonitor
from monitor_sync.project.document import Document
from monitor_sync.project.files import ProjectFile


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorFile:
    """
    One file of monitors.

    ``base`` holds the levels above its monitors: project, business unit and file. ``former_files``
    and ``former_units`` are what ``moved_from`` of the file and of its unit name. ``adoptions`` is
    ``adopt`` at the top of the file: key part to the id of a live monitor. ``broken`` are names of
    monitors and indexes of uses whose shape is wrong: their parts are checked, but no monitor is
    made from them.
    """

    file: ProjectFile
    document: Document
    base: CompiledMonitor
    former_files: tuple[str, ...] = ()
    former_units: tuple[str, ...] = ()
    adoptions: Mapping[str, int] = field(default_factory=dict)
    broken: frozenset[str | int] = frozenset()

    def key(self, part: str) -> str:
        """Return the whole key of what is called ``part`` in this file: ``errors.airline``."""
        return f"{self.file.unit}/{self.file.name}/{part}"

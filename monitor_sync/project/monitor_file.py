"""One file of monitors, as expansion needs it: its values, the levels above them, its keys."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from msgspec import Struct, field

from monitor_sync.project.compiled import CompiledMonitor
from monitor_sync.project.document import Document
from monitor_sync.project.files import ProjectFile
from monitor_sync.project.yaml_reader import DataPath


class MonitorFile(Struct, frozen=True, kw_only=True):
    """
    One file of monitors.

    ``base`` holds the levels above its monitors: project, business unit and file. ``former_files``
    and ``former_units`` are what ``moved_from`` of the file and of its unit name. ``adoptions`` is
    ``adopt`` at the top of the file: key part to the id of a live monitor. ``released`` maps the
    key part of a monitor that leaves to the reason. ``wrong`` are the paths
    of what has the wrong shape, by the first two steps of each. ``doubts`` are the fields of all
    its monitors that are in doubt because a level above them is wrong.
    """

    file: ProjectFile
    document: Document
    base: CompiledMonitor
    former_files: tuple[str, ...] = ()
    former_units: tuple[str, ...] = ()
    adoptions: Mapping[str, int] = field(default_factory=dict)
    released: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[DataPath, list[DataPath]] = field(default_factory=dict)
    doubts: frozenset[str] = frozenset()

    def key(self, part: str) -> str:
        """Return the whole key of what is called ``part`` in this file: ``errors.airline``."""
        return sys.intern(f"{self.file.unit}/{self.file.name}/{part}")  # live in a tag, too

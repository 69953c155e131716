"""A live monitor with its place in the files, and what its declaration would say there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor_sync.model import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMonitor:
    """
    One live monitor that is to be declared, and where.

    ``unit``, ``file`` and ``name`` are the three parts of its key. ``team`` is the owner's key in
    teams.yaml. ``service`` is the ``service`` of its whole file, empty where the file has none.

    ``declared`` is what ``monitors: NAME:`` would hold if nothing were factored out into the
    file: Datadog's fields in the order in which people write them, with values in the shapes of
    the files. The query has its literal numbers, ``thresholds`` stands at the top, defaults and
    what Datadog alone writes are left out, and so are the tags that unit, team and file give.
    ``$`` before a brace is doubled already. It has no ``adopt``, ``notify``, ``footer``, ``team``.

    ``live`` is the body as Datadog holds it, ``id`` its number. ``notes`` say what a person may
    want to know, such as a member that could not be named.
    """

    unit: str
    file: str
    name: str
    team: str
    service: str = ""
    id: int
    declared: Mapping[str, Any]
    live: Body
    notes: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """The whole key: ``motor/motor-primary/rds-cpu-high``."""
        return f"{self.unit}/{self.file}/{self.name}"

    @property
    def path(self) -> str:
        """The path of its file below the project's folder: ``motor/motor-primary.yaml``."""
        return f"{self.unit}/{self.file}.yaml"

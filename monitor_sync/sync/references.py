"""Composites refer to other monitors: by key in the files, by id in Datadog."""

from __future__ import annotations

from typing import Any

from monitor_sync.model import Body, Monitor, Project
from monitor_sync.resources.monitor.equivalence import same_type
from monitor_sync.resources.monitor.references import ids_in, resolved_query
from monitor_sync.sync.identity import Match


class References:
    """Who refers to whom, for one project and what it found live. ``ids`` holds while planning."""

    def __init__(self, project: Project, found: Match) -> None:
        self._project = project
        self._found = found
        self.ids = {
            key: monitor.id
            for key, monitor in found.ours.items()
            if key in found.refused
            or same_type(monitor.body.get("type"), project.monitors[key].body.get("type"))
        }
        """Ids that stay: a monitor that is to be replaced gets a new one, or has it already."""

        heirs = found.successors.items()
        self.ids |= {key: heir.id for key, heir in heirs if key not in found.refused}

        self._made = project.monitors.keys() - found.refused.keys()
        self._referrers: dict[int, list[str]] | None = None

    def resolved(self, monitor: Monitor) -> Body:
        """The body with the ids that are known now; the others are known when they are made."""
        if not monitor.references:
            return monitor.body
        return {**monitor.body, "query": resolved_query(monitor.query, self.ids)}

    def lacking(self, monitor: Monitor) -> str:
        """A key it refers to that is neither live nor about to be made; empty where all are."""
        for key in monitor.references:
            if key not in self.ids and key not in self._made:
                return key
        return ""

    def left_behind(self, id: int) -> tuple[str, ...]:  # noqa: A002 - Datadog's word
        """The composites that will still refer to this id when the plan has been carried out."""
        if self._referrers is None:
            self._referrers = self._scan()
        return tuple(self._referrers.get(id, ()))

    def _scan(self) -> dict[int, list[str]]:
        """Every id in a composite's query as it will be, and who refers to it."""
        referrers: dict[int, list[str]] = {}
        found = self._found
        after: list[tuple[str, Any]] = []
        for key, monitor in self._project.monitors.items():
            if key in found.refused and key in found.ours:
                after.append((key, found.ours[key].body.get("query")))
            elif key not in found.refused and monitor.body.get("type") == "composite":
                after.append((key, resolved_query(monitor.query, self.ids)))
        after += (
            (f"#{live.id} {live.name}".rstrip(), live.body.get("query"))
            for live in (*found.unmanaged, *found.others, *found.clones)
            if live.body.get("type") == "composite"
        )
        for name, query in after:
            for each in ids_in(query):
                referrers.setdefault(each, []).append(name)
        return referrers

"""Monitors as a kind: the answers of the modules beside this one under the names of ``Kind``."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, ClassVar, Final

from monitor_sync.model import (
    PROJECT_TAG,
    Address,
    Body,
    Id,
    LiveId,
    LiveResource,
    Monitor,
    Project,
    Released,
)
from monitor_sync.resources.difference import FieldChange
from monitor_sync.resources.kind import Kind, Slots
from monitor_sync.resources.monitor import live, merge, payload, references, values
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.difference import field_changes
from monitor_sync.resources.monitor.equivalence import canonical_type, same_type


class MonitorKind(Kind):
    """Datadog monitors: known by two tags, created before everything that refers to them."""

    name: ClassVar[str] = "monitor"
    notifies: ClassVar[bool] = True

    def declared(self, project: Project) -> Mapping[str, Monitor]:
        """Return the monitors of the files."""
        return project.monitors

    def read(self, raw: Any) -> LiveResource | None:
        """Return a live monitor; its tags say whose it is."""
        return live.read_one(raw)

    def leaving(self, project: Project) -> Mapping[str, Released]:
        """Return the monitors that the files release."""
        return project.released

    def tags_of(self, project: str) -> tuple[str, ...]:
        """Return the one tag that all monitors of a project carry."""
        return (f"{PROJECT_TAG}:{project}",)

    def canonical(self, body: Body, *, declared: Body) -> dict[str, Any]:
        """Return the comparable form (``canonical.py``)."""
        return canonical(body, declared=declared)

    def field_changes(self, live: Body, wanted: Body) -> tuple[FieldChange, ...]:
        """Return the fields that differ (``difference.py``)."""
        return field_changes(live, wanted)

    def changes_in_place(self, live: Body, wanted: Body) -> bool:
        """Return whether the types are one: Datadog never changes a monitor's type."""
        return same_type(live.get("type"), wanted.get("type"))

    def needs_assets(self, body: Body) -> bool:
        """Return whether the files declare runbooks or notebooks beside the monitor."""
        return "assets" in body

    def looks(self, body: Body) -> tuple[Hashable, ...]:
        """Return the name, and the type with the query: what two monitors of one thing share."""
        name, query = values.text(body.get("name")), values.query(body.get("query"))
        looks: list[Hashable] = [name] if isinstance(name, str) else []
        if isinstance(query, str):
            looks.append((str(canonical_type(body.get("type"))), query))
        return tuple(looks)

    def to_create(self, body: Body) -> dict[str, Any]:
        """Return the body of a create (``payload.py``)."""
        return payload.to_create(body)

    def to_update(self, body: Body) -> dict[str, Any]:
        """Return the whole body that an update makes of it (``payload.py``)."""
        return payload.to_update(body)

    def to_send(self, wanted: Body, live: Body) -> dict[str, Any]:
        """Return the fields that differ, options with those that are not ours (``payload.py``)."""
        return payload.with_live_options(super().to_send(wanted, live), live)

    def unresolved(self, body: Body) -> tuple[Address, ...]:
        """Return the keys that still stand in a composite's query."""
        return super().unresolved(_query_of(body))

    def resolved(self, body: Body, ids: Mapping[Address, Id]) -> dict[str, Any]:
        """Return the body with the known ids in a composite's query."""
        return {**body, **super().resolved(_query_of(body), ids)}

    def ids_in(self, body: Body) -> tuple[LiveId, ...]:
        """Return the monitors that a composite's query names."""
        if body.get("type") != "composite":
            return ()
        return tuple(
            LiveId(self.refers_to, number) for number in references.ids_in(body.get("query"))
        )

    def slots(self, body: Body, *, declared: Body) -> Slots:
        """Return the parts that are merged by themselves (``merge.py``)."""
        return merge.slots(body, declared=declared)

    def merged(self, live: Body, here: Body, keep: Collection[str]) -> dict[str, Any]:
        """Return one body of what is declared and what is live (``merge.py``)."""
        return merge.merged(live, here, keep)

    def settled(
        self, live: Body, here: Body, keep: frozenset[str], contested: Iterable[str]
    ) -> frozenset[str]:
        """Return the slots that can keep what is live (``merge.py``)."""
        return merge.settled(live, here, keep, contested)

    def unknown(self, live: Body, *declared: Body) -> frozenset[str]:
        """Return the live options that nobody here knows (``merge.py``)."""
        return merge.unknown(live, *declared)


def _query_of(body: Body) -> Body:
    """Return the only part of a monitor in which it names others."""
    return {"query": body["query"]} if "query" in body else {}


MONITOR: Final = MonitorKind()

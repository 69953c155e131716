"""Where one monitor, and no other, can say something: on itself, or in the changes of its item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor_sync.project.edits import Edit, Set
from monitor_sync.project.expand import Provenance
from monitor_sync.project.layers import Field
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.yaml_reader import DataPath


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLevel:
    """
    The level of one monitor alone.

    ``path`` is the file as messages name it. ``where`` leads to the monitor, or to the ``for_each``
    of its items; then ``below`` leads from there to the changes of its item. ``items`` are those of
    a ``for_each`` that is a list, which must become a mapping before one can have changes.
    """

    path: str
    where: DataPath
    below: DataPath = ()
    items: tuple[str, ...] = ()

    def opened(self) -> Edit | None:
        """Return what makes a mapping of a list of items; None where it is one."""
        return Set(self.where, {item: {} for item in self.items}) if self.items else None

    def edit(self, field: Field, value: Any, order: Sequence[str]) -> Edit:
        """Return what sets a field here."""
        return Set((*self.where, *self.below, *field), value, order=order)


def own_level(key: str, provenance: Mapping[str, Provenance]) -> OwnLevel | None:
    """Return the own level of a monitor, None where it has none."""
    made = provenance[key]
    document = made.source.document
    part = key.removeprefix(made.source.key(""))
    for layer in made.layers:
        if layer.label == "monitor" and layer.document is document:
            return _of_written(key, layer.where, provenance)
    for index, use in enumerate(document.data.get("use") or ()):
        for layer in made.layers:
            if layer.label != f"template {use['template']}":
                continue
            name = str(layer.where[1])
            items = use.get("for_each") or ()
            item = part.removesuffix(f".{name}")
            if item in items and part == f"{item}.{name}":
                listed = tuple(items) if isinstance(items, list) else ()
                where: DataPath = ("use", index, "for_each")
                return OwnLevel(path=document.path, where=where, below=(item, name), items=listed)
    return None


def _of_written(key: str, where: DataPath, provenance: Mapping[str, Provenance]) -> OwnLevel | None:
    made = provenance[key]
    document = made.source.document
    raw = document.data["monitors"][where[1]]
    for_each: Mapping[str, Any] = raw.get("for_each") or {}
    if not for_each:
        return OwnLevel(path=document.path, where=where)
    family = [other for other in provenance.values() if _is_of(other, made.source, where)]
    for dimension, items in for_each.items():
        item = made.scope[dimension]
        if sum(other.scope.get(dimension) == item for other in family) == 1:
            listed = tuple(items) if isinstance(items, list) else ()
            place: DataPath = (*where, "for_each", dimension)
            return OwnLevel(path=document.path, where=place, below=(item,), items=listed)
    return None


def _is_of(made: Provenance, source: MonitorFile, where: DataPath) -> bool:
    """Return whether a monitor is an item of the one that a file has at a path."""
    levels = made.layers if made.source is source else ()
    return any(layer.label == "monitor" and layer.where == where for layer in levels)

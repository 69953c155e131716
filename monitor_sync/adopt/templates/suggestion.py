"""What the search for templates answers: templates, their uses, and what stays written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from monitor_sync.adopt.placed import PlacedMonitor

Changes = Mapping[str, Any]
"""What an item says otherwise than its template, as it is written below the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTemplate:
    """
    One template file to be written.

    ``item`` is what its items are called, empty where it takes none. ``parameters`` maps a name to
    its declaration (``type``, ``default``), ``monitors`` a name to what the template says of it.
    """

    name: str
    item: str = ""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    monitors: Mapping[str, Mapping[str, Any]]

    @property
    def file(self) -> str:
        """Where it stands, below the folder of all files."""
        return f"templates/{self.name}.yaml"

    def written(self) -> dict[str, Any]:
        """Return what the file holds."""
        values: dict[str, Any] = {"item": self.item} if self.item else {}
        if self.parameters:
            values["parameters"] = dict(self.parameters)
        return {**values, "monitors": dict(self.monitors)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUse:
    """
    One entry of ``use`` in the file ``unit``/``file``.

    ``items`` maps an item to its changes by monitor, False for a monitor that it has not; a
    template without items has the one item ``""``. ``tags`` are the tags of all its monitors that
    the template does not give. ``members`` maps the key part of each monitor that it makes, as it
    stands in ``adopt``, to the monitor.
    """

    unit: str
    file: str
    team: str
    template: FoundTemplate
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    items: Mapping[str, Mapping[str, Changes | Literal[False]]]
    members: Mapping[str, PlacedMonitor]

    @property
    def path(self) -> str:
        """The path of its file below the project's folder."""
        return f"{self.unit}/{self.file}.yaml"

    def written(self, team: str, tags: Mapping[str, Any], defaults: Changes) -> dict[str, Any]:
        """
        Return the entry of ``use``.

        ``team``, ``tags`` and ``defaults`` are what the file and the levels above it say already.
        """
        values: dict[str, Any] = {"template": self.template.name}
        if self.team != team:
            values["team"] = self.team
        if more := _besides(self.tags, tags):
            values["tags"] = more
        if self.arguments:
            values["with"] = dict(self.arguments)
        if self.template.item:
            items = {
                item: self._changes(changes, tags, defaults) for item, changes in self.items.items()
            }
            values["for_each"] = items if any(items.values()) else list(items)
        return values

    def _changes(
        self, changes: Mapping[str, Any], tags: Mapping[str, Any], defaults: Changes
    ) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for monitor, change in changes.items():
            if change is False:
                written[monitor] = False
            elif left := _changed(change, self.template.monitors[monitor], tags, defaults):
                written[monitor] = left
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItems:
    """
    One monitor of the file ``unit``/``file`` that stands for several: ``for_each`` beside it.

    ``item`` is what its items are called, ``items`` maps each to its changes, ``monitor`` is what
    is the same for all, with holes. ``members`` maps the key part of each to the monitor.
    """

    unit: str
    file: str
    team: str
    name: str
    item: str
    items: Mapping[str, Changes]
    monitor: Mapping[str, Any]
    members: Mapping[str, PlacedMonitor]

    @property
    def path(self) -> str:
        """The path of its file below the project's folder."""
        return f"{self.unit}/{self.file}.yaml"

    def written(self, tags: Mapping[str, Any], defaults: Changes) -> dict[str, Any]:
        """Return what stands below the name; ``tags`` and ``defaults`` are given by the file."""
        items = {
            item: _changed(changes, self.monitor, tags, defaults)
            for item, changes in self.items.items()
        }
        shown = items if any(items.values()) else list(items)
        return {"for_each": {self.item: shown}, **_changed(self.monitor, {}, tags, defaults)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """
    What monitors have in common, as files would say it.

    Each monitor is a member of exactly one of ``uses`` and ``repeated``, or stands in ``left``.
    """

    templates: tuple[FoundTemplate, ...] = ()
    uses: tuple[FoundUse, ...] = ()
    repeated: tuple[FoundItems, ...] = ()
    left: tuple[PlacedMonitor, ...] = ()

    @property
    def keys(self) -> Mapping[str, str]:
        """The key of each member as it was placed, and the one that its item gives to it."""
        return {key: f"{key.rsplit('/', 1)[0]}/{part}" for key, part in self.parts.items()}

    @property
    def parts(self) -> Mapping[str, str]:
        """The key of each member as it was placed, and the last part of its key as it becomes."""
        sources: list[FoundUse | FoundItems] = [*self.uses, *self.repeated]
        return {member.key: part for source in sources for part, member in source.members.items()}


def _besides(written: tuple[str, ...], given: Mapping[str, Any]) -> list[str]:
    return [tag for tag in written if not _is_given(tag, given)]


def _is_given(tag: str, given: Mapping[str, Any]) -> bool:
    key, colon, value = tag.partition(":")
    values = given.get(key)
    return bool(colon) and value in (values if isinstance(values, list) else [values])


def _changed(
    change: Changes, base: Changes, tags: Mapping[str, Any], defaults: Changes
) -> dict[str, Any]:
    """Return changes without what ``defaults`` and ``tags`` of the file bring about anyway."""
    left: dict[str, Any] = {}
    for name, value in change.items():
        if name == "tags" and isinstance(value, Mapping):
            if own := {key: tag for key, tag in value.items() if tags.get(key) != tag}:
                left[name] = own
        elif name == "tags":
            if more := _besides(tuple(value), tags):
                left[name] = more
        elif isinstance(value, Mapping) and isinstance(defaults.get(name), Mapping):
            below = base.get(name)
            inner = _changed(value, below if isinstance(below, Mapping) else {}, {}, defaults[name])
            if inner:
                left[name] = inner
        elif name in base or name not in defaults or defaults[name] != value:
            left[name] = value
    return left

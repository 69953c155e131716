"""
What takes monitors out of the files and puts them under ``released:``, as edits by file.

A monitor written out goes with its comments, an item goes out of its ``for_each``, a monitor of a
template gets ``false`` for its item. What cannot be taken out alone is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from monitor_sync.project.edits import Delete, Edit, Set, without
from monitor_sync.project.expand import Provenance
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.yaml_reader import DataPath


@dataclass(slots=True)
class Departure:
    """The edits that take monitors out, by the file's path below the project's folder."""

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    """Keys that cannot be taken out alone, and why."""


def depart(
    provenance: Mapping[str, Provenance], named: Mapping[str, Collection[str]], reason: str
) -> Departure:
    """
    Return how monitors leave the files.

    ``named`` maps each key as it was asked for (``motor/flow/errors``) to the keys of the monitors
    that it means: its items, or itself.
    """
    leaving = {key for keys in named.values() for key in keys}
    departure = Departure()
    sources = {id(made.source): made.source for key, made in provenance.items() if key in leaving}
    for source in sources.values():
        file = _File(source, leaving, provenance)
        start = source.key("")
        entries = (key.removeprefix(start) for key in named if key.startswith(start))
        # first what comes: a file must not be empty in between
        edits: list[Edit] = [Set(("released", entry), reason, block=True) for entry in entries]
        edits += [*file.written(), *file.used(), *file.adoptions()]
        departure.bound.update(file.bound)
        departure.edits[f"{source.file.unit}/{source.file.name}.yaml"] = edits
    return departure


def orphaned_tests(
    tests: Sequence[Any], start: str, own: Collection[str], leaving: AbstractSet[str]
) -> list[int]:
    """
    Return which unit tests of a file are of leaving monitors alone, by their place in its list.

    ``own`` are the keys of the file beside, which begin with ``start``. A test names one, or
    several by a glob, and names none that leaves where its name fits nothing.
    """

    def fits(test: Any) -> list[str]:
        named = start + str(test.get("monitor") if isinstance(test, dict) else "")
        return [named] if named in own else [key for key in own if fnmatchcase(key, named)]

    of_each = [fits(test) for test in tests]
    return [place for place, keys in enumerate(of_each) if keys and leaving >= set(keys)]


class _File:
    """One file that monitors leave."""

    def __init__(
        self, source: MonitorFile, leaving: Collection[str], provenance: Mapping[str, Provenance]
    ) -> None:
        self.source = source
        self.bound: dict[str, str] = {}
        self._data: dict[str, Any] = source.document.data
        self._own = {key: made for key, made in provenance.items() if made.source is source}
        self._leaving = {key for key in self._own if key in leaving}
        self._keys_at: dict[DataPath, set[str]] = defaultdict(set)
        for key, made in self._own.items():
            for layer in made.layers:
                if layer.document is source.document:
                    self._keys_at[layer.where].add(key)

    def adoptions(self) -> list[Edit]:
        """Return what takes the ids of leaving monitors off the top of the file."""
        start = self.source.key("")
        parts = [part for part in self.source.adoptions if start + part in self._leaving]
        return without(("adopt",), parts, len(self.source.adoptions))

    # monitors written out

    def written(self) -> Iterator[Edit]:
        """Yield what takes out monitors that are written out, or items of them."""
        monitors = self._data.get("monitors") or {}
        keys = {name: self._keys_at["monitors", name] for name in monitors}
        gone = [name for name, own in keys.items() if own and own <= self._leaving]
        yield from without(("monitors",), gone, len(monitors))
        for name, own in keys.items():
            if name not in gone and own & self._leaving:
                yield from self._items(name, own)

    def _items(self, name: str, own: set[str]) -> Iterator[Edit]:
        """Yield the edits that remove the items of ``for_each`` whose monitors all leave."""
        for_each: Mapping[str, Any] = self._data["monitors"][name].get("for_each") or {}
        rest = own & self._leaving
        for dimension, items in for_each.items():
            for index, item in reversed(list(enumerate(items))):
                of_item = {key for key in own if self._own[key].scope.get(dimension) == item}
                if of_item and of_item <= self._leaving and len(items) > 1:
                    rest -= of_item
                    step = item if isinstance(items, dict) else index
                    yield Delete(("monitors", name, "for_each", dimension, step))
        for key in sorted(rest):
            self.bound[key] = "other combinations of its items stay"

    # monitors of templates

    def used(self) -> Iterator[Edit]:
        """Yield what takes out items of template uses, or single monitors of an item."""
        uses: Sequence[Mapping[str, Any]] = self._data.get("use") or []
        gone, edits = [], []
        for index, use in enumerate(uses):
            by_item = self._by_item(use)
            own = {key for keys in by_item.values() for key in keys.values()}
            if own and own <= self._leaving:
                gone.append(index)
            elif own & self._leaving:
                edits += list(self._of_use(index, use, by_item))
        yield from edits
        yield from without(("use",), gone[::-1], len(uses))

    def _by_item(self, use: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """Return the keys that one use makes: by item, then by the template's monitor."""
        label = f"template {use['template']}"
        of_template: dict[str, str] = {}
        for key, made in self._own.items():
            for layer in made.layers:
                if layer.label == label:
                    of_template[key.removeprefix(self.source.key(""))] = str(layer.where[1])
        by_item: dict[str, dict[str, str]] = {}
        for item in use.get("for_each") or [""]:
            start = f"{item}." if item else ""
            for part, name in of_template.items():
                if part == start + name:
                    by_item.setdefault(item, {})[name] = self.source.key(part)
        return by_item

    def _of_use(
        self, index: int, use: Mapping[str, Any], by_item: Mapping[str, Mapping[str, str]]
    ) -> Iterator[Edit]:
        where: DataPath = ("use", index, "for_each")
        items = use.get("for_each")
        if not items:
            for key in (key for keys in by_item.values() for key in keys.values()):
                if key in self._leaving:
                    self.bound[key] = "its template makes it together with others that stay"
            return
        changes: dict[str, Any] = dict(items) if isinstance(items, dict) else dict.fromkeys(items)
        whole = [
            item for item, keys in by_item.items() if keys and set(keys.values()) <= self._leaving
        ]
        left_out = {
            item: [name for name, key in keys.items() if key in self._leaving]
            for item, keys in by_item.items()
            if item not in whole
        }
        if isinstance(items, dict):
            for item, names in left_out.items():
                yield from (Set((*where, item, name), value=False) for name in names)
            yield from (Delete((*where, item)) for item in whole)
        elif any(left_out.values()):
            kept = [item for item in changes if item not in whole]
            yield Set(where, {item: dict.fromkeys(left_out[item], False) for item in kept})
        else:
            yield from (Delete((*where, items.index(item))) for item in reversed(whole))

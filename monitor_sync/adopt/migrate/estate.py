"""The files of a project as codemods see them: every mapping that says something of monitors."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor_sync.model import Monitor
from monitor_sync.project.document import Document
from monitor_sync.project.edits import Edit, without
from monitor_sync.project.layers import Layer
from monitor_sync.project.loaded import Loaded
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.project.schema_files import bundle
from monitor_sync.project.yaml_reader import DataPath
from monitor_sync.sync.spent import Spent

_SHARED: Final = ("project", "business-unit", "monitors")
"""Kinds of files that have ``defaults``."""


@functools.cache
def usual_order() -> tuple[str, ...]:
    """Return the keys of a monitor in the order in which people write them, then its options."""
    first = ("for_each", "name", "type", "query", "thresholds", "priority", "options", "message")
    definitions = bundle("definitions")["definitions"]
    known = (*definitions["monitor"]["properties"], *definitions["options"]["properties"])
    return tuple(dict.fromkeys((*first, "runbook", "notify", "also_notify", "footer", *known)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """
    One mapping with fields of monitors: defaults, a monitor, a template's, the changes of an item.

    ``file`` is its path below the project's folder, ``where`` leads to it, ``values`` are what
    stands there. ``keys`` are the monitors that it is a level of.
    """

    file: str
    where: DataPath
    values: Mapping[str, Any]
    keys: tuple[str, ...]
    document: Document

    @property
    def options(self) -> Mapping[str, Any]:
        """Its options; none where they are no mapping."""
        options = self.values.get("options")
        return options if isinstance(options, dict) else {}

    def is_layer(self, layer: Layer) -> bool:
        """Return whether a layer of a monitor is this very level."""
        return layer.document.path == self.document.path and layer.where == self.where

    def line(self, *field: str | int) -> int:
        """Return the line on which one of its fields stands."""
        return self.document.key_span((*self.where, *field)).line


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that a codemod leaves as it is, at ``file:line``, and why."""

    file: str
    line: int
    what: str
    reason: str
    handles: tuple[str, ...] = ()
    """The handles that stay, where it is these."""


@dataclass(slots=True)
class Rewrites:
    """The edits of one codemod by file, what it keeps, and what else it has to say."""

    edits: dict[str, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    kept: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def keep(
        self,
        level: Level,
        where: Sequence[str | int],
        reason: str,
        handles: Sequence[str] = (),
    ) -> None:
        """Note what stays at a field of a level."""
        self.kept.append(
            Kept(
                file=level.file,
                line=level.line(*where),
                what=".".join(map(str, where)),
                reason=reason,
                handles=tuple(dict.fromkeys(handles)),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """
    A project's files, sound, with the monitors that they make.

    ``spent`` is what a plan says of lines that have done their work, where one was made.
    """

    root: Path
    files: Sequence[ParsedFile]
    loaded: Loaded
    levels: Sequence[Level]
    spent: Sequence[Spent] = ()

    def monitors(self, level: Level) -> list[Monitor]:
        """Return the monitors that a level is of."""
        return [self.loaded.project.monitors[key] for key in level.keys]

    def below(self, file: ParsedFile) -> str:
        """Return the path of a file below the project's folder."""
        return file.file.path.relative_to(self.root).as_posix()


def estate(
    root: Path, files: Sequence[ParsedFile], loaded: Loaded, spent: Sequence[Spent] = ()
) -> Estate:
    """Return the estate that files and what they were read as make."""
    keys: dict[tuple[str, DataPath], list[str]] = defaultdict(list)
    for key, made in loaded.provenance.items():
        if key in loaded.project.monitors:
            for layer in made.layers:
                keys[layer.document.path, layer.where].append(key)
    levels = [
        Level(
            file=file.file.path.relative_to(root).as_posix(),
            where=where,
            values=values,
            keys=tuple(keys.get((file.document.path, where), ())),
            document=file.document,
        )
        for file in files
        for where, values in _levels(file)
        if isinstance(values, dict)
    ]
    return Estate(root=root, files=files, loaded=loaded, levels=levels, spent=spent)


def _levels(file: ParsedFile) -> Iterator[tuple[DataPath, Any]]:
    """Yield every mapping of one file that has fields of monitors, and where it stands."""
    data = file.written if isinstance(file.written, dict) else {}
    kind = file.file.kind
    if kind in _SHARED:
        yield ("defaults",), data.get("defaults")
    if kind not in ("monitors", "template"):
        return
    for name, raw in _entries(data.get("monitors")):
        yield ("monitors", name), raw
        for dimension, items in _entries(raw.get("for_each") if isinstance(raw, dict) else None):
            for item, changes in _entries(items):
                yield ("monitors", name, "for_each", dimension, item), changes
    for index, use in enumerate(data.get("use") or ()):
        for item, monitors in _entries(use.get("for_each")):
            for name, changes in _entries(monitors):
                yield ("use", index, "for_each", item, name), changes


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()


def families(levels: Sequence[Level]) -> list[list[Level]]:
    """
    Return levels in groups that share monitors, directly or through others.

    What two levels of one monitor say must change together or not at all.
    """
    group_of: dict[str, int] = {}
    groups: dict[int, list[Level]] = {}
    for index, level in enumerate(levels):
        joined = {group_of[key] for key in level.keys if key in group_of}
        groups[index] = [level, *(other for old in sorted(joined) for other in groups.pop(old))]
        for member in groups[index]:
            group_of.update(dict.fromkeys(member.keys, index))
    order = {level: index for index, level in enumerate(levels)}
    return [sorted(group, key=order.__getitem__) for group in groups.values()]


def without_options(level: Level, names: Sequence[str]) -> list[Edit]:
    """Return what takes options out of a level, with ``options`` itself where none is left."""
    given = [name for name in names if name in level.options]
    return without((*level.where, "options"), given, len(level.options))


def _nothing_more(_: Estate, __: Sequence[str]) -> Rewrites:
    return Rewrites()


@dataclass(frozen=True, slots=True, kw_only=True)
class Codemod:
    """
    One way to rewrite files.

    ``behaviour`` says what changes in what the monitors do. ``parameters`` are what it is told on
    the command line. ``fields`` are the only parts of a monitor that may differ afterwards, such
    as ``query`` or ``options.on_missing_data``. ``online`` asks for what a plan says is spent.
    ``understood`` returns the arguments as the others take them; it raises UsageError for what
    cannot be meant. ``afterwards`` sees the files rewritten: what follows for unit tests, which no
    monitor depends on, and what a person has to do.
    ``replaces_a_handle``: the arguments are two handles, and whom a monitor notifies may differ
    in these alone.
    """

    name: str
    summary: str
    behaviour: str
    rewrite: Callable[[Estate, Sequence[str]], Rewrites]
    parameters: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    online: bool = False
    understood: Callable[[Sequence[str]], tuple[str, ...]] = tuple
    afterwards: Callable[[Estate, Sequence[str]], Rewrites] = _nothing_more
    replaces_a_handle: bool = False

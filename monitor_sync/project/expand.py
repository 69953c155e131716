"""Monitor files expanded: items of ``for_each``, templates in ``use``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Monitor
from monitor_sync.project.adoption import given_twice, unknown_parts
from monitor_sync.project.build import Declaration, MonitorBuilder
from monitor_sync.project.compiled import (
    CompiledMonitor,
    compile_layers,
    required,
    reserved_tags,
    unknown_names,
    without,
)
from monitor_sync.project.doubts import IncompleteMonitor, fields_below
from monitor_sync.project.failure import failure
from monitor_sync.project.layers import Layer
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.moved import former_keys
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.raw import passed_unchecked
from monitor_sync.project.templates import Template
from monitor_sync.project.use import TemplateUse
from monitor_sync.project.yaml_reader import DataPath

MOST_MONITORS: Final = 1_000_000
"""Monitors of one project. A few lines of ``for_each`` would otherwise fill all memory."""


class Provenance(Struct, frozen=True):
    """What a monitor was made from: its file, its levels, and what its holes stood for."""

    source: MonitorFile
    layers: tuple[Layer, ...]
    scope: Mapping[str, Any]


class _CheckedLevels(NamedTuple):
    """A monitor's levels without what is wrong in them, and the fields in doubt because of that."""

    compiled: CompiledMonitor
    doubts: frozenset[str]


class Expansion(Struct):
    """
    The monitors made so far, and what there is to say about them.

    ``named`` holds every key that the files name, those of broken monitors included.
    ``incomplete`` are those with mistakes, made as far as they can be. ``provenance`` maps the key
    of each monitor to what it was made from.
    """

    builder: MonitorBuilder
    normaliser: Normaliser
    templates: Mapping[str, Template | None]
    slos: Mapping[str, str] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    incomplete: dict[str, IncompleteMonitor] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    released: list[MonitorFile] = field(default_factory=list)
    """The files that name monitors which leave."""

    def file(self, source: MonitorFile) -> None:
        """Make all monitors of one file."""
        data = source.document.data
        complete = True
        for name, raw in (data.get("monitors") or {}).items():
            made = partial(self._written, source, name, raw or {})
            complete &= self._guarded(source, ("monitors", name), made)
        for index, use in enumerate(data.get("use") or []):
            made = partial(self._use, source, index, use)
            complete &= self._guarded(source, ("use", index), made)
        # what has no shape at all is not in the data any more, and yet named
        names = [path[1] for path in source.wrong if len(path) > 1 and path[0] == "monitors"]
        self.named.update(source.key(str(name)) for name in names)
        if complete:
            self.diagnostics.extend(unknown_parts(source, self.named))
        if source.released:
            self.released.append(source)

    def _guarded(self, source: MonitorFile, where: DataPath, make: Callable[[], bool]) -> bool:
        """
        Return whether all keys are known of the monitors that ``make`` makes.

        Whatever this tool fails at is reported, so that the rest is checked all the same.
        """
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - one file must not end the check of the others
            key = source.file.key_of(where)
            self.diagnostics.append(failure(source.document, error, where, key))
            return True

    def _written(self, source: MonitorFile, name: str, raw: Mapping[str, Any]) -> bool:
        """
        Make a monitor written out, once or for each combination of its items.

        Return whether all its keys are known.
        """
        where = ("monitors", name)
        stem = source.key(name)
        wrong = source.wrong.get(where, [])
        wrong_in_items = [path for path in wrong if path[2:3] == ("for_each",)]
        if any(len(path) < 6 for path in wrong_in_items):
            self.named.add(stem)
            return False
        item_doubts = {path[3:5]: fields_below(wrong, path[:5]) for path in wrong_in_items}
        doubts = source.doubts | fields_below(wrong, where)
        layer = self.normaliser.layer("monitor", source.document, where, raw, stem)
        compiled = compile_layers([layer], source.base)
        line = source.document.lines.get(where, 1)
        for_each = raw.get("for_each") or {}
        self._unused_items(source, name, for_each, compiled)
        if self._too_many(source, name, for_each):
            return False
        checked: dict[int, _CheckedLevels] = {}
        for items, changes in _combinations(for_each):
            layers = [
                self.normaliser.layer(
                    f"item {items[dimension]}",
                    source.document,
                    (*where, "for_each", dimension, items[dimension]),
                    change,
                    stem,
                )
                for dimension, change in changes.items()
                if change
            ]
            own = compile_layers(layers, compiled)
            part = ".".join((name, *items.values()))
            key = source.key(part)
            self.named.add(key)
            own_doubts = doubts.union(*(item_doubts.get(item, ()) for item in items.items()))
            if layers or id(own) not in checked:
                checked[id(own)] = self._check(own, frozenset(for_each), key, own_doubts)
            self._add(source, checked[id(own)], dict(items), part, line, name)
        return True

    def _unused_items(
        self,
        source: MonitorFile,
        name: str,
        for_each: Mapping[str, Any],
        compiled: CompiledMonitor,
    ) -> None:
        """Report items that no text uses and that change nothing: copies of one monitor."""
        for dimension, items in for_each.items():
            changed = isinstance(items, dict) and any(items.values())
            if dimension not in compiled.names and not changed:
                self.diagnostics.append(
                    source.document.diagnostic(
                        "schema/unused-item",
                        f"no text uses `${{{dimension}}}`",
                        source.document.key_span(("monitors", name, "for_each", dimension)),
                        key=source.key(name),
                        hint="use it in the query and the name, or remove it",
                    )
                )

    def _too_many(self, source: MonitorFile, name: str, for_each: Mapping[str, Any]) -> bool:
        """Report a ``for_each`` that would make more monitors than a project may have."""
        number = math.prod(len(items) for items in for_each.values())
        if len(self.named) + number <= MOST_MONITORS:
            return False
        self.diagnostics.append(
            source.document.diagnostic(
                "file/too-large",
                f"`for_each` makes {number:,} monitors, and a project holds at most"
                f" {MOST_MONITORS:,}",
                source.document.key_span(("monitors", name, "for_each")),
                key=source.key(name),
                hint="name fewer items",
            )
        )
        return True

    def _use(self, source: MonitorFile, index: int, written: Mapping[str, Any]) -> bool:
        """Make the monitors of one template use. Return whether all their keys are known."""
        where: DataPath = ("use", index)
        changed = (*where, "for_each")
        wrong = source.wrong.get(where, [])
        if any(path[:3] != changed or len(path) < 6 for path in wrong):
            return False
        use = TemplateUse(source, index, written, self.normaliser)
        template = use.template(self.templates)
        parameters = use.parameters(template) if template is not None else None
        self.diagnostics.extend(use.diagnostics)
        if template is None or parameters is None:
            return False
        known = frozenset(template.parameters) | ({template.item} if template.item else set())
        late = frozenset(parameters.late)
        unit = self.builder.of_unit(source.file.unit)
        checked: dict[int, _CheckedLevels] = {}
        for made in use.monitors(template):
            key = source.key(made.part)
            self.named.add(key)
            compiled = made.compiled
            if made.changed or id(compiled) not in checked:
                # the same for all items without changes: looked at, and reported, once
                own = fields_below(wrong, (*changed, made.item, made.name))
                doubts = source.doubts | template.doubts.get(made.name, frozenset()) | own
                checked[id(compiled)] = self._check(compiled, known, key, doubts, late)
            scope = parameters.scope(template.item, made.item, unit)
            of_monitor = checked[id(compiled)]
            self._add(source, of_monitor, scope, made.part, made.line, made.name, parameters.late)
        return template.whole

    def _check(
        self,
        compiled: CompiledMonitor,
        names: frozenset[str],
        key: str,
        doubts: frozenset[str],
        late: frozenset[str] = frozenset(),
    ) -> _CheckedLevels:
        """
        Report what keeps a monitor from being made, and leave it out.

        ``names`` are its items and parameters, ``late`` those parameters that need its team,
        service or environment. ``doubts`` are its fields of which something was reported already.
        """
        slos = frozenset(f"slo:{name}" for name in self.slos)
        mistakes = [
            *required(compiled, key, doubts),
            *unknown_names(compiled, names | slos, key, late, doubts),
            *reserved_tags(compiled, key),
        ]
        if not mistakes:
            return _CheckedLevels(compiled, doubts)
        self.diagnostics.extend(mistake for _, mistake in mistakes if mistake is not None)
        wrong = frozenset[str]().union(*(fields for fields, _ in mistakes))
        while wrong:
            compiled, doubts = without(compiled, wrong), doubts | wrong
            # what only these fill is nothing's where another field names it
            unfilled = unknown_names(compiled, names | slos, key, late, doubts)
            wrong = frozenset[str]().union(*(fields for fields, _ in unfilled))
        return _CheckedLevels(compiled, doubts)

    def _add(
        self,
        source: MonitorFile,
        checked: _CheckedLevels,
        scope: dict[str, Any],
        part: str,
        line: int,
        stem: str,
        late: Mapping[str, Any] | None = None,
    ) -> None:
        """Make one monitor. ``part`` is its key below the file, ``stem`` without items."""
        file, compiled = source.file, checked.compiled
        if self.slos and "slo:" in "".join(compiled.names):
            scope |= {f"slo:{name}": slo for name, slo in self.slos.items()}
        declared = Declaration(
            key=source.key(part),
            unit=file.unit,
            shown=file.shown,
            file=f"{file.unit}/{file.name}.yaml",
            line=line,
        )
        monitor, doubts = self.builder.monitor(
            compiled, scope, declared, late or {}, checked.doubts
        )
        other = self.monitors.get(monitor.key)
        if other is not None:
            self._collision(source, compiled, monitor.key, other)
            return
        monitor = self._adopting(source, compiled, part, monitor)
        if source.former_files or source.former_units or "moved_from" in compiled.values:
            former = former_keys(source, compiled, scope, part, stem)
            monitor = replace(monitor, moved_from=former)
        if doubts:
            self.incomplete[monitor.key] = IncompleteMonitor(monitor, doubts)
        else:
            self.monitors[monitor.key] = monitor
        if raw := passed_unchecked(monitor.key, compiled):
            self.diagnostics.append(raw)
        self.provenance[monitor.key] = Provenance(source, compiled.layers, scope)

    def _adopting(
        self, source: MonitorFile, compiled: CompiledMonitor, part: str, monitor: Monitor
    ) -> Monitor:
        """Return the monitor with the id that ``adopt`` at the top of its file gives to it."""
        number = source.adoptions.get(part)
        if number is None:
            return monitor
        if monitor.adopt is not None:
            self.diagnostics.append(given_twice(monitor.key, source, compiled.layers))
        return replace(monitor, adopt=number)

    def _collision(
        self, source: MonitorFile, compiled: CompiledMonitor, key: str, other: Monitor
    ) -> None:
        layer = next(
            (layer for layer in reversed(compiled.layers) if layer.document is source.document),
            compiled.layers[-1],
        )
        self.diagnostics.append(
            layer.document.diagnostic(
                "schema/key-given-twice",
                f"two monitors have the key `{key}`",
                layer.document.key_span(layer.where),
                key=key,
                hint=f"the other is at {other.path}:{other.line}; rename one of them",
            )
        )


def _combinations(
    for_each: Mapping[str, Any],
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Yield every combination of items with the changes of each; once where there are none."""
    sides = [
        [(name, item, items[item] if isinstance(items, dict) else None) for item in items]
        for name, items in for_each.items()
    ]
    for combination in itertools.product(*sides):
        if any(change is False for _, _, change in combination):
            continue
        yield (
            {name: item for name, item, _ in combination},
            {name: change for name, _, change in combination},
        )

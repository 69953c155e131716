"""Monitor files expanded: items of ``for_each``, templates in ``use``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

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
)
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.moved import former_keys
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.templates import Template
from monitor_sync.project.use import TemplateUse

MOST_MONITORS: Final = 1_000_000
"""Monitors of one project. A few lines of ``for_each`` would otherwise fill all memory."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a monitor was made from: its file, its levels, and what its holes stood for."""

    source: MonitorFile
    compiled: CompiledMonitor
    scope: Mapping[str, Any]


@dataclass(slots=True)
class Expansion:
    """
    The monitors made so far, and what there is to say about them.

    ``named`` holds every key that the files name, those of broken monitors included.
    ``provenance`` maps the key of each whole monitor to where its values come from.
    """

    builder: MonitorBuilder
    normaliser: Normaliser
    templates: Mapping[str, Template]
    slos: Mapping[str, str] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def file(self, source: MonitorFile) -> None:
        """Make all monitors of one file."""
        data = source.document.data
        complete = True
        for name, raw in (data.get("monitors") or {}).items():
            complete &= self._written(source, name, raw or {})
        for index, use in enumerate(data.get("use") or []):
            complete &= index not in source.broken and self._use(source, index, use)
        if complete:
            self.diagnostics.extend(unknown_parts(source, self.named))

    def _written(self, source: MonitorFile, name: str, raw: Mapping[str, Any]) -> bool:
        """
        Make a monitor written out, once or for each combination of its items.

        Return whether all its keys are known.
        """
        where = ("monitors", name)
        stem = source.key(name)
        layer = self.normaliser.layer("monitor", source.document, where, raw, stem)
        compiled = compile_layers([layer], source.base)
        line = source.document.lines.get(where, 1)
        for_each = raw.get("for_each") or {}
        names = frozenset(for_each)
        whole = name not in source.broken
        self._unused_items(source, name, for_each, compiled)
        if self._too_many(source, name, for_each):
            return False
        sound: dict[int, bool] = {}
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
            if layers or id(own) not in sound:
                sound[id(own)] = self.sound(own, names, key, whole=whole)
            if sound[id(own)]:
                self.add(source, own, dict(items), part, line, name)
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
        use = TemplateUse(source, index, written, self.normaliser)
        template = use.template(self.templates)
        parameters = use.parameters(template) if template is not None else None
        self.diagnostics.extend(use.diagnostics)
        if template is None or parameters is None:
            return False
        known = frozenset(template.parameters) | ({template.item} if template.item else set())
        unit = self.builder.of_unit(source.file.unit)
        sound: dict[int, bool] = {}
        for made in use.monitors(template):
            key = source.key(made.part)
            self.named.add(key)
            compiled = made.compiled
            if made.changed or id(compiled) not in sound:
                # the same for all items without changes: looked at, and reported, once
                sound[id(compiled)] = self.sound(compiled, known, key, frozenset(parameters.late))
            if sound[id(compiled)]:
                scope = parameters.scope(template.item, made.item, unit)
                self.add(source, compiled, scope, made.part, made.line, made.name, parameters.late)
        return True

    def sound(
        self,
        compiled: CompiledMonitor,
        names: frozenset[str],
        key: str,
        late: frozenset[str] = frozenset(),
        *,
        whole: bool = True,
    ) -> bool:
        """
        Return whether nothing keeps a monitor from being made; report what does.

        ``names`` are its items and parameters, ``late`` those parameters that need its team,
        service or environment. One that is not ``whole`` has lost values of the wrong shape: they
        are not missing too.
        """
        slos = frozenset(f"slo:{name}" for name in self.slos)
        wrong = [
            *(required(compiled, key) if whole else ()),
            *unknown_names(compiled, names | slos, key, late),
            *reserved_tags(compiled, key),
        ]
        self.diagnostics.extend(wrong)
        return not wrong

    def add(
        self,
        source: MonitorFile,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        part: str,
        line: int,
        stem: str,
        late: Mapping[str, Any] | None = None,
    ) -> None:
        """Make one monitor. ``part`` is its key below the file, ``stem`` without items."""
        file = source.file
        if self.slos and "slo:" in "".join(compiled.names):
            scope |= {f"slo:{name}": slo for name, slo in self.slos.items()}
        declared = Declaration(
            key=source.key(part),
            unit=file.unit,
            shown=file.shown,
            file=f"{file.unit}/{file.name}.yaml",
            line=line,
        )
        monitor = self.builder.monitor(compiled, scope, declared, late or {})
        if monitor is None or stem in source.broken:
            return
        other = self.monitors.get(monitor.key)
        if other is not None:
            self._collision(source, compiled, monitor.key, other)
            return
        monitor = self._adopting(source, compiled, part, monitor)
        if source.former_files or source.former_units or "moved_from" in compiled.values:
            former = former_keys(source, compiled, scope, part, stem)
            monitor = replace(monitor, moved_from=former)
        self.monitors[monitor.key] = monitor
        self.provenance[monitor.key] = Provenance(source, compiled, scope)

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

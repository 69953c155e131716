"""Monitor files expanded: items of ``for_each``, templates in ``use``."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Monitor
from monitor_sync.project.build import Assembler, Place
from monitor_sync.project.compiled import (
    Blueprint,
    draw,
    required,
    reserved_tags,
    unknown_names,
)
from monitor_sync.project.document import Document
from monitor_sync.project.files import Found
from monitor_sync.project.interpolation import compile_tree, fill, names_in
from monitor_sync.project.layers import Layer
from monitor_sync.project.moved import former_keys
from monitor_sync.project.normalise import Cleaner
from monitor_sync.project.templates import Template, arguments
from monitor_sync.project.yaml_reader import DataPath


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``explain`` needs to say where each value of a monitor comes from."""

    blueprint: Blueprint
    scope: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of monitors: its document, the levels above its monitors, and what is broken."""

    found: Found
    document: Document
    base: Blueprint
    former_files: tuple[str, ...] = ()
    former_units: tuple[str, ...] = ()
    broken: frozenset[str | int] = frozenset()
    """Names of monitors and indexes of uses whose shape is wrong: reported, looked at, not kept."""


@dataclass(slots=True)
class Expander:
    """Turns files into monitors and keeps what there is to say about them."""

    assembler: Assembler
    cleaner: Cleaner
    templates: Mapping[str, Template]
    slos: Mapping[str, str] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    recipes: dict[str, Recipe] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    """Every key that the files name, those of broken monitors included."""

    def file(self, source: Source) -> None:
        """All monitors of one file."""
        data = source.document.data
        for name, raw in (data.get("monitors") or {}).items():
            self._written(source, name, raw or {})
        for index, use in enumerate(data.get("use") or []):
            if index not in source.broken:
                _Use(self, source, index, use).expand()

    def _written(self, source: Source, name: str, raw: Mapping[str, Any]) -> None:
        """A monitor written out, once or for each combination of its items."""
        where = ("monitors", name)
        stem = f"{source.found.unit}/{source.found.name}/{name}"
        layer = self.cleaner.layer("monitor", source.document, where, raw, stem)
        blueprint = draw([layer], source.base)
        line = source.document.lines.get(where, 1)
        for_each = raw.get("for_each") or {}
        names = frozenset(for_each)
        sound: dict[int, bool] = {}
        whole = name not in source.broken
        self._unused_items(source, name, for_each, blueprint)
        for items, changes in _combinations(for_each):
            layers = [
                self.cleaner.layer(
                    f"item {items[each]}",
                    source.document,
                    (*where, "for_each", each, items[each]),
                    change,
                    stem,
                )
                for each, change in changes.items()
                if change
            ]
            own = draw(layers, blueprint)
            rest = ".".join((name, *items.values()))
            key = f"{source.found.unit}/{source.found.name}/{rest}"
            self.named.add(key)
            if layers or id(own) not in sound:
                sound[id(own)] = self.sound(own, names, key, whole=whole)
            if not sound[id(own)]:
                continue
            self.add(source, own, dict(items), rest, line, name)

    def _unused_items(
        self, source: Source, name: str, for_each: Mapping[str, Any], blueprint: Blueprint
    ) -> None:
        """Items that no text uses and that change nothing make copies of one monitor."""
        for each, items in for_each.items():
            changed = isinstance(items, dict) and any(items.values())
            if each not in blueprint.names and not changed:
                stem = f"{source.found.unit}/{source.found.name}/{name}"
                self.diagnostics.append(
                    source.document.diagnostic(
                        "schema/unused-item",
                        f"no text uses `${{{each}}}`",
                        source.document.key_span(("monitors", name, "for_each", each)),
                        key=stem,
                        hint="use it in the query and the name, or remove it",
                    )
                )

    def sound(
        self, blueprint: Blueprint, names: frozenset[str], key: str, *, whole: bool = True
    ) -> bool:
        """
        Whether nothing keeps the blueprint from being made; says what does.

        One that is not ``whole`` has lost values of the wrong shape: they are not missing too.
        """
        slos = frozenset(f"slo:{name}" for name in self.slos)
        wrong = [
            *(required(blueprint, key) if whole else ()),
            *unknown_names(blueprint, names | slos, key),
            *reserved_tags(blueprint, key),
        ]
        self.diagnostics.extend(wrong)
        return not wrong

    def add(
        self,
        source: Source,
        blueprint: Blueprint,
        scope: dict[str, Any],
        rest: str,
        line: int,
        stem: str,
        late: Mapping[str, Any] | None = None,
    ) -> None:
        """Put one monitor together. ``rest`` is its key below the file, ``stem`` without items."""
        found = source.found
        key = f"{found.unit}/{found.name}/{rest}"
        if self.slos and "slo:" in "".join(blueprint.names):
            scope |= {f"slo:{name}": slo for name, slo in self.slos.items()}
        moved = source.former_files or source.former_units or "moved_from" in blueprint.values
        place = Place(
            key=key,
            unit=found.unit,
            shown=found.shown,
            file=f"{found.unit}/{found.name}.yaml",
            line=line,
            former=former_keys(source, blueprint, scope, rest, stem) if moved else (),
        )
        monitor = self.assembler.monitor(blueprint, scope, place, late or {})
        if monitor is None or stem in source.broken:
            return
        other = self.monitors.get(key)
        if other is not None:
            self._collision(source, blueprint, key, other)
            return
        self.monitors[key] = monitor
        self.recipes[key] = Recipe(blueprint, scope)

    def _collision(self, source: Source, blueprint: Blueprint, key: str, other: Monitor) -> None:
        layer = next(
            (each for each in reversed(blueprint.layers) if each.document is source.document),
            blueprint.layers[-1],
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


class _Use:
    """One entry of ``use``: a template, its parameters and its items."""

    def __init__(
        self, expander: Expander, source: Source, index: int, use: Mapping[str, Any]
    ) -> None:
        self.expander = expander
        self.source = source
        self.where: DataPath = ("use", index)
        self.use = use
        own = {name: use[name] for name in ("team", "service", "tags") if name in use}
        self.level = (
            [expander.cleaner.layer("use", source.document, self.where, own, "")] if own else []
        )

    def expand(self) -> None:
        """Every monitor of the template for every item."""
        template = self._template()
        if template is None:
            return
        values, wrong = arguments(
            template, self.use.get("with") or {}, self.source.document, self.where
        )
        self.expander.diagnostics.extend(wrong)
        if wrong or not self._items_fit(template):
            return
        early, late = self._parameters(template, values)
        known = frozenset(template.parameters) | ({template.item} if template.item else set())
        for name, layer in template.monitors.items():
            if layer is not None:
                self._monitor(template, name, layer, known, early, late)

    def _monitor(
        self,
        template: Template,
        name: str,
        layer: Layer,
        known: frozenset[str],
        early: Mapping[str, Any],
        late: Mapping[str, Any],
    ) -> None:
        source = self.source
        blueprint = draw([layer, *self.level], source.base)
        sound: bool | None = None
        lines = source.document.lines
        here = lines.get((*self.where, "for_each"), lines.get((*self.where, "template"), 1))
        for item, changes in self._items():
            change = (changes or {}).get(name)
            if change is False:
                continue
            rest = f"{item}.{name}" if item else name
            key = f"{source.found.unit}/{source.found.name}/{rest}"
            self.expander.named.add(key)
            own = self._changed(blueprint, item, name, change) if change else blueprint
            if change:
                fine = self.expander.sound(own, known, key)
            else:
                # the same for all items without changes: looked at, and reported, once
                sound = self.expander.sound(own, known, key) if sound is None else sound
                fine = sound
            if not fine:
                continue
            scope: dict[str, Any] = {template.item: item} if item else {}
            for each, value in early.items():
                scope[each] = fill(value, scope | {"unit": source.found.unit})
            line = lines.get((*self.where, "for_each", item), here)
            self.expander.add(source, own, scope, rest, line, name, late)

    def _changed(
        self, blueprint: Blueprint, item: str, name: str, change: Mapping[str, Any]
    ) -> Blueprint:
        """The blueprint with what one item changes."""
        found, document = self.source.found, self.source.document
        key = f"{found.unit}/{found.name}/{item}.{name}"
        where = (*self.where, "for_each", item, name)
        level = self.expander.cleaner.layer(f"item {item}", document, where, change, key)
        return draw([level], blueprint)

    def _items(self) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
        items = self.use.get("for_each")
        if items is None:
            yield "", None
        elif isinstance(items, dict):
            yield from items.items()
        else:
            for item in items:
                yield item, None

    def _template(self) -> Template | None:
        name = self.use["template"]
        template = self.expander.templates.get(name)
        if template is None:
            close = difflib.get_close_matches(name, self.expander.templates, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "templates are files in templates/"
            self._say(
                "schema/unknown-template", f"no template is called `{name}`", ("template",), hint
            )
        return template

    def _items_fit(self, template: Template) -> bool:
        """Whether items are given where the template has a name for them, and only there."""
        if template.item and "for_each" not in self.use:
            self._say(
                "schema/missing-item",
                f"the template `{template.name}` is made for each "
                f"{template.item}, and none is named",
                ("template",),
                "add `for_each: [...]`",
            )
            return False
        if "for_each" in self.use and not template.item:
            self._say(
                "schema/unused-item",
                f"the template `{template.name}` takes no items",
                ("for_each",),
                f"add `item:` to templates/{template.name}.yaml",
            )
            return False
        fits = True
        for item, changes in self._items():
            for name in changes or {}:
                if name not in template.monitors:
                    close = difflib.get_close_matches(name, template.monitors, n=1)
                    known = ", ".join(template.monitors)
                    self._say(
                        "schema/unknown-monitor",
                        f"the template `{template.name}` has no monitor `{name}`",
                        ("for_each", item, name),
                        f"did you mean `{close[0]}`?" if close else f"it has: {known}",
                        at_key=True,
                    )
                    fits = False
        return fits

    def _parameters(
        self, template: Template, values: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """
        The parameters compiled: those that the items alone fill, and those that need more.

        Team, service, environment and key of a monitor are known only once it is being made.
        """
        early: dict[str, Any] = {}
        late: dict[str, Any] = {}
        known = {template.item, "unit"}
        for name, value in values.items():
            compiled = compile_tree(value)
            unknown = names_in(compiled) - known - early.keys()
            if unknown:
                late[name] = compiled
            else:
                early[name] = compiled
        everywhere = {"team", "service", "env", "key", "unit", template.item}
        for name, compiled in late.items():
            for each in sorted(names_in(compiled) - everywhere - early.keys()):
                if each not in late or each == name:
                    self._say(
                        "schema/unknown-hole",
                        f"nothing fills `${{{each}}}` in the parameter `{name}`",
                        ("with", name),
                        "use the item, or a parameter above it",
                    )
                    return early, {}
        return early, late

    def _say(
        self, rule: str, message: str, where: tuple[str, ...], hint: str, *, at_key: bool = False
    ) -> None:
        document = self.source.document
        path: DataPath = (*self.where, *where)
        span = document.key_span(path) if at_key else document.span(path)
        self.expander.diagnostics.append(document.diagnostic(rule, message, span, hint=hint))


def _combinations(
    for_each: Mapping[str, Any],
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Every combination of items with the changes that each brings; once where there are none."""
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

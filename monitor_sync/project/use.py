"""One entry of ``use`` in a file of monitors: a template, its parameters and its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.project.compiled import ALWAYS_KNOWN, OF_UNIT, CompiledMonitor, compile_layers
from monitor_sync.project.interpolation import compile_tree, fill, names_in
from monitor_sync.project.layers import Layer
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.templates import Template, arguments
from monitor_sync.project.yaml_reader import DataPath

_OF_MONITOR: Final = ALWAYS_KNOWN | {"service", "env"}
"""What a parameter may name besides the item: known only once a monitor is being made."""


class Parameters(Struct, frozen=True):
    """
    The parameters of one use, compiled, by when they can be filled.

    ``early`` need the item and the unit alone. ``late`` need the team, service, environment or key
    of a monitor, which are known only once it is being made.
    """

    early: Mapping[str, Any]
    late: Mapping[str, Any]

    def scope(self, name: str, item: str, unit: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return what the item and the early parameters stand for.

        ``name`` is what the template calls the item, ``unit`` what the unit's own holes stand for.
        """
        scope: dict[str, Any] = {name: item} if name else {}
        for parameter, value in self.early.items():
            scope[parameter] = fill(value, {**unit, **scope, "unit": unit["unit"]})
        return scope


class UsedMonitor(NamedTuple):
    """
    One monitor that a use makes of its template's monitor ``name`` for an ``item``.

    ``part`` is its key below the file, ``line`` where the item stands. ``changed``: the item
    changes it; all others of one name share one ``compiled``.
    """

    name: str
    item: str
    part: str
    line: int
    compiled: CompiledMonitor
    changed: bool


class TemplateUse:
    """One use of a template, and its diagnostics."""

    def __init__(
        self, source: MonitorFile, index: int, use: Mapping[str, Any], normaliser: Normaliser
    ) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._source = source
        self._where: DataPath = ("use", index)
        self._use = use
        self._normaliser = normaliser

    def template(self, templates: Mapping[str, Template | None]) -> Template | None:
        """Return the template that is used; None where it is unknown, wrong, or does not fit."""
        name = self._use["template"]
        template = templates.get(name)
        if template is None and name in templates:  # its own mistakes are reported
            return None
        if template is None:
            hint = did_you_mean(name, templates, "templates are files in templates/")
            self._say(
                "schema/unknown-template", f"no template is called `{name}`", ("template",), hint
            )
            return None
        return template if self._items_fit(template) else None

    def _items_fit(self, template: Template) -> bool:
        """Return whether items are given where the template has a name for them, and only there."""
        if template.item and "for_each" not in self._use:
            self._say(
                "schema/missing-item",
                f"the template `{template.name}` is made for each "
                f"{template.item}, and none is named",
                ("template",),
                "add `for_each: [...]`",
            )
            return False
        if "for_each" in self._use and not template.item:
            self._say(
                "schema/unused-item",
                f"the template `{template.name}` takes no items",
                ("for_each",),
                f"add `item:` to templates/{template.name}.yaml",
            )
            return False
        return self._changes_fit(template)

    def _changes_fit(self, template: Template) -> bool:
        """Return whether all items change monitors that the template has."""
        fits = True
        for item, changes in self._items():
            for name in changes or {}:
                if name not in template.monitors and template.whole:
                    known = ", ".join(template.monitors)
                    self._say(
                        "schema/unknown-monitor",
                        f"the template `{template.name}` has no monitor `{name}`",
                        ("for_each", item, name),
                        did_you_mean(name, template.monitors, f"it has: {known}"),
                        at_key=True,
                    )
                    fits = False
        return fits

    def parameters(self, template: Template) -> Parameters | None:
        """Return the parameters compiled, None where one is wrong."""
        values, wrong = arguments(
            template, self._use.get("with") or {}, self._source.document, self._where
        )
        if wrong:
            self.diagnostics.extend(wrong)
            return None
        early: dict[str, Any] = {}
        late: dict[str, Any] = {}
        for name, value in values.items():
            compiled = compile_tree(value)
            unfilled = names_in(compiled) - OF_UNIT - {template.item} - early.keys()
            (late if unfilled else early)[name] = compiled
        return Parameters(early, late) if self._late_fit(template, early, late) else None

    def _late_fit(
        self, template: Template, early: Mapping[str, Any], late: Mapping[str, Any]
    ) -> bool:
        """Return whether each late parameter names only what is known before it is filled."""
        known = {*_OF_MONITOR, template.item, *early}
        fits = True
        for name, compiled in late.items():
            for hole in sorted(names_in(compiled) - known):
                fits = False
                self._say(
                    "schema/unknown-hole",
                    f"nothing fills `${{{hole}}}` in the parameter `{name}`",
                    ("with", name),
                    "use the item, or a parameter above it",
                )
            known.add(name)
        return fits

    def monitors(self, template: Template) -> Iterator[UsedMonitor]:
        """Yield every monitor of the template for every item, in the order of the template."""
        source, use = self._source, self._use
        own = {name: use[name] for name in ("team", "service", "tags") if name in use}
        level = (
            [self._normaliser.layer("use", source.document, self._where, own, "")] if own else []
        )
        for name, layer in template.monitors.items():
            yield from self._for_items(name, compile_layers([layer, *level], source.base))

    def _for_items(self, name: str, compiled: CompiledMonitor) -> Iterator[UsedMonitor]:
        source = self._source
        lines = source.document.lines
        here = lines.get((*self._where, "for_each"), lines.get((*self._where, "template"), 1))
        for item, changes in self._items():
            change = (changes or {}).get(name)
            if change is False:
                continue
            part = f"{item}.{name}" if item else name
            own = compiled
            if change:
                where = (*self._where, "for_each", item, name)
                level: Layer = self._normaliser.layer(
                    f"item {item}", source.document, where, change, source.key(part)
                )
                own = compile_layers([level], compiled)
            line = lines.get((*self._where, "for_each", item), here)
            yield UsedMonitor(name, item, part, line, own, bool(change))

    def _items(self) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
        items = self._use.get("for_each")
        if items is None:
            yield "", None
        elif isinstance(items, dict):
            yield from items.items()
        else:
            for item in items:
                yield item, None

    def _say(
        self, rule: str, message: str, where: tuple[str, ...], hint: str, *, at_key: bool = False
    ) -> None:
        document = self._source.document
        path: DataPath = (*self._where, *where)
        span = document.key_span(path) if at_key else document.span(path)
        self.diagnostics.append(document.diagnostic(rule, message, span, hint=hint))

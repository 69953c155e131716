"""Templates: monitors with holes, and the parameters that fill them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.project.document import Document
from monitor_sync.project.doubts import fields_below
from monitor_sync.project.interpolation import compile_tree, names_in, plain
from monitor_sync.project.layers import Layer
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.yaml_reader import DataPath

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "list": (list,),
}


class Template(Struct, frozen=True, eq=False):
    """
    One template file.

    ``item`` is what a for_each item is called inside, empty where it takes none. ``parameters``
    maps a name to its declaration, ``monitors`` a name to the level it sets. ``doubts`` maps the
    name of a monitor to those of its fields that have the wrong shape, which has been reported.
    ``whole``: no monitor is missing because it has no shape at all.
    """

    name: str
    document: Document
    item: str
    parameters: Mapping[str, Mapping[str, Any]]
    monitors: Mapping[str, Layer]
    doubts: Mapping[str, frozenset[str]]
    whole: bool


def read_template(
    name: str, document: Document, wrong: Set[DataPath], normaliser: Normaliser
) -> tuple[Template, list[Diagnostic]]:
    """Return a template and what is wrong inside it. ``wrong`` are paths of the wrong shape."""
    data = document.data or {}
    monitors = {
        monitor: normaliser.layer(f"template {name}", document, ("monitors", monitor), raw, "")
        for monitor, raw in (data.get("monitors") or {}).items()
    }
    doubts = {monitor: fields_below(wrong, ("monitors", monitor)) for monitor in monitors}
    template = Template(
        name=name,
        document=document,
        item=data.get("item", ""),
        parameters=data.get("parameters") or {},
        monitors=monitors,
        doubts=doubts,
        whole=not any(path[:1] == ("monitors",) and len(path) < 3 for path in wrong),
    )
    return template, [] if wrong else _unused(template)


def _unused(template: Template) -> list[Diagnostic]:
    """Report parameters and items that no text uses, and defaults of the wrong type."""
    used: set[str] = set()
    for layer in template.monitors.values():
        used |= names_in(compile_tree(layer.values))
    for declared in template.parameters.values():
        used |= names_in(compile_tree(declared.get("default")))
    diagnostics = []
    for name, declared in template.parameters.items():
        if name not in used:
            diagnostics.append(
                template.document.diagnostic(
                    "schema/unused-parameter",
                    f"no text uses the parameter `{name}`",
                    template.document.key_span(("parameters", name)),
                    hint="remove it",
                )
            )
        default = declared.get("default")
        if default is not None and not names_in(compile_tree(default)):
            diagnostics.extend(
                _wrong_type(
                    template.document, ("parameters", name, "default"), name, default, declared, ""
                )
            )
    if template.item and template.item not in used:
        diagnostics.append(
            template.document.diagnostic(
                "schema/unused-item",
                f"no text uses the item `{template.item}`",
                template.document.span(("item",)),
                hint=f"use `${{{template.item}}}`, or remove `item`",
            )
        )
    return diagnostics


def arguments(
    template: Template, given: Mapping[str, Any], document: Document, where: DataPath
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """
    Return the template's parameters as one use sets them, defaults included, holes not yet filled.

    ``where`` leads to the use. Unknown, missing and ill-typed ones are diagnostics.
    """
    diagnostics: list[Diagnostic] = []
    for name, value in given.items():
        if name not in template.parameters:
            known = ", ".join(template.parameters) or "none"
            diagnostics.append(
                document.diagnostic(
                    "schema/unknown-parameter",
                    f"the template `{template.name}` has no parameter `{name}`",
                    document.key_span((*where, "with", name)),
                    hint=did_you_mean(name, template.parameters, f"it has: {known}"),
                )
            )
        elif not names_in(compile_tree(value)):
            declared = template.parameters[name]
            diagnostics.extend(
                _wrong_type(document, (*where, "with", name), name, value, declared, "")
            )
    values: dict[str, Any] = {}
    for name, declared in template.parameters.items():
        if given.get(name) is not None:
            values[name] = given[name]
        elif "default" in declared:
            values[name] = declared["default"]
        else:
            diagnostics.append(
                document.diagnostic(
                    "schema/missing-parameter",
                    f"the template `{template.name}` needs the parameter `{name}`",
                    document.span((*where, "template")),
                    hint=f"add `with: {{{name}: …}}`",
                )
            )
    return values, diagnostics


def _wrong_type(
    document: Document,
    where: DataPath,
    name: str,
    value: Any,
    declared: Mapping[str, Any],
    key: str,
) -> list[Diagnostic]:
    kind = declared.get("type", "string")
    allowed = _TYPES[kind]
    if isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool)):
        return []
    written = document.numbers.get(where) or plain(value)
    hint = ""
    if kind == "string":
        hint = f'write `"{written}"`'
    elif isinstance(value, str) and value.rstrip(" %").replace(".", "", 1).isdigit():
        hint = f"write `{value.rstrip(' %')}`"
    return [
        document.diagnostic(
            "schema/wrong-type",
            f"`{written}` is not a {kind}, which the parameter `{name}` takes",
            document.span(where),
            hint=hint,
            key=key,
        )
    ]

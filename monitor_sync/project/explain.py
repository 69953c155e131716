"""Where each value of a rendered monitor comes from: which level, which file, which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor_sync.diagnostics import Span
from monitor_sync.model import Monitor
from monitor_sync.project.compiled import Blueprint
from monitor_sync.project.interpolation import compile_tree, fill, plain
from monitor_sync.project.layers import Field, Layer, place

TOOL = "monitor-sync"
"""The level of what no file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    Where one value of a rendered monitor comes from.

    ``field`` is dotted (``options.thresholds.critical``, ``tags.tier:1``). ``layer`` says in
    words which level set it (``project``, ``business unit``, ``file``, ``template apm-service``,
    ``monitor``, ``item rail``, or ``monitor-sync`` for what the tool adds). ``span`` is None
    where no file says it.
    """

    field: str
    value: Any
    layer: str
    span: Span | None


def origins(monitor: Monitor, blueprint: Blueprint, scope: Mapping[str, Any]) -> tuple[Origin, ...]:
    """Every value of the body with the strongest level that sets it."""
    found: list[Origin] = []
    for name, value in monitor.body.items():
        if name == "tags":
            found.extend(_tag(tag, monitor, blueprint, scope) for tag in value)
        else:
            found.extend(_leaf(field, leaf, blueprint) for field, leaf in _leaves((name,), value))
    return tuple(found)


def rendered(monitor: Monitor, field: Field) -> Any:
    """The value at a field of the body, None where there is none."""
    value: Any = monitor.body
    for part in field:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _leaves(field: Field, value: Any) -> Iterator[tuple[Field, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves((*field, key), child)
    else:
        yield field, value


def _leaf(field: Field, value: Any, blueprint: Blueprint) -> Origin:
    found = place(blueprint.layers, field)
    if found is None and field[0] == "options":
        found = place(blueprint.layers, ("raw_options", *field[1:]))
    return _origin(".".join(map(str, field)), value, found)


def _origin(field: str, value: Any, found: tuple[Layer, Any] | None) -> Origin:
    if found is None:
        return Origin(field=field, value=value, layer=TOOL, span=None)
    layer, where = found
    return Origin(field=field, value=value, layer=layer.label, span=layer.document.key_span(where))


def _tag(tag: str, monitor: Monitor, blueprint: Blueprint, scope: Mapping[str, Any]) -> Origin:
    """The level whose tags hold this one; the owner's tags come from where the owner is named."""
    for layer in reversed(blueprint.layers):
        raw = layer.values.get("tags")
        if isinstance(raw, dict):
            name, _, value = tag.partition(":")
            listed = raw.get(name)
            values = listed if isinstance(listed, list) else [listed]
            if name in raw and value in [plain(_filled(each, scope)) for each in values]:
                return _origin(f"tags.{tag}", tag, (layer, (*layer.where, "tags", name)))
        elif isinstance(raw, list):
            for index, each in enumerate(raw):
                if plain(_filled(each, scope)) == tag:
                    return _origin(f"tags.{tag}", tag, (layer, (*layer.where, "tags", index)))
    field = {f"team:{monitor.team}": "team", f"service:{monitor.service}": "service"}.get(tag)
    return _origin(f"tags.{tag}", tag, place(blueprint.layers, (field,)) if field else None)


def _filled(value: Any, scope: Mapping[str, Any]) -> Any:
    return fill(compile_tree(value), scope)

"""Where each value of a rendered monitor comes from: which level, which file, which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from monitor_sync.diagnostics import Span
from monitor_sync.model import Monitor
from monitor_sync.project.interpolation import compile_tree, fill, plain
from monitor_sync.project.layers import Field, Layer, place

TOOL = "monitor-sync"
"""The level of what no file says."""


class ValueSource(Struct, frozen=True, kw_only=True):
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


def value_sources(
    monitor: Monitor, layers: tuple[Layer, ...], scope: Mapping[str, Any]
) -> Iterator[ValueSource]:
    """Yield every value of the body with the strongest level that sets it."""
    for name, value in monitor.body.items():
        if name == "tags":
            for tag in value:
                yield _tag(tag, monitor, layers, scope)
        else:
            for field, leaf in _leaves((name,), value):
                yield _leaf(field, leaf, layers)


def rendered(monitor: Monitor, field: Field) -> Any:
    """Return the value at a field of the body, None where there is none."""
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


def _leaf(field: Field, value: Any, layers: tuple[Layer, ...]) -> ValueSource:
    setting = place(layers, field)
    if setting is None and field[0] == "options":
        setting = place(layers, ("raw_options", *field[1:]))
    return _source(".".join(map(str, field)), value, setting)


def _source(field: str, value: Any, setting: tuple[Layer, Any] | None) -> ValueSource:
    if setting is None:
        return ValueSource(field=field, value=value, layer=TOOL, span=None)
    layer, where = setting
    span = layer.document.key_span(where)
    return ValueSource(field=field, value=value, layer=layer.label, span=span)


def _tag(
    tag: str, monitor: Monitor, layers: tuple[Layer, ...], scope: Mapping[str, Any]
) -> ValueSource:
    """Return the level whose tags hold this one; the owner's tags come from its ``team:``."""
    for layer in reversed(layers):
        written = layer.values.get("tags")
        if isinstance(written, dict):
            name, _, value = tag.partition(":")
            listed = written.get(name)
            values = listed if isinstance(listed, list) else [listed]
            if name in written and value in [plain(_filled(item, scope)) for item in values]:
                return _source(f"tags.{tag}", tag, (layer, (*layer.where, "tags", name)))
        elif isinstance(written, list):
            for index, item in enumerate(written):
                if plain(_filled(item, scope)) == tag:
                    return _source(f"tags.{tag}", tag, (layer, (*layer.where, "tags", index)))
    field = {f"team:{monitor.team}": "team", f"service:{monitor.service}": "service"}.get(tag)
    return _source(f"tags.{tag}", tag, place(layers, (field,)) if field else None)


def _filled(value: Any, scope: Mapping[str, Any]) -> Any:
    return fill(compile_tree(value), scope)

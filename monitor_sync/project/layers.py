"""
Levels of values merged: project, unit, file, template, monitor, item, weakest first.

Mappings merge, lists and single values replace, ``null`` unsets, ``false`` and ``0`` are values,
tags add up. ``thresholds`` beside the query is ``options.thresholds``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from monitor_sync.diagnostics import Span
from monitor_sync.project.document import Document
from monitor_sync.project.interpolation import plain
from monitor_sync.project.yaml_reader import DataPath

Values = dict[str, Any]
Field = tuple[str | int, ...]
"""The way to a value inside a monitor: ``("options", "thresholds", "critical")``."""


class Layer(Struct, frozen=True, eq=False):
    """
    What one level says about a monitor.

    ``label`` names the level in words. ``where`` leads to the mapping in the document. ``values``
    is that mapping cleaned: read-only keys gone, ``"5"`` read as 5.
    """

    label: str
    document: Document
    where: DataPath
    values: Values

    def find(self, field: Field) -> DataPath | None:
        """Return where this level sets a field, or None where it does not."""
        for path in _spellings(field):
            here: Any = self.values
            for part in path:
                if isinstance(here, list) and isinstance(part, int) and part < len(here):
                    here = here[part]
                    continue
                if not isinstance(here, dict) or part not in here:
                    break
                here = here[part]
            else:
                return (*self.where, *path)
        return None


def _spellings(field: Field) -> Iterator[Field]:
    yield field
    if field[:2] == ("options", "thresholds"):
        yield field[1:]


def merge(layers: Iterable[Layer], onto: Values | None = None) -> Values:
    """Return all levels as one mapping, ``tags`` as a list of texts, thresholds in ``options``."""
    merged: Values = dict(onto or {})
    for layer in layers:
        merged = _over(merged, layer.values)
    return merged


def _over(weaker: Values, stronger: Values) -> Values:
    merged = dict(weaker)
    for name, value in stronger.items():
        if name == "tags":
            merged["tags"] = merge_tags(merged.get("tags", []), value)
        elif name == "thresholds":
            options = dict(merged.get("options") or {})
            _put(options, "thresholds", value)
            merged["options"] = options
        else:
            _put(merged, name, value)
    return merged


def _put(target: Values, name: str, value: Any) -> None:
    """Set one value the way levels merge."""
    if value is None:
        target.pop(name, None)
    elif type(value) is dict:
        weaker = target.get(name)
        inner = dict(weaker) if type(weaker) is dict else {}
        for key, child in value.items():
            _put(inner, key, child)
        target[name] = inner
    else:
        target[name] = value


def merge_tags(weaker: list[str], stronger: Any) -> list[str]:
    """
    Return tags of a weaker level with those of a stronger one.

    A list adds. A mapping replaces weaker tags of the same key; null removes them.
    """
    if stronger is None:
        return []
    if type(stronger) is list:
        return list(dict.fromkeys([*weaker, *map(plain, stronger)]))
    several = tuple(f"{key}:" for key in stronger if ":" in key)  # `a:b:c` has the key `a:b` too
    kept = [
        tag
        for tag in weaker
        if ":" not in tag or not (tag.partition(":")[0] in stronger or tag.startswith(several))
    ]
    for key, value in stronger.items():
        values = value if type(value) is list else [] if value is None else [value]
        kept.extend(f"{key}:{plain(item)}" for item in values)
    return list(dict.fromkeys(kept))


def place(layers: Iterable[Layer], field: Field) -> tuple[Layer, DataPath] | None:
    """Return the strongest level that sets a field, and where."""
    for layer in reversed(tuple(layers)):
        where = layer.find(field)
        if where is not None:
            return layer, where
    return None


def span_of(layers: tuple[Layer, ...], field: Field, needle: str = "") -> tuple[Document, Span]:
    """Return where a merged field comes from, or the strongest level where no level sets it."""
    setting = place(layers, field)
    while setting is None and len(field) > 1:
        field = field[:-1]
        setting = place(layers, field)
    if setting is None:
        layer = layers[-1]
        return layer.document, layer.document.key_span(layer.where)
    layer, where = setting
    if needle:
        return layer.document, layer.document.span_of(where, needle)
    return layer.document, layer.document.span(where)

"""Former keys: what ``moved_from`` on a monitor, a file or a unit comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monitor_sync.project.compiled import Blueprint
from monitor_sync.project.interpolation import compile_tree, fill

if TYPE_CHECKING:
    from monitor_sync.project.expand import Source


def former_keys(
    source: Source, blueprint: Blueprint, scope: Mapping[str, Any], rest: str, stem: str
) -> tuple[str, ...]:
    """Every key that this monitor may have had, from `moved_from` on it, its file and its unit."""
    found = source.found
    formers: list[str] = []
    written = blueprint.values.get("moved_from")
    if written:
        last = blueprint.layers[-1]
        on_item = last.label.startswith("item ") and "moved_from" in last.values
        for each in fill(compile_tree(_listed(written)), scope):
            name = each if on_item else _with_items(each, rest, stem)
            whole = each.count("/") == 2
            formers.append(name if whole else f"{found.unit}/{found.name}/{name}")
    for each in source.former_files:
        stem_of_file = each if "/" in each else f"{found.unit}/{each}"
        formers.append(f"{stem_of_file}/{rest}")
    formers.extend(f"{unit}/{found.name}/{rest}" for unit in source.former_units)
    return tuple(dict.fromkeys(formers))


def _with_items(former: str, rest: str, stem: str) -> str:
    """A former name of a monitor stands for all its items: `errors.rail`, `quote-api.errors`."""
    if rest.startswith(stem):
        return former + rest.removeprefix(stem)
    return rest.removesuffix(stem) + former


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def named(value: Any) -> tuple[str, ...]:
    """What a `moved_from` names: one text, or a list of them."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)

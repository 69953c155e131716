"""Former keys: what ``moved_from`` on a monitor, a file or a unit comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor_sync.project.compiled import CompiledMonitor
from monitor_sync.project.interpolation import compile_tree, fill
from monitor_sync.project.monitor_file import MonitorFile


def former_keys(
    source: MonitorFile,
    compiled: CompiledMonitor,
    scope: Mapping[str, Any],
    part: str,
    stem: str,
) -> tuple[str, ...]:
    """
    Return every key that a monitor may have had, from ``moved_from`` on it, its file and its unit.

    ``part`` is its key below the file and ``stem`` the same without its items.
    """
    formers: list[str] = []
    written = named(compiled.values.get("moved_from") or None)
    if written:
        last = compiled.layers[-1]
        on_item = last.label.startswith("item ") and "moved_from" in last.values
        for former in fill(compile_tree(list(written)), scope):
            name = former if on_item else _with_items(former, part, stem)
            formers.append(name if former.count("/") == 2 else source.key(name))
    return tuple(dict.fromkeys((*formers, *keys_of_former_files(source, part))))


def keys_of_former_files(source: MonitorFile, part: str) -> Iterator[str]:
    """Yield the keys that ``part`` of a file had where the file or its unit was renamed."""
    file = source.file
    for former in source.former_files:
        former_file = former if "/" in former else f"{file.unit}/{former}"
        yield f"{former_file}/{part}"
    for unit in source.former_units:
        yield f"{unit}/{file.name}/{part}"


def _with_items(former: str, part: str, stem: str) -> str:
    """Return the former name with the items added: ``errors.rail``, ``quote-api.errors``."""
    if part.startswith(stem):
        return former + part.removeprefix(stem)
    return part.removesuffix(stem) + former


def named(value: Any) -> tuple[str, ...]:
    """Return what a ``moved_from`` names as a tuple: nothing, one text, or a list of them."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)

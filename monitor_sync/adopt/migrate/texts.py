"""What stands in plain data, and where: what the codemods that rename go through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from monitor_sync.project.yaml_reader import DataPath

QUERIES: Final = frozenset({"query", "critical_query", "critical_recovery_query"})
"""Keys whose texts are queries."""


def entries(value: Any) -> Iterable[tuple[Any, Any]]:
    """Return the entries of a mapping by key, of a list by index; a single value has none."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def texts(value: Any, where: DataPath = ()) -> Iterator[tuple[DataPath, str]]:
    """Yield every text in plain data, and where it stands."""
    for part, inner in entries(value):
        if isinstance(inner, str):
            yield (*where, part), inner
        else:
            yield from texts(inner, (*where, part))

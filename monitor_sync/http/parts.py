"""The objects within an answer, read as forgivingly as services change their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def part(value: Any, *way: str) -> Mapping[str, Any]:
    """Return the object at the end of a way of names; an empty one where there is none."""
    for name in way:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}

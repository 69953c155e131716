"""How many lines a value takes in a file: what a template saves is counted in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor_sync.adopt.scalars import WIDTH


def lines_of(value: Any) -> int:
    """Return how many lines ``KEY: value`` takes where none is longer than it must be."""
    if isinstance(value, str):
        return _text(value)
    if len(_flow(value)) <= WIDTH or not isinstance(value, Mapping | list | tuple):
        return 1
    children = value.values() if isinstance(value, Mapping) else value
    return 1 + sum(map(lines_of, children))


def _text(text: str) -> int:
    """Return the lines of a text: folded below its key where it is long, or with its own breaks."""
    if "\n" in text:
        return 1 + text.count("\n") + 1
    return 1 if len(text) <= WIDTH else 2 + len(text) // (WIDTH + 10)


def written_out(declared: Mapping[str, Any]) -> int:
    """Return how many lines a monitor takes that is written out: its name and a line a field."""
    return 1 + sum(map(lines_of, declared.values()))


def _flow(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)

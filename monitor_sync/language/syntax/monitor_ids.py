"""The ids in a composite's query, found without its tree: all that a plan wants to know of it."""

from __future__ import annotations

from typing import Final

from monitor_sync.language.syntax.scan import COMPOSITE, scan

LONGEST: Final = 20
"""Digits: ids are 64-bit numbers."""


def ids_in(text: str) -> list[int]:
    """
    Return every id that stands in a composite's query, in order.

    Also where the query as a whole cannot be read: who deletes a monitor must know all the same
    what may still refer to it. A key inside ``${id:…}`` is none, whatever digits it has.
    """
    return [
        int(value)
        for kind, value, _, _ in scan(COMPOSITE, text)
        if kind == "number" and len(value) < LONGEST
    ]

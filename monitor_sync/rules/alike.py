"""
In what monitors are alike, so that what is true of one need not be found out for all.

Most monitors of a project come from few templates. They share options and recipients, and their
queries differ in plain values of tags (``language/shapes.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor_sync.language.transitions import Reach
from monitor_sync.rules.reached import Reached

Settings = tuple[str, str, int | None]
"""A type, options as text, and a priority."""

Asked = tuple[Settings, str]
"""Settings with the shape of a query."""


class Alike:
    """
    What has been found out in one run, by what it follows from.

    ``reaches`` follow from settings, ``keys`` from these and the shape of the query, ``routed``
    from recipients and reach, both by identity: ``equal`` makes equal reaches one, and what is
    looked up by identity lives as long as the project.
    """

    def __init__(self) -> None:
        self.reaches: dict[Settings, Reach] = {}
        self.keys: dict[Asked, tuple[str, ...]] = {}
        self.equal: dict[Reach, Reach] = {}
        self.routed: dict[tuple[int, int], Reached] = {}
        self._options: dict[int, str] = {}

    def written(self, options: Mapping[str, Any]) -> str:
        """Options as text. A template without holes in them gives all items the very object."""
        known = self._options
        place = id(options)
        if place not in known:
            known[place] = repr(options)
        return known[place]

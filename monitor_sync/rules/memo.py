"""
In what monitors are alike, so that what is true of one need not be found out for all.

Most monitors of a project come from few templates. They share options and recipients, and their
queries differ in plain values of tags (``language/query_shape.py``).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, Final

from monitor_sync.language.transitions import Reach
from monitor_sync.rules.audience import Reached

Settings = tuple[str, str, int | None]
"""A type, options as text, and a priority."""

Asked = tuple[Settings, str]
"""Settings with the shape of a query."""

# What Datadog reads in a text. Before a handle stands the sign that decides whether it is one;
# the second pattern is for texts without any, as nothing in it begins with just any character.
_MARKS: Final = re.compile(r"\{\{.*?\}\}|\}\}|\{\{|.?@[^\s]*|#+", re.DOTALL)
_TAGS: Final = re.compile(r"\{\{.*?\}\}|\}\}|\{\{|#+", re.DOTALL)


class Alike:
    """
    What has been found out in one run, by what it follows from.

    ``reaches`` follow from settings, ``keys`` and ``around`` from these and the shape of the
    query, ``reached`` from what a subject's ``told`` holds.
    """

    def __init__(self) -> None:
        self.reaches: dict[Settings, Reach] = {}
        self.keys: dict[Asked, tuple[str, ...]] = {}
        self.around: dict[Asked, Hashable] = {}
        self.reached: dict[Hashable, Reached] = {}
        self._options: dict[int, str] = {}

    def written(self, options: Mapping[str, Any]) -> str:
        """
        Options as text.

        A template without holes in them gives all items the very object, which lives as long as
        the project.
        """
        known = self._options
        place = id(options)
        if place not in known:
            known[place] = repr(options)
        return known[place]


def marks(text: str) -> tuple[str, ...]:
    """
    All that Datadog reads in a text: what stands between is words to it.

    A text that opens a tag which nothing closes is like no other: each such tag would be sought
    to the end of the text.
    """
    if text.rfind("{{") > text.rfind("}}"):
        return (text,)
    if "@" in text:
        return tuple(_MARKS.findall(text))
    return tuple(_TAGS.findall(text)) if "{" in text else ()

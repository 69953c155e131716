"""The smallest parts of a query's tree: words, numbers, texts and windows of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(cls: type[_Class]) -> type[_Class]:
    """
    Make a class of the tree: a dataclass whose fields only the type checker keeps from being set.

    An estate has thousands of trees, and a tree dozens of nodes: ``dataclass(frozen=True)`` sets
    each field through ``object.__setattr__``, which makes parsing an eighth slower.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@node
class Node:
    """A stretch of the query. Characters count from 0; ``end`` is the first one after it."""

    start: int = field(compare=False)
    end: int = field(compare=False)


@node
class Name(Node):
    """A bare word: an aggregator, a metric, a function, a group key, an operator."""

    text: str


@node
class Number(Node):
    """A number with its sign. ``written`` keeps the author's notation, such as ``1e+12``."""

    value: float
    written: str = field(compare=False)


@node
class StringLiteral(Node):
    """A quoted text. ``value`` has no quotes and no escapes; ``written`` has both."""

    value: str
    written: str = field(compare=False)


@node
class Window(Node):
    """
    A stretch of time: ``last_5m``, ``current_1d``, ``next_1w``, ``1h_ago`` or, in a chain, ``5m``.

    ``form`` is ``last``, ``current``, ``next``, ``ago``, or empty where only the length is written.
    """

    form: str
    count: int
    unit: str
    written: str = field(compare=False)

    @property
    def seconds(self) -> int:
        """Return the length in seconds; a month has 730 hours, as Datadog's longest window."""
        return self.count * _SECONDS.get(self.unit, 0)


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 730 * 3600}

"""The smallest parts of a query's tree: words, numbers, texts and windows of time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import ClassVar

from msgspec import Struct


class Node(Struct, frozen=True, eq=False):
    """
    A stretch of the query. Characters count from 0; ``end`` is the first one after it.

    Two nodes are equal where they mean the same: their places and the fields that ``uncompared``
    names take no part in comparing.
    """

    start: int
    end: int
    uncompared: ClassVar[tuple[str, ...]] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node) or type(self) is not type(other):
            return False
        meaning = _meaning(type(self))
        return meaning(self) == meaning(other)

    def __hash__(self) -> int:
        return hash((type(self), _meaning(type(self))(self)))


@cache
def _meaning(kind: type[Node]) -> Callable[[Node], object]:
    """Return what reads the fields by which nodes of one class are compared."""
    aside = {"start", "end", *kind.uncompared}
    names = [name for name in kind.__struct_fields__ if name not in aside]
    return attrgetter(*names) if names else lambda _: ()


class Name(Node, frozen=True):
    """A bare word: an aggregator, a metric, a function, a group key, an operator."""

    text: str


class Number(Node, frozen=True):
    """A number with its sign. ``written`` keeps the author's notation, such as ``1e+12``."""

    value: float
    written: str
    uncompared: ClassVar = ("written",)


class StringLiteral(Node, frozen=True):
    """A quoted text. ``value`` has no quotes and no escapes; ``written`` has both."""

    value: str
    written: str
    uncompared: ClassVar = ("written",)


class Window(Node, frozen=True):
    """
    A stretch of time: ``last_5m``, ``current_1d``, ``next_1w``, ``1h_ago`` or, in a chain, ``5m``.

    ``form`` is ``last``, ``current``, ``next``, ``ago``, or empty where only the length is written.
    """

    form: str
    count: int
    unit: str
    written: str
    uncompared: ClassVar = ("written",)

    @property
    def seconds(self) -> int:
        """Return the length in seconds; a month has 730 hours, as Datadog's longest window."""
        return self.count * _SECONDS.get(self.unit, 0)


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 730 * 3600}

"""
The tree of a message: text, variables, blocks, helpers, comments and raw text, each with its place.

Every element keeps what was written, so that printing the tree gives the message back exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from monitor_sync.language.eval_expression import Expression


class MessageProblem(Struct, frozen=True, kw_only=True):
    """
    One thing wrong with a message.

    ``code`` names the kind in a few words with hyphens. ``start`` and ``end`` count characters
    from 0 in the message; ``end`` is the first one after it. ``hint`` is what to type, empty where
    that would be a guess. Datadog stores all of these: none is refused with a 400.
    """

    code: str
    message: str
    start: int
    end: int
    hint: str = ""


class Part(Struct, frozen=True):
    """A stretch of the message. Characters count from 0; ``end`` is the first one after it."""

    start: int
    end: int


class Text(Part, frozen=True):
    """What Datadog shows as it stands, handles included."""

    written: str


class TemplateVariable(Part, frozen=True):
    """
    ``{{host.name}}``, ``{{{comparator}}}``, ``{{[kube.app].name}}``.

    ``path`` is its segments without brackets; ``escaped`` is false for three braces.
    """

    written: str
    path: tuple[str, ...]
    escaped: bool

    @property
    def name(self) -> str:
        """Return the path as people write it, brackets only where a segment needs them."""
        return dotted(self.path)


class Argument(Part, frozen=True):
    """A word after a condition's or a helper's name, ``value`` without its quotes."""

    value: str
    quoted: bool


class Condition(Part, frozen=True):
    """What a block asks: ``is_alert``, ``is_match "host.name" "web"``, ``is_priority 'P1'``."""

    name: str
    arguments: tuple[Argument, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Return the arguments without quotes and places."""
        return tuple(argument.value for argument in self.arguments)


class Block(Part, frozen=True):
    """
    ``{{#is_alert}}…{{else}}…{{/is_alert}}``, or its negation with ``^``.

    ``body`` shows where the condition holds (where it does not, if ``negated``), ``otherwise`` in
    the other case. ``middle`` is the ``{{else}}`` as written, empty without one; ``closing`` is
    empty where the author forgot it.
    """

    condition: Condition
    negated: bool
    opening: str
    body: tuple[Element, ...]
    middle: str
    otherwise: tuple[Element, ...]
    closing: str


class Raw(Part, frozen=True):
    """``{{{{raw}}}}…{{{{/raw}}}}``: text with braces that mean nothing; maybe under a condition."""

    condition: Condition | None
    opening: str
    text: str
    closing: str


class Helper(Part, frozen=True):
    """``eval``, ``local_time``, ``urlencode`` or ``override_priority`` with its arguments."""

    written: str
    name: str
    arguments: tuple[Argument, ...]
    expression: Expression | None = None
    """What ``eval`` computes; None for the others and where it cannot be read."""


class MessageComment(Part, frozen=True):
    """``{{!-- … --}}`` or ``{{! … }}``: seen in the editor only."""

    written: str


class BrokenTag(Part, frozen=True):
    """A tag that cannot be read or stands in the wrong place. Taken to show nothing."""

    written: str


Element = Text | TemplateVariable | Block | Raw | Helper | MessageComment | BrokenTag


class Message(Struct, frozen=True, kw_only=True):
    """A whole message, or a monitor's name, which may hold the same tags."""

    text: str
    elements: tuple[Element, ...]
    problems: tuple[MessageProblem, ...] = ()

    def __str__(self) -> str:
        return printed(self.elements)


def printed(elements: Sequence[Element]) -> str:
    """Return the text that elements were read from."""
    return "".join(_pieces(elements))


def _pieces(elements: Sequence[Element]) -> Iterator[str]:
    for element in elements:
        match element:
            case Block():
                yield element.opening
                yield from _pieces(element.body)
                yield element.middle
                yield from _pieces(element.otherwise)
                yield element.closing
            case Raw():
                yield from (element.opening, element.text, element.closing)
            case _:
                yield element.written


def walk(elements: Sequence[Element]) -> Iterator[Element]:
    """Yield every element, blocks before what is in them, in the order of the text."""
    for element in elements:
        yield element
        if isinstance(element, Block):
            yield from walk(element.body)
            yield from walk(element.otherwise)


def dotted(path: Sequence[str]) -> str:
    """Return ``("kube.app", "name")`` as ``[kube.app].name``."""
    return ".".join(
        f"[{segment}]" if "." in segment or not segment else segment for segment in path
    )

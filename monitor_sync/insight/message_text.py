"""A monitor's message as it is sent: the blocks that show, and the values of its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor_sync.language.message import parse
from monitor_sync.language.message_tree import (
    Block,
    Condition,
    Element,
    Raw,
    TemplateVariable,
    Text,
)
from monitor_sync.language.transitions import FLAGS, MATCHES, PRIORITY


def rendered(
    message: str, flags: frozenset[str], variables: Mapping[str, str], priority: int | None
) -> str:
    """
    Return the text that is shown where some flags hold.

    ``variables`` are values by name, such as ``value`` or ``host.name``. What is not among them,
    and helpers such as ``eval``, stay as they are written.
    """
    return "".join(_pieces(parse(message).elements, flags, variables, priority))


def _pieces(
    elements: Sequence[Element],
    flags: frozenset[str],
    variables: Mapping[str, str],
    priority: int | None,
) -> Iterator[str]:
    for element in elements:
        match element:
            case Text():
                yield element.written
            case TemplateVariable():
                yield variables.get(element.name, element.written)
            case Block():
                holds = answered(element.condition, flags, variables, priority)
                shown = element.body if holds is not element.negated else element.otherwise
                yield from _pieces(shown, flags, variables, priority)
            case Raw():
                condition = element.condition
                if condition is None or answered(condition, flags, variables, priority):
                    yield element.text
            case _:
                if hasattr(element, "name"):
                    yield element.written


def answered(
    condition: Condition,
    flags: frozenset[str],
    variables: Mapping[str, str],
    priority: int | None,
) -> bool:
    """Return whether a block's condition holds."""
    if condition.name in FLAGS:
        return condition.name in flags
    if condition.name == PRIORITY:
        return priority is not None and condition.values == (f"P{priority}",)
    if condition.name in MATCHES and condition.values:
        return compares(condition.name, variables.get(condition.values[0].strip(), ""),
                        condition.values[1:])  # fmt: skip
    return False


def compares(kind: str, value: str, wanted: Sequence[str]) -> bool:
    """Return whether a value contains one of several texts, or is one of them."""
    return value in wanted if kind == "is_exact_match" else any(text in value for text in wanted)

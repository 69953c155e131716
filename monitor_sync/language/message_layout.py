"""
How a message is put together of its three parts, and taken apart again.

An author's text, a footer below a rule of three dashes, and the lines that route: one for each
state. Both ways stand here, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from monitor_sync.language.handles import handles
from monitor_sync.model import STATES

_PARAGRAPH: Final = "\n\n"
_RULE: Final = "---\n"
_BREAK: Final = "  \n"
"""Two blanks end a line in Markdown, and Datadog keeps them inside a message."""

_ROUTING: Final = re.compile(rf"\{{\{{#is_({'|'.join(STATES)})\}}\}}(.*)\{{\{{/is_\1\}}\}}")
_VARIABLE: Final = re.compile(r"\{\{(?!\s*(?:[#/^!]|else\b|override_priority\b))[^{}]*+\}\}")


class MessageParts(NamedTuple):
    """The parts of a message. One that a message does not have is an empty text."""

    text: str
    footer: str = ""
    """Its lines, without the dashes above them."""
    routing: str = ""


def footer_of(lines: Sequence[str]) -> str:
    """Return the footer of these lines; :func:`take_apart` finds one of two lines or more."""
    return _BREAK.join(lines)


def routing_lines(recipients: Mapping[str, Sequence[str]]) -> str:
    """Return one line for each state that notifies somebody, as Datadog reads them."""
    return "\n".join(
        f"{{{{#is_{state}}}}}{' '.join(handles)}{{{{/is_{state}}}}}"
        for state, handles in recipients.items()
        if handles
    )


def routed(routing: str) -> dict[str, tuple[str, ...]]:
    """Return whom each state notifies by lines that route: what :func:`routing_lines` was given."""
    return {state: tuple(names.split()) for state, names in _ROUTING.findall(routing)}


def compose(text: str, footer: str, routing: str) -> str:
    """Return the whole message of three parts. Empty ones leave no blank lines behind."""
    if footer:
        footer = _RULE + footer
    return _PARAGRAPH.join([part for part in (text, footer, routing) if part])


def take_apart(message: str) -> MessageParts:
    """
    Return the parts of a message, by its form alone: whatever the words of its footer are.

    Lines that route are the last paragraph, if it has nothing else. A footer stands right before
    them, or at the end: below three dashes two lines or more without an empty one between them,
    all but the last ended by two blanks. It notifies nobody and decides nothing: what names a
    handle, or has a tag that is no plain variable, is the author's text. So is all that is in
    doubt. ``compose`` of the parts is the message again.
    """
    rest, routing = _split(message, _PARAGRAPH)
    if not _routes(routing):
        rest, routing = message, ""
    text, footer = _split(rest, _PARAGRAPH + _RULE)
    if not text:
        footer = footer.removeprefix(_RULE) if footer.startswith(_RULE) else ""
    return (
        MessageParts(text, footer, routing)
        if _is_footer(footer)
        else MessageParts(rest, "", routing)
    )


def _split(text: str, mark: str) -> tuple[str, str]:
    """Return the text before the last mark and after it; all is after if none is before."""
    before, _, after = text.rpartition(mark)
    return (before, after) if before else ("", text)


def _routes(paragraph: str) -> bool:
    """Return whether all lines route, one line for a state, in the order of the states."""
    lines = [_ROUTING.fullmatch(line) for line in paragraph.split("\n")]
    states = [STATES.index(line[1]) for line in lines if line is not None]
    return len(states) == len(lines) and states == sorted(set(states))


def _is_footer(paragraph: str) -> bool:
    lines = paragraph.split(_BREAK)
    if len(lines) < 2 or not all(lines) or any("\n" in line for line in lines):
        return False
    # what is left of a tag could hide or show the lines that route
    plain = _VARIABLE.sub("", paragraph)
    return "{{" not in plain and "}}" not in plain and not handles(paragraph)

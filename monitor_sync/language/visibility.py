"""What of a message is shown in a given situation, comparisons left open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from monitor_sync.language.cases import CaseCondition
from monitor_sync.language.message_tree import (
    Block,
    BrokenTag,
    Condition,
    Element,
    Helper,
    Message,
    MessageComment,
    Raw,
    TemplateVariable,
    Text,
    walk,
)
from monitor_sync.language.transitions import FLAGS, MATCHES, PRIORITY

GLUE: Final = "\ue000"
"""Stands for a blank inside a variable, where it does not part words. A private character."""

_BLANKS: Final = re.compile(r"\s+")


class Fork(Struct, frozen=True):
    """A block with what it shows if its condition holds, and if not."""

    condition: Condition
    holds: tuple[Step, ...]
    fails: tuple[Step, ...]


Step = str | Fork
"""Text with its variables, or a block."""


class Choice(Struct, frozen=True):
    """Two continuations between which a comparison decides."""

    comparison: CaseCondition
    holds: tuple[Shown, ...]
    fails: tuple[Shown, ...]


Shown = str | Choice


class Situation(Struct, frozen=True):
    """
    In what a message is shown: the flags that hold and the monitor's priority.

    ``overridden`` says that the message overrides the priority somewhere. Whether ``is_priority``
    sees that is not documented, so that it is then left open like a comparison.
    """

    flags: frozenset[str]
    priority: int | None
    overridden: bool = False

    def answer(self, condition: Condition) -> bool | CaseCondition:
        """Return whether the condition holds, or the comparison that decides."""
        name, values = condition.name, condition.values
        if name in FLAGS:
            return name in self.flags
        if name in MATCHES:
            return CaseCondition(name, values[0].strip() if values else "", values[1:])
        if name == PRIORITY:
            if self.overridden:
                return CaseCondition(name, "", values)
            return self.priority is not None and values == (f"P{self.priority}",)
        # a block that no helper knows is looked up as a variable, and there is none
        return False


def overrides_priority(message: Message) -> bool:
    """Return whether a message overrides the priority anywhere."""
    return any(
        isinstance(node, Helper) and node.name == "override_priority"
        for node in walk(message.elements)
    )


def steps(elements: Sequence[Element]) -> tuple[Step, ...]:
    """Return the elements as text and blocks; text without a handle is cut to its edges."""
    return tuple(_joined(_steps(elements)))


def _steps(elements: Sequence[Element]) -> Iterator[Step]:
    for element in elements:
        match element:
            case Block():
                body, otherwise = steps(element.body), steps(element.otherwise)
                if element.negated:
                    body, otherwise = otherwise, body
                if body or otherwise:
                    yield Fork(element.condition, body, otherwise)
            case Raw():
                text = _cut(element.text)
                if element.condition is None:
                    yield text
                elif text:
                    yield Fork(element.condition, (text,), ())
            case MessageComment() | BrokenTag():
                pass
            case Helper() if element.name == "override_priority":
                pass
            case Text():
                yield element.written
            case TemplateVariable() | Helper():
                yield _BLANKS.sub(GLUE, element.written)


def _joined(parts: Iterator[Step]) -> Iterator[Step]:
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            continue
        if any(text):
            yield _cut("".join(text))
        text = []
        yield part
    if any(text):
        yield _cut("".join(text))


def _cut(text: str) -> str:
    """
    Return a text without a handle, as far as it can matter to the handles around it.

    Its first word may be the end of a handle; of the rest only the last character counts.
    """
    if "@" in text:
        return text
    blank = _BLANKS.search(text)
    if blank is None:
        return text
    return f"{text[: blank.start()]} {'' if text[-1].isspace() else 'x'}"


def shown(parts: Sequence[Step], situation: Situation) -> tuple[Shown, ...]:
    """Return what is shown in the situation."""
    pieces: list[Shown] = []
    _show(parts, situation, pieces)
    return tuple(pieces)


def _show(parts: Sequence[Step], situation: Situation, pieces: list[Shown]) -> None:
    for part in parts:
        if isinstance(part, str):
            if pieces and isinstance(pieces[-1], str):
                pieces[-1] += part
            else:
                pieces.append(part)
            continue
        answer = situation.answer(part.condition)
        if isinstance(answer, bool):
            _show(part.holds if answer else part.fails, situation, pieces)
        else:
            holds, fails = shown(part.holds, situation), shown(part.fails, situation)
            if holds or fails:
                pieces.append(Choice(answer, holds, fails))

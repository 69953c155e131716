"""
The blocks around a place of a message, one after the other from the outside in.

A second way to say at which transitions a handle is notified, for comparing with.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from monitor_sync.language.message_tree import Block, Condition, Element, Message, Raw
from monitor_sync.language.transitions import Reach
from monitor_sync.language.visibility import Situation, overrides_priority


@dataclass(frozen=True, slots=True)
class Guard:
    """A block around a place: its condition, and the answer with which the place is shown."""

    condition: Condition
    holds: bool


def guards(elements: Sequence[Element], at: int) -> tuple[Guard, ...]:
    """Return the blocks around the character ``at`` of a parsed message, the outermost first."""
    around: list[Guard] = []
    while True:
        element = _part_at(elements, at)
        if isinstance(element, Raw) and element.condition is not None:
            around.append(Guard(element.condition, holds=True))
        if not isinstance(element, Block):
            return tuple(around)
        in_body = _part_at(element.body, at) is not None
        around.append(Guard(element.condition, holds=in_body != element.negated))
        elements = element.body if in_body else element.otherwise


def _part_at(elements: Sequence[Element], at: int) -> Element | None:
    """Return the element that the character ``at`` is in; they stand one after the other."""
    index = bisect.bisect_right(elements, at, key=attrgetter("start")) - 1
    if index < 0 or at >= elements[index].end:
        return None
    return elements[index]


def transitions_at(message: Message, at: int, reach: Reach) -> tuple[str, ...]:
    """
    Return the transitions at which what stands at the character ``at`` notifies somebody.

    A transition counts where that holds for some groups alone: comparisons of blocks are not
    answered. Those are named too at which Datadog notifies the recipients of a block without
    showing its text.
    """
    around = guards(message.elements, at)
    overridden = overrides_priority(message)
    return tuple(
        transition.name
        for transition in reach.transitions()
        if any(
            _may_show(around, Situation(flags, reach.priority, overridden=overridden))
            for flags in (transition.flags, transition.flags | transition.bodiless)
        )
    )


def _may_show(around: tuple[Guard, ...], situation: Situation) -> bool:
    """Return whether no block around a place hides it, comparisons left open."""
    for guard in around:
        answer = situation.answer(guard.condition)
        if isinstance(answer, bool) and answer != guard.holds:
            return False
    return True

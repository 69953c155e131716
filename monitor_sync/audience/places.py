"""Where each handle of a monitor stands, and which blocks decide whether it is notified."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from monitor_sync.audience.audience import Routes
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.message_tree import Block, Condition, Element, Message, Raw
from monitor_sync.language.transitions import FLAGS, Reach
from monitor_sync.language.visibility import Situation, overrides_priority

Field = tuple[str | int, ...]
"""Where a value stands in a monitor: ``("message",)``, ``("recipients", "alert", "@slack-a")``."""


@dataclass(frozen=True, slots=True)
class HandlePlace:
    """
    A handle and where it stands.

    ``start`` and ``end`` count characters in the text of ``field``; without an end the place is
    the whole value. ``handle`` has an empty text where Datadog reads no handle in a recipient.
    """

    handle: Handle
    field: Field
    start: int = 0
    end: int | None = None


_NO_HANDLE = Handle("", 0, 0, "user", "")


def places_in(field: Field, text: str) -> Iterator[HandlePlace]:
    """Yield every handle of a text, in order; a handle may stand in several places."""
    for handle in handles(text):
        yield HandlePlace(handle, field, handle.start, handle.end)


@functools.lru_cache(maxsize=8192)
def routed_places(routes: Routes) -> tuple[HandlePlace, ...]:
    """Return every handle that routing adds, once, at the first state that has it."""
    fields = {
        recipient: ("recipients", state, recipient)
        for state, recipients in reversed(routes)
        for recipient in recipients
    }
    return tuple(
        HandlePlace(handle, field)
        for recipient, field in fields.items()
        for handle in handles(recipient) or (_NO_HANDLE,)
    )


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


def for_one_state(elements: Sequence[Element]) -> Callable[[int], bool]:
    """Return a test of whether the character at an index stands in a block for one state."""
    stretches = tuple(_state_blocks(elements))

    def is_inside(at: int) -> bool:
        index = bisect.bisect_right(stretches, at, key=itemgetter(0)) - 1
        return index >= 0 and at < stretches[index][1]

    return is_inside


def _state_blocks(elements: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the outermost blocks that ask for the monitor's state, in order."""
    for element in elements:
        condition = element.condition if isinstance(element, Block | Raw) else None
        if condition is not None and condition.name in FLAGS:
            yield element.start, element.end
        elif isinstance(element, Block):
            yield from _state_blocks((*element.body, *element.otherwise))


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

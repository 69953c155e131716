"""Where each handle of a monitor stands, and whether a block for one state is around it."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from monitor_sync.audience.audience import Routes
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.message_tree import Block, Element, Raw
from monitor_sync.language.transitions import FLAGS

Field = tuple[str | int, ...]
"""Where a value stands in a monitor: ``("message",)``, ``("recipients", "alert", "@slack-a")``."""


class HandlePlace(Struct, frozen=True):
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

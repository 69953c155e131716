"""Blocks of a message that no transition of its monitor can ever show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from monitor_sync.language.cases import ALWAYS, Cases, together
from monitor_sync.language.message_tree import Block, Condition, Element, Message, Raw
from monitor_sync.language.transitions import CONDITIONS, Reach
from monitor_sync.language.visibility import Situation, overrides_priority

Ways = tuple[tuple[Situation, Cases], ...]
"""Situations, each with the cases in which a place in the message is shown."""


class NeverShown(Struct, frozen=True, kw_only=True):
    """
    A branch of a block that is never shown, and why.

    ``otherwise`` says that it is what follows ``{{else}}``. ``start`` and ``end`` are the place of
    the block's opening tag. ``reason`` is a part of a sentence: ``no warning threshold is set``.
    """

    condition: Condition
    otherwise: bool
    start: int
    end: int
    reason: str


def never_shown(message: Message, reach: Reach) -> tuple[NeverShown, ...]:
    """
    Return the outermost branches that are never shown, in the order of the message.

    A condition that does not exist is not reported again: parsing the message reports it.
    """
    overridden = overrides_priority(message)
    ways = tuple(
        (Situation(flags, reach.priority, overridden=overridden), ALWAYS)
        for transition in reach.transitions()
        for flags in {transition.flags, transition.flags | transition.bodiless}
    )
    return tuple(_dead(message.elements, ways, reach))


def _dead(elements: Sequence[Element], ways: Ways, reach: Reach) -> Iterator[NeverShown]:
    for element in elements:
        if isinstance(element, Block):
            yes, no = _split(element.condition, ways)
            first, second = (no, yes) if element.negated else (yes, no)
            yield from _branch(element, element.body, first, reach, otherwise=False)
            if element.middle:
                yield from _branch(element, element.otherwise, second, reach, otherwise=True)
        elif isinstance(element, Raw) and element.condition is not None:
            yes, _ = _split(element.condition, ways)
            if not yes:
                yield _never(element, element.condition, reach, otherwise=False, negated=False)


def _branch(
    block: Block, elements: Sequence[Element], ways: Ways, reach: Reach, *, otherwise: bool
) -> Iterator[NeverShown]:
    if ways:
        yield from _dead(elements, ways, reach)
    elif elements and block.condition.name in CONDITIONS:
        negated = block.negated != otherwise
        yield _never(block, block.condition, reach, otherwise=otherwise, negated=negated)


def _split(condition: Condition, ways: Ways) -> tuple[Ways, Ways]:
    """Return the cases in which the condition holds, and the cases in which it fails."""
    yes: list[tuple[Situation, Cases]] = []
    no: list[tuple[Situation, Cases]] = []
    for situation, cases in ways:
        answer = situation.answer(condition)
        if isinstance(answer, bool):
            (yes if answer else no).append((situation, cases))
            continue
        for side, comparison in ((yes, answer), (no, answer.denied())):
            left = together(cases, comparison)
            if left:
                side.append((situation, left))
    return tuple(yes), tuple(no)


def _never(
    element: Block | Raw, condition: Condition, reach: Reach, *, otherwise: bool, negated: bool
) -> NeverShown:
    return NeverShown(
        condition=condition,
        otherwise=otherwise,
        start=element.start,
        end=element.start + len(element.opening),
        reason=_AROUND if negated else _reason(condition, reach),
    )


_AROUND = "no state of this monitor fits it together with the blocks around it"


def _reason(condition: Condition, reach: Reach) -> str:
    name = condition.name
    if name in ("is_warning", "is_warning_recovery", "is_alert_to_warning") and not reach.warning:
        return "no warning threshold is set"
    if name in ("is_no_data", "is_no_data_recovery") and not reach.no_data:
        return "nothing notifies about missing data"
    if name == "is_unknown" and not reach.unknown:
        return "only a service check has an unknown state"
    if name == "is_renotify" and not reach.renotify:
        return "the monitor does not renotify"
    if name == "is_priority":
        if reach.priority is None:
            return "the monitor has no priority"
        if condition.values != (f"P{reach.priority}",):
            return f"the monitor has priority {reach.priority}"
    return _AROUND

"""Who is notified differently of two versions of one monitor."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from monitor_sync.audience.audience import NO_AUDIENCE, Audience, of_body, pagers_of_trouble
from monitor_sync.audience.recipients import When
from monitor_sync.language.cases import CaseCondition
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.model import Body

Case = tuple[CaseCondition, ...]
"""Comparisons that all hold."""

HandleCases = tuple[tuple[str, When], ...]
"""Handles, in the order of the message, and the cases in which each of them is notified."""


class TransitionChange(Struct, frozen=True, kw_only=True):
    """Who was notified at one transition, and who is now; nobody where it cannot happen."""

    transition: str
    old: HandleCases = ()
    new: HandleCases = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """Return the handles that come, go or are notified in other cases."""
        old, new = dict(self.old), dict(self.new)
        return tuple(handle for handle in {**new, **old} if old.get(handle) != new.get(handle))


class AudienceChange(Struct, frozen=True, kw_only=True):
    """
    Who is notified differently.

    ``gained`` are handles that were notified at no transition, ``lost`` those that are at none any
    more. ``at`` has the transitions that differ, by ``language.transitions``' names; ``before`` and
    ``after`` all that the monitor could and can reach. ``unheard`` are transitions that can happen
    and now notify nobody, while before somebody heard of them or they did not happen.
    ``last_pagers`` were the only ones that woke anybody, and none does now. The last two are
    empty for a monitor that is new or goes away. ``newly_named`` and ``no_longer_named`` are the
    handles that stand in the texts of one version alone, whether anything notifies them or not.
    """

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    at: tuple[TransitionChange, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    last_pagers: tuple[str, ...] = ()
    newly_named: tuple[str, ...] = ()
    no_longer_named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anybody is notified differently."""
        return bool(self.gained or self.lost or self.at or self.unheard)

    @property
    def handles(self) -> tuple[str, ...]:
        """Return every handle to which something happens, in the order of the messages."""
        by_transition = (handle for change in self.at for handle in change.handles)
        return tuple(dict.fromkeys((*self.gained, *self.lost, *by_transition)))

    @property
    def altered(self) -> tuple[str, ...]:
        """Return the handles that stay and are notified at other transitions or in other cases."""
        moved = {*self.gained, *self.lost}
        return tuple(handle for handle in self.handles if handle not in moved)


NO_CHANGE: Final = AudienceChange()


def recorded(gained: tuple[str, ...], lost: tuple[str, ...]) -> AudienceChange:
    """Return the change of an audience when only the handles that come and go are known."""
    return AudienceChange(gained=gained, lost=lost, newly_named=gained, no_longer_named=lost)


def compare(old: Body | None, new: Body | None, *, pagers: tuple[str, ...] = ()) -> AudienceChange:
    """
    Return who is notified of the new body that was not of the old one, and the other way round.

    None stands for no monitor: before a create, after a delete. A draft stays one where the new
    body does not say. ``pagers`` are globs over the handles that wake somebody. Texts that are
    routed alike are compared once, whatever else they say.
    """
    draft_status = old.get("draft_status") if old is not None else None
    before = of_body(old) if old is not None else NO_AUDIENCE
    after = of_body(new, draft_status=draft_status) if new is not None else NO_AUDIENCE
    return NO_CHANGE if before is after else between(before, after, pagers=pagers)


@functools.lru_cache(maxsize=4096)
def between(before: Audience, after: Audience, *, pagers: tuple[str, ...] = ()) -> AudienceChange:
    """Return who is notified differently once ``after`` takes the place of ``before``."""
    changes = tuple(_transitions(before, after))
    unheard: tuple[str, ...] = ()
    last_pagers: tuple[str, ...] = ()
    if before is not NO_AUDIENCE and after is not NO_AUDIENCE:
        unheard = tuple(
            name for name in after.at if name in after.silent and name not in before.silent
        )
        if not changes and not unheard and before.named == after.named:
            return NO_CHANGE
        if not pagers_of_trouble(after, pagers):
            last_pagers = pagers_of_trouble(before, pagers)
    return AudienceChange(
        gained=_without(after.handles, before.handles),
        lost=_without(before.handles, after.handles),
        at=changes,
        before=tuple(before.at),
        after=tuple(after.at),
        unheard=unheard,
        last_pagers=last_pagers,
        newly_named=_without(after.named, before.named),
        no_longer_named=_without(before.named, after.named),
    )


def same_but_for(before: Audience, after: Audience, old: str, new: str) -> bool:
    """
    Return whether two audiences are the same once two handles count as one.

    At each transition and in each case ``new`` may stand for ``old``, and nobody else comes or
    goes. Where both are notified in different cases, these are not simplified: the answer
    may be False although they come to the same.
    """
    return {name: _as_one(before, name, old, new) for name in before.at} == {
        name: _as_one(after, name, old, new) for name in after.at
    }


def _as_one(audience: Audience, transition: str, old: str, new: str) -> dict[str, frozenset[Case]]:
    """Return the cases of each handle at a transition, those of ``old`` with ``new``'s."""
    together: dict[str, frozenset[Case]] = {}
    for handle, when in _cases(audience, transition):
        name = new if handle == old else handle
        known = together.get(name)
        always = not when or known == frozenset()
        together[name] = frozenset() if always else frozenset(when) | (known or frozenset())
    return together


def _transitions(before: Audience, after: Audience) -> Iterator[TransitionChange]:
    """Yield the transitions at which others are notified, or the same in other cases."""
    for name in (transition.name for transition in TRANSITIONS):
        old, new = _cases(before, name), _cases(after, name)
        if old != new and dict(old) != dict(new):
            yield TransitionChange(transition=name, old=old, new=new)


def _cases(audience: Audience, transition: str) -> HandleCases:
    recipients = audience.at.get(transition)
    return tuple(recipients.when.items()) if recipients is not None else ()


def _without(handles: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(handle for handle in handles if handle not in others)


def cases(when: When) -> str:
    """Return when a handle is notified: ``env.name is "prod" and …``; empty for always."""
    return " or ".join(" and ".join(str(comparison) for comparison in case) for case in when)

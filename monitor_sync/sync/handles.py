"""Which handles (``@…``) two versions of a monitor notify, and at which transitions they differ."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.language import handles
from monitor_sync.language.comparisons import Comparison
from monitor_sync.language.notified import notified
from monitor_sync.language.pagers import is_pager
from monitor_sync.language.transitions import TRANSITIONS, Reach, reach
from monitor_sync.model import Body

When = tuple[tuple[Comparison, ...], ...]
"""The cases in which a handle is notified, for some groups only. Empty: always, for all groups."""

Audience = tuple[tuple[str, When], ...]
"""Handles, in the order of the message, and when each of them is notified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Who was notified at one transition, and who is now; nobody where it cannot happen."""

    transition: str
    old: Audience = ()
    new: Audience = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """
    Who is notified differently.

    ``gained`` are handles that were notified at no transition, ``lost`` those that are at none any
    more. ``at`` has the transitions that differ, by ``language.transitions``' names; ``before`` and
    ``after`` all that the monitor could and can reach. ``unheard`` are transitions that can happen
    and now notify nobody, while before somebody heard of them or they did not happen.
    ``last_pagers`` were the only ones that woke anybody, and none does now. The last two are
    empty for a monitor that is new or goes away.
    """

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    at: tuple[At, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    last_pagers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.gained or self.lost or self.at or self.unheard)


NO_DIFFERENCE: Final = Notified()


def named(text: Any) -> list[str]:
    """The handles of one text, each once, in order. Nothing for what is no text."""
    return list(dict.fromkeys(handles.named(text))) if isinstance(text, str) else []


def of_body(body: Body) -> list[str]:
    """The handles of a monitor: those of its message, then those of its escalation message."""
    options = body.get("options")
    escalation = options.get("escalation_message") if isinstance(options, dict) else None
    return list(dict.fromkeys([*named(body.get("message")), *named(escalation)]))


def gained_and_lost(old: Body, new: Body) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Handles that only the new body names, and handles that only the old one named."""
    before, after = of_body(old), of_body(new)
    return (
        tuple(handle for handle in after if handle not in before),
        tuple(handle for handle in before if handle not in after),
    )


def notified_differently(
    old: Body | None, new: Body | None, *, pagers: tuple[str, ...] = ()
) -> Notified:
    """
    Who is notified of the new body that was not of the old one, and the other way round.

    None stands for no monitor: before a create, after a delete. Besides the texts it asks what
    decides which transitions happen: type, priority, thresholds, options for missing data and for
    renotification, drafts. ``pagers`` are the policy's globs over handles that wake somebody.
    Texts that are routed alike are asked once, whatever else they say.
    """
    draft = old.get("draft_status") if old else None
    before = _heard(old, draft)
    after = _heard(new, new.get("draft_status", draft) if new else None)
    return NO_DIFFERENCE if before is after else _compared(before, after, pagers)


@dataclass(frozen=True, eq=False)
class _Heard:
    """
    Who hears of a monitor, by transition, in the order of the table of transitions.

    Compared by identity, so that what two of them come to can be remembered.
    """

    at: Mapping[str, Audience]

    @property
    def handles(self) -> tuple[str, ...]:
        """Everybody who can be notified of anything, each once."""
        return tuple(dict.fromkeys(handle for each in self.at.values() for handle, _ in each))

    def pagers(self, globs: tuple[str, ...]) -> tuple[str, ...]:
        """Everybody who can be woken. Who hears of recoveries alone is not."""
        begun = (each for name, each in self.at.items() if not name.endswith("_recovery"))
        every = dict.fromkeys(handle for each in begun for handle, _ in each)
        return tuple(each for each in every if is_pager(each, globs))


_ABSENT: Final = _Heard({})


def _heard(body: Body | None, draft_status: Any) -> _Heard:
    if body is None:
        return _ABSENT
    options = body.get("options")
    if not isinstance(options, Mapping):
        options = {}
    priority = body.get("priority")
    can = reach(str(body.get("type")), options, priority if isinstance(priority, int) else None)
    if draft_status == "draft":  # a draft notifies nobody, whatever it says
        return _by_message("", "", can)
    escalation = options.get("escalation_message") if can.renotify else ""
    return _by_message(_routing(body.get("message")), _routing(escalation), can)


@functools.lru_cache(maxsize=4096)
def _by_message(message: str, escalation: str, can: Reach) -> _Heard:
    found = notified(message, escalation, reach=can)
    audiences: dict[str, Audience] = {}
    for name, each in found.items():
        when: dict[str, When] = dict.fromkeys((*each.always, *each.bodiless), ())
        for some in each.sometimes:
            when.setdefault(some.handle, some.when)
        audiences[name] = tuple(when.items())
    return _Heard(audiences)


_SILENT_LINE: Final = re.compile(
    r"(?:[^@{}]|\{\{(?![{#/^!]|\s*(?:[#/^!]|else\b|override_priority\b))[^@{}]*\}\})*+"
)
"""A line that shows words and plain variables: whoever is notified, it is not for this line."""


def _routing(text: Any) -> str:
    """
    The lines of a text that decide who is notified.

    What is left of a thousand messages is a few dozen texts, so that few are taken apart. Where
    some tag goes over several lines, the text is left as it is.
    """
    if not isinstance(text, str):
        return ""
    kept = []
    for line in text.split("\n"):
        if "{" not in line and "}" not in line:
            if "@" in line:
                kept.append(line)
        elif line.count("{{") != line.count("}}") or "--}}" in line:
            return text
        elif not _SILENT_LINE.fullmatch(line):
            kept.append(line)
    return "\n".join(kept)


@functools.lru_cache(maxsize=4096)
def _compared(before: _Heard, after: _Heard, pagers: tuple[str, ...]) -> Notified:
    was, now = before.handles, after.handles
    gained = tuple(each for each in now if each not in was)
    lost = tuple(each for each in was if each not in now)
    at = tuple(_at(before, after))
    reached = {"before": tuple(before.at), "after": tuple(after.at)}
    if before is _ABSENT or after is _ABSENT:
        return Notified(gained=gained, lost=lost, at=at, **reached)
    unheard = tuple(
        name for name, each in after.at.items() if not each and before.at.get(name) != ()
    )
    if not at and not unheard:
        return NO_DIFFERENCE
    woke = () if after.pagers(pagers) else before.pagers(pagers)
    return Notified(gained=gained, lost=lost, at=at, unheard=unheard, last_pagers=woke, **reached)


def _at(before: _Heard, after: _Heard) -> Iterator[At]:
    """The transitions at which others are notified, or the same in other cases."""
    for name in (each.name for each in TRANSITIONS):
        old, new = before.at.get(name, ()), after.at.get(name, ())
        if old != new and dict(old) != dict(new):
            yield At(transition=name, old=old, new=new)

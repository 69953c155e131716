"""Whom a monitor notifies at each transition, found once for all monitors that are routed alike."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor_sync.language.notified import Recipients, notified
from monitor_sync.language.pagers import is_pager
from monitor_sync.language.transitions import Reach

Routes = tuple[tuple[str, tuple[str, ...]], ...]
"""The handles that routing adds, by state."""

_ENDS: Final = (
    ("alert", "alert_recovery"),
    ("no_data", "no_data_recovery"),
    ("warning", "warning_recovery"),
)


@dataclass(frozen=True, eq=False)
class Reached:
    """
    Whom a message notifies.

    ``at`` maps the names of transitions to recipients. Compared by identity, so that what follows
    from one can be remembered.
    """

    at: Mapping[str, Recipients]
    silent: frozenset[str]
    """The transitions that notify nobody."""

    def by(self, transition: str) -> tuple[str, ...]:
        """Everybody who can be notified at a transition, nobody where it cannot happen."""
        found = self.at.get(transition)
        return found.handles if found is not None else ()


@functools.lru_cache(maxsize=4096)
def by_message(sent: str, escalation: str, reach: Reach) -> Reached:
    """Whom a message notifies; ``escalation`` is what renotifications send besides."""
    at = notified(sent, escalation, reach=reach)
    silent = frozenset(name for name, each in at.items() if not each.handles)
    return Reached(at, silent)


_PLAIN: Final = re.compile(r"@\w[\w.+-]*(?:@[\w.-]+)?(?<=\w)", re.ASCII)
"""A handle that is read as it is written, whatever stands around it."""


@functools.lru_cache(maxsize=4096)
def by_routing(routes: Routes, reach: Reach) -> Reached:
    """
    Whom the lines notify that routing adds: one block a state.

    Most teams have handles of their own, and taking the lines apart for each takes a while. Where
    all handles are plain, whoever stands in a block is notified where its flag holds.
    """
    if not all(_PLAIN.fullmatch(handle) for _, each in routes for handle in each):
        lines = (f"{{{{#is_{s}}}}}{' '.join(each)}{{{{/is_{s}}}}}" for s, each in routes if each)
        return by_message("\n".join(lines), "", reach)
    at = {}
    for transition in reach.transitions():
        always = _within(routes, transition.flags)
        wider = _within(routes, transition.bodiless) if transition.bodiless else ()
        bodiless = tuple(each for each in wider if each not in always)
        at[transition.name] = Recipients(always=always, bodiless=bodiless)
    return Reached(at, frozenset(name for name, each in at.items() if not each.handles))


def _within(routes: Routes, flags: frozenset[str]) -> tuple[str, ...]:
    heard = (handle for state, each in routes if f"is_{state}" in flags for handle in each)
    return tuple(dict.fromkeys(heard))


@functools.lru_cache(maxsize=4096)
def pagers(reached: Reached, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Who is woken when the monitor alerts."""
    return tuple(each for each in reached.by("alert") if is_pager(each, globs))


@functools.lru_cache(maxsize=4096)
def unresolved(reached: Reached, globs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pagers that hear of something and never of its end, each with the first such transition."""
    found: dict[str, str] = {}
    for begins, ends in _ENDS:
        resolved = reached.by(ends)
        for handle in reached.by(begins):
            if handle not in resolved and is_pager(handle, globs):
                found.setdefault(handle, begins)
    return tuple(found.items())

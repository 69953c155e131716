"""
Which handles wake somebody. The only place that decides it.

What a pager is, is one tuple of globs over handles. An empty one stands for the kinds of handles
that on-call tools have.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from typing import Final

from monitor_sync.language.handles import handles

_KINDS: Final = frozenset({"webhook", "pagerduty", "opsgenie", "oncall", "victorops"})
"""Kinds of handles that wake somebody, where the policy does not say which do."""

USUAL_PAGING: Final = frozenset({1, 2})
"""Priorities that page where the policy names none."""

_VARIABLE: Final = re.compile(r"\{\{\{?[^{}]*\}\}\}?")


def pager_globs(policy_globs: tuple[str, ...], pager_handles: Collection[str]) -> tuple[str, ...]:
    """
    Return the globs that say what a pager is in a project.

    ``policy_globs`` are the policy's; where it has none, the kinds of on-call tools count.
    ``pager_handles`` are single handles that are pagers as well: those that teams call ``pager``.
    """
    by_kind = tuple(glob for kind in sorted(_KINDS) for glob in (f"@{kind}", f"@{kind}-*"))
    return (*(policy_globs or by_kind), *sorted(pager_handles))


@functools.lru_cache(maxsize=8192)
def is_pager(handle: str, globs: tuple[str, ...]) -> bool:
    """Return whether a handle wakes somebody: by the globs, or by its kind where there are none."""
    if globs:
        return matches_glob(handle, globs)
    return any(parsed.kind in _KINDS for parsed in handles(handle))


@functools.lru_cache(maxsize=8192)
def matches_glob(handle: str, globs: tuple[str, ...]) -> bool:
    """
    Return whether a handle matches one of the globs: ``*`` is any text, case is ignored.

    A variable in the handle (``@webhook-{{team.name}}``) may become any text: the handle matches
    where it can become one that does.
    """
    if "{{" in handle:
        possible = _VARIABLE.sub("*", handle)
        return any(_overlap(possible.casefold(), glob.casefold()) for glob in globs)
    patterns = (".*".join(map(re.escape, glob.split("*"))) for glob in globs)
    return any(re.fullmatch(pattern, handle, re.IGNORECASE | re.DOTALL) for pattern in patterns)


def may_be(handle: str, other: str) -> bool:
    """Return whether a handle is another one, or can become it: in any case of its letters."""
    return handle.casefold() == other.casefold() or (
        ("{{" in handle or "{{" in other)
        and _overlap(_VARIABLE.sub("*", handle).casefold(), _VARIABLE.sub("*", other).casefold())
    )


def _overlap(first: str, second: str) -> bool:
    """Return whether some text matches both of two globs, in time linear in their product."""
    reached = {0}
    for index in range(len(first) + 1):
        star = index < len(first) and first[index] == "*"
        for place in range(len(second)):
            if place in reached and (star or second[place] == "*"):
                reached.add(place + 1)
        if index == len(first):
            return len(second) in reached
        if not star:
            kept = {place for place in reached if second[place : place + 1] == "*"}
            taken = {place + 1 for place in reached if second[place : place + 1] == first[index]}
            reached = kept | taken
    return False

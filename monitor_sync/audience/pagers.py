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
    """Return whether a handle matches one of the globs: ``*`` is any text, case is ignored."""
    patterns = (".*".join(map(re.escape, glob.split("*"))) for glob in globs)
    return any(re.fullmatch(pattern, handle, re.IGNORECASE | re.DOTALL) for pattern in patterns)

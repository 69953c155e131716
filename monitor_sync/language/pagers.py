"""Which handles wake somebody."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from typing import Final

from monitor_sync.language.handles import handles

_KINDS: Final = frozenset({"webhook", "pagerduty", "opsgenie", "oncall", "victorops"})
"""Kinds of handles that wake somebody, where the policy does not say which do."""


def globs_of(globs: tuple[str, ...], handles: Collection[str]) -> tuple[str, ...]:
    """One list of globs for a policy's own, or the kinds where it has none, and single handles."""
    by_kind = tuple(glob for kind in sorted(_KINDS) for glob in (f"@{kind}", f"@{kind}-*"))
    return (*(globs or by_kind), *sorted(handles))


@functools.lru_cache(maxsize=8192)
def is_pager(handle: str, globs: tuple[str, ...]) -> bool:
    """Whether a handle wakes somebody: by the policy's globs, or by its kind where it has none."""
    if globs:
        return fits(handle, globs)
    return any(each.kind in _KINDS for each in handles(handle))


@functools.lru_cache(maxsize=8192)
def fits(handle: str, globs: tuple[str, ...]) -> bool:
    """Whether a handle fits a glob, in which only ``*`` stands for something else."""
    patterns = (".*".join(map(re.escape, each.split("*"))) for each in globs)
    return any(re.fullmatch(each, handle, re.IGNORECASE | re.DOTALL) for each in patterns)

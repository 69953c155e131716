"""Texts that are sound at a glance: only simple tags, and only for variables that exist."""

from __future__ import annotations

import functools
import re
from typing import Final

from monitor_sync.language.message_tags import path_of
from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    VariableUse,
    existence,
)

KEYS_ELSEWHERE: Final = frozenset({"slo alert", "synthetics alert", "composite"})
"""Types whose groups the query does not name: those of the SLO, the test, the members."""

_SIMPLE: Final = re.compile(r"\{\{(\w+(?:\.\w+)*|\[[@\w.-]+\]\.name)\}\}", re.ASCII)


def simple_tags(text: str) -> tuple[str, ...] | None:
    """
    Return what stands in the tags of a text, where all of them are simple: ``{{value}}``,
    ``{{a.b}}``.

    None for a text with any other brace. Taking such a text apart would find no mistake in its
    tags, so that only the variables have to be looked at; nine messages of ten are like that.
    """
    names = _SIMPLE.findall(text)
    braces = 2 * len(names)
    if text.count("{") != braces or text.count("}") != braces:
        return None
    return tuple(names)


@functools.lru_cache(maxsize=16384)
def all_exist(names: tuple[str, ...], type_: str, keys: tuple[str, ...]) -> bool:
    """Return whether all these variables exist for a monitor that groups by these keys."""
    around = Surroundings(type=type_, group_keys=keys, thresholds=frozenset())
    for name in names:
        path = path_of(name)
        if path is None:
            return False
        use = VariableUse(path=path, start=0, end=0)
        if existence(use, around).existence is not Existence.EXISTS:
            return False
    return True

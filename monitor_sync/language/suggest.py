"""The known word that a wrong one most likely means."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 60
"""Longer words are no slips of the finger, and comparing them would cost time."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word nearest to a wrong one, or an empty text where none is near."""
    return _nearest(word.lower(), tuple(known), cutoff) if len(word) <= _LONGEST else ""


@functools.lru_cache(maxsize=4096)
def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> str:
    # words of too different a length cannot reach the cutoff, which difflib finds out late
    length = len(word)
    near = [each for each in known if 2 * min(length, len(each)) >= cutoff * (length + len(each))]
    found = get_close_matches(word, near, n=1, cutoff=cutoff)
    return found[0] if found else ""

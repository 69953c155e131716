"""Which words of a text differ from another: what changes by word keeps the rest as it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


class WordChange(NamedTuple):
    """A stretch of the old text, ``old[start:end]``, and what the new one has instead."""

    start: int
    end: int
    text: str


def word_changes(old: str, new: str, *, one_line: bool = False) -> Iterator[WordChange]:
    """Yield the changes that make ``new`` of ``old``; any blanks are alike with ``one_line``."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    starts = [0]
    for word in before:
        starts.append(starts[-1] + len(word))
    matcher = difflib.SequenceMatcher(
        None, _compared(before, one_line), _compared(after, one_line), autojunk=False
    )
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind != "equal":
            yield WordChange(starts[first], starts[last], "".join(after[new_first:new_last]))


def _compared(words: list[str], one_line: bool) -> list[str]:
    """Return words as they are compared: any run of blanks is one blank in one line."""
    return [" " if one_line and word.isspace() else word for word in words]

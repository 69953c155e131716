"""One field that changes, as lines of a diff: the same for a terminal and for Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from monitor_sync.jsontext import tidy
from monitor_sync.render.text import columns, plain
from monitor_sync.resources.difference import FieldChange

NOT_SET: Final = "(not set)"
_ONE_LINE: Final = 64
"""Old and new value stand in one line up to this many columns together."""
_CONTEXT: Final = 1
"""Unchanged lines shown around each changed stretch of a longer text."""

WORD: Final = re.compile(r"[\w.]+|[^\w.]")
"""What a query is cut into to tell which words of it differ: ``0.05`` is one."""

Mark = Literal["-", "+", " ", "…"]


class Shown(Struct, frozen=True):
    """
    A field's change: ``lines``, each with its mark, or none and both values short.

    ``old`` and ``new`` are as printed; they say ``(not set)`` where there is no value.
    """

    field: str
    old: str = ""
    new: str = ""
    lines: tuple[tuple[Mark, str], ...] = ()


def shown(change: FieldChange) -> Shown:
    """Return how one field's change is told."""
    old, new = change.old, change.new
    field = plain(change.field)
    if _is_set(old) and _is_set(new) and (old or new):
        return Shown(field, lines=tuple(_members(old or (), new or ())))
    before, after = value(old), value(new)
    if "\n" in before or "\n" in after:
        return Shown(field, lines=tuple(_line_diff(old, new)))
    if columns(before) + columns(after) <= _ONE_LINE:
        return Shown(field, old=before, new=after)
    pair: list[tuple[Mark, str]] = []
    if old is not None:
        pair.append(("-", before))
    if new is not None:
        pair.append(("+", after))
    return Shown(field, lines=tuple(pair))


def words_that_differ(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Return both texts in pieces, and of each piece whether it differs from the other text."""
    import difflib  # only a terminal with colours asks

    before, after = WORD.findall(old), WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    left, right = [], []
    for what, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        left.append(("".join(before[old_start:old_end]), what != "equal"))
        right.append(("".join(after[new_start:new_end]), what != "equal"))
    return left, right


def value(value: Any) -> str:
    """Return a value as one would type it; a text that starts or ends with a blank is quoted."""
    if value is None:
        return NOT_SET
    if isinstance(value, str):
        quoted = not value or (value != value.strip() and "\n" not in value)
        return plain(json.dumps(value, ensure_ascii=False) if quoted else value)
    return plain(json.dumps(tidy(value), ensure_ascii=False))


def _is_set(value: Any) -> bool:
    """Return whether the value is absent or a list of words, such as tags, which have no order."""
    if value is None:
        return True
    listed = isinstance(value, Sequence | frozenset | set) and not isinstance(value, str)
    return listed and all(isinstance(item, str) for item in value)


def _members(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Mark, str]]:
    """Yield what leaves a set and what comes into it."""
    for gone in sorted(set(old) - set(new)):
        yield ("-", plain(gone))
    for come in sorted(set(new) - set(old)):
        yield ("+", plain(come))
    if set(old) == set(new):  # the order alone differs, and Datadog keeps it
        yield ("-", plain(", ".join(old)))
        yield ("+", plain(", ".join(new)))


def _line_diff(old: Any, new: Any) -> Iterator[tuple[Mark, str]]:
    """Yield a diff by line, with a line of context around each stretch that differs."""
    import difflib  # only a longer text that changed needs it

    before = [] if old is None else value(old).split("\n")
    after = [] if new is None else value(new).split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for number, stretch in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        if number:
            yield ("…", "")
        for position, (what, old_start, old_end, new_start, new_end) in enumerate(stretch):
            between = 0 < position < len(stretch) - 1
            if what == "equal":
                # a blank line at the edge of a stretch says nothing
                kept = [line for line in before[old_start:old_end] if line or between]
                yield from ((" ", line) for line in kept)
            else:
                yield from (("-", line) for line in before[old_start:old_end])
                yield from (("+", line) for line in after[new_start:new_end])

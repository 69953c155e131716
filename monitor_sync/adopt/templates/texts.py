"""
Texts taken apart into pieces, and what several texts have in common.

A piece is a word, a sign, or something that must not be cut: ``${…}``, ``{{…}}``, ``%2F``. A value
that the monitor's own tags name, such as its service, is one piece, a slot: texts of two services
are then equal but for what fills their slots. Where texts still differ, a pattern has a gap.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

SLOT: Final = "\0"
"""In place of a value that the monitor's own tags name."""
GAP: Final = "\1"
"""In place of any pieces, or none."""

_PIECE: Final = re.compile(
    r"\$\$\{|\$\{(?:[^${}]|\$\{[^{}]*\})*\}|\{\{[^{}]*\}\}|%[0-9A-F]{2}|[^\W_]+| +|."
    , re.DOTALL
)  # fmt: skip
_BETWEEN_GAPS: Final = 12
"""Characters: what is shorter between two gaps is alike by chance, and part of one gap."""
_ALIKE: Final = 0.4
"""The share of a line that must be alike for the rest of it to be gaps; else all of it is one."""

_LONGEST: Final = 4_000
"""Pieces. Longer texts are not compared piece by piece, so that no text takes long."""

Pieces = tuple[str, ...]


class SlottedText(NamedTuple):
    """One text: its pieces with slots, and the same pieces with the slots filled."""

    pieces: Pieces
    raw: Pieces

    @property
    def text(self) -> str:
        """The text as it was."""
        return "".join(self.raw)


@functools.lru_cache(maxsize=16_384)
def pieces_of(text: str) -> Pieces:
    """Return a text as pieces; joined they are the text again."""
    return tuple(_PIECE.findall(text))


class OwnValues:
    """The values that a monitor's own tags name, ready to be found in its texts."""

    def __init__(self, values: Iterable[str]) -> None:
        by_first: dict[str, list[Pieces]] = {}
        for value in dict.fromkeys(values):
            pieces = pieces_of(value)
            if len(value) > 1 and not value.isdigit():
                by_first.setdefault(pieces[0], []).append(pieces)
        for longest_first in by_first.values():
            longest_first.sort(key=len, reverse=True)
        self._by_first: Mapping[str, Sequence[Pieces]] = by_first

    def read(self, text: str) -> SlottedText:
        """Return a text with a slot in place of each own value, the longest that fits first."""
        pieces = pieces_of(text)
        if self._by_first.keys().isdisjoint(pieces):
            return SlottedText(pieces, pieces)
        shape: list[str] = []
        raw: list[str] = []
        at = 0
        while at < len(pieces):
            length = self._length(pieces, at)
            shape.append(SLOT if length else pieces[at])
            raw.append("".join(pieces[at : at + length]) if length else pieces[at])
            at += length or 1
        return SlottedText(tuple(shape), tuple(raw))

    def _length(self, pieces: Pieces, at: int) -> int:
        """Return how many pieces from here on are an own value; 0 where none begins here."""
        for value in self._by_first.get(pieces[at], ()):
            if pieces[at : at + len(value)] == value:
                return len(value)
        return 0


def fold(pattern: Pieces, pieces: Pieces) -> Pieces | None:
    """
    Return the most that two texts have in common, line by line.

    None where one has lines that the other has not: no value could stand for those.
    """
    if max(len(pattern), len(pieces)) > _LONGEST:
        return None
    old, new = _lines(pattern), _lines(pieces)
    folded: list[str] = []
    for kind, start, end, other, other_end in _differences(old, new):
        if end - start != other_end - other:
            return None
        for before, after in zip(old[start:end], new[other:other_end], strict=True):
            folded += ("\n", *(before if kind == "equal" else _fold_line(before, after)))
    return tuple(folded[1:])


def _fold_line(old: Pieces, new: Pieces) -> Pieces:
    folded: list[str] = []
    for kind, start, end, _, _ in _differences(old, new):
        if kind == "equal":
            folded.extend(old[start:end])
        elif folded[-1:] != [GAP]:
            folded.append(GAP)
    tidy = _without_chance(_with_neighbours(folded))
    alike = _weight(tidy)
    return tidy if alike >= _ALIKE * min(_weight(old), _weight(new)) else (GAP,)


def _with_neighbours(pieces: Sequence[str]) -> list[str]:
    """Return pieces whose gaps hold the slots right beside them: nothing would keep them apart."""
    merged: list[str] = []
    for piece in pieces:
        if merged and GAP in (piece, merged[-1]) and {piece, merged[-1]} <= {GAP, SLOT}:
            merged[-1] = GAP
        else:
            merged.append(piece)
    return merged


def _without_chance(pieces: Sequence[str]) -> Pieces:
    """Return pieces with one gap for gaps that only a few characters keep apart."""
    tidy: list[str] = []
    last_gap = -1
    for piece in pieces:
        if piece == GAP and last_gap >= 0:
            between = tidy[last_gap + 1 :]
            if SLOT not in between and sum(map(len, between)) < _BETWEEN_GAPS:
                del tidy[last_gap + 1 :]
                continue
        if piece == GAP:
            last_gap = len(tidy)
        tidy.append(piece)
    return tuple(tidy)


def _weight(pieces: Sequence[str]) -> int:
    """Return how many characters of the pieces say something; a slot counts as a word."""
    return sum(
        6 if piece == SLOT else len(piece) for piece in pieces if piece != GAP and piece.strip()
    )


def alike(pattern: Pieces, pieces: Pieces) -> float:
    """Return which share of a text stands in the pattern as well."""
    return _weight(pattern) / (_weight(pieces) or 1)


def _differences(
    old: Sequence[Pieces] | Pieces, new: Sequence[Pieces] | Pieces
) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _lines(pieces: Pieces) -> list[Pieces]:
    lines: list[Pieces] = []
    start = 0
    for at, piece in enumerate(pieces):
        if piece == "\n":
            lines.append(pieces[start:at])
            start = at + 1
    return [*lines, pieces[start:]]


def fits(pattern: Pieces, pieces: Pieces) -> tuple[slice, ...] | None:
    """
    Return which pieces of a text stand in each slot and gap; None where it does not fit.

    Literal pieces are looked for from left to right, which finds a way if there is one.
    """
    segments = _segments(pattern)
    first, last = segments[0], segments[-1]
    end = len(pieces) - len(last)
    if len(segments) == 1:
        return _slots(pieces, [(0, len(pieces))]) if pattern == pieces else None
    if end < len(first) or pieces[: len(first)] != first or pieces[end:] != last:
        return None
    stretches = [(0, len(first))]
    for segment in segments[1:-1]:
        start = _find(pieces, segment, stretches[-1][1], end)
        if start is None:
            return None
        stretches.append((start, start + len(segment)))
    return _slots(pieces, [*stretches, (end, len(pieces))])


@functools.lru_cache(maxsize=256)
def _segments(pattern: Pieces) -> tuple[Pieces, ...]:
    """Return what stands between the gaps of a pattern, before the first and behind the last."""
    gaps = [at for at, piece in enumerate(pattern) if piece == GAP]
    starts, ends = [0, *(at + 1 for at in gaps)], [*gaps, len(pattern)]
    return tuple(pattern[start:end] for start, end in zip(starts, ends, strict=True))


def _find(pieces: Pieces, wanted: Pieces, start: int, end: int) -> int | None:
    for at in range(start, end - len(wanted) + 1):
        if pieces[at : at + len(wanted)] == wanted:
            return at
    return None


def _slots(pieces: Pieces, stretches: Sequence[tuple[int, int]]) -> tuple[slice, ...]:
    """Return the slots inside literal stretches one by one, and what is between as gaps."""
    slots: list[slice] = []
    before = 0
    for number, (start, end) in enumerate(stretches):
        if number:
            slots.append(slice(before, start))
        slots.extend(slice(at, at + 1) for at in range(start, end) if pieces[at] == SLOT)
        before = end
    return tuple(slots)

"""
Texts of several monitors folded into one pattern, and the columns of values that fill its holes.

A column has a value for each monitor. Equal columns are one hole: name, query and message that all
differ by the service have one hole, ``service``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor_sync.adopt.templates.member import Member
from monitor_sync.adopt.templates.texts import GAP, SLOT, Pieces, SlottedText, alike, fits, fold

Column = tuple[str | None, ...]
"""What stands in one hole, for each monitor; None where no text of a monitor has the hole."""
_Values = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Holed:
    """A text with holes: its literal stretches, and the numbers of the columns between them."""

    parts: tuple[str | int, ...]


class Columns:
    """
    The columns of the texts folded so far.

    What is the same for all monitors is no hole, nor is what is given anyway, such as the unit. A
    service is a hole all the same, since it is mostly what items are called.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._columns: list[list[str | None]] = []
        names = set(members[0].given)
        for member in members:
            names &= member.given.keys()
        given = {name: [member.given[name] for member in members] for name in sorted(names)}
        self._free = [values for name, values in given.items() if name != "service"]
        self._given = [*self._free, *(given[name] for name in names & {"service"})]

    def holes(self, more: Sequence[_Values] = ()) -> int:
        """Return how many holes there are with these columns besides."""
        distinct: list[_Values] = [*self._columns]
        for column in more:
            if not _constant(column) and not any(_agree(column, known) for known in distinct):
                distinct.append(column)
        return sum(not any(_agree(column, free) for free in self._free) for column in distinct)

    def add(self, column: _Values) -> str | int:
        """Return the number of a column, or its value where that is the same for all."""
        if _constant(column):
            return next((value for value in column if value is not None), "")
        for number, known in enumerate(self._columns):
            if _agree(column, known):
                self._columns[number] = _filled(known, column)
                return number
        self._columns.append(list(column))
        return len(self._columns) - 1

    def finished(self) -> tuple[Column, ...]:
        """Return the columns; where no text of a monitor says a value, it is what is given."""
        return tuple(
            tuple(_filled(column, self._same_as(column) or column)) for column in self._columns
        )

    def _same_as(self, column: _Values) -> _Values | None:
        """Return what is given to all with the values of a column; None where nothing is."""
        return next((given for given in self._given if _agree(column, given)), None)


def _constant(column: _Values) -> bool:
    return len({value for value in column if value is not None}) <= 1


def _agree(column: _Values, other: _Values) -> bool:
    return all(
        mine == theirs or mine is None or theirs is None
        for mine, theirs in zip(column, other, strict=True)
    )


def _filled(column: _Values, other: _Values) -> list[str | None]:
    pairs = zip(column, other, strict=True)
    return [theirs if mine is None else mine for mine, theirs in pairs]


@dataclass(frozen=True, slots=True)
class Folded:
    """A pattern of texts, and what each text has in its holes; None where one does not fit."""

    pattern: Pieces
    values: tuple[tuple[str, ...] | None, ...]

    def columns(self) -> list[list[str | None]]:
        """Return a column for each hole."""
        number = sum(piece in (SLOT, GAP) for piece in self.pattern)
        return [
            [None if values is None else values[hole] for values in self.values]
            for hole in range(number)
        ]

    def holed(self, columns: Columns) -> Holed:
        """Return the pattern as a text with holes, whose columns are added to the others."""
        parts: list[str | int] = []
        holes = iter(self.columns())
        for piece in self.pattern:
            part = columns.add(next(holes)) if piece in (SLOT, GAP) else piece
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part != "":
                parts.append(part)
        return Holed(tuple(parts))


def with_pattern(pattern: Pieces, texts: Sequence[SlottedText | None]) -> Folded:
    """Return a pattern with what these texts have in its holes; texts of one form fit alike."""
    forms = {text.pieces for text in texts if text is not None}
    stretches = {form: fits(pattern, form) for form in forms}
    values: list[tuple[str, ...] | None] = []
    for text in texts:
        places = stretches[text.pieces] if text is not None else None
        if text is None or places is None:
            values.append(None)
        else:
            values.append(tuple("".join(text.raw[place]) for place in places))
    return Folded(pattern, tuple(values))


def folded(
    texts: Sequence[SlottedText | None], columns: Columns, *, most: int, least: float
) -> Folded:
    """
    Return the pattern of some texts: of the usual form, and of each other that is like it.

    With it there are at most ``most`` holes, and the share ``least`` of each text is literal. A
    form that fits the pattern already costs one look at it, so the time grows with the forms.
    """
    forms = Counter(text.pieces for text in texts if text is not None)
    usual, *others = [form for form, _ in forms.most_common()]
    result = with_pattern(usual, texts)
    for form in others:
        if fits(result.pattern, form) is not None:
            continue
        wider = fold(result.pattern, form)
        if wider is None or min(alike(wider, form), alike(wider, usual)) < least:
            continue
        with_form = with_pattern(wider, texts)
        if columns.holes(with_form.columns()) <= most:
            result = with_form
    return result

"""Which hole of a pattern is its item, and what its holes are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from monitor_sync.adopt.templates.columns import Column, Holed
from monitor_sync.adopt.templates.names import hole_name, unused
from monitor_sync.adopt.templates.pattern import Pattern

FEWEST: Final = 3
"""Monitors of a template."""
_KEY_PART: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}", re.ASCII)


def own_columns(pattern: Pattern) -> list[int]:
    """Return the columns that need a hole of their own: a service does, unit and team do not."""
    texts = [*pattern.fields.values(), *pattern.tags]
    used = {part for text in texts for part in _parts(text) if isinstance(part, int)}
    return sorted(column for column in used if _is_own(pattern, column))


def _parts(text: Any) -> tuple[str | int, ...]:
    return text.parts if isinstance(text, Holed) else ()


def _is_own(pattern: Pattern, column: int) -> bool:
    return given_names(pattern, column) in ([], ["service"])


def given_names(pattern: Pattern, column: int) -> list[str]:
    """Return the names, known without a parameter, that have the values of a column."""
    return _named(pattern.columns[column], [member.given for member in pattern.members])


def _named(column: Column, values: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names that have the value of the column in each of several mappings."""
    return [
        name
        for name in values[0]
        if all(value in (None, of.get(name)) for of, value in zip(values, column, strict=True))
    ]


def item_of(pattern: Pattern, column: int | None, member: int) -> str:
    """Return the item of one member; empty without a column, and where its texts do not say it."""
    return "" if column is None else pattern.columns[column][member] or ""


def item_column(pattern: Pattern) -> tuple[int | None, list[int]]:
    """
    Return the column that tells most members apart, and which members it does.

    The column is None where the members are apart by their files alone: such take no item.
    """
    weight = Counter(
        part
        for field, text in pattern.fields.items()
        for part in _parts(text)
        for _ in range(3 if field[-1] in ("query", "name") else 1)
    )
    alone = _told_apart(pattern, None)
    columns = {column: _told_apart(pattern, column) for column in own_columns(pattern)}
    if not columns:
        return None, alone
    best = max(columns, key=lambda column: (len(columns[column]), weight[column], column))
    if len(columns[best]) < FEWEST <= len(alone):
        return None, alone
    return best, columns[best]


def _told_apart(pattern: Pattern, column: int | None) -> list[int]:
    """Return the members whose item is fit for a key, the first of each in a file."""
    seen: set[tuple[str, str, str]] = set()
    apart: list[int] = []
    for number, member in enumerate(pattern.members):
        item = item_of(pattern, column, number)
        place = (member.placed.unit, member.placed.file, item)
        changes = pattern.changes[number]
        sayable = all(isinstance(step, str) for way in changes for step in way)
        fits = not changes if column is None else _KEY_PART.fullmatch(item) is not None
        if sayable and fits and place not in seen:
            seen.add(place)
            apart.append(number)
    return apart


def hole_names(pattern: Pattern, item: int | None) -> list[str]:
    """Return a name for each column: what is given, the tag that has its values, or readable."""
    names: dict[int, str] = {}
    for number in range(len(pattern.columns)):
        given = given_names(pattern, number)
        if given and (number != item or "service" in given):
            names[number] = "service" if "service" in given else given[0]
    known = [member.known for member in pattern.members]
    family = pattern.members[0].family
    numbers = sorted(range(len(pattern.columns)), key=lambda number: number != item)
    for number in numbers:
        column = pattern.columns[number]
        if number not in names:
            values = [value for value in column if value]
            contexts = list(_contexts(pattern, number))
            name = hole_name(_named(column, known), contexts, values, family)
            names[number] = unused(name, set(names.values()))
    return [names[number] for number in sorted(numbers)]


def _contexts(pattern: Pattern, column: int) -> Iterator[tuple[str, str]]:
    """Yield each field that a column stands in, with the text before it."""
    for field, text in pattern.fields.items():
        before = ""
        for part in _parts(text):
            if part == column:
                yield str(field[-1]), before
            before = part if isinstance(part, str) else ""


def with_derived(pattern: Pattern) -> Pattern:
    """Return a pattern without the columns that are another one between two fixed texts."""
    derived: dict[int, tuple[str | int, ...]] = {}
    own = own_columns(pattern)
    for column in own:
        for base in own:
            if base == column or base in derived:
                continue
            around = _around(pattern.columns[column], pattern.columns[base])
            if around is not None:
                derived[column] = tuple(part for part in (around[0], base, around[1]) if part != "")
                break
    if not derived:
        return pattern
    return replace(
        pattern,
        fields={way: _replaced(value, derived) for way, value in pattern.fields.items()},
        tags=tuple(_replaced(tag, derived) for tag in pattern.tags),
    )


def _around(column: Column, base: Column) -> tuple[str, str] | None:
    """Return what stands before and behind one column in another; None where that differs."""
    around: set[tuple[str, str]] = set()
    for value, inner in zip(column, base, strict=True):
        if not value or not inner or len(inner) < 2 or inner not in value or len(around) > 1:
            return None
        before, _, behind = value.partition(inner)
        around.add((before, behind))
    return around.pop() if len(around) == 1 else None


def _replaced(text: Any, columns: Mapping[int, tuple[str | int, ...]]) -> Any:
    if not isinstance(text, Holed):
        return text
    parts = [
        columns.get(part, (part,)) if isinstance(part, int) else (part,) for part in text.parts
    ]
    return Holed(tuple(inner for several in parts for inner in several))

"""
What several monitors have in common: their least general generalisation, of first order.

Equal values stay. Texts become patterns whose holes have a value for each monitor. What does not
fit becomes a change of the monitor. Source: Plotkin's anti-unification, over fields, lines of texts
and pieces of lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.adopt.templates.columns import Column, Columns, Holed, folded, with_pattern
from monitor_sync.adopt.templates.member import MESSAGE, NAME, QUERY, Member
from monitor_sync.project.layers import Field

MOST_HOLES: Final = 4
"""Holes of one monitor, its item among them; what is given anyway is none."""
_LEAST_ALIKE: Final[Mapping[Field, float]] = {NAME: 0.25}
"""The share of a text that must be literal; half of all others, so none is one hole."""
_MISSING: Final = object()
_FREE_TEXTS: Final = frozenset(
    {"name", "query", "message", "escalation_message", "critical_query", "filter"}
)
"""Fields whose texts may differ anywhere; others only by values that their tags name."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """
    What ``members`` have in common.

    ``fields`` maps the way to each value to the value or a text with holes, ``tags`` are the tags
    of all. ``columns`` are what differs, each with a value a member. ``changes`` and ``more_tags``
    are, for each member, what it says otherwise (None for what it has not) and its other tags.
    """

    members: tuple[Member, ...]
    fields: Mapping[Field, Any]
    tags: tuple[Holed, ...]
    columns: tuple[Column, ...]
    changes: tuple[Mapping[Field, Any], ...]
    more_tags: tuple[tuple[str, ...], ...]


def generalise(members: Sequence[Member], most: int = MOST_HOLES) -> Pattern | None:
    """
    Return what members have in common, with at most ``most`` holes; None where nothing is.

    A member whose query does not fit is not among those of the pattern, nor is one with a name
    and a message of its own: it is another monitor, not a change of this one.
    """
    fitting = _of_one_build(members)
    texts = [member.texts[QUERY] for member in fitting]
    query = folded(texts, Columns(fitting), most=most, least=0.5)
    pairs = zip(fitting, query.values, strict=True)
    fitting = tuple(member for member, values in pairs if values is not None)
    for _ in range(2):
        if len(fitting) < 2:
            return None
        pattern = _generalised(fitting, most)
        alike = tuple(
            member
            for member, change in zip(fitting, pattern.changes, strict=True)
            if not (NAME in change and MESSAGE in change)
        )
        if len(alike) == len(fitting):
            return pattern
        fitting = alike
    return None


def _of_one_build(members: Sequence[Member]) -> tuple[Member, ...]:
    """Return members without those that have a single value where another has fields inside."""
    inside = {
        way[:depth] for member in members for way in member.fields for depth in range(len(way))
    }
    return tuple(member for member in members if inside.isdisjoint(member.fields))


def _generalised(members: tuple[Member, ...], most: int) -> Pattern:
    columns = Columns(members)
    fields: dict[Field, Any] = {}
    changes: list[dict[Field, Any]] = [{} for _ in members]
    for field in _most_telling_first(members):
        fields[field], fit = _field(field, members, columns, most)
        for change, member, fits in zip(changes, members, fit, strict=True):
            if not fits:
                change[field] = member.fields.get(field)  # null where it has none
    tags, more_tags = _tags(members, columns)
    written = {
        field: fields[field] for field in _as_written(members) if fields[field] is not _MISSING
    }
    return Pattern(members, written, tags, columns.finished(), tuple(changes), more_tags)


def _field(
    field: Field, members: Sequence[Member], columns: Columns, most: int
) -> tuple[Any, list[bool]]:
    """
    Return what members have in common in a field, and which of them it fits.

    A message that only one of them has is nobody else's: each says its own.
    """
    values = [member.fields.get(field, _MISSING) for member in members]
    texts = [member.texts.get(field) for member in members]
    number = sum(text is not None for text in texts)
    if number * 2 > len(members) and any(value != values[0] for value in values):
        free = field[-1] in _FREE_TEXTS
        most, least = (most, _LEAST_ALIKE.get(field, 0.5)) if free else (0, 1)
        common = folded(texts, columns, most=most, least=least)
        fit = [inside is not None for inside in common.values]
        if field == MESSAGE and sum(fit) < 2:
            return _MISSING, [value is _MISSING for value in values]
        return common.holed(columns), fit
    shown = [f"{type(value).__name__} {value!r}" for value in values]
    usual, _ = Counter(shown).most_common(1)[0]
    return values[shown.index(usual)], [text == usual for text in shown]


def _as_written(members: Sequence[Member]) -> list[Field]:
    """Return all fields in the order in which they are written: the message last."""
    fields = dict.fromkeys(field for member in members for field in member.fields)
    return sorted(fields, key=lambda field: (field[0] == "message", field[0] != "name"))


def _most_telling_first(members: Sequence[Member]) -> list[Field]:
    """Return all fields; query and name first, since their holes matter most."""
    fields = _as_written(members)
    first = [field for field in (QUERY, NAME) if field in fields]
    return [*first, *(field for field in fields if field not in first)]


def _tags(
    members: Sequence[Member], columns: Columns
) -> tuple[tuple[Holed, ...], tuple[tuple[str, ...], ...]]:
    """Return the tags of all members, with no hole of their own, and the others of each."""
    by_pieces = [{tag.pieces: tag for tag in member.tags} for member in members]
    shared: dict[tuple[str, ...], Holed] = {}
    for tag in members[0].tags:
        if all(tag.pieces in tags for tags in by_pieces):
            common = with_pattern(tag.pieces, [tags[tag.pieces] for tags in by_pieces])
            if columns.holes(common.columns()) == columns.holes():
                shared[tag.pieces] = common.holed(columns)
    more_tags = tuple(
        tuple(tag.text for tag in member.tags if tag.pieces not in shared) for member in members
    )
    return tuple(shared.values()), more_tags

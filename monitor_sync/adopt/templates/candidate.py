"""A pattern as it would be written: its item, its parameters, its text with ``${…}``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from monitor_sync.adopt.declaring import tags_as_written
from monitor_sync.adopt.templates.columns import Holed
from monitor_sync.adopt.templates.items import (
    FEWEST,
    given_names,
    hole_names,
    item_column,
    item_of,
    own_columns,
    with_derived,
)
from monitor_sync.adopt.templates.lines import lines_of, written_out
from monitor_sync.adopt.templates.member import NAME, Member
from monitor_sync.adopt.templates.names import monitor_name
from monitor_sync.adopt.templates.pattern import MOST_HOLES, Pattern
from monitor_sync.adopt.templates.texts import SLOT, OwnValues
from monitor_sync.project.layers import Field


class Point(NamedTuple):
    """Where a template is used once: a file, an owner, and an item; empty where it takes none."""

    unit: str
    file: str
    team: str
    item: str


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """
    One monitor of a template to be.

    ``item`` is what its items are called, empty where it takes none. ``parameters`` maps a name to
    the value at each point; ``monitor`` is what the template says, with holes. ``members``,
    ``changes`` and ``more_tags`` say, for each point, which monitor it makes, what that says
    otherwise, and which tags it has besides. ``plain`` is how many lines the members take written
    out, ``saved`` how many of these all that saves.
    """

    name: str
    item: str
    family: str
    parameters: Mapping[str, Mapping[Point, str]]
    monitor: Mapping[str, Any]
    members: Mapping[Point, Member]
    changes: Mapping[Point, Mapping[str, Any]]
    more_tags: Mapping[Point, tuple[str, ...]]
    plain: int
    saved: int

    def rewrites(self, point: Point) -> bool:
        """Return whether the monitor of a point has a text of several lines of its own."""
        return any(isinstance(text, str) and "\n" in text for text in self.changes[point].values())


def candidate_of(pattern: Pattern) -> Candidate | None:
    """Return a pattern as it would be written; None where nothing tells its members apart."""
    pattern = with_derived(pattern)
    item, usable = item_column(pattern)
    if len(usable) < FEWEST or len(own_columns(pattern)) > MOST_HOLES:
        return None
    names = hole_names(pattern, item)
    points = {_point(pattern, item, number): number for number in usable}
    monitor = _written(pattern, names)
    parameters = _parameters(pattern, item, names, points)
    members = {point: pattern.members[number] for point, number in points.items()}
    changes = {point: nested(pattern.changes[number]) for point, number in points.items()}
    more_tags = {point: pattern.more_tags[number] for point, number in points.items()}
    plain = sum(written_out(member.placed.declared) for member in members.values())
    return Candidate(
        name=monitor_name(
            [member.placed.name for member in members.values()],
            [point.item for point in points],
            pattern.fields.get(NAME, ""),
        ),
        item=names[item] if item is not None else "",
        family=pattern.members[0].family,
        parameters=parameters,
        monitor=monitor,
        members=members,
        changes=changes,
        more_tags=more_tags,
        plain=plain,
        saved=plain - len(members) - _said(monitor, parameters, changes, more_tags),
    )


def _point(pattern: Pattern, item: int | None, number: int) -> Point:
    placed = pattern.members[number].placed
    return Point(placed.unit, placed.file, placed.team, item_of(pattern, item, number))


def _parameters(
    pattern: Pattern, item: int | None, names: Sequence[str], points: Mapping[Point, int]
) -> dict[str, dict[Point, str]]:
    """Return the value of each parameter at each point where a text says it."""
    parameters: dict[str, dict[Point, str]] = {}
    for column in own_columns(pattern):
        if column != item and names[column] not in given_names(pattern, column):
            values = pattern.columns[column]
            said = {
                p: value for p, number in points.items() if (value := values[number]) is not None
            }
            parameters[names[column]] = _with_given(said, pattern, points)
    return {name: values for name, values in parameters.items() if values}


def _with_given(
    values: dict[Point, str], pattern: Pattern, points: Mapping[Point, int]
) -> dict[Point, str]:
    """Return values with ``${team}`` or ``${unit}`` inside where that makes most of them equal."""
    best = values
    for name in ("team", "unit"):
        holed: dict[Point, str] = {}
        for point, value in values.items():
            given = pattern.members[points[point]].given[name]
            pieces = OwnValues([given]).read(value).pieces
            holed[point] = "".join(f"${{{name}}}" if piece == SLOT else piece for piece in pieces)
        if len(set(holed.values())) * 2 <= len(set(best.values())):
            best = holed
    return best


def nested(change: Mapping[Field, Any]) -> dict[str, Any]:
    """Return fields, by the way to each, as the mapping that sets them."""
    values: dict[str, Any] = {}
    for way, value in change.items():
        inner = values
        for step in way[:-1]:
            inner = inner.setdefault(str(step), {})
        inner[str(way[-1])] = value
    return values


def _written(pattern: Pattern, names: Sequence[str]) -> dict[str, Any]:
    """Return the monitor as the template says it, holes as ``${name}``."""
    values: dict[str, Any] = {}
    tags: Any = [_text(tag, names) for tag in pattern.tags]
    as_written = [member.placed.declared.get("tags", {}) for member in pattern.members]
    if all(isinstance(written, Mapping) for written in as_written):
        tags = tags_as_written(tags)
    for way, value in pattern.fields.items():
        if tags and way[0] == "message":
            values.setdefault("tags", tags)
        _put(values, way, _text(value, names) if isinstance(value, Holed) else value)
    return values | ({"tags": tags} if tags and "tags" not in values else {})


def _text(text: Holed, names: Sequence[str]) -> str:
    return "".join(part if isinstance(part, str) else f"${{{names[part]}}}" for part in text.parts)


def _put(values: Any, way: Field, value: Any) -> None:
    """Set a value; a step that is a number leads into a list of mappings."""
    for step, following in pairwise(way):
        if isinstance(step, int):
            values.extend({} for _ in range(step + 1 - len(values)))
            values = values[step]
        else:
            values = values.setdefault(step, [] if isinstance(following, int) else {})
    values[way[-1]] = value


def holes_in(text: str) -> set[str]:
    """Return the names of the holes in a text."""
    return set(re.findall(r"\$\{([a-z0-9_]+)\}", text))


def _said(
    monitor: Mapping[str, Any],
    parameters: Mapping[str, Mapping[Point, str]],
    changes: Mapping[Point, Mapping[str, Any]],
    more_tags: Mapping[Point, tuple[str, ...]],
) -> int:
    """Return the lines of a template with its changes and arguments, the items' own left out."""
    template = written_out(monitor) + 2 + len(parameters)
    changed = sum(lines_of(change) + 1 for change in changes.values() if change)
    tagged = sum(map(bool, more_tags.values())) // 2
    arguments = sum(map(_arguments, parameters.values()))
    return template + changed + tagged + arguments


def _arguments(values: Mapping[Point, str]) -> int:
    """Return how many lines the uses take to give a parameter; its usual value is its default."""
    _, usual = Counter(values.values()).most_common(1)[0]
    return len(values) - (usual if usual * 2 > len(values) else 0)

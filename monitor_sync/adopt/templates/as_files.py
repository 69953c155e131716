"""Templates to be as what files say: names that are free, uses with their arguments, items."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor_sync.adopt.templates.candidate import Candidate, Point
from monitor_sync.adopt.templates.combine import CandidateTemplate
from monitor_sync.adopt.templates.names import template_name, unused
from monitor_sync.adopt.templates.suggestion import FoundItems, FoundTemplate, FoundUse

Named = Mapping[str, Candidate]
"""Candidates of one template by the names that they have in it."""


class TakenNames:
    """The names and keys that are taken, by what is there and by what was found so far."""

    def __init__(self, templates: Collection[str], keys: Collection[str]) -> None:
        self.templates = set(templates)
        self._keys = set(keys)

    def take(self, keys: Iterable[str]) -> None:
        """Note keys that no other monitor may have."""
        self._keys.update(keys)

    def monitors(
        self, candidates: Sequence[Candidate], keys: Callable[[Point, str], Sequence[str]]
    ) -> dict[str, Candidate]:
        """Return candidates by names with which none of their ``keys`` is taken, and take these."""
        named: dict[str, Candidate] = {}
        for candidate in candidates:
            name, tried = candidate.name, {candidate.name}
            while name in named or self._is_taken(candidate, name, keys):
                name = unused(candidate.name, tried, "-")
                tried.add(name)
            named[name] = candidate
            self.take(key for point in candidate.members for key in keys(point, name))
        return named

    def _is_taken(
        self, candidate: Candidate, name: str, keys: Callable[[Point, str], Sequence[str]]
    ) -> bool:
        return any(key in self._keys for point in candidate.members for key in keys(point, name))


def _in_place_keys(point: Point, name: str) -> tuple[str, str]:
    """Return the key of a monitor with ``for_each``, and that of its item."""
    own = f"{point.unit}/{point.file}/{name}"
    return own, f"{own}.{point.item}"


def _template_keys(point: Point, name: str) -> tuple[str]:
    """Return the key that a template gives to its monitor for an item."""
    return (f"{point.unit}/{point.file}/{_template_part(point, name)}",)


def _template_part(point: Point, name: str) -> str:
    return f"{point.item}.{name}" if point.item else name


def in_place(candidates: Sequence[Candidate], names: TakenNames) -> Iterator[FoundItems]:
    """Yield candidates of one file and team as monitors with ``for_each``."""
    for name, candidate in names.monitors(candidates, _in_place_keys).items():
        first, *_ = candidate.members
        yield FoundItems(
            unit=first.unit,
            file=first.file,
            team=first.team,
            name=name,
            item=candidate.item,
            items={
                point.item: _with_tags(candidate.changes[point], candidate.more_tags[point])
                for point in candidate.members
            },
            monitor=candidate.monitor,
            members={
                f"{name}.{point.item}": member.placed for point, member in candidate.members.items()
            },
        )


def template_and_uses(
    template: CandidateTemplate, names: TakenNames
) -> tuple[FoundTemplate, list[FoundUse]]:
    """Return a template and its uses."""
    named = names.monitors(template.candidates, _template_keys)
    name = template_name(template.family, template.item, list(named), names.templates)
    names.templates.add(name)
    renamed = zip(named.items(), template.renamed, strict=True)
    template_file = FoundTemplate(
        name=name,
        item=template.item,
        parameters={
            name: _declaration(values, len(template.points))
            for name, values in template.parameters.items()
        },
        monitors={name: _with_names(c.monitor, holes) for (name, c), holes in renamed},
    )
    return template_file, list(_uses(template, template_file, named))


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    """Return a monitor whose holes have the names that they have in the template."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda hole: f"${{{names.get(hole[1], hole[1])}}}", value)
    if isinstance(value, Mapping):
        return {name: _with_names(child, names) for name, child in value.items()}
    return [_with_names(child, names) for child in value] if isinstance(value, list) else value


def _declaration(values: Mapping[Point, str], points: int) -> dict[str, Any]:
    """Return a parameter: with a default where most points have one value, or some need none."""
    usual, number = Counter(values.values()).most_common(1)[0]
    if number * 2 > len(values):
        return {"type": "string", "default": usual}
    return {"type": "string"} | ({"default": ""} if len(values) < points else {})


def _uses(
    template: CandidateTemplate, template_file: FoundTemplate, named: Named
) -> Iterator[FoundUse]:
    """Yield a use for each file, owner, set of arguments and set of tags."""
    groups: dict[tuple[object, ...], list[Point]] = defaultdict(list)
    arguments = {point: _arguments(template, template_file, point) for point in template.points}
    tags = {point: _common_tags(named, point) for point in template.points}
    for point in template.points:
        groups[(*point[:3], *arguments[point].items(), tags[point])].append(point)
    for points in groups.values():
        first = points[0]
        yield FoundUse(
            unit=first.unit,
            file=first.file,
            team=first.team,
            template=template_file,
            arguments=arguments[first],
            tags=tags[first],
            items={point.item: _changes(named, point, tags[first]) for point in points},
            members={
                _template_part(point, name): candidate.members[point].placed
                for point in points
                for name, candidate in named.items()
                if point in candidate.members
            },
        )


def _arguments(
    template: CandidateTemplate, template_file: FoundTemplate, point: Point
) -> dict[str, str]:
    return {
        name: values[point]
        for name, values in template.parameters.items()
        if point in values and values[point] != template_file.parameters[name].get("default")
    }


def _common_tags(named: Named, point: Point) -> tuple[str, ...]:
    """Return the tags that all monitors of a point have besides those of the template."""
    first, *others = [
        candidate.more_tags[point] for candidate in named.values() if point in candidate.members
    ]
    return tuple(tag for tag in first if all(tag in tags for tags in others))


def _changes(named: Named, point: Point, tags: tuple[str, ...]) -> dict[str, Any]:
    """Return what an item says of each monitor that differs; False where it has none."""
    changes: dict[str, Any] = {}
    for name, candidate in named.items():
        if point not in candidate.members:
            changes[name] = False
            continue
        more_tags = [tag for tag in candidate.more_tags[point] if tag not in tags]
        if change := _with_tags(candidate.changes[point], more_tags):
            changes[name] = change
    return changes


def _with_tags(change: Mapping[str, Any], tags: Sequence[str]) -> dict[str, Any]:
    return {**change, "tags": list(tags)} if tags else dict(change)

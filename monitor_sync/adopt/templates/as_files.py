"""Templates to be as what files say: names that are free, uses with their arguments, items."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor_sync.adopt.templates.candidate import Candidate, Point
from monitor_sync.adopt.templates.combine import CandidateTemplate
from monitor_sync.adopt.templates.names import template_name, unused
from monitor_sync.adopt.templates.suggestion import FoundItems, FoundTemplate, FoundUse

Named = Mapping[str, Candidate]
"""Candidates of one template by the names that they have in it."""


class Names:
    """The names and keys that are taken, by what is there and by what was found so far."""

    def __init__(self, templates: Collection[str], keys: Collection[str]) -> None:
        self.templates = set(templates)
        self._keys = set(keys)

    def take(self, keys: Iterable[str]) -> None:
        """Note keys that no other monitor may have."""
        self._keys.update(keys)

    def monitors(self, candidates: Sequence[Candidate]) -> dict[str, Candidate]:
        """Return candidates by names with which no key of theirs is taken, and take these."""
        named: dict[str, Candidate] = {}
        for candidate in candidates:
            name = candidate.name
            while name in named or not self._keys.isdisjoint(_keys(candidate, name)):
                name = unused(name, {name})
            named[name] = candidate
            self._keys.update(_keys(candidate, name))
        return named


def _keys(candidate: Candidate, name: str) -> Iterator[str]:
    """Yield every key that a candidate may give to its monitors, in a template or in place."""
    for unit, file, _, item in candidate.members:
        yield f"{unit}/{file}/{item}.{name}" if item else f"{unit}/{file}/{name}"
        yield f"{unit}/{file}/{name}.{item}"
    for unit, file in {point[:2] for point in candidate.members}:
        yield f"{unit}/{file}/{name}"


def in_place(candidates: Sequence[Candidate], names: Names) -> Iterator[FoundItems]:
    """Yield candidates of one file and team as monitors with ``for_each``."""
    for name, candidate in names.monitors(candidates).items():
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
    template: CandidateTemplate, names: Names
) -> tuple[FoundTemplate, list[FoundUse]]:
    """Return a template and its uses."""
    named = names.monitors(template.candidates)
    name = template_name(template.family, template.item, list(named), names.templates)
    names.templates.add(name)
    renamed = zip(named.items(), template.renamed, strict=True)
    found = FoundTemplate(
        name=name,
        item=template.item,
        parameters={
            name: _declaration(values, len(template.points))
            for name, values in template.parameters.items()
        },
        monitors={name: _with_names(c.monitor, holes) for (name, c), holes in renamed},
    )
    return found, list(_uses(template, found, named))


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
    if number * 2 > len(values) or len(values) < points:
        return {"type": "string", "default": usual}
    return {"type": "string"}


def _uses(template: CandidateTemplate, found: FoundTemplate, named: Named) -> Iterator[FoundUse]:
    """Yield a use for each file, owner, set of arguments and set of tags."""
    groups: dict[tuple[object, ...], list[Point]] = defaultdict(list)
    arguments = {point: _arguments(template, found, point) for point in template.points}
    tags = {point: _common_tags(named, point) for point in template.points}
    for point in template.points:
        groups[(*point[:3], *arguments[point].items(), tags[point])].append(point)
    for points in groups.values():
        first = points[0]
        yield FoundUse(
            unit=first.unit,
            file=first.file,
            team=first.team,
            template=found,
            arguments=arguments[first],
            tags=tags[first],
            items={point.item: _changes(named, point, tags[first]) for point in points},
            members={
                f"{point.item}.{name}" if point.item else name: candidate.members[point].placed
                for point in points
                for name, candidate in named.items()
                if point in candidate.members
            },
        )


def _arguments(template: CandidateTemplate, found: FoundTemplate, point: Point) -> dict[str, str]:
    return {
        name: values[point]
        for name, values in template.parameters.items()
        if point in values and values[point] != found.parameters[name].get("default")
    }


def _common_tags(named: Named, point: Point) -> tuple[str, ...]:
    """Return the tags that all monitors of a point have besides those of the template."""
    first, *others = [c.more_tags[point] for c in named.values() if point in c.members]
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

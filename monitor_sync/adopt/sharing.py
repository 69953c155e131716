"""What several monitors of one file say together: uses of templates, ``for_each``; its lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from monitor_sync.adopt import scalars
from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.templates.suggestion import (
    FoundItems,
    FoundTemplate,
    FoundUse,
    Suggestion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The uses of templates in one file, and its monitors that stand for several."""

    uses: Sequence[FoundUse] = ()
    repeated: Sequence[FoundItems] = ()

    @property
    def members(self) -> dict[str, PlacedMonitor]:
        """The monitors that are made, by the part of the key under which ``adopt`` names them."""
        sources: list[FoundUse | FoundItems] = [*self.uses, *self.repeated]
        return {part: member for source in sources for part, member in source.members.items()}

    def said(self) -> Iterator[Mapping[str, Any]]:
        """Yield every mapping of fields that stands in the file for these monitors."""
        for use in self.uses:
            yield {"tags": list(use.tags)}
            for changes in use.items.values():
                yield from (change for change in changes.values() if change is not False)
        for repeated in self.repeated:
            yield repeated.monitor
            yield from repeated.items.values()

    def use_lines(
        self, team: str, tags: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield the lines of ``use``, below what the file says of all; none without a use."""
        if self.uses:
            yield "use:"
        for use in self.uses:
            values = use.written(team, tags, defaults)
            short = f"  - {scalars.flow(values)}"
            if len(short) <= scalars.WIDTH:
                yield short
            else:
                yield from scalars.item(values, 2)

    def monitor_lines(
        self, team: str, tags: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield the lines below ``monitors`` for the entries that stand for several monitors."""
        for repeated in self.repeated:
            yield f"  {scalars.key(repeated.name)}:"
            if repeated.team != team:
                yield from scalars.entry("team", repeated.team, 4)
            yield from scalars.entries(repeated.written(tags, defaults), 4)


def template_text(template: FoundTemplate, schema: str) -> str:
    """Return the text of a template's file; ``schema`` is where editors find the schema."""
    return "\n".join([*scalars.schema_line(schema), *scalars.entries(template.written(), 0)]) + "\n"


def by_path(suggestion: Suggestion) -> dict[str, Sharing]:
    """Return by the path of each file the uses and items that stand in it."""
    uses: dict[str, list[FoundUse]] = defaultdict(list)
    repeated: dict[str, list[FoundItems]] = defaultdict(list)
    for use in suggestion.uses:
        uses[use.path].append(use)
    for item in suggestion.repeated:
        repeated[item.path].append(item)
    return {path: Sharing(uses=uses[path], repeated=repeated[path]) for path in {*uses, *repeated}}


def naming(monitor: PlacedMonitor, keys: Mapping[str, str]) -> PlacedMonitor:
    """Return a composite whose members have the keys that templates give them; others as is."""
    query = str(monitor.declared.get("query") or "")
    if "${id:" not in query:
        return monitor
    query = _REFERENCE.sub(lambda member: f"${{id:{keys.get(member[1], member[1])}}}", query)
    return replace(monitor, declared={**monitor.declared, "query": query})


_REFERENCE: Final = re.compile(r"\$\{id:([^${}]*)\}")


def makes(suggestion: Suggestion) -> dict[str, frozenset[int]]:
    """Return by the path of each file the ids of the monitors that it makes with others' words."""
    ids_by_path: dict[str, set[int]] = defaultdict(set)
    for use in suggestion.uses:
        ids = {member.id for member in use.members.values()}
        ids_by_path[use.template.file] |= ids
        ids_by_path[use.path] |= ids
    for repeated in suggestion.repeated:
        ids_by_path[repeated.path] |= {member.id for member in repeated.members.values()}
    return {path: frozenset(ids) for path, ids in ids_by_path.items()}

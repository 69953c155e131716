"""Resources refer to others: by key in the files, by id in Datadog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from monitor_sync.model import Address, Body, Id, LiveId
from monitor_sync.resources.kind import Declared, Kind
from monitor_sync.sync.identity import Match


class References:
    """Who refers to whom, among all that is declared and live. Only for planning."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._matches = matches

    @cached_property
    def ids(self) -> Mapping[Address, Id]:
        """The ids that stay: what is to be replaced gets a new one, or has it already."""
        return dict(known for match in self._matches for known in _staying(match))

    @cached_property
    def _made(self) -> frozenset[Address]:
        return frozenset(
            Address(match.kind.name, key)
            for match in self._matches
            for key in match.declared.keys() - match.refused.keys()
        )

    @cached_property
    def _referrers(self) -> Mapping[LiveId, Sequence[str]]:
        """What will refer to each id when the plan has been carried out."""
        referrers: dict[LiveId, list[str]] = {}
        for match in self._matches:
            for name, body in self._afterwards(match):
                for target in match.kind.ids_in(body):
                    referrers.setdefault(target, []).append(name)
        return referrers

    def resolved(self, kind: Kind, declared: Declared) -> Body:
        """Return the body with the ids that are known now; others are known when they are made."""
        return kind.resolved(declared.body, self.ids) if declared.references else declared.body

    def lacking(self, kind: Kind, declared: Declared) -> Address | None:
        """Return what it refers to and is neither live nor about to be made; None where all is."""
        if not declared.references:
            return None
        for target in kind.references(declared):
            if target not in self.ids and target not in self._made:
                return target
        return None

    def left_behind(self, going: LiveId) -> tuple[str, ...]:
        """Return what will still refer to this id when the plan has been carried out."""
        return tuple(self._referrers.get(going, ()))

    def _afterwards(self, match: Match) -> Iterator[tuple[str, Body]]:
        """Return a name and the body of each resource as it will be."""
        for key, declared in match.declared.items():
            if key in match.refused and key in match.ours:
                yield key, match.ours[key].body
            elif key not in match.refused:
                yield key, self.resolved(match.kind, declared)
        released = (live for live, _ in match.released)
        for live in (*match.unmanaged, *match.others, *match.clones, *released):
            yield f"#{live.id} {match.kind.label(live.body)}".rstrip(), live.body


def _staying(match: Match) -> Iterator[tuple[Address, Id]]:
    """Return the declared resources that keep their id, and the heirs of interrupted replaces."""
    kind = match.kind
    for key, live in match.ours.items():
        if key in match.refused or kind.changes_in_place(live.body, match.declared[key].body):
            yield Address(kind.name, key), live.id
    for key, heir in match.successors.items():
        if key not in match.refused:
            yield Address(kind.name, key), heir.id

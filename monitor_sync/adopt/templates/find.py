"""
Find what monitors have in common, and say it as a person would have written it.

A ``Finder`` goes from placed monitors to templates, uses of them, and what stays written out.
Nothing here is believed: who writes it expands it again and compares it with what lives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.templates.as_files import TakenNames, in_place, template_and_uses
from monitor_sync.adopt.templates.candidate import Candidate, candidate_of
from monitor_sync.adopt.templates.combine import CandidateTemplate, combine
from monitor_sync.adopt.templates.items import FEWEST
from monitor_sync.adopt.templates.member import Member, member_of
from monitor_sync.adopt.templates.pattern import generalise
from monitor_sync.adopt.templates.suggestion import FoundItems, FoundTemplate, FoundUse, Suggestion

_LEAST_SAVED: Final = 5
"""A template saves at least a fifth of the lines; for less nobody would look in two places."""
_TEMPLATE_FILE: Final = 16
"""Lines that somebody would rather write than have a template that only one file uses."""


class Finder:
    """Finds what monitors have in common, and works out again only what has changed since."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._known: dict[tuple[Member, ...], list[Candidate]] = {}

    def find(
        self,
        monitors: Sequence[PlacedMonitor],
        unit_names: Mapping[str, str],
        *,
        taken_templates: Collection[str] = (),
        taken_keys: Collection[str] = (),
    ) -> Suggestion:
        """
        Return what monitors have in common.

        ``unit_names`` maps a unit to what it is called. ``taken_templates`` are the names of
        templates that exist, ``taken_keys`` the keys of monitors declared already. Composites and
        SLO alerts are left as they are where they name others by key: no parameter can hold that.
        """
        self._members = {
            placed.id: self._member(placed, unit_names.get(placed.unit, placed.unit))
            for placed in monitors
            if placed.declared.get("type") != "composite"
            and "${slo:" not in str(placed.declared.get("query"))
        }
        templates = combine(self._candidates(list(self._members.values())), _forms)
        return _suggestion(monitors, templates, TakenNames(taken_templates, taken_keys))

    def _member(self, placed: PlacedMonitor, unit_name: str) -> Member:
        known = self._members.get(placed.id)
        if known and known.placed == placed and known.given["unit_name"] == unit_name:
            return known
        return member_of(placed, unit_name)

    def _candidates(self, members: Sequence[Member]) -> list[Candidate]:
        """
        Return the candidates that save lines.

        Monitors with one query are candidates together or by the forms of their names, whichever
        saves more. What is left is tried once more by name, for those that differ in their metric.
        """
        candidates: list[Candidate] = []
        left: list[Member] = []
        for bucket in _buckets(members, 1):
            parts = list(_buckets(bucket, 0))
            better = self._of_bucket(bucket)
            if len(parts) > 1:
                apart = [candidate for part in parts for candidate in self._of_bucket(part)]
                better = max(apart, better, key=_saved)
            candidates += better
            left += _outside(bucket, better)
        for bucket in _buckets(left, 2):
            candidates += self._of_bucket(bucket)
        return candidates

    def _of_bucket(self, members: Sequence[Member]) -> list[Candidate]:
        key = tuple(members)
        if key not in self._known:
            self._known[key] = _of_bucket(members)
        return self._known[key]


def _buckets(members: Iterable[Member], looseness: int) -> Iterator[list[Member]]:
    buckets: dict[object, list[Member]] = defaultdict(list)
    for member in members:
        buckets[member.buckets[looseness]].append(member)
    yield from buckets.values()


def _saved(candidates: Iterable[Candidate]) -> int:
    return sum(candidate.saved for candidate in candidates)


def _of_bucket(members: Sequence[Member]) -> list[Candidate]:
    """Return the candidates of a bucket: of all members, then of the ones that did not fit."""
    candidates: list[Candidate] = []
    for _ in range(2):
        candidate = _of(members)
        if candidate is None:
            break
        candidates += _split(candidate)
        members = _outside(members, candidates)
    return candidates


def _of(members: Sequence[Member]) -> Candidate | None:
    """Return the candidate that members make; None where it would save next to nothing."""
    pattern = generalise(members) if len(members) >= FEWEST else None
    candidate = candidate_of(pattern) if pattern is not None else None
    if candidate is None or candidate.saved * _LEAST_SAVED < candidate.plain:
        return None
    return candidate


def _split(candidate: Candidate) -> list[Candidate]:
    """Return a candidate, or two where the members with texts of their own save more apart."""
    rewriting = {point for point in candidate.members if candidate.rewrites(point)}
    if len(rewriting) < FEWEST:
        return [candidate]
    apart = _of([candidate.members[point] for point in candidate.members if point in rewriting])
    others = _of([member for point, member in candidate.members.items() if point not in rewriting])
    if apart is None or others is None or apart.saved + others.saved <= candidate.saved:
        return [candidate]
    return [others, apart]


def _outside(members: Sequence[Member], candidates: Iterable[Candidate]) -> list[Member]:
    """Return the members that are in none of the candidates."""
    inside = {id(member) for candidate in candidates for member in candidate.members.values()}
    return [member for member in members if id(member) not in inside]


def _forms(candidate: Candidate) -> Iterator[Candidate]:
    """Yield a candidate, then it with ever fewer holes and more changes, at the same points."""
    yield candidate
    members = list(candidate.members.values())
    for most in range(len(candidate.parameters) + bool(candidate.item) - 1, 0, -1):
        pattern = generalise(members, most)
        lean = candidate_of(pattern) if pattern is not None else None
        if lean is None or lean.item != candidate.item:
            continue
        if lean.members.keys() == candidate.members.keys():
            yield lean


def _suggestion(
    monitors: Sequence[PlacedMonitor], templates: Sequence[CandidateTemplate], names: TakenNames
) -> Suggestion:
    inside = {
        id(member.placed)
        for template in templates
        for candidate in template.candidates
        for member in candidate.members.values()
    }
    left = tuple(placed for placed in monitors if id(placed) not in inside)
    names.take(placed.key for placed in left)
    template_files: list[FoundTemplate] = []
    uses: list[FoundUse] = []
    repeated: list[FoundItems] = []
    for template in templates:
        alone = _for_one_file(template)
        if alone:
            repeated += in_place(alone, names)
        else:
            template_file, uses_of_it = template_and_uses(template, names)
            template_files.append(template_file)
            uses += uses_of_it
    return Suggestion(
        templates=tuple(template_files), uses=tuple(uses), repeated=tuple(repeated), left=left
    )


def _for_one_file(template: CandidateTemplate) -> list[Candidate]:
    """Return the candidates of a template that one file alone has, without parameters, if so."""
    places = {point[:3] for point in template.points}
    if len(places) > 1 or not template.item:
        return []
    lean = [_without_parameters(candidate) for candidate in template.candidates]
    return [candidate for candidate in lean if candidate is not None] if all(lean) else []


def _without_parameters(candidate: Candidate) -> Candidate | None:
    """Return a candidate without parameters, where that costs no more than a template would."""
    for lean in _forms(candidate):
        if not lean.parameters:
            return lean if lean.saved + _TEMPLATE_FILE >= candidate.saved else None
    return None

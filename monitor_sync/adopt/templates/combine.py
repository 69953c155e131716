"""Several monitors with the same items become one template of several monitors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor_sync.adopt.templates.candidate import Candidate, Point, holes_in
from monitor_sync.adopt.templates.names import unused

_MOST_HOLES: Final = 6
"""Holes of a template of several monitors; each of these has no more than a pattern may have."""
_MOST_APART: Final = 0.75
"""How many points only one of two may have, for each that both have, to be one template."""
_MOST_APART_ELSEWHERE: Final = 0.2
"""The same where their data comes from elsewhere: logs and containers of the same services."""
_LOOKED_AT: Final = 8
"""Points by which the templates are found that a candidate is compared with."""

Forms = Callable[[Candidate], Iterator[Candidate]]


@dataclass(slots=True, eq=False)
class CandidateTemplate:
    """
    A template to be: one or several candidates with the same items.

    ``parameters`` maps a name to the value at each point, ``renamed`` has for each candidate what
    its holes are called here; ``points`` are those of any candidate.
    """

    item: str
    family: str
    candidates: list[Candidate] = field(default_factory=list)
    renamed: list[Mapping[str, str]] = field(default_factory=list)
    parameters: dict[str, dict[Point, str]] = field(default_factory=dict)
    points: dict[Point, None] = field(default_factory=dict)

    def gain(self, candidate: Candidate) -> int:
        """Return how many lines a candidate saves when it is added; 0 where the items differ."""
        if not (self.item and candidate.item):
            return 0  # no item could say which of several monitors a file has
        common = sum(point in self.points for point in candidate.members)
        apart = len(candidate.members) + len(self.points) - 2 * common
        most = _MOST_APART if self.family == candidate.family else _MOST_APART_ELSEWHERE
        return common - apart // 2 if apart <= common * most else 0

    def holds(self, candidate: Candidate) -> bool:
        """Return whether few enough holes remain when a candidate brings its own."""
        if self.item != candidate.item and self.item in holes_in(str(candidate.monitor)):
            return False  # what is given under that name is something else here
        holes = {self.item, *self.parameters, *self._names(candidate).values()} - {""}
        return len(holes) <= _MOST_HOLES

    def add(self, candidate: Candidate) -> None:
        """Make a candidate one of the template's monitors."""
        names = self._names(candidate)
        self.candidates.append(candidate)
        self.renamed.append({old: new for old, new in names.items() if old != new})
        self.family = self.family if self.family == candidate.family else ""
        self.points |= dict.fromkeys(candidate.members)
        for old, values in candidate.parameters.items():
            self.parameters.setdefault(names[old], {}).update(values)

    def _names(self, candidate: Candidate) -> dict[str, str]:
        """Return what the holes of a candidate are called here: equal values share one name."""
        names = {candidate.item: self.item} if candidate.item else {}
        for name, values in candidate.parameters.items():
            taken = {self.item, *self.parameters, *names.values()}
            names[name] = self._same(values) or _own(candidate, name, taken)
        return names

    def _same(self, values: Mapping[Point, str]) -> str:
        """Return the parameter that has these values wherever both have one; empty without."""
        for name, known in self.parameters.items():
            common = [point for point in values if point in known]
            if common and all(values[point] == known[point] for point in common):
                return name
        return ""


def _own(candidate: Candidate, name: str, taken: set[str]) -> str:
    """Return a name for a parameter of one monitor alone: that of the monitor stands before it."""
    if name not in taken:
        return name
    monitor = re.sub(r"[^a-z0-9]+", "_", candidate.name).lstrip("_0123456789")
    return unused(f"{monitor}_{name}".lstrip("_"), taken)


def combine(candidates: Sequence[Candidate], forms: Forms) -> list[CandidateTemplate]:
    """
    Return candidates as templates: those with the same items together.

    ``forms`` yields a candidate, then the same with ever fewer holes and more changes; each takes
    long to make, and often the first will do. A candidate is compared with the templates at a few
    of its points alone, so the time grows with the candidates.
    """
    templates: list[CandidateTemplate] = []
    at_point: dict[Point, list[CandidateTemplate]] = {}
    for candidate in sorted(candidates, key=lambda candidate: -len(candidate.members)):
        points = list(candidate.members)[:_LOOKED_AT]
        near = {id(template): template for point in points for template in at_point.get(point, ())}
        home, chosen = _home(candidate, list(near.values()), forms)
        if home is None:
            home = CandidateTemplate(candidate.item, candidate.family)
            templates.append(home)
        new_points = [point for point in chosen.members if point not in home.points]
        home.add(chosen)
        for point in new_points:
            at_point.setdefault(point, []).append(home)
    return templates


def _home(
    candidate: Candidate, near: Sequence[CandidateTemplate], forms: Forms
) -> tuple[CandidateTemplate | None, Candidate]:
    """Return the template in which a candidate saves most, and the form in which it does."""
    most = 0
    home, chosen = None, candidate
    for template in near:
        possible = template.gain(candidate)
        if possible <= most:
            continue
        for form in forms(candidate):
            if template.holds(form):
                gain = possible - (candidate.saved - form.saved)
                if gain > most:
                    most, home, chosen = gain, template, form
                break
    return home, chosen

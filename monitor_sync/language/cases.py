"""
Comparisons that only the alert itself can answer, and what follows from several of them.

A handle inside ``{{#is_match "env.name" "prod"}}`` is notified in some cases. Cases are kept in
the shortest form (Blake's canonical form). Cases that cover everything are then equal to
``ALWAYS``, and two ways to write the same condition are equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from msgspec import Struct


class CaseCondition(Struct, frozen=True, order=True):
    """
    One comparison and what it has to answer.

    ``kind`` is ``is_match``, ``is_exact_match`` or ``is_priority`` (that one only where the
    message also overrides the priority). One of ``values`` is enough.
    """

    kind: str
    variable: str
    values: tuple[str, ...]
    holds: bool = True

    def __str__(self) -> str:
        values = " or ".join(f'"{value}"' for value in self.values)
        if self.kind == "is_priority":
            return f"priority {'is' if self.holds else 'is not'} {values}"
        verbs = {
            ("is_match", True): "contains",
            ("is_match", False): "does not contain",
            ("is_exact_match", True): "is",
            ("is_exact_match", False): "is not",
        }
        return f"{self.variable} {verbs[self.kind, self.holds]} {values}"

    def denied(self) -> CaseCondition:
        """Return the same comparison with the other answer."""
        return CaseCondition(self.kind, self.variable, self.values, not self.holds)


Case = frozenset[CaseCondition]
"""Comparisons that hold together."""

Cases = frozenset[Case]
"""Ways for something to happen: one of them has to hold."""

ALWAYS: Final[Cases] = frozenset({frozenset()})
NEVER: Final[Cases] = frozenset()

MAX_CASES: Final = 24
"""More are not shortened any further: nobody can read them, and the work grows fast."""


class Effort:
    """How much shortening one message may cost, counted so that no message takes long."""

    def __init__(self, steps: int = 3_000) -> None:
        self._left = steps

    @property
    def spent(self) -> bool:
        """Return whether nothing is left."""
        return self._left <= 0

    def allows(self, steps: int) -> bool:
        """Count some steps; return whether the budget allows them."""
        self._left -= steps
        return self._left > 0


def together(cases: Cases, comparison: CaseCondition) -> Cases:
    """Return the cases in which the comparison holds as well."""
    denied = comparison.denied()
    return frozenset(case | {comparison} for case in cases if denied not in case)


def either(first: Cases, second: Cases, effort: Effort) -> Cases:
    """Return the cases of both, in the shortest form."""
    if first == second or not second:
        return first
    if not first:
        return second
    if first == ALWAYS or second == ALWAYS:
        return ALWAYS
    return _shortest(first | second, effort)


def _shortest(cases: Cases, effort: Effort) -> Cases:
    """Add what follows from any two cases and drop covered cases, until nothing changes."""
    if effort.spent or len(cases) > MAX_CASES:
        return cases
    todo = sorted(cases, key=_order)
    done: list[Case] = []
    while todo:
        case = todo.pop(0)
        if not effort.allows(len(done) + 1) or len(done) + len(todo) > MAX_CASES:
            return frozenset((*done, case, *todo))
        if any(other <= case for other in done):
            continue
        done = [other for other in done if not case <= other]
        for other in done:
            follows = _consensus(case, other)
            # what is covered already would only count towards the limit
            if follows is not None and not any(case <= follows for case in (*done, *todo)):
                todo = [case for case in todo if not follows <= case]
                todo.append(follows)
        done.append(case)
    return frozenset(done)


_RANK: Final = attrgetter("kind", "variable", "values", "holds")
"""What conditions are ordered by; plain tuples compare ten times as fast as their owners."""


def ordered(case: Iterable[CaseCondition]) -> tuple[CaseCondition, ...]:
    """Return conditions in their order."""
    return tuple(sorted(case, key=_RANK))


def ordered_cases(cases: Cases) -> tuple[tuple[CaseCondition, ...], ...]:
    """Return cases, and the conditions of each, in their order."""
    return tuple(sorted(map(ordered, cases), key=lambda case: [*map(_RANK, case)]))


def _order(case: Case) -> tuple[int, list[tuple[object, ...]]]:
    return len(case), sorted(map(_RANK, case))


def _consensus(first: Case, second: Case) -> Case | None:
    """Return what holds whatever the only comparison answers in which two cases differ."""
    against = [comparison for comparison in first if comparison.denied() in second]
    if len(against) != 1:
        return None
    return (first - {against[0]}) | (second - {against[0].denied()})

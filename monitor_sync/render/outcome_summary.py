"""What became of a plan, counted by business unit and team: the same for every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.errors import RemoteError
from monitor_sync.sync.outcome import Outcome, Status

DONE: Final = {
    "create": "created",
    "adopt": "taken over",
    "update": "changed",
    "release": "released",
    "replace": "replaced",
    "delete": "deleted",
}
"""What each action is called that was carried out."""

UNDONE: Final[tuple[Status, ...]] = ("failed", "conflict", "held back", "not attempted")
"""What may become of a change that was not, what somebody must mend first."""

NAMES: Final = {"conflict": ("conflict", "conflicts")}
"""How a status is counted, where it is a noun."""

_CONFLICT: Final = "not as planned, and left alone"

LISTED: Final = 10
"""Monitors with the same problem that are named, before the others are counted."""


@dataclass(frozen=True, slots=True)
class Owned:
    """What became of the changes of one team in one business unit: word to number."""

    business_unit: str
    team: str
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class SharedProblem:
    """Changes of the same status for the same reason."""

    status: Status
    why: str
    hint: str
    outcomes: tuple[Outcome, ...]

    @property
    def teams(self) -> list[str]:
        """Whose monitors these are."""
        return sorted({outcome.change.team for outcome in self.outcomes if outcome.change.team})


ALREADY: Final = "already so"
"""What that is called for which nothing had to be written."""

MADE: Final = (*DONE.values(), ALREADY)
"""All words for what is done, in the order in which they are told."""


def word(outcome: Outcome) -> str:
    """Return ``created``, ``failed``: what became of one change."""
    if outcome.status != "done":
        return outcome.status
    return ALREADY if outcome.already else DONE[outcome.change.action]


def by_owner(outcomes: Iterable[Outcome]) -> list[Owned]:
    """Return the counts by business unit and team, in alphabetical order."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for outcome in outcomes:
        unit = outcome.change.business_unit or outcome.change.key.partition("/")[0]
        counts.setdefault((unit, outcome.change.team), Counter())[word(outcome)] += 1
    return [Owned(unit, team, counts[unit, team]) for unit, team in sorted(counts)]


def words(owned: Sequence[Owned]) -> list[str]:
    """Return the words that count something, in the order in which they are told."""
    return [word for word in (*MADE, *UNDONE) if any(row.counts[word] for row in owned)]


def tally(outcomes: Sequence[Outcome]) -> list[tuple[str, bool]]:
    """Return ``2 created``, ``1 failed``, each with True if it counts what was not done."""
    counts = Counter(map(word, outcomes))
    parts = [(f"{counts[word]} {word}", False) for word in MADE if counts[word]]
    parts = parts or [("nothing done", False)]
    for status in UNDONE:
        if counts[status]:
            singular, plural = NAMES.get(status, (status, status))
            parts.append((f"{counts[status]} {singular if counts[status] == 1 else plural}", True))
    return parts


def problems(outcomes: Iterable[Outcome]) -> list[SharedProblem]:
    """
    Return what was not done and why, equal reasons once; interruptions by a person are only
    counted.

    A conflict says of one monitor who changed it and when, so all of them are one problem.
    """
    same: dict[tuple[Status, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.status != "done" and (outcome.error or outcome.status != "not attempted"):
            why = _CONFLICT if outcome.status == "conflict" else reason(outcome)
            hint = outcome.error.hint if outcome.error else ""
            same.setdefault((outcome.status, why, hint), []).append(outcome)
    shared = [SharedProblem(*what, tuple(alike)) for what, alike in same.items()]
    return sorted(shared, key=lambda problem: UNDONE.index(problem.status))


def reason(outcome: Outcome) -> str:
    """Return why a change was not made, in one sentence; its monitor is named beside it."""
    if outcome.error is None:
        return outcome.note
    error = outcome.error
    return error.summary if isinstance(error, RemoteError) else str(error)


def notes(outcomes: Iterable[Outcome]) -> list[tuple[str, list[str]]]:
    """Return the notes on changes that were made, equal ones once, each with its keys."""
    same: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.status == "done" and outcome.note:
            same.setdefault(outcome.note, []).append(outcome.change.key)
    return list(same.items())

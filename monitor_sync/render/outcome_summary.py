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
    "replace": "replaced",
    "delete": "deleted",
}
"""What each action is called that was carried out."""

UNDONE: Final[tuple[Status, ...]] = ("failed", "conflict", "held back", "not attempted")
"""What may become of a change that was not, what somebody must mend first."""

NAMES: Final = {"conflict": ("conflict", "conflicts")}
"""How a status is counted, where it is a noun."""


@dataclass(frozen=True, slots=True)
class Owned:
    """What became of the changes of one team in one business unit: word to number."""

    business_unit: str
    team: str
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Changes of the same status for the same reason. ``why`` is empty where each has its own."""

    status: Status
    why: str
    hint: str
    outcomes: tuple[Outcome, ...]

    @property
    def teams(self) -> list[str]:
        """Whose monitors these are."""
        return sorted({each.change.team for each in self.outcomes if each.change.team})


ALREADY: Final = "already so"
"""What that is called for which nothing had to be written."""

MADE: Final = (*DONE.values(), ALREADY)
"""All words for what is done, in the order in which they are told."""


def word(outcome: Outcome) -> str:
    """``created``, ``failed``: what became of one change."""
    if outcome.status != "done":
        return outcome.status
    return ALREADY if outcome.already else DONE[outcome.change.action]


def by_owner(outcomes: Iterable[Outcome]) -> list[Owned]:
    """The counts by business unit and team, in alphabetical order."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for each in outcomes:
        unit = each.change.business_unit or each.change.key.partition("/")[0]
        found.setdefault((unit, each.change.team), Counter())[word(each)] += 1
    return [Owned(unit, team, found[unit, team]) for unit, team in sorted(found)]


def words(owned: Sequence[Owned]) -> list[str]:
    """The words of which there is at least one, in the order in which they are told."""
    return [each for each in (*MADE, *UNDONE) if any(row.counts[each] for row in owned)]


def tally(outcomes: Sequence[Outcome]) -> list[tuple[str, bool]]:
    """``2 created``, ``1 failed``: each part, and whether it is something that was not done."""
    counts = Counter(map(word, outcomes))
    parts = [(f"{counts[each]} {each}", False) for each in MADE if counts[each]]
    parts = parts or [("nothing done", False)]
    for status in UNDONE:
        if counts[status]:
            one, many = NAMES.get(status, (status, status))
            parts.append((f"{counts[status]} {one if counts[status] == 1 else many}", True))
    return parts


def problems(outcomes: Iterable[Outcome]) -> list[Problem]:
    """
    What was not done and why, the same reason once. What a person interrupted is only counted.

    A conflict says of one monitor who changed it and when, so all of them are one problem.
    """
    same: dict[tuple[Status, str, str], list[Outcome]] = {}
    for each in outcomes:
        if each.status != "done" and (each.error or each.status != "not attempted"):
            why = "" if each.status == "conflict" else reason(each)
            hint = each.error.hint if each.error else ""
            same.setdefault((each.status, why, hint), []).append(each)
    found = [Problem(*key, tuple(its)) for key, its in same.items()]
    return sorted(found, key=lambda each: UNDONE.index(each.status))


def reason(outcome: Outcome) -> str:
    """Why a change was not made, in one sentence; its monitor is named beside it."""
    if outcome.error is None:
        return outcome.note
    error = outcome.error
    return error.summary if isinstance(error, RemoteError) else str(error)


def notes(outcomes: Iterable[Outcome]) -> list[tuple[str, list[str]]]:
    """What is to be known of changes that were made, and of which keys: the same note once."""
    same: dict[str, list[str]] = {}
    for each in outcomes:
        if each.status == "done" and each.note:
            same.setdefault(each.note, []).append(each.change.key)
    return list(same.items())

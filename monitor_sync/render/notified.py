"""Who is notified differently, in words: of one change, and of a whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from monitor_sync.audience.change import AudienceChange, HandleCases, cases
from monitor_sync.audience.pagers import is_pager
from monitor_sync.audience.recipients import When
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.render.text import columns
from monitor_sync.sync.plan import Change, Plan

LABELS: Final = {
    "alert": "alert",
    "warning": "warning",
    "alert_to_warning": "warning after an alert",
    "no_data": "no data",
    "unknown": "unknown",
    "renotify_alert": "renotify of alert",
    "renotify_warning": "renotify of warning",
    "renotify_no_data": "renotify of no data",
    "alert_recovery": "recovery from alert",
    "warning_recovery": "recovery from warning",
    "no_data_recovery": "recovery from no data",
    "unknown_recovery": "recovery from unknown",
}
"""What each transition is called."""

_STATES: Final = ("warning", "renotify", "recovery")
"""States of several transitions, called by the state's name where all of them are meant."""

_CONDITION: Final = 60
"""Columns up to which the cases are written out in which a handle is notified."""

Mark = Literal["+", "-", "~", "!"]


@dataclass(frozen=True, slots=True)
class Row:
    """
    Handles to which the same happens, and what, in words.

    ``mark``: ``+`` is new to the monitor, ``-`` leaves it, ``~`` is notified at other transitions,
    and ``!``, which has no handles, is what somebody should look at before it is applied.
    """

    mark: Mark
    handles: tuple[str, ...]
    words: str


def rows(told: AudienceChange) -> list[Row]:
    """What happens to each handle; those to which the same happens are in one row."""
    same: dict[tuple[Mark, str], list[str]] = {}
    for handle in told.handles:
        same.setdefault(_row(handle, told), []).append(handle)
    found = [Row(mark, tuple(names), words) for (mark, words), names in same.items()]
    found.sort(key=lambda each: "-~+".index(each.mark))
    return found + [Row("!", (), words) for words in warnings(told)]


def warnings(told: AudienceChange) -> list[str]:
    """What somebody should look at: nobody is woken any more, or nobody hears of a state."""
    found = []
    if told.last_pagers:
        lost = ", ".join(told.last_pagers)
        verb = "was" if len(told.last_pagers) == 1 else "were"
        found.append(f"wakes nobody any more: {lost} {verb} its last pager")
    if told.unheard:
        everything = set(told.after) <= set(told.unheard)
        what = "anything" if everything else labels(told.unheard, told.after)
        found.append(f"now nobody is notified of: {what}")
    return found


def labels(names: Collection[str], reachable: Collection[str]) -> str:
    """
    Transitions in words, a state's name where all of its transitions that can happen are meant.

    ``alert, no data, recovery``; but ``recovery from alert`` where it may recover from more.
    """
    words: dict[str, None] = {}
    for each in TRANSITIONS:
        if each.name not in names:
            continue
        whole = each.state in _STATES and all(
            other.name in names
            for other in TRANSITIONS
            if other.state == each.state and other.name in reachable
        )
        words[each.state if whole else LABELS[each.name]] = None
    return ", ".join(words)


def _row(handle: str, told: AudienceChange) -> tuple[Mark, str]:
    """What happens to one handle."""
    gained: dict[When, list[str]] = {}
    lost: list[str] = []
    moved: dict[When, list[str]] = {}
    for at in told.at:
        old, new = _when(handle, at.old), _when(handle, at.new)
        if old == new:
            continue
        if new is None:
            lost.append(at.transition)
        else:
            (gained if old is None else moved).setdefault(new, []).append(at.transition)
    if handle in told.gained:
        return "+", "; ".join(_with_cases(gained, told.after, usual=""))
    parts = [f"no longer: {labels(lost, told.before)}"] if lost else []
    parts += [f"now also{each}" for each in _with_cases(gained, told.after, usual=": ")]
    parts += [f"now{each}" for each in _with_cases(moved, told.after, usual=" for all groups: ")]
    return ("-" if handle in told.lost else "~"), "; ".join(parts)


def _when(handle: str, audience: HandleCases) -> When | None:
    """The cases in which the handle is in the audience; None where it is not."""
    return next((when for each, when in audience if each == handle), None)


def _with_cases(
    found: dict[When, list[str]], reachable: Collection[str], *, usual: str
) -> Iterator[str]:
    for when, names in found.items():
        words = labels(names, reachable)
        if not when:
            yield f"{usual}{words}"
            continue
        some = cases(when)
        exactly = f" ({some})" if columns(some) <= _CONDITION else ""
        yield f"{' ' * bool(usual)}for some groups{exactly}: {words}"


@dataclass(slots=True)
class Count:
    """How many monitors a handle comes to, leaves, or is notified of at other transitions."""

    handle: str
    gained: int = 0
    lost: int = 0
    altered: int = 0
    teams: Counter[str] = field(default_factory=Counter)

    @property
    def numbers(self) -> tuple[str, str, str]:
        """``+12``, ``-3``, ``~4``; empty where it is none."""
        signed = (("+", self.gained), ("-", self.lost), ("~", self.altered))
        gained, lost, altered = (f"{sign}{number}" if number else "" for sign, number in signed)
        return gained, lost, altered

    @property
    def owners(self) -> list[str]:
        """The teams whose monitors these are, the one with most of them first."""
        return [team for team, _ in self.teams.most_common() if team]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    Who is notified differently by a whole plan.

    ``counts`` are by handle, those that lose most first, then pagers. ``unpaged`` and ``unheard``
    are the changes after which a monitor wakes nobody any more, or a state of it reaches nobody.
    ``monitors`` counts those of which anything differs.
    """

    counts: tuple[Count, ...] = ()
    unpaged: tuple[Change, ...] = ()
    unheard: tuple[Change, ...] = ()
    monitors: int = 0


def tally(plan: Plan) -> Tally:
    """Count over all changes of a plan."""
    counts: dict[str, Count] = {}
    unpaged, unheard = [], []
    monitors = 0
    pagers = plan.changes[0].pagers if plan.changes else ()
    # monitors that are routed alike share what is told of them: looked through once
    seen: dict[int, tuple[AudienceChange, tuple[str, ...]]] = {}
    for change in plan.changes:
        told = change.audience
        monitors += bool(told)
        if id(told) not in seen:
            seen[id(told)] = told, told.handles
        for handle in seen[id(told)][1]:
            count = counts.setdefault(handle, Count(handle))
            count.gained += handle in told.gained
            count.lost += handle in told.lost
            count.altered += handle not in told.gained and handle not in told.lost
            count.teams[change.team] += 1
        if told.last_pagers:
            unpaged.append(change)
        if told.unheard:
            unheard.append(change)
    ordered = sorted(
        counts.values(),
        key=lambda each: (
            -each.lost,
            -each.altered,
            not is_pager(each.handle, pagers),
            -each.gained,
            each.handle,
        ),
    )
    return Tally(
        counts=tuple(ordered),
        unpaged=tuple(unpaged),
        unheard=tuple(unheard),
        monitors=monitors,
    )


def alarms(found: Tally) -> list[tuple[str, Sequence[Change]]]:
    """What the whole plan makes worse, each with the changes that do."""
    lost = len(found.unpaged), len(found.unheard)
    texts = [
        f"{lost[0]} {'monitor wakes' if lost[0] == 1 else 'monitors wake'} nobody any more",
        f"{lost[1]} {'monitor has' if lost[1] == 1 else 'monitors have'} a state that now"
        " reaches nobody",
    ]
    pairs = zip(texts, (found.unpaged, found.unheard), strict=True)
    return [(words, changes) for words, changes in pairs if changes]

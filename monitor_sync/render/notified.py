"""Who is notified differently, in words: of one change, and of a whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct, field

from monitor_sync.audience.pagers import is_pager
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.render.text import columns
from monitor_sync.sync.plan import Change, Plan

if TYPE_CHECKING:
    from monitor_sync.audience.change import AudienceChange, HandleCases
    from monitor_sync.audience.recipients import When

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


class Row(Struct, frozen=True):
    """
    Handles to which the same happens, and what, in words.

    ``mark``: ``+`` is new to the monitor, ``-`` leaves it, ``~`` is notified at other transitions,
    and ``!``, which has no handles, is what somebody should look at before it is applied.
    """

    mark: Mark
    handles: tuple[str, ...]
    words: str


def rows(change: AudienceChange) -> list[Row]:
    """Return what happens to each handle; those to which the same happens are in one row."""
    same: dict[tuple[Mark, str], list[str]] = {}
    for handle in change.handles:
        same.setdefault(_row(handle, change), []).append(handle)
    folded = [Row(mark, tuple(names), words) for (mark, words), names in same.items()]
    folded.sort(key=lambda row: "-~+".index(row.mark))
    return folded + [Row("!", (), words) for words in warnings(change)]


def warnings(audience: AudienceChange) -> list[str]:
    """Return what somebody should look at: nobody is woken any more, or nobody hears of a state."""
    texts = []
    if audience.last_pagers:
        lost = ", ".join(audience.last_pagers)
        verb = "was" if len(audience.last_pagers) == 1 else "were"
        texts.append(f"wakes nobody any more: {lost} {verb} its last pager")
    if audience.unheard:
        everything = set(audience.after) <= set(audience.unheard)
        what = "anything" if everything else labels(audience.unheard, audience.after)
        texts.append(f"now nobody is notified of: {what}")
    return texts


def labels(names: Collection[str], reachable: Collection[str]) -> str:
    """
    Return transitions in words, a state's name where all of its transitions that can happen are
    meant.

    ``alert, no data, recovery``; but ``recovery from alert`` where it may recover from more.
    """
    words: dict[str, None] = {}
    for transition in TRANSITIONS:
        if transition.name not in names:
            continue
        whole = transition.state in _STATES and all(
            other.name in names
            for other in TRANSITIONS
            if other.state == transition.state and other.name in reachable
        )
        words[transition.state if whole else LABELS[transition.name]] = None
    return ", ".join(words)


def _row(handle: str, change: AudienceChange) -> tuple[Mark, str]:
    """Return what happens to one handle."""
    gained: dict[When, list[str]] = {}
    lost: list[str] = []
    moved: dict[When, list[str]] = {}
    for at in change.at:
        old, new = _when(handle, at.old), _when(handle, at.new)
        if old == new:
            continue
        if new is None:
            lost.append(at.transition)
        else:
            (gained if old is None else moved).setdefault(new, []).append(at.transition)
    if handle in change.gained:
        return "+", "; ".join(_with_cases(gained, change.after, usual=""))
    parts = [f"no longer: {labels(lost, change.before)}"] if lost else []
    parts += [f"now also{words}" for words in _with_cases(gained, change.after, usual=": ")]
    parts += [
        f"now{words}" for words in _with_cases(moved, change.after, usual=" for all groups: ")
    ]
    return ("-" if handle in change.lost else "~"), "; ".join(parts)


def _when(handle: str, audience: HandleCases) -> When | None:
    """Return the cases in which the handle is in the audience; None where it is not."""
    return next((when for name, when in audience if name == handle), None)


def _with_cases(
    names_by_cases: dict[When, list[str]], reachable: Collection[str], *, usual: str
) -> Iterator[str]:
    from monitor_sync.audience.change import cases  # 40 ms that an empty plan does not need

    for when, names in names_by_cases.items():
        words = labels(names, reachable)
        if not when:
            yield f"{usual}{words}"
            continue
        some = cases(when)
        exactly = f" ({some})" if columns(some) <= _CONDITION else ""
        yield f"{' ' * bool(usual)}for some groups{exactly}: {words}"


class Count(Struct):
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


class Tally(Struct, frozen=True, kw_only=True):
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
        audience = change.audience
        monitors += bool(audience)
        if id(audience) not in seen:
            seen[id(audience)] = audience, audience.handles
        for handle in seen[id(audience)][1]:
            count = counts.setdefault(handle, Count(handle))
            count.gained += handle in audience.gained
            count.lost += handle in audience.lost
            count.altered += handle not in audience.gained and handle not in audience.lost
            count.teams[change.team] += 1
        if audience.last_pagers:
            unpaged.append(change)
        if audience.unheard:
            unheard.append(change)
    ordered = sorted(
        counts.values(),
        key=lambda entry: (
            -entry.lost,
            -entry.altered,
            not is_pager(entry.handle, pagers),
            -entry.gained,
            entry.handle,
        ),
    )
    return Tally(
        counts=tuple(ordered),
        unpaged=tuple(unpaged),
        unheard=tuple(unheard),
        monitors=monitors,
    )


def alarms(tally: Tally) -> list[tuple[str, Sequence[Change]]]:
    """Return what the whole plan makes worse, each with the changes that do."""
    lost = len(tally.unpaged), len(tally.unheard)
    texts = [
        f"{lost[0]} {'monitor wakes' if lost[0] == 1 else 'monitors wake'} nobody any more",
        f"{lost[1]} {'monitor has' if lost[1] == 1 else 'monitors have'} a state that now"
        " reaches nobody",
    ]
    pairs = zip(texts, (tally.unpaged, tally.unheard), strict=True)
    return [(words, changes) for words, changes in pairs if changes]

"""Which changes are the same change: a template edited once changes forty monitors alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from msgspec import Struct

from monitor_sync.render.fields import WORD
from monitor_sync.render.notified import rows
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.plan import Action, Change, Plan

SIGNS: Final = {
    "delete": "-",
    "replace": "!",
    "release": "<",
    "update": "~",
    "adopt": ">",
    "create": "+",
}
"""One character for each action, the same in every format."""

MANY: Final = 12
"""More creates than this are counted by file; up to this many are each shown with their fields."""


class Group(Struct, frozen=True):
    """Changes that do the same to different monitors. ``example`` stands for all of them."""

    changes: tuple[Change, ...]

    @property
    def example(self) -> Change:
        """The change that is shown."""
        return self.changes[0]

    @property
    def action(self) -> Action:
        """What all of them do."""
        return self.example.action

    @property
    def keys(self) -> tuple[str, ...]:
        """The monitors' keys."""
        return tuple(change.key for change in self.changes)

    @property
    def teams(self) -> tuple[str, ...]:
        """The owners of these monitors, by name."""
        return tuple(sorted({change.team for change in self.changes if change.team}))


class Creates(Struct, frozen=True):
    """The new monitors of one business unit, counted by file. The file's name lacks its ending."""

    business_unit: str
    files: tuple[tuple[str, tuple[Change, ...]], ...]

    @property
    def number(self) -> int:
        """How many monitors."""
        return sum(len(changes) for _, changes in self.files)


def grouped(plan: Plan, *, full: bool = False) -> list[Group]:
    """
    Return all changes in the order of the plan, those that are the same folded into one group.

    Creates are in it only where they are few or ``full`` asks for each. Deletes are never folded:
    what cannot be undone is named one by one.
    """
    groups: dict[Hashable, list[Change]] = {}
    elsewhere = not full and counted(plan)
    for change in plan.changes:
        if change.action == "create" and elsewhere:
            continue
        groups.setdefault(change.key if full else _signature(change), []).append(change)
    return [Group(tuple(changes)) for changes in groups.values()]


def counted(plan: Plan) -> bool:
    """Return whether there are so many creates that they are counted rather than shown."""
    return sum(change.action == "create" for change in plan.changes) > MANY


def creates(plan: Plan) -> Iterator[Creates]:
    """Yield the creates of a plan, by business unit and file."""
    made = [change for change in plan.changes if change.action == "create"]
    for unit, changes in groupby(sorted(made, key=_place), key=lambda change: _place(change)[0]):
        files = groupby(changes, key=lambda change: _place(change)[1])
        yield Creates(unit, tuple((file, tuple(same)) for file, same in files))


def _place(change: Change) -> tuple[str, str, str]:
    unit, _, rest = change.key.partition("/")
    return (unit, rest.partition("/")[0], change.key)


def _signature(change: Change) -> Hashable:
    """Return what is the same for two changes that a reader wants to see once."""
    if change.action in {"create", "delete", "replace"}:
        return (change.action, change.key)
    was = (change.live.key if change.live else "") or change.key
    fields = tuple((field.field, _edit(field, was, change.key)) for field in change.fields)
    undone = (change.reverts, tuple(field.field for field in change.overwrites))
    moved = _moved(was, change.key)
    return (change.action, change.reason, moved, fields, tuple(rows(change.audience)), undone)


def _moved(was: str, key: str) -> Hashable:
    """Return from which file or unit to which a key has moved: the same for all that lie in it."""
    old, new = was.split("/"), key.split("/")
    same = _common(reversed(old), reversed(new))
    return (tuple(old[: len(old) - same]), tuple(new[: len(new) - same]))


def _edit(field: FieldChange, was: str, key: str) -> Hashable:
    """Return what was replaced in a field by what: ``last_5m`` by ``last_10m``."""
    old, new = field.old, field.new
    if isinstance(old, str) and isinstance(new, str):
        return _text_edit(old.replace(was, "KEY"), new.replace(key, "KEY"))
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        gone = [item for item in old if item not in new]
        come = [item for item in new if item not in old]
        return (_frozen(gone, was), _frozen(come, key))
    return (_frozen(old, was), _frozen(new, key))


def _frozen(value: Any, key: str) -> str:
    return repr(value).replace(key, "KEY")


def _text_edit(old: str, new: str) -> Hashable:
    """Return what was done to a text, by line where none came or went: most of a message stays."""
    before, after = old.split("\n"), new.split("\n")
    if len(before) != len(after):
        return _words_edit(old, new)
    pairs = zip(before, after, strict=True)
    return tuple(dict.fromkeys(_words_edit(was, now) for was, now in pairs if was != now))


def _words_edit(old: str, new: str) -> Hashable:
    """
    Return the words that were replaced by other words, wherever they stand.

    Where words were added or removed, return the stretch from the first to the last of them.
    """
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) == len(after):
        pairs = zip(before, after, strict=True)
        return tuple(dict.fromkeys((was, now) for was, now in pairs if was != now))
    start = _common(before, after)
    end = _common(reversed(before[start:]), reversed(after[start:]))
    return ("".join(before[start : len(before) - end]), "".join(after[start : len(after) - end]))


def _common(left: Iterable[str], right: Iterable[str]) -> int:
    """Return how many words two texts have in common at their start."""
    number = 0
    for was, now in zip(left, right, strict=False):
        if was != now:
            break
        number += 1
    return number

"""
What a plan with ``--base`` leaves out, compactly: drift, and what is merged and not applied yet.

This change is shown in full above it. Here a line is enough to see whose it is and what to do:
each format writes the rows of the sections made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from monitor_sync.model import Deletion, Id
from monitor_sync.render import fields
from monitor_sync.render.groups import SIGNS
from monitor_sync.render.text import count, listed, plain
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.drift import ORIGINS, Apart, Base, Origin
from monitor_sync.sync.plan import Change, Plan

_COUNTED: Final[dict[Origin, str]] = {
    "drift": "drifted",
    "merged": "merged and not applied",
    "newer": "newer than this branch",
}
_MERGES: Final = {
    "merged": "merged, not applied yet: {}",
    "newer": "newer than this branch: {} as {} declares",
}
LINES: Final = 12
"""Rows of each origin that are shown; the others are counted."""

_SHORT: Final = 60
"""Columns of a value that is shown; a longer one is named by its field."""


class ApartRow(Struct, frozen=True):
    """Monitors of one owner that differ in the same way, and how, in words."""

    apart: tuple[Apart, ...]

    @property
    def sign(self) -> str:
        """What applying all files would do to them; ``-`` of what was deleted in Datadog."""
        first = self.apart[0]
        gone = first.origin == "drift" and first.action == "create"
        return SIGNS["delete" if gone else first.action]

    @property
    def keys(self) -> list[str]:
        """The monitors' keys."""
        return [monitor.key for monitor in self.apart]

    @property
    def number(self) -> str:
        """``#7``, the id where it is one monitor that lives."""
        first = self.apart[0]
        return f"#{first.id}" if first.id and len(self.apart) == 1 else ""

    @property
    def owner(self) -> str:
        """Business unit and team."""
        first = self.apart[0]
        names = dict.fromkeys(filter(None, (first.business_unit, first.team)))
        return plain(", ".join(names) or "nobody's")

    @property
    def parts(self) -> tuple[str, ...]:
        """What differs, at least one text; the last says since which commit and who edited it."""
        return _parts(self.apart[0])

    @property
    def words(self) -> str:
        """The parts in one line."""
        return "; ".join(self.parts)

    def named(self, keys: str) -> str:
        """Return ``12 monitors: `` and keys, of one monitor its key alone."""
        return f"{len(self.apart)} monitors: {keys}" if len(self.apart) > 1 else keys


class Section(Struct, frozen=True):
    """All that differs for one reason."""

    title: str
    rows: tuple[ApartRow, ...]


def sections(plan: Plan) -> tuple[Section, ...]:
    """Return what stands apart from this change, by origin; none for a plan without a base."""
    base = plan.base
    if base is None:
        return ()
    parts = ((origin, base.of(origin)) for origin in ORIGINS)
    return tuple(
        Section(_title(origin, apart, base), tuple(_rows(apart)))
        for origin, apart in parts
        if apart
    )


def counts(plan: Plan) -> list[str]:
    """Return the counts of the last line: ``1 drifted``, ``2 merged and not applied``."""
    if plan.base is None:
        return []
    numbers = {origin: len({apart.key for apart in plan.base.of(origin)}) for origin in ORIGINS}
    reverted = sum(bool(apart.reverts) for apart in plan.changes)
    parts = [f"{reverted} with drift put back"] if reverted else []
    return parts + [f"{number} {_COUNTED[name]}" for name, number in numbers.items() if number]


def since(plan: Plan) -> str:
    """Return `` since origin/main (1a2b3c4d)``; empty for a plan of all that differs."""
    return f" since {plain(plan.base.revision)} ({plan.base.commit[:8]})" if plan.base else ""


def remarks(change: Change) -> list[str]:
    """Return what somebody did in Datadog that a change undoes, or that policy puts back."""
    lines = []
    if change.action == "release":
        lines.append(f"why: {plain(change.reason)}")
    if change.deleted:
        lines += [deletion(change.deleted), RESTORED]
    if change.lookalikes:
        lines.append(_lookalike(change))
    if change.foreign:
        lines.append(_foreign(change))
    if change.overwrites:
        what = "; ".join(_made(field) for field in change.overwrites)
        lines.append(f"overwrites what was changed in Datadog: {what}")
    if change.reverts and change.fields:
        names = "" if change.is_revert else ": " + plain(listed(change.reverts, 6))
        lines.append(f"puts back drift, as its business unit asks{names}")
    return lines


def _lookalike(change: Change) -> str:
    """Return which live monitors a new one looks like, and what takes one over."""
    alike = listed([f"#{number}" for number in change.lookalikes], 3)
    whose = "which is" if len(change.lookalikes) == 1 else "which are"
    return f"looks like {alike}, {whose} nobody's: `adopt: {change.lookalikes[0]}` takes it over"


def _foreign(change: Change) -> str:
    """Return which monitors of another project a new one repeats, and what keeps them."""
    alike = listed([f"#{number}" for number in change.foreign], 3)
    return (
        f"is the same as {alike} of another project: was it renamed? `moved_from` in project.yaml"
        " and in the unit keeps the id"
    )


def untagged(ids: Sequence[Id]) -> str:
    """Return that a monitor lives without our tags, and what makes it ours again."""
    alike = " or ".join(f"#{number}" for number in ids)
    return (
        f"our tags were taken off {alike}, which has its name and query:"
        f" `adopt: {ids[0]}` in its file, or both monitor_sync tags put back, make it ours again"
    )


RESTORED: Final = "Monitors > Settings restores it for 7 days, id kept; else it gets a new id"
"""What brings back a monitor that was deleted: Datadog's page on the settings of monitors."""

_RESTORED_ALL: Final = (
    "Monitors > Settings restores them for 7 days, ids kept; else they get new ids"
)


def deletion(deleted: Deletion) -> str:
    """Return that a monitor was deleted, with its id, by whom and when, as far as it is known."""
    number = f"#{deleted.id} " if deleted.id else ""
    whose = f" by {plain(deleted.by)}" if deleted.by else ""
    when = f" at {_minute(deleted.at)}" if deleted.at else ""
    return f"{number}deleted in Datadog{whose}{when}"


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def deletions(creates: Iterable[Change]) -> tuple[str, str] | None:
    """Return how many new monitors were deleted, by whom and when, and what brings them back."""
    deleted = [change.deleted for change in creates if change.deleted]
    if not deleted:
        return None
    people = listed(sorted({plain(gone.by) for gone in deleted if gone.by}), 2)
    whose = f" by {people}" if people else ""
    last = max(gone.at for gone in deleted)
    when = f" at {_minute(last)}" if last else ""
    if len(deleted) == 1:
        number = f"#{deleted[0].id}" if deleted[0].id else "which lived before"
        return f"1 new monitor, {number}, was deleted in Datadog{whose}{when}", RESTORED
    what = f"{len(deleted)} new monitors were deleted in Datadog{whose}"
    return f"{what}, the last{when}" if when else what, _RESTORED_ALL


def _title(origin: Origin, apart: tuple[Apart, ...], base: Base) -> str:
    number = len({monitor.key for monitor in apart})
    monitors = count(number, "monitor")
    if origin != "drift":
        return _MERGES[origin].format(monitors, plain(base.revision))
    deleted = sum(monitor.deleted is not None for monitor in apart)
    if deleted == number:
        return f"drift: {monitors} deleted in Datadog"
    some = f", {deleted} of them deleted" if deleted else ""
    left = "left as it is" if number == 1 else "left as they are"
    return f"drift: {monitors} changed in Datadog{some}, and {left} there"


def _rows(apart: tuple[Apart, ...]) -> Iterator[ApartRow]:
    """Yield the monitors of one owner that differ in the same way together, by owner."""
    alike: dict[tuple[str, ...], list[Apart]] = {}
    for monitor in sorted(
        apart, key=lambda monitor: (monitor.business_unit, monitor.team, monitor.key)
    ):
        same = (monitor.business_unit, monitor.team, monitor.action, monitor.since, monitor.editor)
        gone = (deletion(monitor.deleted),) if monitor.deleted else ()
        alike.setdefault((*same, *gone, *map(_field, monitor.fields)), []).append(monitor)
    return (ApartRow(tuple(monitors)) for monitors in alike.values())


def _parts(apart: Apart) -> tuple[str, ...]:
    *parts, last = _differences(apart)
    last += f", since {apart.since[:8]}" if apart.since else ""
    last += f" ({plain(apart.editor)})" if apart.editor else ""
    return (*parts, last, *([_REWRITTEN] if _is_rewritten(apart) else []))


def _differences(apart: Apart) -> list[str]:
    """Return what differs, of several fields each; at least one text."""
    if apart.deleted is not None:
        return [f"{deletion(apart.deleted)}: {RESTORED}"]
    if apart.action == "adopt" and apart.untagged:
        return [untagged(apart.untagged)]
    if apart.action == "create":
        return ["deleted in Datadog" if apart.origin == "drift" else "not live"]
    if apart.action == "delete":
        return [
            "not in this branch" if apart.origin == "newer" else "live, and no file declares it"
        ]
    if apart.action == "release":
        return ["to be released"]
    first, *others = map(_field, apart.fields) if apart.fields else [""]
    return [f"to be taken over: {first}" if apart.action == "adopt" else first, *others]


_OLD_WORDS: Final = frozenset({"options.notify_no_data", "options.no_data_timeframe"})
_REWRITTEN: Final = (
    "saved in Datadog's editor, which writes on_missing_data:"
    " `monitor-sync migrate no-data` writes it in the files too"
)


def _is_rewritten(apart: Apart) -> bool:
    """Return whether Datadog holds ``on_missing_data`` where the files have the older words."""
    live = {change.field for change in apart.fields if change.old is not None}
    declared = {change.field for change in apart.fields if change.new is not None}
    return "options.on_missing_data" in live - declared and bool(declared & _OLD_WORDS)


def _field(change: FieldChange) -> str:
    """Return ``options.thresholds.critical is 8.0, declared 12.0``; only the name if longer."""
    live, declared = fields.value(change.old), fields.value(change.new)
    if "\n" in live + declared or len(live) + len(declared) > _SHORT:
        return plain(change.field)
    return f"{plain(change.field)} is {live}, declared {declared}"


def _made(change: FieldChange) -> str:
    """Return what somebody made of a field: from what the base declares to what is live."""
    return _field(FieldChange(field=change.field, old=change.new, new=change.old))

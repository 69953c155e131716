"""
What a plan with ``--base`` leaves out, compactly: drift, and what is merged and not applied yet.

This change is shown in full above it. Here a line is enough to see whose it is and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor_sync.render import fields
from monitor_sync.render.groups import SIGNS
from monitor_sync.render.markdown import code, codes
from monitor_sync.render.style import Style
from monitor_sync.render.text import count, listed, plain, wrapped
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.drift import ORIGINS, Apart, Base, Origin
from monitor_sync.sync.plan import Change, Plan

_COUNTED: Final[dict[Origin, str]] = {
    "drift": "drifted",
    "merged": "merged and not applied",
    "newer": "newer than this branch",
}
_TITLES: Final[dict[Origin, str]] = {
    "drift": "drift: {} changed in Datadog, and left as it is there",
    "merged": "merged, not applied yet: {}",
    "newer": "newer than this branch: {} as {} declares",
}
_LINES: Final = 12
"""Lines of each origin; the others are counted."""

_LINES_OPENED: Final = 60
"""The same in the issue about drift, which says nothing else."""

_SHORT: Final = 60
"""Columns of a value that is shown; a longer one is named by its field."""


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


def blocks(plan: Plan, style: Style, *, full: bool = False) -> list[list[str]]:
    """Return the terminal's lines: one block for each origin, by business unit and team."""
    base = plan.base
    if base is None:
        return []
    blocks = []
    for origin in ORIGINS:
        apart = base.of(origin)
        lines = [style(_title(origin, apart, base), "cyan", bold=True)] if apart else []
        owner = ""
        rows = list(_rows(apart))
        for row in rows[: None if full else _LINES]:
            whose = _owner(row[0])
            lines += [style(f"    {whose}", dim=True)] if whose != owner else []
            owner = whose
            lines += wrapped(f"      {SIGNS[row[0].action]} {_text(row)}", style.width, 10)
        if not full and len(rows) > _LINES:
            lines.append(style(f"    and {len(rows) - _LINES} more lines: see --full", dim=True))
        blocks.append(lines)
    for refusal in base.refused:
        head = f"refused apart from this change: {plain(refusal.key)}"
        reason = wrapped(f"    {plain(refusal.message)}", style.width, 4)
        blocks.append([style(head, dim=True), *reason])
    return blocks


def remarks(change: Change) -> list[str]:
    """Return what somebody did in Datadog that a change undoes, or that policy puts back."""
    lines = []
    if change.action == "release":
        lines.append(f"why: {plain(change.reason)}")
    if change.lookalikes:
        alike = listed([f"#{number}" for number in change.lookalikes], 3)
        lines.append(f"looks like {alike}, without our tags: `adopt: ID` takes it over")
    if change.overwrites:
        what = "; ".join(_made(field) for field in change.overwrites)
        lines.append(f"overwrites what was changed in Datadog: {what}")
    if change.reverts and change.fields:
        names = "" if change.is_revert else ": " + plain(listed(change.reverts, 6))
        lines.append(f"puts back drift, as its business unit asks{names}")
    return lines


def markdown(plan: Plan, *, opened: bool = False) -> list[str]:
    """Return a folded list for each origin, for a comment; longer and open if ``opened``."""
    shown, state = (_LINES_OPENED, " open") if opened else (_LINES, "")
    base = plan.base
    if base is None:
        return []
    lines = []
    for origin in ORIGINS:
        apart = base.of(origin)
        if not apart:
            continue
        title = _title(origin, apart, base)
        rows = list(_rows(apart))
        lines += [f"<details{state}><summary>{_html(title)}</summary>", ""]
        lines += [_item(row) for row in rows[:shown]]
        if len(rows) > shown:
            lines.append(f"- and {len(rows) - shown} more lines")
        lines += ["", "</details>", ""]
    lines += [
        f"- refused apart from this change {code(refusal.key)}: {code(refusal.message)}"
        for refusal in base.refused[:_LINES]
    ]
    return lines


def _title(origin: Origin, apart: tuple[Apart, ...], base: Base) -> str:
    number = len({monitor.key for monitor in apart})
    title = _TITLES[origin].format(count(number, "monitor"), plain(base.revision))
    return title if number == 1 else title.replace("left as it is", "left as they are")


def _rows(apart: tuple[Apart, ...]) -> Iterator[tuple[Apart, ...]]:
    """Return those of one owner that are otherwise in the same way together, by owner."""
    alike: dict[tuple[str, ...], list[Apart]] = {}
    for monitor in sorted(
        apart, key=lambda monitor: (monitor.business_unit, monitor.team, monitor.key)
    ):
        same = (monitor.business_unit, monitor.team, monitor.action, monitor.since, monitor.editor)
        alike.setdefault((*same, *map(_field, monitor.fields)), []).append(monitor)
    return map(tuple, alike.values())


def _owner(apart: Apart) -> str:
    return plain(", ".join(filter(None, (apart.business_unit, apart.team))) or "nobody's")


def _text(row: tuple[Apart, ...]) -> str:
    first = row[0]
    keys = listed([monitor.key for monitor in row])
    head = f"{len(row)} monitors: {keys}" if len(row) > 1 else keys
    number = f"#{first.id}" if first.id and len(row) == 1 else ""
    return "  ".join(filter(None, (plain(head), number, _what(first))))


def _item(row: tuple[Apart, ...]) -> str:
    first = row[0]
    keys = codes(monitor.key for monitor in row)
    head = f"{len(row)} monitors: {keys}" if len(row) > 1 else keys
    return f"- `{SIGNS[first.action]}` {head} ({code(_owner(first))}): {code(_what(first))}"


def _what(apart: Apart) -> str:
    if apart.action == "create":
        what = "deleted in Datadog" if apart.origin == "drift" else "not live"
    elif apart.action == "delete":
        what = "not in this branch" if apart.origin == "newer" else "live, and no file declares it"
    elif apart.action == "release":
        what = "to be released"
    else:
        what = "; ".join(map(_field, apart.fields))
        what = f"to be taken over: {what}" if apart.action == "adopt" else what
    what += f", since {apart.since[:8]}" if apart.since else ""
    return f"{what} ({plain(apart.editor)})" if apart.editor else what


def _field(change: FieldChange) -> str:
    """Return ``options.thresholds.critical is 8.0, declared 12.0``; only the name if longer."""
    live, declared = fields.value(change.old), fields.value(change.new)
    if "\n" in live + declared or len(live) + len(declared) > _SHORT:
        return plain(change.field)
    return f"{plain(change.field)} is {live}, declared {declared}"


def _made(change: FieldChange) -> str:
    """Return what somebody made of a field: from what the base declares to what is live."""
    return _field(FieldChange(field=change.field, old=change.new, new=change.old))


def _html(words: str) -> str:
    import html  # only a comment needs it

    return html.escape(words).replace("@", "&#64;")

"""A plan for a terminal: deletes first, each field old and new, the last line counts."""

from __future__ import annotations

from typing import Final

from monitor_sync.model import Id
from monitor_sync.render import fields, notified, origins
from monitor_sync.render.groups import MANY, SIGNS, Creates, Group, counted, creates, grouped
from monitor_sync.render.referrers import LOST, RELEASED, referrers
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import (
    columns,
    count,
    listed,
    listed_within,
    pad,
    plain,
    shorten,
    table,
)
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.plan import Change, LeftAlone, Plan

VERBS: Final = {
    "create": "to create",
    "adopt": "to take over",
    "update": "to change",
    "release": "to release",
    "replace": "to replace",
    "delete": "to delete",
}
"""What the last line calls each action, in its order."""

_COLOURS: Final = {
    "delete": "red",
    "replace": "magenta",
    "release": "cyan",
    "update": "yellow",
    "adopt": "cyan",
    "create": "green",
}
_ALIKE: Final = {"adopt": "taken over", "release": "released"}
_MARKS: Final = {"-": "red", "+": "green"}
_ROWS: Final = {**_MARKS, "~": "yellow", "!": "red"}
_REFERRERS: Final = 6
"""Of those that still refer to a monitor that goes away, how many are named."""

_TOLD: Final = ("name", "type", "query", "priority", "options.thresholds")
"""What a new monitor is told by; the rest is in its file, and in ``show KEY``."""


def text(plan: Plan, style: Style = PLAIN, *, full: bool = False) -> str:
    """Return the whole plan. ``full`` folds nothing and shows every field of every new monitor."""
    blocks = [_loosened(plan, style)]
    blocks += [_group(group, plan, style, full=full) for group in grouped(plan, full=full)]
    if not full and counted(plan):
        blocks.append(_counted(list(creates(plan)), style))
    blocks += [*origins.blocks(plan, style, full=full)]
    blocks += [_refused(plan, style), _left_alone(plan, style)]
    blocks += [_tallied(notified.tally(plan), style, full=full), _unchecked(plan, style)]
    return (
        "".join("\n".join(lines) + "\n\n" for lines in blocks if lines)
        + summary(plan, style)
        + "\n"
    )


def _loosened(plan: Plan, style: Style) -> list[str]:
    """Return what the change loosens of the rules of its own review: none of it counts yet."""
    if not plan.loosened:
        return []
    head = f"! {LOOSENED}"
    rows = [f"    {loosening(entry)}" for entry in plan.loosened]
    return [style(head, "red", bold=True), *rows]


LOOSENED: Final = "This change weakens the rules of its review; they hold until it is applied"


def loosening(entry: Loosening) -> str:
    """Return one rule that is weaker than before: ``limits.deletes: 30% → no limit``."""
    return plain(f"{entry.what}: {entry.old} → {entry.new}")


def summary(plan: Plan, style: Style = PLAIN) -> str:
    """Return ``Plan 05b7566a: 1 to create, 1 to change, 1 to delete, 1230 unchanged.``"""
    return f"Plan {style(plan.fingerprint, bold=True)}{origins.since(plan)}: {tally(plan)}."


def tally(plan: Plan) -> str:
    """Return what the plan comes to: ``1 to create, 1230 unchanged``, or ``nothing to do, …``."""
    counts = plan.summary
    parts = [f"{counts[action]} {verb}" for action, verb in VERBS.items() if counts[action]]
    if plan.refused:
        parts.append(f"{len(plan.refused)} refused")
    if not plan.changes:
        parts = ["nothing to do", *parts]
        if plan.unchanged or not origins.counts(plan):
            parts.append(f"{count(plan.unchanged, 'monitor')} unchanged")
    elif plan.unchanged:
        parts.append(f"{plan.unchanged} unchanged")
    parts += origins.counts(plan)
    whole = plan.narrowed_from
    if whole:
        parts.append(f"{len(plan.changes)} of all {count(len(whole.changes), 'change')} shown")
    return ", ".join(parts)


def _group(group: Group, plan: Plan, style: Style, *, full: bool) -> list[str]:
    change = group.example
    lines = [_head(group, style)]
    if len(group.changes) > 1:
        lines.append(f"    {plain(listed_within(group.keys, (style.width or 100) - 4))}")
        if change.action == "update" and _differs(group):
            lines.append(style(f"    as in {plain(change.key)}:", dim=True))
    elif change.action != "create" and change.name:
        lines.append(style(f"    {plain(change.name)}", dim=True))
    if change.action == "replace":
        lines.append(f"    {style(LOST, 'magenta')}")
    if change.action == "release":
        lines.append(f"    {style(RELEASED, 'cyan')}")
    shown_fields = change.fields if full or change.action != "create" else told_by(change)
    for field in shown_fields:
        lines += _field(field, style, created=change.action == "create")
    lines += _notified(change, style)
    lines += [f"    {style(remark, 'yellow')}" for remark in origins.remarks(change)]
    lines += _referrers(change, plan, style)
    return lines


def _differs(group: Group) -> bool:
    """
    Return whether the monitors' texts differ outside of the change, so that the shown one is an
    example.
    """
    first = group.example.fields
    return any(change.fields != first for change in group.changes)


def _head(group: Group, style: Style) -> str:
    change = group.example
    sign = style(SIGNS[change.action], _COLOURS[change.action], bold=True)
    if len(group.changes) > 1:
        verb = _ALIKE.get(change.action, "changed alike")
        what = style(f"{len(group.changes)} monitors {verb}", bold=True)
        return "  ".join(filter(None, [f"{sign} {what}", plain(listed(group.teams, 2))]))
    place = f"{change.path}:{change.line}" if change.path else ""
    number = f"#{change.id}" if change.id else ""
    rest = [style(plain(part), dim=True) for part in (number, change.team, place) if part]
    return "  ".join([f"{sign} {style(plain(change.key), bold=True)}", *rest])


def told_by(change: Change) -> list[FieldChange]:
    """Return the fields that tell what a new monitor is."""
    return [
        field
        for name in _TOLD
        for field in change.fields
        if field.field == name or field.field.startswith(name + ".")
    ]


def _field(change: FieldChange, style: Style, *, created: bool = False) -> list[str]:
    """Return one field. Of a new monitor only the new value is shown: nothing was there before."""
    if created:
        return _new(change, style)
    shown = fields.shown(change)
    if not shown.lines:
        old, new = style(shown.old, "red"), style(shown.new, "green")
        return [f"    {shown.field}: {old} {style('->', dim=True)} {new}"]
    if style.colour and [mark for mark, _ in shown.lines] == ["-", "+"]:
        return [f"    {shown.field}", *_pair(shown.lines[0][1], shown.lines[1][1], style)]
    return [f"    {shown.field}", *(_marked(mark, line, style) for mark, line in shown.lines)]


def _pair(old: str, new: str, style: Style) -> list[str]:
    """Return an old line and the new one, the words that differ bold."""
    lines = []
    for mark, pieces in zip("-+", fields.words_that_differ(old, new), strict=True):
        colour = _MARKS[mark]
        text = "".join(style(piece, colour, bold=differs) for piece, differs in pieces)
        lines.append(f"      {style(mark, colour)} {text}")
    return lines


def _new(change: FieldChange, style: Style) -> list[str]:
    first, *rest = fields.value(change.new).split("\n")
    if not rest:
        return [f"    {plain(change.field)}: {style(first, 'green')}"]
    lines = [_marked("+", line, style) for line in (first, *rest)]
    return [f"    {plain(change.field)}", *lines]


def _marked(mark: fields.Mark, line: str, style: Style) -> str:
    if mark in _MARKS:
        return style(f"      {mark} {line}".rstrip(), _MARKS[mark])
    return style(f"      {'…' if mark == '…' else ' '} {line}".rstrip(), dim=True)


def _notified(change: Change, style: Style) -> list[str]:
    """Return who starts or stops being notified of the monitor, and of which states."""
    difference = change.audience
    if change.action == "delete":
        who = plain(listed(difference.lost, 6))
        return [f"    no longer notified: {style(who, 'red')}"] if difference.lost else []
    if change.action == "create" and difference.after and not difference.gained:
        return [f"    {style('notifies nobody', 'yellow', bold=True)}"]
    rows = notified.rows(difference)
    title = "notifies" if change.action == "create" else "notifies differently"
    return [f"    {title}", *_aligned(rows, style)] if rows else []


def _referrers(change: Change, plan: Plan, style: Style) -> list[str]:
    """Return who refers to a monitor that goes away, what stays in the way first."""
    referring = referrers(change, plan)
    still = [referrer.words for referrer in referring if not referrer.removed]
    lines = []
    if still:
        words = style("still referred to by", "red", bold=True)
        lines += [f"    {words} {plain(referrer)}" for referrer in still[:_REFERRERS]]
        if len(still) > _REFERRERS:
            lines.append(f"    and by {len(still) - _REFERRERS} more")
    removed = (referrer.words for referrer in referring if referrer.removed)
    lines += [
        style(f"    referred to by {plain(referrer)}: this plan ends that", dim=True)
        for referrer in removed
    ]
    if still and change.blocked_by:
        lines.append(
            f"    {style('help:', 'cyan')} Datadog refuses to delete it while something refers to"
            f" it; `--force-delete {plain(change.key)}` does it all the same"
        )
    return lines


def _aligned(rows: list[notified.Row], style: Style) -> list[str]:
    """Return handles beside what happens to them; below each other where both are long."""
    room = (style.width or 100) - 8
    names = [plain(", ".join(row.handles)) for row in rows]
    widths = [columns(name) for name in names if columns(name) <= room // 2]
    lines = []
    for row, name in zip(rows, names, strict=True):
        mark = style(row.mark, _ROWS[row.mark], bold=row.mark == "!")
        words = plain(row.words)
        if row.mark == "!":
            lines.append(f"      {mark} {style(words, 'red', bold=True)}")
            continue
        short = max(widths, default=0)
        named = pad(name, short) if columns(name) <= short else name
        beside = bool(words) and columns(named) + 2 + columns(words) <= room
        lines.append(f"      {mark} {style(named if beside else name, _ROWS[row.mark])}")
        if beside:
            lines[-1] += f"  {words}"
        elif words:
            lines.append(f"          {words}")
    return lines


def _tallied(tally: notified.Tally, style: Style, *, full: bool) -> list[str]:
    """Return, for each handle, how many monitors it comes to and leaves; empty for one change."""
    if tally.monitors < 2:
        return []
    kept = tally.counts if full else tally.counts[:MANY]
    cells: list[tuple[str, ...]] = [
        (plain(shorten(handle.handle, 48)), *handle.numbers, plain(listed(handle.owners, 2)))
        for handle in kept
    ]
    head = style("who is notified", bold=True)
    legend = style("  of how many monitors more (+), fewer (-), at other states (~)", dim=True)
    filled = [number for number in range(5) if any(row[number] for row in cells)]
    cells = [tuple(row[number] for number in filled) for row in cells]
    numbers = range(1, len(filled) - (4 in filled))
    lines = [head + legend, *(f"    {line}" for line in table(cells, right=numbers))]
    if len(tally.counts) > len(kept):
        lines.append(style(f"    and {len(tally.counts) - len(kept)} more", dim=True))
    for words, changes in notified.alarms(tally):
        keys = listed_within([handle.key for handle in changes], (style.width or 100) - 6)
        lines += [f"    {style('! ' + words, 'red', bold=True)}", f"      {plain(keys)}"]
    return lines


def _unchecked(plan: Plan, style: Style) -> list[str]:
    """Return what could not be looked up: it has not been found to be right."""
    return [
        f"{style('not checked:', 'yellow', bold=True)} {plain(question)}"
        for question in plan.unchecked
    ]


def _counted(units: list[Creates], style: Style) -> list[str]:
    """Return many new monitors as a line for each business unit, with a count for each file."""
    total = sum(unit.number for unit in units)
    sign = style("+", "green", bold=True)
    head = f"{count(total, 'new monitor')} in {count(len(units), 'business unit')}"
    lines = [f"{sign} {style(head, bold=True)}"]
    name = max(columns(plain(unit.business_unit)) for unit in units)
    number = max(len(str(unit.number)) for unit in units)
    for unit in units:
        start = f"    {pad(plain(unit.business_unit), name)}  {unit.number:>{number}}"
        items = [f"{plain(file)} {len(changes)}" for file, changes in unit.files]
        lines += _wrapped(start, items, (style.width or 100), style)
    lines.append(
        style(
            "    `monitor-sync plan --full` shows each, a selector (team:NAME) some of them",
            dim=True,
        )
    )
    return lines


def _wrapped(start: str, items: list[str], width: int, style: Style) -> list[str]:
    """Return a line that starts with a name and goes on with items, broken between items."""
    indent = columns(start) + 2
    rows: list[list[str]] = [[]]
    used = indent
    for item in items:
        if rows[-1] and used + columns(item) + 2 > width:
            rows.append([])
            used = indent
        rows[-1].append(shorten(item, width - indent))
        used += columns(item) + 2
    joined = [", ".join(row) + ("," if row is not rows[-1] else "") for row in rows]
    texts = [style(row, dim=True) for row in joined]
    return [f"{start}  {texts[0]}", *(" " * indent + row for row in texts[1:])]


def _refused(plan: Plan, style: Style) -> list[str]:
    """Return what the files ask for and is not done, and why."""
    lines = []
    for refusal in plan.refused:
        place = style(f"  {plain(refusal.path)}:{refusal.line}", dim=True) if refusal.path else ""
        lines.append(
            f"{style('refused', 'red', bold=True)} {style(plain(refusal.key), bold=True)}{place}"
        )
        lines.append(f"    {plain(refusal.message)}")
        if refusal.hint:
            lines.append(f"    {style('help:', 'cyan')} {plain(refusal.hint)}")
    return lines


def _left_alone(plan: Plan, style: Style) -> list[str]:
    """Return the live monitors that the plan leaves alone: clones by name, the others counted."""
    clones = [monitor for monitor in plan.left_alone if monitor.reason == "clone"]
    lines = [line for monitor in clones for line in clone(monitor, style)]
    for reason, words in (
        ("unmanaged", "without our key"),
        ("other-project", "of another project"),
    ):
        number = sum(monitor.reason == reason for monitor in plan.left_alone)
        if number:
            verb = "is" if number == 1 else "are"
            lines.append(f"{count(number, 'live monitor')} {words} {verb} left alone.")
    return lines


def clone(monitor: LeftAlone, style: Style = PLAIN) -> list[str]:
    """Return a copy made in Datadog's own pages, which carries the key of its original."""
    name = style(plain(shorten(monitor.name, 90)), bold=True)
    return [
        f"{style('clone', 'yellow', bold=True)} #{monitor.id} {name}",
        f"    carries the key {plain(monitor.key)} too, and is left alone",
        f"    {style('help:', 'cyan')} delete it, or remove its monitor_sync tags",
    ]


def link(site: str, monitor_id: Id) -> str:
    """Return the address of a live monitor in Datadog's own pages."""
    host = site if site.count(".") > 1 else f"app.{site}"
    return f"https://{host}/monitors/{monitor_id}"

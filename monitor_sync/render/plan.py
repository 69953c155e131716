"""A plan for a terminal: deletes first, each field old and new, the last line counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor_sync.render import drift, fields, notified, plan_view, proposals
from monitor_sync.render.groups import MANY, SIGNS, Creates
from monitor_sync.render.plan_view import LOOSENED, TWIN, ChangeView, PlanView
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
    wrapped,
)
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.plan import Change, LeftAlone, Plan

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


def text(plan: Plan, style: Style = PLAIN, *, full: bool = False) -> str:
    """Return the whole plan. ``full`` folds nothing and shows every field of every new monitor."""
    view = plan_view.view(plan, full=full)
    blocks = [_loosened(plan, style)]
    blocks += [_change(change, style) for change in view.changes]
    blocks.append(_counted(view.creates, style))
    blocks += [_section(section, style, full=full) for section in view.apart]
    blocks += proposals.blocks(view, style, full=full)
    blocks += [*_refused_apart(plan, style), _refused(plan, style, full=full)]
    blocks += [[line for monitor in view.clones for line in clone(monitor, style)]]
    blocks.append(_left_alone(view))
    blocks += [_tallied(view.notified, style, full=full), _besides(plan, style)]
    blocks.append(_unchecked(plan, style))
    return (
        "".join("\n".join(lines) + "\n\n" for lines in blocks if lines)
        + "\n".join(wrapped(summary(plan, style), style.width, 4))
        + "\n"
    )


def _loosened(plan: Plan, style: Style) -> list[str]:
    """Return what the change loosens of the rules of its own review: none of it counts yet."""
    if not plan.loosened:
        return []
    head = f"! {LOOSENED}"
    rows = (wrapped(f"    {loosening(entry)}", style.width, 8) for entry in plan.loosened)
    return [style(head, "red", bold=True), *(line for row in rows for line in row)]


def loosening(entry: Loosening) -> str:
    """Return one rule that is weaker than before: ``limits.deletes: 30% → no limit``."""
    return plain(f"{entry.what}: {entry.old} → {entry.new}")


def summary(plan: Plan, style: Style = PLAIN) -> str:
    """Return ``Plan 05b7566a: 1 to create, 1 to change, 1 to delete, 1230 unchanged.``"""
    return f"Plan {style(plan.fingerprint, bold=True)}{drift.since(plan)}: {plan_view.tally(plan)}."


def _change(view: ChangeView, style: Style) -> list[str]:
    change = view.change
    lines = [_head(view, style)]
    if view.is_folded:
        lines.append(f"    {plain(listed_within(view.group.keys, (style.width or 100) - 4))}")
        if change.action == "update" and view.is_example:
            lines.append(style(f"    as in {plain(change.key)}:", dim=True))
    elif not view.is_create and change.name:
        lines.append(style(f"    {plain(change.name)}", dim=True))
    if view.fate:
        lines.append(f"    {style(view.fate, _COLOURS[change.action])}")
    for field in view.fields:
        lines += _field(field, style, created=view.is_create)
    lines += _notified(change, style)
    lines += [f"    {style(remark, 'yellow')}" for remark in view.remarks]
    lines += _referrers(view, style)
    return lines


def _head(view: ChangeView, style: Style) -> str:
    change, group = view.change, view.group
    sign = style(SIGNS[change.action], _COLOURS[change.action], bold=True)
    if view.is_folded:
        verb = _ALIKE.get(change.action, "changed alike")
        what = style(f"{len(group.changes)} monitors {verb}", bold=True)
        return "  ".join(filter(None, [f"{sign} {what}", plain(listed(group.teams, 2))]))
    place = f"{change.path}:{change.line}" if change.path else ""
    number = f"#{change.id}" if change.id else ""
    rest = [style(plain(part), dim=True) for part in (number, change.team, place) if part]
    return "  ".join([f"{sign} {style(plain(change.key), bold=True)}", *rest])


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


def _referrers(view: ChangeView, style: Style) -> list[str]:
    """Return who refers to a monitor that goes away, what stays in the way first."""
    lines = []
    if view.staying:
        words = style("still referred to by", "red", bold=True)
        lines += [f"    {words} {plain(referrer)}" for referrer in view.staying[:_REFERRERS]]
        if len(view.staying) > _REFERRERS:
            lines.append(f"    and by {len(view.staying) - _REFERRERS} more")
    lines += [
        style(f"    referred to by {plain(referrer)}: this plan ends that", dim=True)
        for referrer in view.leaving
    ]
    return lines + [f"    {style('help:', 'cyan')} {plain(words)}" for words in _ways_out(view)]


def _ways_out(view: ChangeView) -> list[str]:
    """Return what to do about those that stay in the way."""
    change = view.change
    if change.action == "replace" and view.by_number:
        return [
            f"in {listed(view.by_number, 3)}, write `${{id:{change.key}}}` for {change.id}:"
            " it follows to the new id"
        ]
    if view.staying and change.blocked_by:
        return [
            "Datadog refuses to delete it while something refers to it;"
            f" `--force-delete {change.key}` does it all the same"
        ]
    return []


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
    legend = style("  gains (+) or loses (-) monitors, or hears of other states (~)", dim=True)
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


def _besides(plan: Plan, style: Style) -> list[str]:
    """Return what the plan sets going elsewhere by the tags that it adds."""
    mark = style("!", "yellow", bold=True)
    room = style.width and style.width - 2
    lines = (wrapped(plain(words), room, 0) for words in plan.besides)
    return [
        f"{' ' if number else mark} {line}" for part in lines for number, line in enumerate(part)
    ]


def _unchecked(plan: Plan, style: Style) -> list[str]:
    """Return what could not be looked up: it has not been found to be right."""
    return [
        f"{style('not checked:', 'yellow', bold=True)} {plain(question)}"
        for question in plan.unchecked
    ]


def _counted(units: Sequence[Creates], style: Style) -> list[str]:
    """Return many new monitors as a line for each business unit, with a count for each file."""
    if not units:
        return []
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


def _section(section: drift.Section, style: Style, *, full: bool) -> list[str]:
    """Return what differs for another reason than this change: a line for each row, by owner."""
    width = style.screen
    lines = [style(line, "cyan", bold=True) for line in wrapped(section.title, width, 4)]
    owner = ""
    for row in section.rows[: None if full else drift.LINES]:
        lines += [style(f"    {row.owner}", dim=True)] if row.owner != owner else []
        owner = row.owner
        lines += _apart(row, width)
    more = len(section.rows) - drift.LINES
    if not full and more > 0:
        lines.append(style(f"    and {more} more lines: see --full", dim=True))
    return lines


def _apart(row: drift.ApartRow, width: int) -> list[str]:
    """Return monitors and what differs in one line, or below them a line for each difference."""
    named = "  ".join(filter(None, (plain(row.named(listed(row.keys))), row.number)))
    head = f"      {row.sign} {named}"
    if columns(f"{head}  {row.words}") <= width:
        return [f"{head}  {row.words}"]
    parts = (wrapped(f"{' ' * 10}{part}", width, 12) for part in row.parts)
    return [*wrapped(head, width, 10), *(line for lines in parts for line in lines)]


def _refused_apart(plan: Plan, style: Style) -> list[list[str]]:
    """Return a block for each refusal that is not of this change."""
    blocks = []
    for refusal in plan.base.refused if plan.base else ():
        head = f"refused apart from this change: {plain(refusal.key)}"
        reason = wrapped(f"    {plain(refusal.message)}", style.width, 4)
        blocks.append([style(head, dim=True), *reason])
    return blocks


def _refused(plan: Plan, style: Style, *, full: bool) -> list[str]:
    """Return what the files ask for and is not done, and why: of many, the first."""
    lines = []
    shown = plan.refused if full else plan.refused[:MANY]
    for refusal in shown:
        place = style(f"  {plain(refusal.path)}:{refusal.line}", dim=True) if refusal.path else ""
        lines.append(
            f"{style('refused', 'red', bold=True)} {style(plain(refusal.key), bold=True)}{place}"
        )
        lines += wrapped(f"    {plain(refusal.message)}", style.width, 4)
        if refusal.hint:
            help_ = f"    {style('help:', 'cyan')} {plain(refusal.hint)}"
            lines += wrapped(help_, style.width, 10)
    more = len(plan.refused) - len(shown)
    return [*lines, f"and {more} more refused: see --full"] if more else lines


def _left_alone(view: PlanView) -> list[str]:
    """Return how many live monitors the plan leaves alone; clones are named before them."""
    lines = []
    for reason, words in (
        ("unmanaged", "without our key"),
        ("other-project", "of another project"),
    ):
        number = view.strangers[reason]
        if number:
            verb = "is" if number == 1 else "are"
            lines.append(f"{count(number, 'live monitor')} {words} {verb} left alone.")
    return lines


def clone(monitor: LeftAlone, style: Style = PLAIN) -> list[str]:
    """Return a copy made in Datadog's own pages, which carries the key of its original."""
    name = style(plain(shorten(monitor.name, 90)), bold=True)
    whose = f", from which {plain(monitor.heir)} has moved" if monitor.heir else " too"
    carried = f"    carries the key {plain(monitor.key)}{whose}, and is left alone"
    return [
        f"{style('clone', 'yellow', bold=True)} #{monitor.id} {name}",
        *wrapped(carried, style.width, 4),
        *([f"    {TWIN}"] if monitor.twin else []),
        f"    {style('help:', 'cyan')} delete it, or remove its monitor_sync tags",
    ]

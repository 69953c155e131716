"""
A plan for a pull request's comment or a job's summary.

A comment holds 65,536 characters; what does not fit into 60,000 is cut, and the comment says how
much.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Final

from monitor_sync.counting import listed
from monitor_sync.render import drift, fields, notified, plan_view, proposals
from monitor_sync.render.groups import SIGNS, Creates
from monitor_sync.render.markdown import LIMIT, code, codes, folded, html_code, kept_within, table
from monitor_sync.render.plan_view import LOOSENED, TWIN, ChangeView, PlanView, link
from monitor_sync.render.text import count, plain
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.plan import Change, LeftAlone, Plan

_FOR_ROWS: Final = 0.5
"""The part of the room that the table may take, so that the first changes have their details."""

_HANDLES: Final = 20
"""Handles of which the comment tells how many monitors come and go."""

_LOOSENINGS: Final = 20
"""Rules that a change weakens and that the comment shows with their values."""

_NAMED: Final = 100
"""Further ones that it names."""

_NAME: Final = 60
"""Columns of a monitor's name in the table."""

_VALUES: Final = 40
"""Characters of the old and the new value together that stand in the table."""

_ACTIONS: Final = {"delete": "deleted", "create": "new"}

_APART_OPENED: Final = 60
"""Rows of each origin in the issue about drift, which says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts:
    """
    A plan's title, all below it, and whether something of that was cut to fit.

    ``first`` is what the change weakens of the rules of its review: nothing comes before it.
    """

    title: str
    first: str = ""
    body: str
    truncated: bool


def text(plan: Plan) -> str:
    """Return the whole plan in Markdown, at most ``LIMIT`` characters long."""
    shown = parts(plan_view.view(plan))
    head = f"{_marker(plan, truncated=shown.truncated)}\n### {shown.title}"
    return "\n\n".join(filter(None, (head, shown.first, shown.body))) + "\n"


def parts(view: PlanView, room: int = LIMIT, *, of_drift: bool = False) -> PlanParts:
    """
    Return the plan in Markdown, at most ``room`` characters long, for texts that say more than it.

    ``of_drift``: what stands apart is what the text is about.
    """
    plan = view.plan
    rows = [_row(change, plan.site) for change in view.changes]
    rows += [_unit_row(unit) for unit in view.creates]
    details = [_details(change) for change in view.changes if change.group.action != "delete"]
    details += [_unit_details(unit) for unit in view.creates]
    refused = _refused(plan)
    ending = [*proposals.markdown(plan), *_apart(view, opened=of_drift), *_ending(view)]
    kept_rows = kept_within(rows, int(room * _FOR_ROWS))
    changes = (
        [] if not rows else ["| | Monitor | Team | What changes |", "|:-:|---|---|---|", *kept_rows]
    )
    loosened = _loosened(plan)
    tallied = _tallied(view.notified)
    used = sum(len(line) + 1 for line in (*loosened, *refused, *changes, *tallied, *ending))
    kept_details = kept_within(details, room - used - 1_000)
    cut = _cut(len(rows) - len(kept_rows), len(details) - len(kept_details))
    sections = [refused, changes, tallied, *([detail] for detail in kept_details), cut, ending]
    return PlanParts(
        title=f"Monitor plan `{plan.fingerprint}`: {plan_view.tally(plan)}",
        first="\n".join(loosened),
        body="\n\n".join("\n".join(lines) for lines in sections if lines),
        truncated=bool(cut),
    )


def _loosened(plan: Plan) -> list[str]:
    """Return what the change loosens of the rules of its own review, before anything else."""
    if not plan.loosened:
        return []
    shown = plan.loosened[:_LOOSENINGS]
    lines = [
        f"- {code(entry.what, 120)}: {code(entry.old, 300)} → {code(entry.new, 300)}"
        for entry in shown
    ]
    if len(plan.loosened) > len(shown):
        others = [code(entry.what, 120) for entry in plan.loosened[len(shown) :]]
        lines.append(f"- and {listed(others, _NAMED)}")
    return [f"**{LOOSENED}:**", "", *lines]


def _marker(plan: Plan, *, truncated: bool) -> str:
    """Return an invisible line by which a later run finds this comment again."""
    facts = {"version": 1, "fingerprint": plan.fingerprint, "truncated": truncated}
    return f"<!-- monitor-sync {json.dumps(facts)} -->"


def _cut(rows: int, details: int) -> list[str]:
    lost = []
    if rows:
        lost.append(f"{count(rows, 'line')} of the table")
    if details:
        lost.append(f"the details of {count(details, 'change')}")
    if not lost:
        return []
    return [
        f"**Cut to fit a comment:** {' and '.join(lost)} are not shown."
        " `monitor-sync plan --full` shows everything."
    ]


def _row(view: ChangeView, site: str) -> str:
    change, group = view.change, view.group
    sign = f"`{SIGNS[change.action]}`"
    if view.is_folded:
        monitor = f"{len(group.changes)} monitors: {codes(group.keys)}"
    else:
        monitor = code(change.key)
        if change.id:
            monitor += f" [#{change.id}]({link(site, change.id)})"
        if change.name:
            monitor += f"<br>{code(change.name, _NAME)}"
    what = view.fate or _ACTIONS.get(change.action) or _edits(view)
    if change.action == "adopt":
        what = f"taken over; {what}"
    what += _alarms(change)
    what += "".join(f", {code(remark)}" for remark in view.remarks)
    what += f", **still referred to by** {codes(view.staying)}" if view.staying else ""
    what += f", referred to by {codes(view.leaving)}, which this plan ends" if view.leaving else ""
    return f"| {sign} | {monitor} | {codes(group.teams)} | {what} |"


def _edits(view: ChangeView) -> str:
    """Return the fields that differ, of short values both of them: ``critical 12 → 13``."""
    edits = []
    for field in view.fields:
        name = field.field.removeprefix("options.").removeprefix("thresholds.")
        field_shown = fields.shown(field)
        # texts of changes that are alike differ in what does not change
        whole = not view.is_folded or not isinstance(field.new, str)
        short = not field_shown.lines and len(field_shown.old) + len(field_shown.new) <= _VALUES
        edits.append(f"{name} {field_shown.old} → {field_shown.new}" if whole and short else name)
    return codes(edits, 5)


def _unit_row(unit: Creates) -> str:
    teams = sorted({change.team for _, changes in unit.files for change in changes if change.team})
    monitors = f"{count(unit.number, 'monitor')} of {code(unit.business_unit)}"
    sentences = drift.deletions(change for _, changes in unit.files for change in changes)
    deleted = "".join(f", {code(words)}" for words in sentences or ())
    return f"| `+` | {monitors} | {codes(teams)} | new{deleted} |"


def _details(view: ChangeView) -> str:
    """Return the fields of one change, folded away until somebody asks."""
    change, group = view.change, view.group
    lines = []
    for field in view.fields:
        lines += [f" {plain(field.field)}", *_diff(field, created=view.is_create)]
    lines += _rows(change)
    if view.is_folded:
        what = f"{len(group.changes)} monitors alike, as in"
        lines += ["", " these monitors:", *(f"   {plain(key)}" for key in group.keys)]
    else:
        what = f"{count(len(view.fields), 'field')} of"
    return folded(f"{what} {html_code(change.key)}", lines, "diff")


def _diff(change: FieldChange, *, created: bool) -> list[str]:
    if created:
        return [f"+{line}" for line in fields.value(change.new).split("\n")]
    shown = fields.shown(change)
    if shown.lines:
        return ["@@" if mark == "…" else f"{mark}{line}" for mark, line in shown.lines]
    old = [] if change.old is None else [f"-{fields.value(change.old)}"]
    new = [] if change.new is None else [f"+{fields.value(change.new)}"]
    return old + new


def _unit_details(unit: Creates) -> str:
    lines = []
    for file, changes in unit.files:
        lines += [
            f"{plain(file)}: {len(changes)}",
            *(f"  {plain(change.key)}" for change in changes),
        ]
    title = f"{count(unit.number, 'new monitor')} of {html_code(unit.business_unit)}"
    return folded(title, lines, "")


def _rows(change: Change) -> list[str]:
    """Return who is notified differently as lines of a diff, for its colours."""
    lines = []
    for row in notified.rows(change.audience):
        who = ", ".join(row.handles)
        mark = " ~" if row.mark == "~" else row.mark
        lines.append(plain(f"{mark} {who}  {row.words}".rstrip() if who else f"! {row.words}"))
    return [" who is notified", *lines] if lines else []


def _alarms(change: Change) -> str:
    """Return the rows of the table that somebody should look at before the plan is applied."""
    difference = change.audience
    parts = []
    if difference.last_pagers:
        parts.append(f", **wakes nobody any more** (was {codes(difference.last_pagers)})")
    if difference.unheard:
        states = notified.labels(difference.unheard, difference.after)
        parts.append(f", **now nobody is notified of** {states}")
    return "".join(parts)


def _tallied(tally: notified.Tally) -> list[str]:
    """Return whom Datadog would notify of more or fewer monitors, or of other states."""
    if not tally.counts:
        return []
    head = ("Who is notified", "gains monitors", "loses monitors", "at other states", "Teams")
    rows = [
        (code(handle.handle, 80), *map(code, handle.numbers), codes(handle.owners))
        for handle in tally.counts[:_HANDLES]
    ]
    lines = table(head, rows, right=(1, 2, 3))
    if len(tally.counts) > _HANDLES:
        lines += ["", f"and {len(tally.counts) - _HANDLES} more handles"]
    for words, changes in notified.alarms(tally):
        lines += ["", f"**{words}:** {codes(handle.key for handle in changes)}"]
    return lines


def _refused(plan: Plan) -> list[str]:
    """Return what the files ask for and is not done: it is read before all else."""
    lines = [_refusal(entry.key, entry.message, entry.hint) for entry in plan.refused[:20]]
    if len(plan.refused) > 20:
        lines.append(f"- and {len(plan.refused) - 20} more refused")
    return lines


def _apart(view: PlanView, *, opened: bool) -> list[str]:
    """Return a folded list for each other reason to differ; longer and open if ``opened``."""
    shown, state = (_APART_OPENED, " open") if opened else (drift.LINES, "")
    lines = []
    for section in view.apart:
        title = html.escape(section.title).replace("@", "&#64;")
        lines += [f"<details{state}><summary>{title}</summary>", ""]
        for row in section.rows[:shown]:
            named = f"`{row.sign}` {row.named(codes(row.keys))}"
            lines.append(f"- {named} ({code(row.owner)}): {code(row.words)}")
        if len(section.rows) > shown:
            lines.append(f"- and {len(section.rows) - shown} more lines")
        lines += ["", "</details>", ""]
    refused = view.plan.base.refused if view.plan.base else ()
    lines += [
        f"- refused apart from this change {code(refusal.key)}: {code(refusal.message)}"
        for refusal in refused[: drift.LINES]
    ]
    return lines


def _ending(view: PlanView) -> list[str]:
    """Return what is left alone and what was not checked."""
    lines = [_clone(entry, view.plan.site) for entry in view.clones[:20]]
    if len(view.clones) > 20:
        lines.append(f"- and {len(view.clones) - 20} more clones")
    lines += [f"- {code(words)}" for words in view.plan.besides]
    lines += [f"- **not checked:** {code(entry)}" for entry in view.plan.unchecked]
    others = view.strangers.total()
    if others:
        verb = "is" if others == 1 else "are"
        lines += [""] * bool(lines) + [
            f"<sub>{count(others, 'live monitor')} not ours {verb} left alone.</sub>"
        ]
    return lines


def _refusal(key: str, message: str, hint: str) -> str:
    line = f"- **refused** {code(key)}: {code(message)}"
    return f"{line} ({code(hint)})" if hint else line


def _clone(monitor: LeftAlone, site: str) -> str:
    whose = f", from which {code(monitor.heir)} has moved," if monitor.heir else " too"
    return (
        f"- **clone** [#{monitor.id}]({link(site, monitor.id)}) {code(monitor.name, 60)} carries"
        f" the key {code(monitor.key)}{whose} and is left alone"
        + (f": {TWIN}" if monitor.twin else "")
    )

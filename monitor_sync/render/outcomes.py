"""What became of a plan that was carried out: what was made, what failed, and a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from monitor_sync.render import fields
from monitor_sync.render.groups import MANY
from monitor_sync.render.plan import SIGNS
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, listed, plain, table
from monitor_sync.sync.apply import Outcome

DONE: Final = {
    "create": "created",
    "adopt": "taken over",
    "update": "changed",
    "replace": "replaced",
    "delete": "deleted",
}
"""What the last line calls each action that was carried out."""

_LISTED: Final = 10
"""Monitors with the same problem that are named, before the others are counted."""


def text(outcomes: Sequence[Outcome], fingerprint: str, style: Style = PLAIN) -> str:
    """The whole report; its last line counts."""
    done = [each for each in outcomes if each.status == "done"]
    blocks = [
        _made(done, style),
        _altered(done, style),
        _noted(done, style),
        *(_problems(outcomes, status, style) for status in ("failed", "held back")),
    ]
    shown = ["\n".join(lines) + "\n\n" for lines in blocks if lines]
    return "".join(shown) + summary(outcomes, fingerprint, style) + "\n"


def summary(outcomes: Sequence[Outcome], fingerprint: str, style: Style = PLAIN) -> str:
    """``Applied 05b7566a: 2 created, 1 changed, 1 failed.``"""
    made: Counter[str] = Counter(each.change.action for each in outcomes if each.status == "done")
    others = Counter(each.status for each in outcomes if each.status != "done")
    parts = [f"{made[action]} {word}" for action, word in DONE.items() if made[action]]
    parts = parts or ["nothing done"]
    for status in ("failed", "held back", "not attempted"):
        if others[status]:
            parts.append(style(f"{others[status]} {status}", "red", bold=True))
    return f"Applied {style(fingerprint, bold=True)}: {', '.join(parts)}."


def _made(done: Sequence[Outcome], style: Style) -> list[str]:
    """Each monitor that was written; where they are many, a table by business unit."""
    if len(done) > MANY:
        return _by_unit(done, style)
    lines = []
    for each in done:
        change = each.change
        known = each.id or change.id
        number = f"  #{known}" if known else ""
        owner = f"  {plain(change.team)}" if change.team else ""
        lines.append(
            f"{SIGNS[change.action]} {DONE[change.action]} {style(plain(change.key), bold=True)}"
            + style(f"{number}{owner}", dim=True)
        )
    return lines


def _by_unit(done: Sequence[Outcome], style: Style) -> list[str]:
    """A line for each business unit, with what was done in it and whose monitors they are."""
    counts: dict[str, Counter[str]] = {}
    teams: dict[str, set[str]] = {}
    for each in done:
        unit = each.change.business_unit or each.change.key.partition("/")[0]
        counts.setdefault(unit, Counter())[each.change.action] += 1
        teams.setdefault(unit, set()).add(each.change.team)
    actions = [each for each in DONE if any(found[each] for found in counts.values())]
    rows = [("business unit", *(DONE[each] for each in actions), "teams")]
    for unit in sorted(counts):
        numbers = [str(counts[unit][each] or "-") for each in actions]
        rows.append((plain(unit), *numbers, plain(listed(sorted(filter(None, teams[unit]))))))
    head, *lines = table(rows, right=range(1, len(actions) + 1))
    return [style(head, dim=True), *lines]


def _altered(done: Sequence[Outcome], style: Style) -> list[str]:
    """What Datadog stored differently from what it was sent: the next plan would show it again."""
    lines = []
    for each in done:
        for field in each.altered:
            sent, stored = fields.value(field.old), fields.value(field.new)
            lines.append(
                f"{style('altered by Datadog', 'yellow', bold=True)} {plain(each.change.key)}"
            )
            lines.append(f"    {plain(field.field)}: sent {sent}, stored {stored}")
    return lines


def _noted(done: Sequence[Outcome], style: Style) -> list[str]:
    return [
        f"{style('note', 'cyan', bold=True)} {plain(each.change.key)}: {plain(each.note)}"
        for each in done
        if each.note
    ]


def _problems(outcomes: Sequence[Outcome], status: str, style: Style) -> list[str]:
    """What was not done, the same problem of many monitors once, with their keys and teams."""
    same: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        if each.status == status:
            why = str(each.error) if each.error else each.note
            hint = each.error.hint if each.error else ""
            same.setdefault((why, hint), []).append(each)
    lines = []
    for (why, hint), found in same.items():
        teams = sorted({each.change.team for each in found if each.change.team})
        owners = style("  " + plain(listed(teams)), dim=True) if teams else ""
        what = f"{count(len(found), 'change')} {status}: " if len(found) > 1 else f"{status}: "
        lines.append(f"{style(what, 'red', bold=True)}{plain(why)}{owners}")
        for each in found[:_LISTED]:
            number = style(f"  #{each.id}", dim=True) if each.id else ""
            note = f": {plain(each.note)}" if each.error and each.note else ""
            lines.append(f"    {SIGNS[each.change.action]} {plain(each.change.key)}{number}{note}")
        if len(found) > _LISTED:
            lines.append(f"    and {len(found) - _LISTED} more")
        if hint:
            lines.append(f"    {style('help:', 'cyan')} {plain(hint)}")
    return lines

"""What became of a plan that was carried out: what was made, what failed, and a count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from monitor_sync.render import fields, outcome_summary
from monitor_sync.render.groups import MANY, SIGNS
from monitor_sync.render.outcome_summary import LISTED, SharedProblem
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import (
    SHORT,
    count,
    hanging,
    listed,
    listed_within,
    plain,
    table,
    wrapped,
)
from monitor_sync.sync.outcome import Outcome

_NOTES: Final = 20
"""Different notes that are told, before the others are counted."""

_PROBLEMS: Final = 20
"""Different problems that are told, before the others are counted."""


def text(outcomes: Sequence[Outcome], fingerprint: str, style: Style = PLAIN) -> str:
    """Return the whole report; its last line counts."""
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    problems = outcome_summary.problems(outcomes)
    blocks = [
        _by_owner(outcomes, style) if len(outcomes) > MANY else _made(done, style),
        _altered(done, style),
        _noted(done, style),
        *(_problem(problem, style) for problem in problems[:_PROBLEMS]),
        _more(problems[_PROBLEMS:]),
    ]
    shown = ["\n".join(lines) + "\n\n" for lines in blocks if lines]
    return "".join(shown) + summary(outcomes, fingerprint, style) + "\n"


def summary(outcomes: Sequence[Outcome], fingerprint: str, style: Style = PLAIN) -> str:
    """Return ``Applied 05b7566a: 2 created, 1 changed, 1 failed.``"""
    parts = [
        style(part, "red", bold=True) if undone else part
        for part, undone in outcome_summary.tally(outcomes)
    ]
    return f"Applied {style(fingerprint[:SHORT], bold=True)}: {', '.join(parts)}."


def _made(done: Sequence[Outcome], style: Style) -> list[str]:
    """Return each monitor that was written."""
    lines = []
    for outcome in done:
        change = outcome.change
        known = outcome.id or change.id
        number = f"  #{known}" if known else ""
        owner = f"  {plain(change.team)}" if change.team else ""
        lines.append(
            f"{SIGNS[change.action]} {outcome_summary.word(outcome)}"
            f" {style(plain(change.key), bold=True)}" + style(f"{number}{owner}", dim=True)
        )
    return lines


def _by_owner(outcomes: Sequence[Outcome], style: Style) -> list[str]:
    """Return a line for each team of a business unit with its counts, for runs of many changes."""
    owned = outcome_summary.by_owner(outcomes)
    words = outcome_summary.words(owned)
    units = ["", *(owner.business_unit for owner in owned)]
    rows = [("business unit", "team", *words)]
    for owner, (before, unit) in zip(owned, pairwise(units), strict=True):
        numbers = [str(owner.counts[word] or "-") for word in words]
        rows.append((plain(unit) if unit != before else "", plain(owner.team), *numbers))
    head, *lines = table(rows, right=range(2, len(words) + 2))
    undone = [bool(owner.counts.keys() & set(outcome_summary.UNDONE)) for owner in owned]
    shown = [style(line, "red") if bad else line for line, bad in zip(lines, undone, strict=True)]
    return [style(head, dim=True), *shown]


def _altered(done: Sequence[Outcome], style: Style) -> list[str]:
    """Return what Datadog stored differently from what was sent; the next plan shows it again."""
    lines = []
    for outcome in done:
        for field in outcome.altered:
            sent, stored = fields.value(field.old), fields.value(field.new)
            lines.append(
                f"{style('altered by Datadog', 'yellow', bold=True)} {plain(outcome.change.key)}"
            )
            lines.append(f"    {plain(field.field)}: sent {sent}, stored {stored}")
    return lines


def _noted(done: Sequence[Outcome], style: Style) -> list[str]:
    notes = outcome_summary.notes(done)
    rows = (f"{plain(listed_within(keys, style.screen))}: {plain(note)}" for note, keys in notes)
    lines = [
        line
        for row in [*rows][:_NOTES]
        for line in wrapped(f"{style('note', 'cyan', bold=True)} {row}", style.width, 6)
    ]
    more = len(notes) - _NOTES
    return [*lines, f"and {count(more, 'more note')}"] if more > 0 else lines


def _problem(problem: SharedProblem, style: Style) -> list[str]:
    """Return the lines of what was not done, equal problems once, with their keys and teams."""
    number = len(problem.outcomes)
    owners = style("  " + plain(listed(problem.teams)), dim=True) if problem.teams else ""
    what = f"{count(number, 'change')} {problem.status}: " if number > 1 else f"{problem.status}: "
    if problem.status == "conflict":
        what = f"{count(number, 'conflict')}: " if number > 1 else "conflict: "
    head = f"{style(what, 'red', bold=True)}{plain(problem.why)}{owners}"
    lines = wrapped(head, style.width, 4)
    lines += [
        f"    {SIGNS[outcome.change.action]} {_which(outcome, style)}"
        for outcome in problem.outcomes[:LISTED]
    ]
    if number > LISTED:
        lines.append(f"    and {number - LISTED} more")
    if problem.hint:
        help_, *rest = hanging(plain(problem.hint), style.width, 10)
        lines += [f"    {style('help:', 'cyan')} {help_}", *rest]
    return lines


def _which(outcome: Outcome, style: Style) -> str:
    """Return the monitor with what is known of it alone; a conflict's own text names it already."""
    if outcome.status == "conflict":
        note = f" ({outcome.note})" if outcome.note else ""
        return plain(f"{outcome.error}{note}")
    number = style(f"  #{outcome.id}", dim=True) if outcome.id else ""
    note = f": {plain(outcome.note)}" if outcome.error and outcome.note else ""
    return f"{plain(outcome.change.key)}{number}{note}"


def _more(problems: Sequence[SharedProblem]) -> list[str]:
    if not problems:
        return []
    changes = sum(len(problem.outcomes) for problem in problems)
    return [f"and {count(len(problems), 'more problem', 'more problems')} of {changes} changes"]

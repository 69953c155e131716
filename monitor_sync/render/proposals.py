"""
What a plan proposes to write in the files, or to take out of them, and changes nothing by itself.

A rename without ``moved_from``, a live monitor that a new one looks like, lines that are spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor_sync.render import drift
from monitor_sync.render.markdown import code
from monitor_sync.render.plan_view import PlanView
from monitor_sync.render.style import Style
from monitor_sync.render.text import count, plain, wrapped
from monitor_sync.sync.moves import Move
from monitor_sync.sync.plan import Plan
from monitor_sync.sync.spent import Spent

_REMOVED: Final = "    `monitor-sync migrate spent` takes out what is applied"

_MOST: Final = 6
"""Renames, lookalikes and files with spent lines that are named; the others are counted."""


def blocks(view: PlanView, style: Style, *, full: bool = False) -> Iterator[list[str]]:
    """
    Yield the terminal's blocks: what creates that are counted were or look like, renames, spent
    lines.
    """
    plan, most = view.plan, None if full else _MOST
    if view.creates:
        yield _deleted(plan, style)
        yield _lookalikes(plan, style)
        yield _foreign(plan, style)
    moves = _shown(plan)
    lines = [line for move in moves[:most] for line in _move(move, style)]
    yield lines + _more(len(moves), most, "rename")
    notes = [f"note: {_spent(entry)}" for entry in plan.spent[:most]]
    notes += [_REMOVED] if notes else []
    lines = [line for note in notes for line in wrapped(note, style.width, 6)]
    yield lines + _more(len(plan.spent), most, "file")


def markdown(plan: Plan) -> list[str]:
    """Return the renames as lines of a list, for a comment: they are read before a merge."""
    moves = _shown(plan)
    lines = [
        f"- **renamed?** {code(_what(move))}:"
        f" {code(_line(move))} {code(_place(move))} {_kept(move)}"
        for move in moves[:_MOST]
    ]
    return lines + [f"- {line.strip()}" for line in _more(len(moves), _MOST, "rename")]


def _deleted(plan: Plan, style: Style) -> list[str]:
    """Return how many creates were there and were deleted in Datadog, which can restore them."""
    sentences = drift.deletions(plan.changes)
    if sentences is None:
        return []
    what, restored = sentences
    head = [style(line, "yellow", bold=True) for line in wrapped(what, style.width, 4)]
    return [*head, *wrapped(f"    {restored}", style.width, 4)]


def _lookalikes(plan: Plan, style: Style) -> list[str]:
    alike = [change for change in plan.changes if change.lookalikes]
    if not alike:
        return []
    verb = "looks like a live one that is" if len(alike) == 1 else "look like live ones that are"
    head = f"{count(len(alike), 'new monitor')} {verb} nobody's"
    rows = [f"    {plain(change.key)}: `adopt: {change.lookalikes[0]}`" for change in alike]
    return [style(head, "yellow", bold=True), *rows[:_MOST], *_more(len(rows), _MOST, "monitor")]


def _foreign(plan: Plan, style: Style) -> list[str]:
    """Return how many creates repeat a monitor of another project: it was renamed perhaps."""
    number = sum(1 for change in plan.changes if change.foreign)
    if not number:
        return []
    verb = "is the same as a live one" if number == 1 else "are the same as live ones"
    head = f"{count(number, 'new monitor')} {verb} of another project"
    advice = (
        "was the project renamed? `moved_from` in project.yaml and in each renamed unit keeps ids"
    )
    help_ = f"    {style('help:', 'cyan')} {advice}"
    return [style(head, "yellow", bold=True), *wrapped(help_, style.width, 10)]


def _shown(plan: Plan) -> list[Move]:
    """Return the renames of which the plan, or the part of it that is shown, makes any anew."""
    made = {change.key for change in plan.changes if change.action == "create"}
    return [move for move in plan.moves if any(rename.new in made for rename in move.renames)]


def _move(move: Move, style: Style) -> list[str]:
    head = f"{style('renamed?', 'yellow', bold=True)} {plain(_what(move))}"
    advice = f"`{_line(move)}` {_place(move)} {_kept(move)}"
    return [
        *wrapped(head, style.width, 4),
        *wrapped(f"    {style('help:', 'cyan')} {plain(advice)}", style.width, 10),
    ]


def _what(move: Move) -> str:
    first, number = move.renames[0], len(move.renames)
    if number == 1:
        return f"{first.old} (#{first.id}) is deleted, and {first.new} made anew"
    depth = 1 if move.level == "unit" else 2
    old, new = ("/".join(key.split("/")[:depth]) for key in (first.old, first.new))
    return f"{count(number, 'monitor')} of {old} are deleted, and made anew as {new}"


def _line(move: Move) -> str:
    return f"moved_from: {move.moved_from}"


def _place(move: Move) -> str:
    part = move.renames[0].new.rpartition("/")[2]
    places = {
        "unit": f"in {move.path}",
        "file": f"at the top of {move.path}",
        "monitor": f"on {part} in {move.path}",
        "item": f"on the item {part} in {move.path}",
    }
    return places[move.level]


def _kept(move: Move) -> str:
    single = len(move.renames) == 1
    return f"keeps {'its id and history' if single else 'their ids and histories'}"


def _spent(entry: Spent) -> str:
    number = len(entry.keys)
    whose = entry.keys[0] if number == 1 else count(number, "monitor")
    return f"`{entry.word}` of {plain(whose)} in {plain(entry.path)} is applied and may go"


def _more(number: int, most: int | None, word: str) -> list[str]:
    rest = number - most if most is not None else 0
    return [f"    and {count(rest, 'more ' + word)}: see --full"] if rest > 0 else []

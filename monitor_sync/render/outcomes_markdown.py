"""What became of a plan, for a pull request's comment or a job's summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor_sync.render import fields, outcome_summary
from monitor_sync.render.groups import MANY, SIGNS
from monitor_sync.render.markdown import LIMIT, code, codes, kept_within
from monitor_sync.render.outcome_summary import LISTED, SharedProblem
from monitor_sync.render.text import SHORT, count
from monitor_sync.sync.outcome import Outcome

_FOR_TABLE: Final = 20_000
"""Characters the table may take, so that what went wrong has room too."""


def text(outcomes: Sequence[Outcome], fingerprint: str) -> str:
    """Return the whole report in Markdown, at most ``markdown.LIMIT`` characters long."""
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    head = f"### Monitors applied {code(fingerprint[:SHORT])}: {_tally(outcomes)}"
    problems = [_problem(problem) for problem in outcome_summary.problems(outcomes)]
    remarks = [*_altered(done), *_noted(done)]
    rows = _owned(outcomes) if len(outcomes) > MANY else _made(done)
    table = kept_within(rows, _FOR_TABLE)
    room = LIMIT - len(head) - sum(len(part) + 2 for part in table) - 500
    kept = kept_within([*problems, *remarks], room)
    cut = len(rows) - len(table) + len(problems) + len(remarks) - len(kept)
    sections = ["\n".join(table), *kept]
    if cut:
        sections.append(f"**Cut to fit a comment:** {count(cut, 'part')} left out.")
    return "\n\n".join([head, *filter(None, sections)]) + "\n"


def _tally(outcomes: Sequence[Outcome]) -> str:
    parts = outcome_summary.tally(outcomes)
    return ", ".join(f"**{part}**" if undone else part for part, undone in parts)


def _made(done: Sequence[Outcome]) -> list[str]:
    if not done:
        return []
    rows = [
        f"| `{SIGNS[outcome.change.action]}` | {code(outcome.change.key)}"
        f" {code(f'#{outcome.id or outcome.change.id}') if outcome.id or outcome.change.id else ''}"
        f" | {code(outcome.change.team)} | {outcome_summary.word(outcome)} |"
        for outcome in done
    ]
    return ["| | Monitor | Team | |", "|:-:|---|---|---|", *rows]


def _owned(outcomes: Sequence[Outcome]) -> list[str]:
    owned = outcome_summary.by_owner(outcomes)
    words = outcome_summary.words(owned)
    rows = []
    for owner in owned:
        numbers = [str(owner.counts[word] or "") for word in words]
        cells = [code(owner.business_unit), code(owner.team), *numbers]
        rows.append(f"| {' | '.join(cells)} |")
    head = " | ".join(["Business unit", "Team", *words])
    return [f"| {head} |", f"|---|---|{'--:|' * len(words)}", *rows]


def _problem(problem: SharedProblem) -> str:
    """Return one problem as an entry of a list, its monitors below it."""
    number = len(problem.outcomes)
    conflict = problem.status == "conflict"
    why = problem.why if conflict else code(problem.why)
    what = "conflict" if conflict else f"change {problem.status}"
    many = "conflicts" if conflict else f"changes {problem.status}"
    lines = [f"- **{count(number, what, many)}:** {why} {codes(problem.teams)}".rstrip()]
    for outcome in problem.outcomes[:LISTED]:
        reason = (
            outcome_summary.reason(outcome) if conflict else outcome.note if outcome.error else ""
        )
        lines.append(f"  - {code(outcome.change.key)}" + (f": {code(reason)}" if reason else ""))
    if number > LISTED:
        lines.append(f"  - and {number - LISTED} more")
    if problem.hint:
        lines.append(f"  - help: {code(problem.hint)}")
    return "\n".join(lines)


def _altered(done: Sequence[Outcome]) -> list[str]:
    return [
        f"- **altered by Datadog** {code(outcome.change.key)}: {code(field.field)} sent"
        f" {code(fields.value(field.old), 200)}, stored {code(fields.value(field.new), 200)}"
        for outcome in done
        for field in outcome.altered
    ]


def _noted(done: Sequence[Outcome]) -> list[str]:
    return [f"- **note** {codes(keys)}: {code(note)}" for note, keys in outcome_summary.notes(done)]

"""
A plan as a pull request's comment, and in full as a job's step summary.

The first line alone says whether to read on; what cannot be undone comes first. Everything that
stems from files or from Datadog stands in code, where a handle notifies nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from monitor_sync.app.pages import About
from monitor_sync.audience.pagers import is_pager
from monitor_sync.audience.teams import teams_paged
from monitor_sync.diagnostics import Severity
from monitor_sync.github.marker import Kind, Marker
from monitor_sync.model import Team, tag_value
from monitor_sync.render import outcomes_markdown, plan_markdown, plan_view
from monitor_sync.render.findings import FoldedFinding, folded
from monitor_sync.render.groups import SIGNS
from monitor_sync.render.markdown import code, table
from monitor_sync.render.text import count
from monitor_sync.sync.outcome import Outcome
from monitor_sync.sync.plan import ORDER, Change, Plan

COMMENT: Final = 65_536
"""Characters that GitHub takes for one comment or one issue's text."""

_SHORT: Final = 12_000
"""Characters of a comment that is posted after GitHub found the longer one too long."""

SUMMARY: Final = 1_048_576
"""Bytes that GitHub shows of one step's summary."""

_ROOMS: Final = (54_000, 40_000, 20_000, 6_000)
"""Characters for the plan itself, the most first: the first with which the whole fits is taken."""

_FINDINGS: Final = 10
"""Findings that are listed; the others are counted."""

_OWNERS: Final = 40
"""Rows of the table of business units and teams, and teams named as paged differently."""

_MEANT: Final[Mapping[Kind, str]] = {
    "plan": "Apply refuses any other plan.",
    "applied": "This plan needs somebody's approval before it is applied.",
    "drift": "To keep what is in Datadog change the files; to undo it `monitor-sync apply`.",
}
"""The last words, by what the text is for."""

_WIDEST: Final = 300
"""Columns of one finding's message."""


def text(plan: Plan, about: About, *, limit: int = COMMENT) -> str:
    """Return the comment: at most ``limit`` characters, the marker first."""
    return _fitting(
        plan, about, _ROOMS, lambda written: len(written.encode("utf-16-le")) // 2, limit
    )


def short(plan: Plan, about: About) -> str:
    """Return the comment at a length that no limit of GitHub's refuses."""
    return text(plan, about, limit=_SHORT)


def outcomes(outcomes: Sequence[Outcome], fingerprint: str) -> str:
    """Return what became of the changes of a plan."""
    return outcomes_markdown.text(outcomes, fingerprint)


def summary(plan: Plan, about: About) -> str:
    """
    Return the comment for a step's summary: at most ``SUMMARY`` bytes, so that nearly every plan
    fits in full.
    """
    rooms = (900_000, 500_000, 250_000, *_ROOMS)
    return _fitting(plan, about, rooms, lambda written: len(written.encode()), SUMMARY)


def without_plan(reason: str, about: About) -> str:
    """Return a step's summary where no plan was made: why, and what was found in the files."""
    findings = _found(about) or ["Nothing to remark in the files."]
    return "\n\n".join(["### Monitors checked", reason, *findings]) + "\n"


def drifted(plan: Plan) -> dict[str, str]:
    """
    Return the keys of the monitors that differ because of Datadog, each with its team.

    If the plan was made with ``--base HEAD``, merged changes that are not applied yet are left out.
    A plan without a base cannot tell the two apart.
    """
    teams = {change.key: change.team for change in plan.changes}
    if plan.base:
        teams |= {change.key: change.team for change in plan.base.of("drift")}
    return teams


def drift_title(plan: Plan) -> str:
    """Return the title of the issue about drift."""
    number = len(drifted(plan))
    verb = "differs" if number == 1 else "differ"
    return f"{count(number, 'monitor')} {verb} from the files"


def _fitting(
    plan: Plan, about: About, rooms: Sequence[int], size: Callable[[str], int], limit: int
) -> str:
    title = ""
    view = plan_view.view(plan)
    for room in rooms:
        parts = plan_markdown.parts(view, room, of_drift=about.kind == "drift")
        title = parts.title
        written = _written(plan, about, parts)
        if size(written) <= limit:
            return written
    nothing = plan_markdown.PlanParts(title=title, body="", truncated=True)
    return "\n\n".join([_head(plan, about, nothing), *_closing(about, cut=True)]) + "\n"


def _written(plan: Plan, about: About, parts: plan_markdown.PlanParts) -> str:
    sections = [
        _head(plan, about, parts),
        parts.first,
        *_owners(plan),
        *_paged(plan, about.teams),
        *_drifted(plan, about),
        *_backtested(about),
        parts.body,
        *_found(about),
        *_closing(about, cut=parts.truncated),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _head(plan: Plan, about: About, parts: plan_markdown.PlanParts) -> str:
    marker = Marker(
        kind=about.kind,
        fingerprint=plan.fingerprint,
        base=about.base,
        head=about.head,
        truncated=parts.truncated,
    )
    if about.kind == "drift":
        return f"{marker}\n### {drift_title(plan)}"
    return f"{marker}\n### {parts.title}{_nothing(plan)}"


def _nothing(plan: Plan) -> str:
    """Return what to say where nothing would be done."""
    if plan.changes or plan.refused:
        return ""
    if plan.base is not None and plan.base.apart:
        return "\n\nThis change alone alters nothing in Datadog."
    return "\n\nDatadog holds every monitor as declared."


def _owners(plan: Plan) -> list[str]:
    """Return a table of changes by business unit and team; nothing where it would have one row."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for change in plan.changes:
        counts.setdefault((change.business_unit, change.team), Counter())[change.action] += 1
    if len(counts) < 2:
        return []
    actions = [action for action in ORDER if any(action in counted for counted in counts.values())]
    owners = sorted(counts, key=lambda owner: _weight(counts[owner], owner))
    rows = [
        [
            *(code(name) or "(none)" for name in owner),
            *(str(counts[owner][action] or "") for action in actions),
        ]
        for owner in owners[:_OWNERS]
    ]
    if len(owners) > _OWNERS:
        rows.append([f"and {len(owners) - _OWNERS} more", "", *("" for _ in actions)])
    head = ("Business unit", "Team", *(f"`{SIGNS[action]}`" for action in actions))
    return ["\n".join(table(head, rows, right=range(2, len(head))))]


def _backtested(about: About) -> list[str]:
    """Return what the changed monitors would have done on real history, where somebody asked."""
    if about.no_backtest:
        return [f"**Backtest:** not run. {about.no_backtest}"]
    if about.backtest is None:
        return []
    from monitor_sync.render.backtest.comment import section

    return [section(about.backtest, about.artifact)]


def _drifted(plan: Plan, about: About) -> list[str]:
    """Return the lines that say whose monitors the issue about drift is about."""
    if about.kind != "drift":
        return []
    counts = Counter(drifted(plan).values())
    owners = [
        f"{code(team) or '(no team)'} {number}" for team, number in counts.most_common(_OWNERS)
    ]
    return [f"**Owners:** {', '.join(owners)}."] if owners else []


def _weight(counted: Counter[str], place: tuple[str, str]) -> tuple[object, ...]:
    """Return a sort key: most deletes first, then most monitors to be made anew, and so on."""
    return (*(-counted[action] for action in ORDER), place)


def _paged(plan: Plan, known: Mapping[str, Team]) -> list[str]:
    """
    Return the teams that are woken for more monitors, for fewer, or at other states.

    By their handles, as ``approvals`` asks them: a monitor of one team may page another.
    """
    more, fewer, other = Counter[str](), Counter[str](), Counter[str]()
    for change in plan.changes:
        audience = change.audience
        losing = _paged_teams(audience.lost, change, known, _team_before(change))
        gaining = _paged_teams(audience.gained, change, known, change.team)
        moving = _paged_teams(audience.altered, change, known, change.team)
        fewer.update(losing)
        more.update(gaining)
        other.update(moving - losing - gaining)
    teams = sorted({*+more, *+fewer, *+other}, key=lambda team: (-fewer[team], -more[team], team))
    if not teams:
        return []
    owners_shown = []
    for team in teams[:_OWNERS]:
        words = ((more, "more"), (fewer, "fewer"), (other, "at other states"))
        numbers = [f"{counted[team]} {word}" for counted, word in words if counted[team]]
        owners_shown.append(f"{code(team) or '(no team)'} {', '.join(numbers)}")
    if len(teams) > _OWNERS:
        owners_shown.append(f"and {count(len(teams) - _OWNERS, 'team')} more")
    return [f"**Paged for other monitors than before:** {'; '.join(owners_shown)}."]


def _paged_teams(
    handles: Sequence[str], change: Change, known: Mapping[str, Team], owner: str
) -> set[str]:
    """Return the teams that have the pagers among handles; the owner for pagers nobody has."""
    if not any(is_pager(handle, change.pagers) for handle in handles):
        return set()
    return {*(teams_paged(handles, known, change.pagers) or (owner,))}


def _team_before(change: Change) -> str:
    """Return who owned the monitor until now: the team that loses its pages."""
    tags = change.live.body.get("tags") or () if change.live is not None else ()
    return tag_value(tags, "team") or change.team


def _found(about: About) -> list[str]:
    """Return what ``validate`` reports: the counts, and the worst findings by name."""
    findings = folded(about.findings)
    if not findings:
        return []
    worst = sorted(findings, key=lambda finding: -finding.first.severity)
    numbers = [
        count(number, severity.label)
        for severity in sorted(Severity, reverse=True)
        if (number := sum(finding.severity is severity for finding in about.findings))
    ]
    lines = [f"**In the files:** {', '.join(numbers)}", ""]
    lines += [_finding(finding, about.source) for finding in worst[:_FINDINGS]]
    if len(worst) > _FINDINGS:
        more = f"{count(len(worst) - _FINDINGS, 'finding')} more"
        lines.append(f"- and [{more}]({about.run})" if about.run else f"- and {more}")
    return ["\n".join(lines)]


def _finding(finding: FoldedFinding, source: str) -> str:
    first = finding.first
    place = code(f"{first.span.path}:{first.span.line}", _WIDEST)
    if source:
        place = f"[{place}]({source}/{quote(first.span.path)}#L{first.span.line})"
    times = f" ({finding.times} times)" if finding.times > 1 else ""
    line = f"- **{first.severity.label}** {place} {code(first.message, _WIDEST)}{times}"
    return f"{line} {code(first.rule, _WIDEST)}"


def _closing(about: About, *, cut: bool) -> list[str]:
    parts = []
    if cut:
        where = [f"the artifact {code(about.artifact)}"] if about.artifact else []
        where += [f"the [summary of the run]({about.run})"] if about.run else []
        if where:
            parts.append(f"**The whole plan** is in {' and '.join(where)}.")
    words = []
    if about.head or about.base or about.run:
        words.append("compared" if about.kind == "drift" else "planned")
    if about.head:
        words.append(f"for {code(about.head[:12])}")
    if about.base:
        words.append(f"on {code(about.base[:12])}")
    line = " ".join(words)
    if line:
        line = line[:1].upper() + line[1:]
        line = f"[{line}]({about.run})" if about.run and not cut else line
        parts.append(f"<sub>{line}. {_MEANT[about.kind]}</sub>")
    return parts

"""How we responded, on one screen: within target or not, who is worst off, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from monitor_sync.app.responding import Responded
from monitor_sync.counting import joined
from monitor_sync.incidents import Measure, ToolFigures
from monitor_sync.insight.response import sla
from monitor_sync.insight.response.placement import SHARED
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.report import ResponseReport
from monitor_sync.insight.response.sla import FEW, ResponseRow, values_of
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.weeks import zone_of
from monitor_sync.model import UNPLACED
from monitor_sync.render.quantities import UNKNOWN, duration, percent
from monitor_sync.render.response.json import runbook
from monitor_sync.render.response.values import (
    CONDITIONS,
    LATE,
    LEFT_OUT,
    came_back,
    change,
    days,
    endings,
    few,
    number,
    problem,
    promised,
    sparkline,
)
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import (
    columns,
    count,
    fitting,
    listed,
    pad,
    plain,
    shorten,
    table,
    wrapped,
)

_SHOWN: Final = 5
_REPEATERS: Final = 5
_NAME: Final = 21
_TIMES: Final = 5
_BEFORE: Final = 8
_TITLE: Final = 120
_HEAD: Final = ("n", "in time", "mean", "median", "p90", "p95", "change", "12 weeks")
_NUMBERS: Final = range(1, len(_HEAD))
_DONE: Final[dict[Measure, str]] = {"acknowledge": "acknowledged", "resolve": "resolved"}
_TITLES: Final[dict[Measure, str]] = {"acknowledge": "to acknowledge", "resolve": "to resolve"}


def text(responded: Responded, style: Style = PLAIN, *, whole: bool = False) -> str:
    """Return the worst rows on one screen; the ``whole`` of them where somebody asked by what."""
    report, width = responded.report, style.screen
    lines = [style(line, dim=True) for line in wrapped(heading(responded), width, 2)]
    for measure in CONDITIONS:
        kept, teams = report.teams_within(measure)
        teams += report.teams_without_times(measure)
        colour = "" if not teams else "green" if kept == teams else "red"
        said_of = wrapped(verdict(report, measure), width, 2)
        lines += [style(line, colour, bold=True) for line in said_of]
    lines.append("")
    if report.counted:
        lines += _tables(report, style, width, whole=whole)
    lines += _repeaters(responded, width)
    for line in (*said(responded), tally(report)):
        lines += wrapped(line, width, 2)
    lines += [style(line, bold=True) for line in wrapped(next_step(responded), width, 2)]
    return "\n".join(lines) + "\n"


def heading(responded: Responded) -> str:
    """Return what the report is about, and on whose word it rests."""
    tools = joined(map(plain, responded.tools), "and")
    have = "has" if len(responded.tools) == 1 else "have"
    source = f"as {tools} {have} them" if tools else "from no on-call tool"
    incomplete = "" if responded.complete else "; incomplete, see below"
    report = responded.report
    return f"Incidents of {days(report.question)} ({report.zone}), {source}{incomplete}"


def verdict(report: ResponseReport, measure: Measure, *, teams: bool = True) -> str:
    """Return whether we are within target: on the mean, by incidents, and by ``teams``."""
    times, targets = report.whole.times(measure), report.targets[measure]
    name, mean = CONDITIONS[measure], duration(times.mean)
    measured, done = report.whole.measured(measure), _DONE[measure]
    if times.mean is None and not times.judged:
        return f"{name}: nothing to go by."
    if not targets:
        return f"{name} {mean}; none of these incidents has a target."
    if times.mean is None:
        word = "target" if len(set(targets)) == 1 else "targets"
        return f"{name}: none of {report.whole.incidents} was {done} ({word} {promised(targets)})."
    if measured < report.whole.incidents:
        mean += f" of the {measured} {done}"
    within = f"{percent(times.within_target)} of {times.judged} in time"
    if teams and len(sla.rows(report.counted, ("team",))) > 1:
        within += f", {teams_within(report, measure)}"
    if len(set(targets)) > 1:
        return f"{name} {mean}, targets {promised(targets)}; {within}."
    side = "above" if report.is_above_target(measure) else "within"
    return f"{name} {mean}, {side} the target of {promised(targets)}; {within}."


def teams_within(report: ResponseReport, measure: Measure) -> str:
    """Return how many teams keep their targets on the mean, and how many have no mean."""
    kept, judged = report.teams_within(measure)
    never = report.teams_without_times(measure)
    within = f"{kept} of {count(judged + never, 'team')} within"
    return f"{within}, {count(never, 'team')} {_DONE[measure]} none" if never else within


def _tables(report: ResponseReport, style: Style, width: int, *, whole: bool) -> list[str]:
    """Return the table of each measure, and what their words mean."""
    lines: list[str] = []
    for measure in CONDITIONS:
        first, *others = _table(report, measure, width, whole=whole)
        lines += [style(first, dim=True), *others, ""]
    if "week" not in report.question.by:
        words = [
            line for word in (f"{LATE}.", comparison(report)) for line in wrapped(word, width, 2)
        ]
        lines += [*(style(line, dim=True) for line in words), ""]
    return lines


def comparison(report: ResponseReport) -> str:
    """Return what the column ``change`` compares."""
    whole = report.question.has_whole_last_week(zone_of(report.zone))
    last = "the last week" if whole else "the last week, which is not whole,"
    return f"change: the mean of {last} against the week before; + is slower."


def _table(report: ResponseReport, measure: Measure, width: int, *, whole: bool) -> list[str]:
    """Return the head of a table, the row of all, and the worst rows."""
    rows = report.rows
    shown = len(rows) if whole else min(_SHOWN, len(rows))
    by = ", ".join(report.question.by) or "all"
    head = f"{_TITLES[measure]} by {by}"
    if shown < len(rows):
        head += f", {shown} of {len(rows)}"
    if "week" not in report.question.by:
        head += ", most late first"
    cells = [_cells(report, row, measure) for row in rows[:shown]]
    name = max(_NAME, *(len(row[0]) for row in cells)) if cells else _NAME
    everything = ("all", *_cells(report, report.whole, measure)[1:])
    grid: list[tuple[str, ...]] = [(pad("", name), *_HEAD), everything, *cells]
    if "week" in report.question.by:
        grid = [row[:-2] for row in grid]
    for gap in ("  ", " "):
        lines = table(grid, gap=gap, right=_NUMBERS)
        if max(map(columns, lines)) <= width:
            return [head, *lines]
    return [head, *table(fitting(grid, width, gap=1), gap=" ", right=_NUMBERS)]


def _cells(report: ResponseReport, row: ResponseRow, measure: Measure) -> tuple[str, ...]:
    times, trend = row.times(measure), report.trends.get(values_of(row))
    return (
        shorten(plain(row.name), 2 * _NAME if len(row.by) > 1 else _NAME),
        few(row),
        percent(times.within_target),
        *map(duration, (times.mean, times.median, times.p90, times.p95)),
        UNKNOWN if trend is None else change(trend.change(measure)),
        "" if trend is None else sparkline(trend.means(measure)),
    )


def _repeaters(responded: Responded, width: int) -> list[str]:
    """Return the problems that came back most often, with whose they are and what to read."""
    shown = responded.report.recurrence.repeaters[:_REPEATERS]
    if not shown:
        return []
    lines = [f"{'times':>{_TIMES}}{'before':>{_BEFORE}}  came back"]
    indent = _TIMES + _BEFORE + 2
    for repeater in shown:
        name = f"{plain(shorten(problem(repeater), _TITLE))}, of {plain(repeater.team)}"
        first, *more = wrapped(name, width - indent, 0)
        lines.append(f"{repeater.occurrences:>{_TIMES}}{repeater.before:>{_BEFORE}}  {first}")
        page = plain(runbook(repeater.monitor, responded.project))
        below = [*more, f"runbook: {page}"] if page else more
        lines += [" " * indent + line for line in below]
    return [*lines, ""]


def said(responded: Responded) -> Iterator[str]:
    """Yield what is no row of a table: what is open, what came back, what RCAs lack, doubts."""
    report = responded.report
    if report.waiting:
        yield f"Waiting for somebody to acknowledge: {_aged(report.waiting)}."
    acknowledged = [response for response in report.open if not response.waits]
    if acknowledged:
        yield f"Acknowledged and open: {_aged(acknowledged)}."
    if report.open_before:
        yield f"Still open from before these days: {_aged(report.open_before)}."
    yield from (f"{line}." for line in endings(report.whole))
    again = report.recurrence
    if again.occurrences:
        yield f"{came_back(again)}."
    if any(not repeater.monitor for repeater in again.repeaters):
        yield "Which monitors they came from is in their alerts: `--budget 5m` reads them."
    yield from rca_lines(report.rca)
    if any(row.is_few for row in report.rows):
        yield f"* fewer than {FEW} incidents: chance decides."
    for figures in responded.figures:
        yield against_tool(report, figures)
    for note in responded.notes:
        yield f"Note: {plain(note)}."


def against_tool(report: ResponseReport, figures: ToolFigures) -> str:
    """Return what the tool itself computes, how far ours is from it, and why."""
    pairs = (
        ("MTTA", figures.mtta, report.whole.mtta.mean),
        ("MTTR", figures.mttr, report.whole.mttr.mean),
    )
    parts = []
    for name, theirs, ours in pairs:
        off = f", {change(ours / theirs - 1)}" if theirs and ours is not None else ""
        parts.append(f"{name} {duration(theirs)} (here {duration(ours)}{off})")
    why = f"; it counts {plain(figures.counts)}" if figures.counts else ""
    return (
        f"{plain(figures.title)} itself says {', '.join(parts)}, of"
        f" {count(figures.incidents, 'incident')}{why}."
    )


def _aged(responses: Sequence[Response]) -> str:
    named = [f"{plain(number(response))} for {duration(response.age)}" for response in responses]
    return f"{len(responses)}, {listed(named)}"


def rca_lines(findings: RcaFindings) -> Iterator[str]:
    """Yield what the register of RCAs lacks, and what it did not stop."""
    if findings.missing:
        teams = Counter(response.placed.team for response in findings.missing)
        named = [f"{plain(team)} {number}" for team, number in teams.most_common()]
        yield (
            f"Without an RCA after 5 days: {len(findings.missing)} of {findings.asked} incidents"
            f" with P1 or P2: {listed(named)}."
        )
    if findings.overdue:
        named = [
            f'"{plain(shorten(late.action.what, 40))}" of {plain(late.action.team)} for'
            f" {count(late.days, 'day')} ({plain(late.rca.path)})"
            for late in findings.overdue
        ]
        yield f"Overdue: {count(len(named), 'action')} of RCAs, {listed(named)}."
    if findings.recurring:
        named = [
            f"{plain(still.rca.path)} ({count(still.times, 'time')})"
            for still in findings.recurring
        ]
        yield f"RCA held, still recurring: {listed(named)}."


def tally(report: ResponseReport) -> str:
    """Return the one line that counts everything, what does not count included."""
    whole = report.whole
    left = [f"{number} {LEFT_OUT[reason]}" for reason, number in report.left_out.items() if number]
    late = f", {whole.late} late" if any(report.targets.values()) else ""
    return (
        f"{count(whole.incidents, 'incident')} of {_whose(report)}:"
        f" {whole.acknowledged} acknowledged, {whole.never_acknowledged} never,"
        f" {whole.waiting} waiting; {whole.resolved} resolved, {whole.open} open{late}."
        f" Left out: {', '.join(left) if left else 'none'}."
    )


def _whose(report: ResponseReport) -> str:
    """Return of how many teams incidents are, and how many are of no team alone."""
    incidents = Counter(response.placed.team for response in report.counted)
    others = [
        f"{number} {nobody}"
        for nobody in (SHARED, UNPLACED)
        if (number := incidents.pop(nobody, 0))
    ]
    return count(len(incidents), "team") + (f" ({' and '.join(others)})" if others else "")


def next_step(responded: Responded) -> str:
    """Return the one step that helps most."""
    report = responded.report
    findings, repeaters = report.rca, report.recurrence.repeaters
    if waiting := [response for response in report.still_open if response.waits]:
        oldest = waiting[0]
        name = plain(number(oldest))
        return f"Next: acknowledge {name}, which has waited {duration(oldest.age)}."
    if repeaters and repeaters[0].reoccurrences:
        worst = repeaters[0]
        what = plain(shorten(problem(worst), 60))
        return f"Next: mend {what}, which came {count(worst.occurrences, 'time')}."
    if findings.overdue:
        late = findings.overdue[0]
        return f"Next: do what {plain(late.rca.path)} promised, or give it another day."
    if findings.missing:
        oldest = findings.missing[0]
        return f"Next: hold an RCA of {plain(number(oldest))}, in <unit>/rca/."
    if report.whole.late:
        incidents = count(report.whole.incidents, "incident")
        return f"Next: look at why {report.whole.late} of {incidents} went past the target."
    if report.counted:
        return "Nothing is late."
    return "No incidents." if responded.complete else "No incidents are known; the notes say why."

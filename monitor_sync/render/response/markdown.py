"""How we responded, as Markdown: every row, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor_sync.app.responding import Responded
from monitor_sync.incidents import Measure
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.report import ResponseReport
from monitor_sync.insight.response.sla import FEW, ResponseRow, Trend, values_of
from monitor_sync.insight.response.times import Response
from monitor_sync.render.markdown import code, table
from monitor_sync.render.quantities import duration, percent
from monitor_sync.render.response.json import runbook
from monitor_sync.render.response.text import against_tool, comparison, heading, tally, verdict
from monitor_sync.render.response.values import (
    CONDITIONS,
    LATE,
    came_back,
    change,
    endings,
    few,
    number,
    problem,
    sparkline,
)
from monitor_sync.render.text import count

_HEAD = ("late", "incidents", "in time", "mean", "median", "p90", "p95", "change", "12 weeks")
_MOST = 20
"""Incidents and problems that are listed; the rest is counted."""


def markdown(responded: Responded) -> str:
    """Return the whole report as tables and lists."""
    report = responded.report
    lines = ["## Response", "", f"{heading(responded)}.", ""]
    lines += [f"- {verdict(report, measure)}" for measure in CONDITIONS]
    lines += ["", tally(report), "", *(f"{line}.\n" for line in endings(report.whole))]
    if report.counted:
        lines += _tables(report)
    lines += _section("Open", map(open_line, report.open))
    lines += _section("Still open from before these days", map(open_line, report.open_before))
    lines += _section("Came back", repeater_lines(responded))
    lines += _section("RCAs", rca_lines(report.rca))
    figures = (against_tool(report, own) for own in responded.figures)
    lines += _section("Notes", (*figures, *map(code, responded.notes)))
    return "\n".join(lines).rstrip("\n") + "\n"


def _tables(report: ResponseReport) -> Iterator[str]:
    """Yield the table of each measure, and what their words mean."""
    for measure in CONDITIONS:
        yield from (f"### {CONDITIONS[measure]}", "", *_table(report, measure), "")
    if "week" not in report.question.by:
        yield from (f"Most late first. {LATE.capitalize()}.", "")
    yield from (comparison(report).capitalize(), "")
    if any(row.is_few for row in report.rows):
        yield from (f"\\* fewer than {FEW} incidents: chance decides.", "")


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"- {item}" for item in items]
    return [f"### {title}", "", *lines, ""] if lines else []


def _table(report: ResponseReport, measure: Measure) -> list[str]:
    by = ", ".join(report.question.by) or "all"
    rows = [_row("all", report.whole, measure, report.trends.get(()))]
    for row in report.rows:
        trend = None if "week" in row.by else report.trends.get(values_of(row))
        rows.append(_row(code(row.name), row, measure, trend))
    return table((by, *_HEAD), rows, right=range(1, len(_HEAD)))


def _row(name: str, row: ResponseRow, measure: Measure, trend: Trend | None) -> list[str]:
    times = row.times(measure)
    return [
        name,
        str(row.late),
        few(row).replace("*", "\\*"),
        percent(times.within_target),
        *map(duration, (times.mean, times.median, times.p90, times.p95)),
        "-" if trend is None else change(trend.change(measure)),
        "" if trend is None else sparkline(trend.means(measure)),
    ]


def open_line(response: Response) -> str:
    """Return an open incident: its number, whose it is, how long, and whether it waits."""
    state = "waits for somebody to acknowledge it" if response.waits else "acknowledged"
    age = duration(response.age)
    return f"{code(number(response))}, {age}, {state}: {code(response.incident.title, 80)}"


def repeater_lines(responded: Responded) -> Iterator[str]:
    """Yield how often problems came back, and the most frequent ones with what to read."""
    again = responded.report.recurrence
    if not again.occurrences:
        return
    yield came_back(again)
    for repeater in again.repeaters[:_MOST]:
        page = runbook(repeater.monitor, responded.project)
        yield (
            f"{count(repeater.occurrences, 'time')} ({repeater.before} before):"
            f" {code(problem(repeater), 100)} of {code(repeater.team)}"
            + (f", runbook {code(page)}" if page else "")
        )


def rca_lines(findings: RcaFindings) -> Iterator[str]:
    """Yield what is overdue, what recurs after its RCA, and incidents without one."""
    for late in findings.overdue:
        yield (
            f"overdue for {count(late.days, 'day')}: {code(late.action.what, 100)} of"
            f" {code(late.action.team)} ({code(late.rca.path)})"
        )
    for still in findings.recurring:
        todo = f", {count(still.open_actions, 'action')} not done" if still.open_actions else ""
        yield (
            f"held, still recurring: {code(still.rca.path)} ({code(still.rca.cause, 100)}),"
            f" {count(still.times, 'time')} since{todo}"
        )
    missing = findings.missing
    if missing:
        yield f"{len(missing)} of {findings.asked} P1 and P2 incidents have none after 5 days:"
    for response in missing[:_MOST]:
        yield f"{code(number(response))}: {code(response.incident.title, 80)}"
    if len(missing) > _MOST:
        yield f"and {len(missing) - _MOST} more"

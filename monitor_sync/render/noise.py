"""Which monitors make noise: a screen for people, Markdown, JSON and CSV."""

from __future__ import annotations

import csv as csv_format
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from monitor_sync import jsontext
from monitor_sync.app.noisy_monitors import NoiseReport
from monitor_sync.incidents import Seconds, stamp
from monitor_sync.insight.response.noise import NoisyMonitor
from monitor_sync.insight.response.shifts import PROBLEMS_OF_A_SHIFT, TeamShifts
from monitor_sync.insight.response.together import PagedProblem
from monitor_sync.render import noise_words
from monitor_sync.render.markdown import code, codes
from monitor_sync.render.markdown import table as markdown_table
from monitor_sync.render.ownership import harmless_cell
from monitor_sync.render.quantities import duration, percent
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import columns, count, not_checked, plain, table, wrapped

_SHOWN: Final = 5
"""Monitors, problems and teams of each block, where they are to fit on one screen."""

_INDENT: Final = 7
_HEAD: Final = ("pages", "alerts", "night", "flaps", "by itself", "in alert", "monitor")
_NUMBERS: Final = range(len(_HEAD) - 1)
_HALF_A_DAY: Final = 12

_COLUMNS: Final = (
    "key", "file", "line", "team", "fires", "episodes", "pages", "night", "off_hours", "flaps",
    "self_resolved", "hours_in_alert", "last_fired", "muted", "quality_issues", "proposal",
    "no_proposal",
)  # fmt: skip


def text(report: NoiseReport, style: Style = PLAIN, *, full: bool = False) -> str:
    """Return the noisiest monitors, problems and shifts on one screen; with ``full`` all."""
    shown = None if full else _SHOWN
    width = style.screen
    lines = _monitors(report, style, width, shown)
    for block in (_problems(report, shown), _shifts(report, shown)):
        lines += [line for part in block for line in wrapped(part, width, 4)]
        lines += [""] if block else []
    for line in (*_said(report), tally(report)):
        lines += wrapped(line, width, 2)
    lines += [style(line, bold=True) for line in wrapped(_next(report), width, 2)]
    return "\n".join(lines) + "\n"


def worth_a_look(report: NoiseReport) -> list[NoisyMonitor]:
    """Return the monitors that paged or of which something is proposed."""
    rows = report.noise.monitors
    return [row for row in rows if row.pages or row.key in report.proposals]


def _monitors(report: NoiseReport, style: Style, width: int, shown: int | None) -> list[str]:
    rows = worth_a_look(report)
    if not rows:
        return []
    head = f"monitor (noisiest {shown} of {len(rows)})" if shown and shown < len(rows) else ""
    words = [name.rpartition(" ") for name in _HEAD[:-1]]
    above = (*(first for first, _, _ in words), "")
    below = (*(last for _, _, last in words), head or _HEAD[-1])
    first, second, *others = table([above, below, *map(_row, rows[:shown])], right=_NUMBERS)
    lines = [style(first, dim=True), style(second, dim=True)]
    for row, line in zip(rows, others, strict=False):
        lines += _line(row, line, width)
        lines.append(" " * _INDENT + f"{plain(row.monitor.path)}:{row.monitor.line}")
        lines += wrapped(" " * _INDENT + _verdict(report, row), width, _INDENT)
    return [*lines, ""]


def _line(row: NoisyMonitor, line: str, width: int) -> list[str]:
    """Return a line of the table; a key for which there is no room stands below, never cut."""
    if columns(line) <= width:
        return [line]
    key = plain(row.key)
    return [line.removesuffix(key).rstrip(), " " * _INDENT + key]


def proposed(report: NoiseReport, row: NoisyMonitor) -> str:
    """Return what is proposed for a monitor, and why; empty where nothing is."""
    proposal = report.proposals.get(row.key)
    if proposal is None:
        return ""
    return noise_words.sentence(proposal, row, span_hours=_hours(report), within=report.within)


def _verdict(report: NoiseReport, row: NoisyMonitor) -> str:
    """Return what is proposed for a monitor, or why nothing is."""
    return proposed(report, row) or f"No proposal: {_why_none(report, row)}."


def _why_none(report: NoiseReport, row: NoisyMonitor) -> str:
    return noise_words.why_none(row, within=report.within)


def _hours(report: NoiseReport) -> float:
    return (report.span.end - report.span.start) / 3600


def _row(row: NoisyMonitor) -> tuple[str, ...]:
    share, hours = row.self_resolved, row.hours_in_alert
    return (
        _number(row.pages),
        _number(row.fires),
        _number(row.night),
        _number(row.flaps),
        percent(share),
        "?" if hours is None else duration(hours * 3600) if hours else "-",
        plain(row.key),
    )


def _number(number: int | None) -> str:
    """Return a number; a dash for none, a question mark for what nobody knows."""
    return "?" if number is None else str(number or "-")


def _large(report: NoiseReport) -> list[PagedProblem]:
    """Return the problems with more pages than one, the largest first."""
    many = (problem for problem in report.noise.problems if len(problem.pages) > 1)
    return sorted(many, key=lambda problem: (-len(problem.pages), problem.start))


def _problems(report: NoiseReport, shown: int | None) -> list[str]:
    large = _large(report)
    if not large:
        return []
    pages = sum(len(problem.pages) for problem in large)
    head = f"One problem, many pages: {count(len(large), 'problem')} made {pages} pages."
    return [head, *(_problem(problem, report) for problem in large[: shown and 3])]


def _problem(problem: PagedProblem, report: NoiseReport) -> str:
    keys = problem.keys
    return (
        f"  {_clock(problem.start, report)}  {plain(problem.team)}: {len(problem.pages)} pages of"
        f" {count(len(keys), 'monitor')}, {plain(keys[0])}{' first' if len(keys) > 1 else ''}"
    )


def _clock(at: Seconds, report: NoiseReport) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(report.time_zone)):%Y-%m-%d %H:%M}"


def _shifts(report: NoiseReport, shown: int | None) -> list[str]:
    cells = _shift_cells(report, shown and 3)
    lines = table(cells, right=range(len(_shift_head(report)) - 1))
    return [_shift_rule(report), *(f"  {line}" for line in lines)] if cells[1:] else []


def _shift_rule(report: NoiseReport) -> str:
    return (
        f"A shift of {_HALF_A_DAY} hours has room for {PROBLEMS_OF_A_SHIFT} {_counted(report)}s."
        " Shifts that had more:"
    )


def _shift_head(report: NoiseReport) -> tuple[str, ...]:
    return "shifts", "worst", f"{_counted(report)}s a shift", "pages a shift", "team"


def _counted(report: NoiseReport) -> str:
    return "incident" if report.by_incidents else "problem"


def _shift_cells(report: NoiseReport, shown: int | None) -> list[tuple[str, ...]]:
    """Return the teams that had shifts with too much in them, the worst first, below a head."""
    over = [row for row in report.shifts if row.over]
    return [_shift_head(report), *map(_shift, over[:shown])]


def _shift(row: TeamShifts) -> tuple[str, ...]:
    return (
        f"{row.over} of {row.shifts}",
        str(row.worst),
        f"{row.per_shift:.1f}",
        f"{row.pages_per_shift:.1f}",
        plain(row.team),
    )


def _said(report: NoiseReport) -> Iterator[str]:
    """Yield what is no row: notes about the history, what could not be asked."""
    for note in report.notes:
        yield f"Note: {plain(note)}."
    yield from not_checked(report.not_checked)


def tally(report: NoiseReport) -> str:
    """Return what there is in all, in one sentence that counts."""
    rows = report.noise.monitors
    monitors = count(len(rows), "monitor")
    proposals = count(len(report.proposals), "proposal")
    if not _checked(report):
        return f"{monitors}: alerts not checked; {proposals}."
    fires = count(sum(row.fires or 0 for row in rows), "alert")
    pages = count(sum(row.pages or 0 for row in rows), "page")
    return (
        f"{monitors} in {count(round(_hours(report) / 24), 'day')}: {fires}, {pages}"
        f" ({sum(row.night or 0 for row in rows)} at night),"
        f" {count(len(report.noise.problems), 'problem')}, {proposals}."
    )


def _checked(report: NoiseReport) -> bool:
    """Return whether it is known of any monitor how often it fired."""
    return any(row.fires is not None for row in report.noise.monitors)


def _next(report: NoiseReport) -> str:
    """Return the one step that helps most."""
    if not _checked(report):
        return "Next: `monitor-sync doctor` says what Datadog can be asked from here."
    for row in report.noise.monitors:
        if row.key in report.proposals:
            where = f"{plain(row.monitor.path)}:{row.monitor.line}"
            return f"Next: {where} has the one to look at first."
    return "Nothing is to be mended."


def markdown(report: NoiseReport) -> str:
    """Return the monitors worth a look as a table, then the problems and the shifts."""
    lines = ["## Noise", "", tally(report), ""]
    rows = worth_a_look(report)
    if rows:
        cells = (_markdown_row(report, row) for row in rows)
        lines += markdown_table((*_HEAD, "file", "proposal"), cells, right=_NUMBERS)
    if large := _large(report):
        lines += ["", "### One problem, many pages", ""]
        lines += [
            f"- {_clock(problem.start, report)}, {code(problem.team)}:"
            f" {len(problem.pages)} pages of {codes(problem.keys)}"
            for problem in large
        ]
    head, *shifts = _shift_cells(report, None)
    if shifts:
        lines += ["", "### Shifts with too much", "", _shift_rule(report), ""]
        named = ((*numbers, code(team)) for *numbers, team in shifts)
        lines += markdown_table(head, named, right=range(len(head) - 1))
    lines += ["", *_said(report)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown_row(report: NoiseReport, row: NoisyMonitor) -> tuple[str, ...]:
    *numbers, key = _row(row)
    where = f"{row.monitor.path}:{row.monitor.line}"
    return (*numbers, code(key), code(where), code(_verdict(report, row)))


def json(report: NoiseReport) -> str:
    """Return every monitor, those that page most first; null is what nobody knows."""
    return jsontext.array(_entry(report, row) for row in report.noise.monitors) + "\n"


def _entry(report: NoiseReport, row: NoisyMonitor) -> dict[str, Any]:
    share, hours = row.self_resolved, row.hours_in_alert
    issues = row.live.quality_issues if row.live else None
    return {
        "key": row.key,
        "file": row.monitor.path,
        "line": row.monitor.line,
        "team": row.monitor.team,
        "fires": row.fires,
        "episodes": row.episodes,
        "pages": row.pages,
        "flaps": row.flaps,
        "self_resolved": None if share is None else round(share, 4),
        "night": row.night,
        "off_hours": row.off_hours,
        "hours_in_alert": None if hours is None else round(hours, 2),
        "last_fired": None if row.last_fired is None else stamp(row.last_fired),
        "muted": row.live.muted if row.live else None,
        "quality_issues": None if issues is None else list(issues),
        "proposal": proposed(report, row) or None,
        "no_proposal": None if row.key in report.proposals else _why_none(report, row),
    }


def csv(report: NoiseReport) -> str:
    """Return every monitor as a line for a spreadsheet; empty is what nobody knows."""
    written = io.StringIO()
    writer = csv_format.DictWriter(written, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in report.noise.monitors:
        entry = _entry(report, row)
        entry["quality_issues"] = " ".join(entry["quality_issues"] or ())
        writer.writerow({name: _cell(value) for name, value in entry.items()})
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless_cell(value) if isinstance(value, str) else value

"""Who owns which monitors and what they lack: a screen for people, Markdown, JSON and CSV."""

from __future__ import annotations

import csv as csv_format
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from monitor_sync import jsontext
from monitor_sync.insight.ownership import (
    DIMENSIONS,
    Dimension,
    OwnedMonitors,
    Ownership,
    TeamDifferences,
    TracedLogs,
)
from monitor_sync.render.markdown import code, codes
from monitor_sync.render.markdown import table as markdown_table
from monitor_sync.render.quantities import percent
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import (
    columns,
    count,
    listed,
    not_checked,
    pad,
    plain,
    shorten,
    table,
    wrapped,
)

_SHOWN: Final[dict[Dimension, int]] = {"team": 4, "unit": 3, "service": 2}
"""Rows of each table where all three are to fit on one screen."""

_NAME: Final = 26
_HEAD: Final = ("monitors", "P1", "P2", "no pager", "no runbook", "no test")
_NUMBERS: Final = range(1, len(_HEAD) + 1)
_LEAST_TRACED: Final = 3

_PRIORITIES: Final = (1, 2, 3, 4, 5, None)
_COLUMNS: Final = (
    "by", "name", "monitors", "p1", "p2", "p3", "p4", "p5", "no_priority", "unowned", "unplaced",
    "no_pager", "no_runbook", "no_test", "sop", "error_logs", "error_logs_traced",
)  # fmt: skip


def text(owned: Ownership, style: Style = PLAIN, by: Sequence[Dimension] = ()) -> str:
    """Return the worst teams, units and services on one screen; with ``by`` all rows of these."""
    lines: list[str] = []
    tables = [
        _cells(dimension, owned.rows[dimension], whole=bool(by)) for dimension in by or DIMENSIONS
    ]
    name = max(columns(row[0]) for cells in tables for row in cells)
    for head, *rows in filter(lambda cells: len(cells) > 1, tables):
        first, *others = table([(pad(head[0], name), *head[1:]), *rows], right=_NUMBERS)
        lines += [style(first, dim=True), *others, ""]
    width = style.screen
    for line in (*_said(owned), _tally(owned)):
        lines += wrapped(line, width, 2)
    lines += [style(line, bold=True) for line in wrapped(_next(owned), width, 2)]
    return "\n".join(lines) + "\n"


def _cells(
    dimension: Dimension, rows: Sequence[OwnedMonitors], *, whole: bool
) -> list[tuple[str, ...]]:
    """Return the head of a table and its rows: the worst ones, or the ``whole`` of it."""
    shown = len(rows) if whole else _SHOWN[dimension]
    head = f"{dimension} (worst {shown} of {len(rows)})" if shown < len(rows) else dimension
    return [(head, *_HEAD), *map(_row, rows[:shown])]


def _row(row: OwnedMonitors) -> tuple[str, ...]:
    gaps = row.gaps
    lacking = (gaps.unpaged, gaps.without_runbook, gaps.untested)
    numbers = [row.monitors, row.priorities.get(1, 0), row.priorities.get(2, 0)]
    numbers += map(len, lacking)
    name = shorten(plain(row.name), _NAME)
    return (name, *(str(number) if number else "-" for number in numbers))


def _said(owned: Ownership) -> Iterator[str]:
    """Yield what is no row of a table: pages for people on call, Datadog's teams, traces."""
    without = owned.without_sop
    if without:
        number = f"{len(without)} of {count(owned.team_count, 'team')}"
        yield f"Without an SOP: {number}, {listed([plain(name) for name in without])}."
    if owned.teams is not None:
        yield from _differences(owned.teams)
    if owned.traced is not None:
        yield _traces(owned.traced)
    yield from not_checked(owned.not_checked)


def _differences(teams: TeamDifferences) -> Iterator[str]:
    parts = []
    if teams.missing:
        parts.append(f"{_named(teams.missing)} missing there")
    if teams.unknown:
        parts.append(f"{_named(teams.unknown)} there and in no file")
    if teams.renamed:
        names = (f"{name} ({theirs})" for name, (_, theirs) in teams.renamed.items())
        parts.append(f"named otherwise there: {listed([plain(name) for name in names])}")
    yield f"Datadog Teams: {'; '.join(parts) if parts else 'the same as in the files'}."


def _named(handles: Sequence[str]) -> str:
    return listed([plain(handle) for handle in handles])


def _traces(traced: Sequence[TracedLogs]) -> str:
    if not traced:
        return "Error logs: none of these services in the last 7 days."
    least = [row for row in traced if row.traced < row.logs][:_LEAST_TRACED]
    logs, with_trace = sum(row.logs for row in traced), sum(row.traced for row in traced)
    share = f"Error logs with a trace id: {percent(with_trace / logs)} of {logs} in 7 days"
    if not least:
        return f"{share}."
    names = (f"{plain(row.service)} {percent(row.share)}" for row in least)
    return f"{share}; least {', '.join(names)}."


def _tally(owned: Ownership) -> str:
    total, gaps = owned.total, owned.total.gaps
    return (
        f"{count(total.monitors, 'monitor')} of {count(len(owned.rows['team']), 'team')}:"
        f" {len(gaps.unowned)} unowned, {len(gaps.unplaced)} unplaced,"
        f" {len(gaps.without_runbook)} without a runbook. Of {total.urgent} with P1 or P2:"
        f" {len(gaps.unpaged)} without a pager, {len(gaps.untested)} without a test."
    )


def _next(owned: Ownership) -> str:
    """Return the one step that helps most."""
    gaps = owned.total.gaps
    if gaps.unowned:
        return "Next: `monitor-sync list team:unowned` shows the unowned: give each a team."
    if gaps.unplaced:
        return "Next: `monitor-sync list unplaced` shows the unplaced: move each to its unit."
    if gaps.unpaged:
        return f"Next: `monitor-sync show {plain(gaps.unpaged[0])}` shows one without a pager."
    if gaps.without_runbook:
        key = plain(gaps.without_runbook[0])
        return f"Next: give {key} a `runbook:`; `monitor-sync validate` lists all without."
    if owned.without_sop:
        team = plain(owned.without_sop[0])
        return f"Next: write an SOP for {team}, and name it as `sop:` in teams.yaml."
    if gaps.untested:
        team = plain(max(owned.rows["team"], key=lambda row: len(row.gaps.untested)).name)
        return f"Next: `monitor-sync test --coverage team:{team}` lists those without a test."
    return "Nothing is missing."


def markdown(owned: Ownership, by: Sequence[Dimension] = ()) -> str:
    """Return every row as tables, the worst first."""
    lines = ["## Ownership", "", _tally(owned), ""]
    if owned.without_sop:
        lines += [f"Without an SOP: {codes(owned.without_sop, len(owned.without_sop))}.", ""]
    if owned.teams is not None:
        lines += [*_markdown_differences(owned.teams), ""]
    lines += [f"Not checked: {what} ({code(why)})." for what, why in owned.not_checked.items()]
    lines += [""] if owned.not_checked else []
    shares = {row.service: percent(row.share) for row in owned.traced or ()}
    for dimension in by or DIMENSIONS:
        head = [dimension, *_HEAD, *(["traced"] if dimension == "service" and shares else [])]
        rows = []
        for row in owned.rows[dimension]:
            cells = [code(row.name), *_row(row)[1:]]
            cells += [shares.get(row.name, "-")] if len(head) > len(cells) else []
            rows.append(cells)
        lines += [*markdown_table(head, rows, right=range(1, len(head))), ""]
    return "\n".join(lines)


def _markdown_differences(teams: TeamDifferences) -> Iterator[str]:
    if not teams:
        yield "Datadog Teams are the same as in the files."
    if teams.missing:
        yield f"- Missing in Datadog Teams: {codes(teams.missing, len(teams.missing))}"
    if teams.unknown:
        yield f"- In Datadog Teams and in no file: {codes(teams.unknown, len(teams.unknown))}"
    for handle, (ours, theirs) in teams.renamed.items():
        yield f"- {code(handle)} is {code(ours)} here and {code(theirs)} there"


def csv(owned: Ownership, by: Sequence[Dimension] = ()) -> str:
    """Return one table for a spreadsheet, a line for each team, unit and service."""
    written = io.StringIO()
    writer = csv_format.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS)
    logs = {row.service: row for row in owned.traced or ()}
    for dimension in by or DIMENSIONS:
        for row in owned.rows[dimension]:
            traced = logs.get(row.name) if dimension == "service" else None
            gaps = row.gaps
            lacking = (gaps.unowned, gaps.unplaced, gaps.unpaged, gaps.without_runbook)
            writer.writerow([
                dimension,
                harmless_cell(row.name),
                row.monitors,
                *(row.priorities.get(priority, 0) for priority in _PRIORITIES),
                *map(len, (*lacking, gaps.untested)),
                _sop(owned, row.name) if dimension == "team" else "",
                traced.logs if traced else "",
                traced.traced if traced else "",
            ])  # fmt: skip
    return written.getvalue()


def harmless_cell(value: str) -> str:
    """
    Return text for a cell of a spreadsheet, which would compute it if it began like a formula.

    Such a text gets an apostrophe in front (OWASP's page on CSV injection), so does one after a
    semicolon, at which Excel parts cells where the comma stands in numbers, whatever the quotes.
    """
    return _FORMULA.sub(r"\1'\2", plain(value))


_FORMULA: Final = re.compile('(^|;)([\\s"]*[-=+@＝＋－＠])')
"""How a formula begins, also in the wide characters that East Asian versions take for the same."""


def _sop(owned: Ownership, team: str) -> str:
    return "no" if team in owned.without_sop else "yes"


def json(owned: Ownership, by: Sequence[Dimension] = ()) -> str:
    """Return all counts, with the keys of the monitors behind each gap."""
    teams, traced = owned.teams, owned.traced
    return jsontext.document(
        {
            "total": _entry(owned.total),
            "rows": [
                {"by": {dimension: row.name}, **_entry(row)}
                for dimension in by or DIMENSIONS
                for row in owned.rows[dimension]
            ],
            "teams_without_sop": list(owned.without_sop),
            "datadog_teams": None
            if teams is None
            else {
                "missing": list(teams.missing),
                "unknown": list(teams.unknown),
                "renamed": [
                    {"team": name, "files": ours, "datadog": theirs}
                    for name, (ours, theirs) in teams.renamed.items()
                ],
            },
            "error_logs": None
            if traced is None
            else [
                {
                    "service": row.service,
                    "logs": row.logs,
                    "traced": row.traced,
                    "share": round(row.share, 4),
                }
                for row in traced
            ],
            "not_checked": [
                {"what": what, "reason": why} for what, why in owned.not_checked.items()
            ],
        }
    )


def _entry(row: OwnedMonitors) -> dict[str, Any]:
    gaps = row.gaps
    return {
        "monitors": row.monitors,
        "priorities": {
            str(priority or "none"): row.priorities.get(priority, 0) for priority in _PRIORITIES
        },
        "unowned": list(gaps.unowned),
        "unplaced": list(gaps.unplaced),
        "no_pager": list(gaps.unpaged),
        "no_runbook": list(gaps.without_runbook),
        "no_test": list(gaps.untested),
    }
